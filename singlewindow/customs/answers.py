"""Customs' answers: numbered per submission under its row lock, written with the message in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from singlewindow.contract.messages import Receipt
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Decision, Effect, ReceiptData, ReceiptWords, Taken
from singlewindow.customs.desks import desk_for
from singlewindow.customs.due import hold_mode
from singlewindow.customs.exchange.outgoing import new_message_id, queue_receipts
from singlewindow.customs.keys import Keys
from singlewindow.customs.problems import NotFound, NotInThisState, Refused

MAX_REMARK = 500
log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """A receipt's content, and the submission's row with its number already counted (`ANSWERED`)."""

    row: Row
    code: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


ANSWERED = "id, type, number, sequence, last_seq, request_id"
"""What an answer needs of a submission, after last_seq was raised under the row's lock."""


async def write(transaction: Transaction, answers: Sequence[Answer], keys: Keys | None = None) -> None:
    """Write receipts and their messages, signed at once where there are `keys`."""
    if not answers:
        return
    receipts = [_receipt(transaction, each) for each in answers]
    await queue_receipts(transaction, receipts, keys)
    await transaction.run(
        """insert into receipt (submission_id, seq, code, text, data, at, message_id)
           select submission_id, seq, code, text, data::jsonb, $1, message_id
           from unnest($2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[])
                as w (submission_id, seq, code, text, data, message_id)""",
        transaction.now,
        [each.row["id"] for each in answers],
        [receipt.seq for receipt in receipts],
        [receipt.code for receipt in receipts],
        [receipt.text for receipt in receipts],
        [json.dumps(receipt.data, ensure_ascii=False) for receipt in receipts],
        [receipt.message_id for receipt in receipts],
    )
    for receipt in receipts:
        log.info(
            "answered",
            number=receipt.number,
            code=receipt.code,
            seq=receipt.seq,
            request_id=receipt.request_id,
        )


def _receipt(transaction: Transaction, answer: Answer) -> Receipt:
    return Receipt(
        message_id=new_message_id(),
        type=answer.row["type"],
        number=answer.row["number"],
        submission=answer.row["sequence"],
        seq=answer.row["last_seq"],
        code=answer.code,
        text=answer.text,
        at=transaction.now,
        data=dict(answer.data),
        request_id=answer.row["request_id"],
    )


async def decide(
    transaction: Transaction, submission_id: int, decision: Decision, remark: str, by: str, seen: str = ""
) -> None:
    """Take a decision that the submission's state allows. `by` is the officer's name, `seen` what the page says that
    the decision confirms.

    Raises NotFound, NotInThisState (somebody was first, it was never taken in, it is hindered, or it would confirm
    what the officer has not seen), Refused (remark).
    """
    remark = _checked_remark(decision, remark)
    await hold_mode(transaction)
    row = await transaction.row(f"select {DECIDED} from submission where id = $1 for update", submission_id)
    if row is None:
        raise NotFound("没有这份申请")
    if row["state"] not in decision.from_states:
        raise NotInThisState(_why_not(row))
    if why := (await hindrances(transaction, decision, [row], lock=True))[0]:
        raise NotInThisState(why)
    if (stands := (await confirmed(transaction, decision, [row]))[0]) != seen:
        now = f"现将确认{stands}" if stands else "现已没有需要确认的内容"
        shown = f"而页面所示为{seen}" if seen else "页面没有显示"
        raise NotInThisState(f"「{decision.title}」{now}，{shown}；请打开该申请核对后再办理")
    await decide_all(transaction, [Taken(row, decision, remark)], by)


