"""Registers: what customs publish (declarations, companies, pilot districts …), held here read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Transaction


@dataclass(frozen=True)
class Entry:
    """One entry, and when it is in force."""

    kind: str
    key: str
    data: dict[str, Any]
    valid_from: datetime | None
    valid_to: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether the entry is in force at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_to is None or at < self.valid_to
        )


class Registers:
    """The registers as one transaction sees them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, kind: str, key: str) -> Entry | None:
        """The entry, or None when customs never sent it or withdrew it."""
        return (await self.find_many([(kind, key)])).get((kind, key))

    async def find_many(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Entry]:
        """The entries of several (kind, key) in one query."""
        if not wanted:
            return {}
        rows = await self._transaction.look_up(
            """select kind, key, data, valid_from, valid_to from register_entry
               join unnest($1::text[], $2::text[]) as wanted (kind, key) using (kind, key) where data is not null""",
            wanted,
        )
        return {(row["kind"], row["key"]): Entry(**dict(row)) for row in rows}
