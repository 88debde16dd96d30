"""Queued deliveries are collected by the worker, oldest first; what waits in the queue is reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.exchange.moves import move_many
from singlewindow.kernel.subsystem import Reminded, get_document_type
from singlewindow.subsystems._deliveries.lifecycle import APPROVED, QUEUED

TYPE = "_deliveries"
PORTION = 100  # of one transaction
SOON = timedelta(days=3)  # after the approval it should be fetched


async def collect(database: Database, now: datetime) -> int:
    """Collect a portion of what is queued; how many. Other workers take other ones."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            """select d.id from document d join find__deliveries f on f.document_id = d.id
               where f.status = $1 and not f.hidden and d.status = $1 and d.amending = ''
               order by d.number limit $2 for update of d skip locked""",
            QUEUED,
            PORTION,
        )
        ids = [row["id"] for row in rows]
        return await move_many(transaction, get_document_type(TYPE), ids, "collect", "") if ids else 0


async def reminders(transaction: Transaction, limit: int) -> Sequence[Reminded]:
    """The company's approved deliveries, each to be fetched within three days of its approval."""
    rows = await transaction.rows(
        """select number, updated_at from find__deliveries
           where company_id = $1 and status = $2 and not hidden order by updated_at limit $3""",
        transaction.actor.company_id,
        APPROVED,
        limit,
    )
    return [
        Reminded(f"样例提货 {row['number']}：请尽快提货", row["updated_at"] + SOON, TYPE, row["number"])
        for row in rows
    ]
