"""A narrow table beside a register, for chapters that search it: real columns of some members of every entry.

A chapter declares it in its `Subsystem`, its migration makes and fills it, and the worker keeps it in the transaction
that takes a notice in. Registers of which no chapter keeps an index cost nothing more than before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

ColumnType = Literal["text", "date", "moment", "number"]
SQL_TYPES = {"text": "text", "date": "date", "moment": "timestamptz", "number": "numeric"}
READ = {"text": "{}", "date": "sw_day({})", "moment": "sw_moment({})", "number": "sw_number({})"}
"""How a member's text becomes a value; what is no day, moment or number is empty, and hinders nothing."""
NAME = re.compile(r"[a-z_][a-z0-9_]{0,50}")


@dataclass(frozen=True)
class IndexColumn:
    """A column, the member of the entry's data that it holds, and its type.

    A moment has an offset (RFC 3339); a number is a decimal string.
    """

    name: str
    member: str
    type: ColumnType = "text"


@dataclass(frozen=True)
class RegisterIndex:
    """The table of a register's entries: `key` is the entry's, `company` the column whose value is the customs code
    of the company that alone may read the row (row-level security), or "" where everybody may.

    An entry that customs withdraw has no row.
    """

    kind: str
    table: str
    columns: tuple[IndexColumn, ...]
    company: str = ""

    def __post_init__(self) -> None:
        """Check once that the names are names, and the company's column one of the columns."""
        names = [column.name for column in self.columns]
        odd = [n for n in (self.table, *names, *(c.member for c in self.columns)) if not NAME.fullmatch(n)]
        if odd or "key" in names or not re.fullmatch(r"[\w.]+", self.kind):
            raise ValueError(f"{self.table}: these are no names of an index: {odd or [self.kind, *names]}")
        if self.company and self.company not in names:
            raise ValueError(f"{self.table} has no column {self.company} for the company")

    @cached_property
    def keep(self) -> str:
        """The statement that brings the rows of some keys ($1) up to what the register holds; whoever asks has the
        entries locked."""
        return f"with {self._renewed(f'{self._entries} and key = any($1)')} select"

    @cached_property
    def fill(self) -> str:
        """The statement that makes the rows of all entries, for a migration."""
        return f"with {self._renewed(self._entries)} select"

    @cached_property
    def refill(self) -> str:
        """The statement that does so for the next $2 entries after the key $1, which stay locked meanwhile; it answers
        the last key and how many entries there were."""
        portion = f"{self._entries} and key > $1 order by key limit $2 for share"
        return f"with {self._renewed(portion)} select max(key) as last, count(*) as entries from entry"

    @property
    def _entries(self) -> str:
        return f"select key, data from register_entry where kind = '{self.kind}'"

    def _renewed(self, entries: str) -> str:
        names = ", ".join(column.name for column in self.columns)
        values = ", ".join(READ[c.type].format(f"data ->> '{c.member}'") for c in self.columns)
        renewed = ", ".join(f"{column.name} = excluded.{column.name}" for column in self.columns)
        return f"""entry as materialized ({entries}),
            gone as (delete from {self.table} f using entry e where f.key = e.key and e.data is null),
            kept as (
                insert into {self.table} (key, {names}) select key, {values} from entry where data is not null
                on conflict (key) do update set {renewed}
            )"""
