"""The names of codes as they were on a day: an old document keeps the meaning that its codes had (OPER-02)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from singlewindow.kernel.codes.search import names_statement
from singlewindow.kernel.database.connection import Transaction

Wanted = Mapping[str, Collection[str]]


async def names_of(transaction: Transaction, wanted: Wanted, on: date) -> dict[tuple[str, str], str]:
    """(table, code) → name in force `on` that day, for table → codes; what was not in force is left out."""
    if not any(wanted.values()):
        return {}
    rows = await transaction.select(names_statement(wanted, on))
    return {(row["table_name"], row["code"]): row["name"] for row in rows}


async def find_name(transaction: Transaction, table: str, code: str, on: date) -> str | None:
    """The name that one code had on a day, or None."""
    return (await names_of(transaction, {table: [code]}, on)).get((table, code))
