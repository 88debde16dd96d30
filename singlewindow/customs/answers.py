"""Customs' answers: numbered per submission under its row lock, written with the message in one transaction."""

from __future__ import annotations

from typing import Any

import structlog

from singlewindow.contract.messages import Receipt
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Decision
from singlewindow.customs.desks import desk_for
from singlewindow.customs.due import due_at
from singlewindow.customs.exchange.outgoing import new_message_id, queue_receipt
from singlewindow.customs.problems import NotFound, NotInThisState, Refused

MAX_REMARK = 500
log = structlog.get_logger()


async def answer(
    transaction: Transaction,
    submission_id: int,
    code: str,
    text: str,
    data: dict[str, Any] | None = None,
) -> None:
    """Write the next receipt of a submission and its message; the row lock makes seq count 1, 2, 3 …"""
    row = await transaction.row(
        """update submission set last_seq = last_seq + 1 where id = $1
           returning type, number, sequence, last_seq, request_id""",
        submission_id,
    )
    if row is None:
        raise NotFound("没有这份申请")
    receipt = Receipt(
        message_id=new_message_id(),
        type=row["type"],
        number=row["number"],
        submission=row["sequence"],
        seq=row["last_seq"],
        code=str(code),
        text=text,
        at=transaction.now,
        data=data or {},
        request_id=row["request_id"],
    )
    await queue_receipt(transaction, receipt)
    await transaction.run(
        """insert into receipt (submission_id, seq, code, text, data, at, message_id)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        submission_id,
        receipt.seq,
        receipt.code,
        receipt.text,
        receipt.data,
        receipt.at,
        receipt.message_id,
    )
    log.info(
        "answered", number=receipt.number, code=receipt.code, seq=receipt.seq, request_id=row["request_id"]
    )


async def decide(
    transaction: Transaction, submission_id: int, decision: Decision, remark: str, by: str
) -> None:
    """Take a decision that the submission's state allows. `by` is the officer's name.

    Raises NotFound, NotInThisState (somebody was first, or it was never taken in), Refused (remark).
    """
    remark = _checked_remark(decision, remark)
    row = await transaction.row(
        """select id, type, number, sequence, district, state, customs_no, decided_by from submission
           where id = $1 for update""",
        submission_id,
    )
    if row is None:
        raise NotFound("没有这份申请")
    if row["state"] not in decision.from_states:
        raise NotInThisState(_why_not(row))
    data = await decision.data(transaction, row) if decision.data else {}
    due = None
    if decision.state in desk_for(row["type"]).automatic_states:
        due = await due_at(transaction, row["number"], row["sequence"])
    await transaction.run(
        """update submission set state = $2, customs_no = coalesce($3, customs_no), decided_at = $4,
               decided_by = $5, due_at = $6 where id = $1""",
        submission_id,
        decision.state,
        data.get("customs_no"),
        transaction.now,
        by,
        due,
    )
    await _keep(transaction, row, decision, remark, by)
    await answer(transaction, submission_id, decision.code, decision.text(remark), data)


async def _keep(transaction: Transaction, row: Row, decision: Decision, remark: str, by: str) -> None:
    await transaction.run(
        """insert into decision (submission_id, name, title, remark, from_state, to_state, at, by)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        row["id"],
        decision.name,
        decision.title,
        remark,
        row["state"],
        decision.state,
        transaction.now,
        by,
    )


def _checked_remark(decision: Decision, remark: str) -> str:
    remark = remark.strip()
    if decision.needs_remark and not remark:
        raise Refused.because(
            "remark", "desk.remark", f"{decision.title}时必须填写审核意见", "请写明理由，企业将据此处理"
        )
    if len(remark) > MAX_REMARK:
        raise Refused.because(
            "remark", "desk.remark", f"审核意见不能超过 {MAX_REMARK} 个字符", "请精简后重试"
        )
    return remark


def _why_not(row: Row) -> str:
    state = desk_for(row["type"]).state_name(row["state"])
    if row["decided_by"] is None:
        return f"该申请为「{state}」，不能作此决定"
    return f"该申请已由{row['decided_by']}处理为「{state}」，不能再作此决定，请刷新查看结果"
