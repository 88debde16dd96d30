"""Registers: what customs publish (declarations, companies, pilot districts …), held here read-only.

An entry counts from its first day to its last: before and after them it is as if customs had not published it. That is
decided here, by the business clock; who needs what has ended (papers of old days, a word of its own for what has run
out) says so by naming the registers in `ended`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Transaction

IN_FORCE = "(coalesce({0}.valid_from <= {1}, true) and coalesce({1} < {0}.valid_to, true))"
"""`Entry.in_force` for queries of a chapter's own: of the alias of `register_entry`, and the parameter that holds the
moment."""


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
        """The entry, or None when customs never sent it, withdrew it, or it is not in force."""
        return (await self.find_many([(kind, key)])).get((kind, key))

    async def find_many(
        self, wanted: Sequence[tuple[str, str]], *, ended: Collection[str] = ()
    ) -> dict[tuple[str, str], Entry]:
        """The entries of several (kind, key) in one query: those in force, and of the kinds in `ended` all."""
        if not wanted:
            return {}
        rows = await self._transaction.look_up(
            """select kind, key, data, valid_from, valid_to from register_entry
               join unnest($1::text[], $2::text[]) as wanted (kind, key) using (kind, key) where data is not null""",
            wanted,
        )
        entries = [Entry(**dict(row)) for row in rows]
        now = self._transaction.now
        return {(each.kind, each.key): each for each in entries if each.kind in ended or each.in_force(now)}
