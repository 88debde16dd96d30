"""The table of all code tables, as the kernel's first migration makes it."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

code_entry = Table(
    "code_entry",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("initials", Text, nullable=False),  # of the name's pinyin: lower-case letters and digits
    Column("position", Integer, nullable=False),  # in the order in which the table is shown
    Column("valid_from", Date),  # first day; null: always
    Column("valid_to", Date),  # last day; null: still
    Column("extra", JSONB, nullable=False),
)