async def decide_many(
    transaction: Transaction, name: str, submission_ids: Sequence[int], remark: str, by: str
) -> dict[int, str]:
    """Take the decision of this name on each of the submissions that allow it; answers why not, for those that do not.

    All are locked in one order and decided in turns. Raises Refused (remark) where one of them needs what is missing.
    """
    await hold_mode(transaction)
    rows = await transaction.rows(
        f"select {DECIDED} from submission where id = any($1) order by id for update",
        sorted(set(submission_ids)),
    )
    why = dict.fromkeys(submission_ids, "没有这份申请") | {row["id"]: "" for row in rows}
    asked = []
    for row in rows:
        decision = desk_for(row["type"]).find_decision(name, row["function"])
        if decision is None or row["state"] not in decision.from_states:
            why[row["id"]] = _why_not(row)
        else:
            asked.append(Taken(row, decision, _checked_remark(decision, remark)))
    for turn in in_turns(asked):
        why |= await _decide_turn(transaction, turn, by)
    return {identifier: words for identifier, words in why.items() if words}


def in_turns(asked: Sequence[Taken]) -> list[list[Taken]]:
    """In turns, each to be judged when the one before it is written: different decisions of one desk may take from the
    same licence, account book or filing, and none would see what the other takes (CONS-10). What nothing can hinder
    goes with the first."""
    met: dict[str, list[Decision]] = {}
    turns: list[list[Taken]] = []
    for each in asked:
        place = 0
        if each.decision.hindrance is not None:
            judged = met.setdefault(desk_for(each.row["type"]).name, [])
            if each.decision not in judged:
                judged.append(each.decision)
            place = judged.index(each.decision)
        if place == len(turns):
            turns.append([])
        turns[place].append(each)
    return turns


async def _decide_turn(transaction: Transaction, turn: Sequence[Taken], by: str) -> dict[int, str]:
    """Decide what still allows it and nothing hinders; why not, or "", by the submissions' ids. What cannot be written
    together, since one ends what another acts upon, is decided one by one."""
    rows = await transaction.rows(
        f"select {DECIDED} from submission where id = any($1)", [each.row["id"] for each in turn]
    )
    now = {row["id"]: row for row in rows}  # the turns before this one may have ended documents
    current = [Taken(now[each.row["id"]], each.decision, each.remark) for each in turn]
    possible = [each for each in current if each.row["state"] in each.decision.from_states]
    why = {each.row["id"]: _why_not(each.row) for each in current} | await _hindered(transaction, possible)
    free = [each for each in possible if not why[each.row["id"]]]
    try:
        async with transaction.savepoint():
            await decide_all(transaction, free, by)
    except NotInThisState as refused:
        if len(free) == 1:
            return why | {free[0].row["id"]: refused.detail}
        for each in free:
            why |= await _decide_turn(transaction, [each], by)
    return why


async def _hindered(transaction: Transaction, taken: Sequence[Taken]) -> dict[int, str]:
    asked: dict[Decision, list[Row]] = {}
    for each in taken:
        asked.setdefault(each.decision, []).append(each.row)
    found: dict[int, str] = {}
    for decision, rows in asked.items():
        said = await hindrances(transaction, decision, rows, lock=True)
        stands = await confirmed(transaction, decision, rows)
        alone = [each and f"「{decision.title}」将确认{each}，请打开该申请核对后办理" for each in stands]
        found |= {row["id"]: why or more for row, why, more in zip(rows, said, alone, strict=True)}
    return found


DECIDED = "id, type, number, sequence, function, company, district, state, customs_no, decided_by"
"""What a decision needs of a submission, which is locked."""


async def hindrances(
    transaction: Transaction, decision: Decision, rows: Sequence[Row], *, lock: bool = False
) -> list[str]:
    """Why each of the submissions (`DECIDED`) must not be decided so for now; "" where nothing hinders."""
    if decision.hindrance is None:
        return [""] * len(rows)
    return await decision.hindrance(transaction, rows, lock=lock)


async def confirmed(transaction: Transaction, decision: Decision, rows: Sequence[Row]) -> list[str]:
    """What deciding so would confirm of each of the submissions (`DECIDED`), in words; "" for nothing."""
    return [""] * len(rows) if decision.confirms is None else await decision.confirms(transaction, rows)


