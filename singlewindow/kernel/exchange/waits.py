"""Submissions that wait for another document (`Waits`): kept at submission, let go when that one has come so far.

1. Who submits looks at the awaited document under a shared lock. Where somebody changes it at this moment the lock is
   not waited for: the submission is kept, and the worker looks again after both have ended.
2. Who changes the awaited document settles what waits for it in the same transaction (`follow`). What is being
   submitted or settled at this moment is passed over, for the worker; nobody who holds one of the two waits for the
   other.
3. What was filled in from the awaited document (`Waits.copies`) and stands otherwise there by now is not sent: the
   submission fails with words, as one whose awaited document will never come so far.
4. The worker looks when called and every few seconds (`settle_due`): what could not be settled at once, and what waits
   for a document that was deleted.
A row of `waiting` goes with the submission that it let go or that failed, so that nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.documents.record import COLUMNS
from singlewindow.kernel.documents.store import Event, change_many
from singlewindow.kernel.exchange.receipts import Heard, changes_of, hear_all, open_cases
from singlewindow.kernel.lifecycle import SEND_FAILED
from singlewindow.kernel.problems import Conflict, Violation
from singlewindow.kernel.subsystem import DocumentType, Waits, document_types, is_awaited

BATCH = 100
AGAIN = "30 seconds"  # of real time, after what made difficulties
PORTAL = "单一窗口"
log = structlog.get_logger()

_AWAITED = """select status, ended_by from document
    where number = $1 and type = $2 and company_id = $3 and not hidden"""
_WAITING = """
    select w.document_id, w.submission_id, w.awaited_type, w.awaited, s.sequence, s.superseded or d.hidden as moot,
           d.type, d.number, d.company_id, a.id as awaited_id, a.status as stands,
           a.id is null or a.ended_by <> '' as gone
    from waiting w join submission s on s.id = w.submission_id join document d on d.id = w.document_id
    left join document a on a.number = w.awaited and a.type = w.awaited_type and a.company_id = w.company_id
                            and not a.hidden
    where {} order by d.number limit {} for update of w, d skip locked"""
# The row itself is locked too: whoever looked before another one's commit would let its submission go again.
_OF = _WAITING.format("w.awaited_type = $1 and w.awaited = any($2)", "all")
_ONE = _WAITING.format("w.document_id = $1", "1")
_OTHERWISE = """
    select w.id, w.name, signed.content->>w.name as signed, a.content->>w.name as stands
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) with ordinality
             as w (id, submission, awaited, name, place)
    join submission s on s.id = w.submission join document a on a.id = w.awaited
    cross join lateral (select convert_from(s.content, 'UTF8')::jsonb as content) as signed
    where coalesce(signed.content->>w.name, '') <> coalesce(a.content->>w.name, '') order by w.place"""
_DUE = _WAITING.format(
    """w.next_at <= now() and (s.superseded or d.hidden or a.id is null or a.ended_by <> ''
       or exists (select from unnest($1::text[], $2::text[]) as r (type, status)
                  where r.type = d.type and r.status = a.status))""",
    str(BATCH),
)


def any_waits() -> bool:
    """Whether any document type waits for another."""
    return any(type.waits for type in document_types().values())


async def find_wrong(
    transaction: Transaction, type: DocumentType, company: int, content: Mapping[str, Any]
) -> Violation | None:
    """What is wrong where the document to wait for is not there, or will never come so far."""
    waits = type.waits
    number = content.get(waits.field, "") if waits else ""
    if waits is None or not number:
        return None
    row = await transaction.row(_AWAITED, number, waits.type, company)
    if row is None or row["ended_by"] or row["status"] in waits.ends:
        stands = _stands(waits, row["status"] if row else None)
        message = f"{_named(waits.type, number)}{stands}，不能申报"
        advice = f"请更换{type.form.labels.get(waits.field, '')}后重新申报"
        return Violation(waits.field, "waits.ended", message, advice, waits.clause)
    return None


async def awaited(
    transaction: Transaction,
    type: DocumentType,
    company: int,
    content: Mapping[str, Any],
    *,
    lock: bool = True,
) -> str:
    """The number of the document for which a submission must wait; "" where it may go at once.

    With `lock` that one stays as it is until the commit, unless somebody changes it at this moment: then it is waited
    for.
    """
    waits = type.waits
    number: str = content.get(waits.field, "") if waits else ""
    if waits is None or not number:
        return ""
    locked = " for share skip locked" if lock else ""
    row = await transaction.row(_AWAITED + locked, number, waits.type, company)
    return "" if row and not row["ended_by"] and row["status"] in waits.states else number


def kept(waits: Waits, number: str) -> Event:
    """The entry of the history of a submission that is kept."""
    return Event("held", PORTAL, {"type": waits.type, "number": number, "status": waits.status})


async def hear_and_follow(transaction: Transaction, heard: Sequence[Heard]) -> None:
    """Store and apply receipts as `hear_all`, and settle what waited for their documents in the same transaction."""
    await hear_all(transaction, heard)
    types = document_types()
    for name in dict.fromkeys(each.type for each in heard):
        if name in types:
            await follow(transaction, types[name], [each.number for each in heard if each.type == name])


async def follow(transaction: Transaction, type: DocumentType, numbers: Sequence[str]) -> None:
    """Settle what waits for these documents, which have changed; in a company's own transaction the worker is called to
    do it."""
    if not is_awaited(type):
        return
    if transaction.actor.company_id is not None:
        await transaction.run("select pg_notify('waiting', '')")
        return
    await _settle(transaction, await transaction.rows(_OF, type.name, list(dict.fromkeys(numbers))))


async def settle_due(database: Database) -> int:
    """Settle what can be, at most BATCH; how many were looked at. Any number of workers may do it at once."""
    try:
        async with database.transaction() as transaction:
            rows = await _due(transaction)
            await _settle(transaction, rows)
            return len(rows)
    except Exception as error:  # one that makes difficulties must not hold up the others
        log.warning("waiting submissions one by one", error=repr(error))
        return await _one_by_one(database)


async def _one_by_one(database: Database) -> int:
    async with database.transaction() as transaction:
        due = [row["document_id"] for row in await _due(transaction)]
    settled = 0
    for id in due:
        try:
            async with database.transaction() as transaction:
                rows = await transaction.rows(_ONE, id)
                await _settle(transaction, rows)
                settled += len(rows)
        except Exception:
            log.exception("submission waits on", document=id)
            async with database.transaction() as transaction:
                await transaction.run(
                    f"update waiting set next_at = now() + interval '{AGAIN}' where document_id = $1", id
                )
    return settled


async def _due(transaction: Transaction) -> list[Row]:
    settling = [
        (type.name, status)
        for type in document_types().values()
        if type.waits
        for status in sorted(type.waits.states | type.waits.ends)
    ]
    return await transaction.rows(_DUE, [type for type, _ in settling], [status for _, status in settling])


async def _settle(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Let go, or end, or note on, what waits (rows of _WAITING, locked)."""
    types = document_types()
    waits = {row["document_id"]: types[row["type"]].waits for row in rows if row["type"] in types}
    moot: list[int] = []
    failed: list[tuple[Row, str]] = []
    ready: list[Row] = []
    waiting: list[Row] = []
    for row in rows:
        awaits = waits.get(row["document_id"])
        if row["moot"] or awaits is None:
            moot.append(row["document_id"])
        elif row["gone"] or row["stands"] in awaits.ends:
            failed.append((row, _ended(awaits, row)))
        else:
            (ready if row["stands"] in awaits.states else waiting).append(row)
    await _forget(transaction, moot)
    await _note(transaction, waiting)
    outdated = await _outdated(transaction, ready)
    failed += [(row, outdated[row["document_id"]]) for row in ready if row["document_id"] in outdated]
    ready = [row for row in ready if row["document_id"] not in outdated]
    if ready and not await _released(transaction, ready):
        failed += [(row, _in_the_way(row)) for row in ready if not await _released(transaction, [row])]
    await _fail(transaction, failed)


