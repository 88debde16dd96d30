"""Chapters' own work that comes again and again (`Chore`): the worker does it in a loop of its own for each.

The loop looks every second and when `call` notifies it. What fails is logged and tried again a second later; what takes
longer than LONGEST is cut off, its transaction undone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.subsystem import Chore, subsystems

LONGEST = 120.0  # seconds that one round may take


def all_chores() -> Iterator[Chore]:
    """The chores of all chapters."""
    for subsystem in subsystems().values():
        yield from subsystem.chores


async def do(database: Database, chore: Chore) -> int:
    """One round of a chore at this moment of the business clock; how much it did. Raises TimeoutError."""
    async with database.transaction() as transaction:
        now = transaction.now
    async with asyncio.timeout(LONGEST):  # wait_for of Python 3.11 may lose who cancels the worker just then
        return await chore.run(database, now)


async def call(transaction: Transaction, name: str) -> None:
    """Let the worker do a chore as soon as this transaction has committed."""
    await transaction.run("select pg_notify($1, '')", name)
