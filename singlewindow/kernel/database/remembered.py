"""What a process remembers of tables that change seldom: as long as their stamp in the database is the same.

The stamp is read by the statement that begins a transaction, and raised by a trigger in the transaction that changes
the table: what is remembered is never older than what that transaction could have read at its beginning.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

MOST = 50_000  # keys; then everything is forgotten


class Remembered:
    """Keys of one table and what was found for them, nothing included."""

    def __init__(self) -> None:
        self._stamp = -1
        self._found: dict[Hashable, Any] = {}

    def at(self, stamp: int | None) -> dict[Hashable, Any]:
        """What is known for that stamp, to look up in and to add to; a stamp older than the newest (or none) gets an
        empty one that nobody else sees. Take it before you ask the database, and add to that one."""
        if stamp is None or stamp < self._stamp:
            return {}
        if stamp > self._stamp or len(self._found) > MOST:
            self._stamp, self._found = stamp, {}
        return self._found
