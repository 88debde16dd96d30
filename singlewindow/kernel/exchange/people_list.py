"""The person's list: messages from customs that could not be understood, and the way to try them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from singlewindow.kernel.database.connection import Database

MOST = 200


@dataclass(frozen=True)
class Waiting:
    """A message that waits for a person: its kind, why it was not understood, and since when."""

    id: int
    message_id: str
    kind: str
    problem: str
    received_at: datetime


async def waiting(database: Database) -> list[Waiting]:
    """The oldest messages that wait, at most MOST."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            f"""select id, message_id, kind, problem, received_at from inbox
                where state = 'unreadable' order by id limit {MOST}"""
        )
    return [Waiting(**dict(row)) for row in rows]


async def again(database: Database, identifiers: list[int]) -> int:
    """Let the worker try messages again; answers how many there were."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            """update inbox set state = 'received', problem = ''
               where id = any($1) and state = 'unreadable' returning id""",
            identifiers,
        )
        await transaction.run("select pg_notify('inbox', '')")
    return len(rows)