async def _outdated(transaction: Transaction, rows: Sequence[Row]) -> dict[int, str]:
    """Words for each submission that was signed with other values than the awaited document, which has come so far, has
    now: signing refuses that too, and customs would take it in for good (CONS-06, CONS-09)."""
    types = document_types()
    copied = [
        (row["document_id"], row["submission_id"], row["awaited_id"], name)
        for row in rows
        if (awaits := types[row["type"]].waits)
        for name in awaits.copies
    ]
    if not copied:
        return {}
    columns = [list(column) for column in zip(*copied, strict=True)]
    found: dict[int, list[Row]] = {}
    for each in await transaction.rows(_OTHERWISE, *columns):
        found.setdefault(each["id"], []).append(each)
    return {
        row["document_id"]: _changed(row, found[row["document_id"]])
        for row in rows
        if row["document_id"] in found
    }


async def _released(transaction: Transaction, rows: Sequence[Row]) -> bool:
    """Let submissions go, all or none: whether they could."""
    try:
        async with transaction.savepoint():
            await _release(transaction, {row["document_id"]: row for row in rows})
    except Conflict as conflict:
        log.warning("not let go", documents=len(rows), error=conflict.detail)
        return False
    return True


async def _release(transaction: Transaction, rows: Mapping[int, Row]) -> None:
    await transaction.run(
        """with gone as (
               delete from waiting where document_id = any($1) returning *
           ), begun as (
               update submission s set start_status = gone.start_status from gone where s.id = gone.submission_id
           ), sent as (
               insert into outbox (document_id, submission_id, message_id)
               select document_id, submission_id, gen_random_uuid()::text from gone order by document_id
           )
           select pg_notify('outbox', '')""",
        list(rows),
    )
    found = await transaction.rows(
        f"select {COLUMNS} from document where id = any($1) order by number", list(rows)
    )
    files = await open_cases(transaction, found)
    released = []
    for case in {file.case.document.id: file.case for file in files.values()}.values():
        last, row = case.last, rows[case.document.id]
        assert last is not None, "what was kept is not superseded"
        data = {
            "type": row["awaited_type"], "number": row["awaited"], "from": case.document.status,
            "status": case.status_of(last),
        }  # fmt: skip
        last.events = [Event("released", PORTAL, data)]
        released.append(last)
    for type, changes in changes_of(released).items():
        await change_many(transaction, type, changes)
        await follow(transaction, type, [document.number for document, _, _ in changes])


