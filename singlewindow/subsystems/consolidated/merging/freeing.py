"""What a deleted declaration held: its relations go, and its lists are 已结关 again, to be changed or merged anew.

The click hides the declaration; the lists may be another company's, so the worker gives them back a moment later. A
transaction takes one declaration, so a worker that dies leaves it whole, with its relations, or gone.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange.moves import move_many
from singlewindow.subsystems.consolidated.lists import LIST

CHORE = "consolidated.free"
DUE = "exists (select from consolidated_freed)"
FREED = "freed"  # a move of a list
WHY = "集报报关单 {} 已删除，清单退回已结关"
AGAIN = "30 seconds"  # of real time, after what made difficulties
log = structlog.get_logger()


async def free_due(database: Database, now: datetime | None = None) -> int:
    """Give back the lists of one deleted declaration, and say how many; 0: none waits. `now` decides nothing."""
    declaration = 0
    try:
        async with database.transaction() as transaction:
            row = await transaction.row(
                """select declaration_id, number from consolidated_freed where next_at <= now()
                   order by declaration_id limit 1 for update skip locked"""
            )
            if row is None:
                return 0
            declaration = row["declaration_id"]
            return await _free(transaction, row)
    except Exception:  # one that makes difficulties must not hold up the others
        if not declaration:
            raise
        log.exception("freeing waits", declaration=declaration)
        async with database.transaction() as transaction:
            await transaction.run(
                f"update consolidated_freed set next_at = now() + interval '{AGAIN}' where declaration_id = $1",
                declaration,
            )
        return 1


async def _free(transaction: Transaction, row: Row) -> int:
    declaration, why = row["declaration_id"], WHY.format(row["number"])
    lists = await transaction.rows(
        """update consolidated_batch_list set state = 'gone', declaration_id = null, why = $2
           where declaration_id = $1 returning document_id""",
        declaration,
        why,
    )
    await transaction.run("delete from consolidated_relation where declaration_id = $1", declaration)
    await move_many(transaction, LIST, [each["document_id"] for each in lists], FREED, why)
    await transaction.run("delete from consolidated_freed where declaration_id = $1", declaration)
    return max(len(lists), 1)