async def decide_all(
    transaction: Transaction, taken: Sequence[Taken], by: str, keys: Keys | None = None
) -> None:
    """Write decisions with their receipts and messages, and what else they change at their desks."""
    if not taken:
        return
    data = await _data(transaction, taken)
    more = await _words(transaction, taken)
    rows = await transaction.rows(
        f"""update submission s set state = w.state, customs_no = coalesce(w.customs_no, s.customs_no),
                decided_at = $1, decided_by = $2, last_seq = s.last_seq + 1,
                due_at = case when w.again then automatic_moment(s.number || '/' || s.sequence) end
            from unnest($3::bigint[], $4::text[], $5::text[], $6::boolean[]) as w (key, state, customs_no, again)
            where s.id = w.key returning {ANSWERED}""",
        transaction.now,
        by,
        [each.row["id"] for each in taken],
        [each.decision.state for each in taken],
        [data[each.row["id"]].get("customs_no") for each in taken],
        [each.decision.state in desk_for(each.row["type"]).automatic_states for each in taken],
    )
    await _keep(transaction, taken, by)
    await _take_effect(transaction, taken)
    said = {each.row["id"]: each for each in taken}
    answers = [
        Answer(
            row,
            str(now.decision.code),
            now.decision.text(now.remark, more.get(row["id"], "")),
            data[row["id"]],
        )
        for row in rows
        for now in [said[row["id"]]]
    ]
    await write(transaction, answers, keys)


async def _data(transaction: Transaction, taken: Sequence[Taken]) -> dict[int, dict[str, Any]]:
    """What the receipts carry besides their texts. Whoever makes it is asked once for all rows, so that what it locks
    it can lock in one order."""
    found: dict[int, dict[str, Any]] = {each.row["id"]: {} for each in taken}
    asked: dict[ReceiptData, list[Row]] = {}
    for each in taken:
        if each.decision.data is not None:
            asked.setdefault(each.decision.data, []).append(each.row)
    for data, rows in asked.items():
        answers = await data(transaction, rows)
        found |= {row["id"]: said for row, said in zip(rows, answers, strict=True)}
    return found


async def _words(transaction: Transaction, taken: Sequence[Taken]) -> dict[int, str]:
    """What the receipts say besides, by the submissions' ids; asked for all rows at once."""
    asked: dict[ReceiptWords, list[Row]] = {}
    for each in taken:
        if each.decision.says is not None:
            asked.setdefault(each.decision.says, []).append(each.row)
    found: dict[int, str] = {}
    for says, rows in asked.items():
        found |= {row["id"]: said for row, said in zip(rows, await says(transaction, rows), strict=True)}
    return found


async def _take_effect(transaction: Transaction, taken: Sequence[Taken]) -> None:
    asked: dict[Effect, list[Taken]] = {}
    for each in taken:
        if (effect := desk_for(each.row["type"]).effect) is not None:
            asked.setdefault(effect, []).append(each)
    for effect, its in asked.items():
        await effect(transaction, its)


async def _keep(transaction: Transaction, taken: Sequence[Taken], by: str) -> None:
    await transaction.run(
        """insert into decision (submission_id, name, title, remark, from_state, to_state, at, by)
           select w.*, $1, $2
           from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as w""",
        transaction.now,
        by,
        [each.row["id"] for each in taken],
        [each.decision.name for each in taken],
        [each.decision.title for each in taken],
        [each.remark for each in taken],
        [each.row["state"] for each in taken],
        [each.decision.state for each in taken],
    )


def _checked_remark(decision: Decision, remark: str) -> str:
    remark = remark.strip()
    if decision.needs_remark and not remark:
        raise Refused.because(
            "remark", "desk.remark", f"{decision.title}时必须填写审核意见", "请写明理由，企业将据此处理"
        )
    if len(remark) > MAX_REMARK:
        raise Refused.because(
            "remark",
            "desk.remark",
            f"审核意见至多 {MAX_REMARK} 个字符，现为 {len(remark)} 个",
            "请精简后重试",
        )
    return remark


def _why_not(row: Row) -> str:
    state = desk_for(row["type"]).state_name(row["state"])
    if row["decided_by"] is None:
        return f"该申请为「{state}」，不能作此决定"
    return f"该申请已由{row['decided_by']}处理为「{state}」，不能再作此决定，请刷新查看结果"
