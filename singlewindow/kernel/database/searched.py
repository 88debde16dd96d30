"""The tables of what is searched (`find_tables.py` makes them), for the selects of SQLAlchemy Core."""

from __future__ import annotations

from functools import cache

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Table, Text


@cache
def find_table(name: str, searched: tuple[str, ...]) -> Table:
    """The find table of that name with these content fields: made once, since making one takes longer than a search."""
    return Table(
        name,
        MetaData(),
        Column("document_id", BigInteger, primary_key=True),
        Column("company_id", BigInteger),
        Column("number", Text),
        Column("status", Text),
        Column("filed_on", Date),
        Column("updated_at", DateTime(timezone=True)),
        *(Column(name, Text) for name in searched),
    )
