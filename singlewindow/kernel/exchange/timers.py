"""Timed transitions: a document whose moment has come is looked at anew under its lock, like one that was answered.

A row of `schedule` says when, and decides nothing: the status follows from the receipts, the content and the clock. So
a row that comes twice, too late, or after customs' answer made it moot, does nothing but go.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.documents.store import change_many, plan
from singlewindow.kernel.exchange.receipts import changes_of, open_cases
from singlewindow.kernel.exchange.waits import follow
from singlewindow.kernel.subsystem import document_types

BATCH = 100
DUE = """exists (select from schedule where due_at <= (select coalesce(frozen, now()) + shift from clock)
    and next_at <= now())"""
"""Whether any moment has come: SQL, asked by the worker now and then."""
AGAIN = "30 seconds"  # of real time, after what made difficulties
log = structlog.get_logger()

# The alarms are locked too: a worker whose look began before another one's commit would take their documents again.
_DUE = f"""with due as materialized (
        select document_id from schedule where due_at <= $1 and next_at <= now() order by due_at limit {BATCH}
        for update skip locked)
    select {COLUMNS} from document where id in (select document_id from due) order by number for update skip locked"""
_DUE_OF = f"""select {COLUMNS} from document where id = any($1)
    and exists (select from schedule where document_id = document.id and due_at <= $2)"""
_ONE = f"select {COLUMNS} from document where id = $1 for update"


def any_timers() -> bool:
    """Whether any document type has something that comes by itself."""
    return any(type.lifecycle.timers for type in document_types().values())


async def move_due(database: Database) -> int:
    """Do what is due, at most BATCH documents; how many were looked at. Any number of workers may do it at once."""
    try:
        async with database.transaction() as transaction:
            rows = await transaction.rows(_DUE, transaction.now)
            await _move(transaction, rows)
            return len(rows)
    except Exception as error:  # one that makes difficulties must not hold up the others
        log.warning("timers one by one", error=repr(error))
        return await _one_by_one(database)


async def act_first(transaction: Transaction, document: Document) -> bool:
    """Let what is due of a locked document act now, as the worker would a moment later; whether anything was."""
    return await act_first_many(transaction, [document.id])


async def act_first_many(transaction: Transaction, ids: Sequence[int]) -> bool:
    """The same for several locked documents."""
    rows = await transaction.rows(_DUE_OF, list(ids), transaction.now)
    await _move(transaction, rows)
    return bool(rows)


async def status_first(transaction: Transaction, document: Document) -> str:
    """The status that a document would have after `act_first`, which is not done."""
    rows = await transaction.rows(_DUE_OF, [document.id], transaction.now)
    files = await open_cases(transaction, rows)
    case = next((file.case for file in files.values()), None)
    events = case.timed(document.status) if case else []
    return str(events[-1].data["status"]) if events else document.status


async def _one_by_one(database: Database) -> int:
    async with database.transaction() as transaction:
        due = [row["id"] for row in await transaction.rows(_DUE, transaction.now)]
    moved = 0
    for id in due:
        try:
            async with database.transaction() as transaction:
                await _move(transaction, await transaction.rows(_ONE, id))
                moved += 1
        except Exception:
            log.exception("timer waits", document=id)
            async with database.transaction() as transaction:
                await transaction.run(
                    f"update schedule set next_at = now() + interval '{AGAIN}' where document_id = $1", id
                )
    return moved


async def _move(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Let the timers of these locked documents act. Raises Conflict where a claim is another document's by now."""
    files = await open_cases(transaction, rows)
    cases = {file.case.document.id: file.case for file in files.values()}
    moved = []
    for row in rows:
        case = cases.get(row["id"])
        file = case.last if case else None
        if case and file and (events := case.timed(case.document.status)):
            file.events = events
            moved.append(file)
        else:
            await plan(transaction, Document.of(row), case.waiting if case and file else {})
    for type, changes in changes_of(moved).items():
        await change_many(transaction, type, changes)
        await follow(transaction, type, [document.number for document, _, _ in changes])
