"""Moves: what a chapter's own work makes of many documents at once (a list is queued, lists were merged).

A move is a row with a moment and decides nothing by itself: the status follows from it as from the receipts, in
whatever order these come (`CaseFile`). A late receipt that says that the document was in no state of the move's takes
it back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.record import COLUMNS
from singlewindow.kernel.documents.store import Event, change_many
from singlewindow.kernel.exchange.receipts import CaseFile, changes_of, open_cases
from singlewindow.kernel.exchange.timers import act_first_many
from singlewindow.kernel.exchange.waits import follow
from singlewindow.kernel.lifecycle import Marks, Move
from singlewindow.kernel.problems import Conflict, NotFound
from singlewindow.kernel.subsystem import DocumentType

CHUNK = 500  # documents that are reckoned with at once: what they hold is in memory
NAMED = 3  # documents that a refusal names

_LOCKED = """select id, number, status, amending, ended_by from document
    where id = any($1) and type = $2 and not hidden and ($3::bigint is null or company_id = $3)
    order by number for update"""


async def move_many(
    transaction: Transaction,
    type: DocumentType,
    ids: Collection[int],
    name: str,
    text: str,
    *,
    who: str = "单一窗口",
) -> int:
    """Move documents of a type (by their ids), all or none; how many. `text` stands in their history, `who` did it.

    They are locked in the order of their numbers, as everywhere; status, find table, claims, draws, timers, history and
    news follow, at the transaction's moment. A web request moves its own company's alone.

    Raises NotFound for documents that are not there (or another company's), Conflict where a document is in no state of
    the move's, has ended or, where the move says so, a change is with customs: nothing is moved then. Raises ValueError
    for a move that the type does not know.
    """
    move = type.lifecycle.move(name)
    if move is None:
        raise ValueError(f"{type.name} knows no move {name}")
    await _lock(transaction, type, move, ids)
    wanted = sorted(set(ids))
    for begin in range(0, len(wanted), CHUNK):
        await _move(transaction, type, move, {"text": text}, who, wanted[begin : begin + CHUNK])
    return len(wanted)


async def _lock(transaction: Transaction, type: DocumentType, move: Move, ids: Collection[int]) -> None:
    """Lock the documents, let what is due of them act, and see that each may be moved."""
    asked = (list(ids), type.name, transaction.actor.company_id)
    rows = await transaction.rows(_LOCKED, *asked)
    if len(rows) < len(set(ids)):
        raise NotFound(f"{len(set(ids)) - len(rows)} 份{type.title}不存在或已删除，不能{move.label}")
    if type.lifecycle.timers and await act_first_many(transaction, [row["id"] for row in rows]):
        rows = await transaction.rows(_LOCKED, *asked)
    refused = [(row["number"], why) for row in rows for why in [_why_not(type, move, row)] if why]
    if refused:
        said = "；".join(f"{type.title} {number} {why}" for number, why in refused[:NAMED])
        more = f"（另有 {len(refused) - NAMED} 份）" if len(refused) > NAMED else ""
        raise Conflict(f"{said}{more}，不能{move.label}", advice="请重新查询后再办理", clause=move.clause)


def _why_not(type: DocumentType, move: Move, row: Row) -> str:
    """Why a document cannot be moved, or ""."""
    marker = type.lifecycle.marker(Marks(row["amending"], row["ended_by"]))
    if marker and (row["ended_by"] or move.unamended):
        return f"「{marker[1]}」"
    return "" if row["status"] in move.from_states else f"状态为「{type.lifecycle.name_of(row['status'])}」"


async def _move(
    transaction: Transaction,
    type: DocumentType,
    move: Move,
    said: Mapping[str, str],
    who: str,
    ids: Sequence[int],
) -> None:
    """Move some documents, which are locked and may be moved."""
    rows = await transaction.rows(f"select {COLUMNS} from document where id = any($1)", list(ids))
    files = await open_cases(transaction, rows)
    cases = {file.case.document.id: file.case for file in files.values()}
    await _note(transaction, move, list(cases.values()))
    moved = []
    for case in cases.values():
        last = case.last
        if last is None or case.status_of(last, ending=False) != move.to:
            raise Conflict(f"{type.title} {case.document.number} 不能{move.label}", clause=move.clause)
        data = {"move": move.name, "from": case.document.status, "status": move.to, **said}
        last.events = [Event("moved", who, data if move.tells else {**data, "quiet": True})]
        moved.append(last)
    for of_type, changes in changes_of(moved).items():
        await change_many(transaction, of_type, changes)
    await follow(transaction, type, [case.document.number for case in cases.values()])


async def _note(transaction: Transaction, move: Move, cases: Sequence[CaseFile]) -> None:
    """Write the move's rows, and add it to the cases."""
    places = [case.place(move.name) for case in cases]
    for case, place in zip(cases, places, strict=True):
        case.moves.append(place)
    await transaction.run(
        """insert into move (document_id, company_id, name, at, after)
           select document_id, company_id, $1, at, after
           from unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::bigint[])
               as m (document_id, company_id, at, after)""",
        move.name,
        [case.document.id for case in cases],
        [case.document.company_id for case in cases],
        [place.at for place in places],
        [place.after for place in places],
    )
