"""The person's list: messages from customs that could not be understood, and the way to try them again.

The worker's role and system administrators have it; for others it is empty (`sw_unread` looks who asks).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from singlewindow.kernel.database.connection import NOBODY, Actor, Database

MOST = 200


@dataclass(frozen=True)
class Waiting:
    """A message that waits for a person: its kind, why it was not understood, and since when."""

    id: int
    message_id: str
    kind: str
    problem: str
    received_at: datetime


async def waiting(database: Database, actor: Actor = NOBODY) -> list[Waiting]:
    """The oldest messages that wait, at most MOST."""
    async with database.transaction(actor) as transaction:
        rows = await transaction.rows("select * from sw_unread($1)", MOST)
    return [Waiting(**dict(row)) for row in rows]


async def again(database: Database, identifiers: list[int], actor: Actor = NOBODY) -> int:
    """Let the worker try messages again; answers how many there were."""
    async with database.transaction(actor) as transaction:
        rows = await transaction.rows("select * from sw_unread_again($1)", identifiers)
        await transaction.run("select pg_notify('inbox', '')")
    return len(rows)