async def _forget(transaction: Transaction, ids: Sequence[int]) -> None:
    """Take rows away whose submission no longer waits."""
    if ids:
        await transaction.run("delete from waiting where document_id = any($1)", list(ids))


async def _fail(transaction: Transaction, failed: Sequence[tuple[Row, str]]) -> None:
    """End submissions that will never go, as ones that could not be sent, each with its words."""
    await _forget(transaction, [row["document_id"] for row, _ in failed])
    heard = [
        Heard(row["type"], row["number"], row["sequence"], 0, SEND_FAILED, text, transaction.now, {})
        for row, text in failed
    ]
    await hear_all(transaction, heard)


async def _note(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Say in the histories what became of the documents that are waited for, once, where these are not on their way."""
    types = document_types()
    said = [
        {
            "id": row["document_id"],
            "type": row["awaited_type"],
            "number": row["awaited"],
            "stands": row["stands"],
        }
        for row in rows
        if row["awaited_type"] in types
        and not types[row["awaited_type"]].lifecycle.state(row["stands"]).waiting
    ]
    if said:
        await transaction.run(_SAY, said, transaction.now, PORTAL)


_SAY = """
    insert into event (document_id, company_id, at, kind, who, data)
    select w.document_id, w.company_id, $2, 'waits', $3, said - 'id'
    from jsonb_array_elements($1::jsonb) as said join waiting w on w.document_id = (said->>'id')::bigint
    where not exists (
        select from (select kind, data from event e where e.document_id = w.document_id order by no desc limit 1) as l
        where kind = 'waits' and data = said - 'id')
    order by w.document_id"""
"""What is said already is not said again."""


def _named(type: str, number: str) -> str:
    awaited = document_types().get(type)
    return f"{awaited.title if awaited else type} {number} "


def _stands(waits: Waits, status: str | None) -> str:
    """What became of a document that is waited for in vain."""
    if status is None:
        return "不存在或已删除"
    return (
        f"状态为「{document_types()[waits.type].lifecycle.name_of(status)}」"
        if status in waits.ends
        else "已终止"
    )


def _ended(waits: Waits, row: Row) -> str:
    return f"未发送：所等待的{_named(waits.type, row['awaited'])}{_stands(waits, row['stands'])}，请核对后重新申报"


def _in_the_way(row: Row) -> str:
    named = _named(row["awaited_type"], row["awaited"])
    return f"未发送：{named}已生效，但本单据与另一单据冲突，请核对后重新申报"


def _changed(row: Row, differing: Sequence[Row]) -> str:
    labels = document_types()[row["type"]].form.labels
    said = "，".join(
        f"「{labels[each['name']]}」现为 {each['stands'] or '空'}（本单据申报时为 {each['signed'] or '空'}）"
        for each in differing
    )
    named = _named(row["awaited_type"], row["awaited"])
    return f"未发送：所等待的{named}已生效，但{said}，请打开本单据重新暂存，核对后重新申报"
