"""The table of all code tables, as the migrations k0001 and k0002 make it.

A code may stand several times, each time for other days that do not overlap, so that an old document keeps the
meaning that its codes had (OPER-02). The key is table, code and first day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

ALWAYS, STILL = date.min, date.max
"""How the driver shows PostgreSQL's -infinity and infinity: no first day, no last day."""

metadata = MetaData()

code_entry = Table(
    "code_entry",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("initials", Text, nullable=False),  # of the name's pinyin: lower-case letters and digits
    Column("position", Integer, nullable=False),  # in the order in which the table is shown
    Column("shipped", Boolean, nullable=False),  # as this program brought it; what an import touches is not
    Column("valid_from", Date, primary_key=True),  # first day, or ALWAYS
    Column("valid_to", Date, nullable=False),  # last day, or STILL
    Column("extra", JSONB, nullable=False),
)
