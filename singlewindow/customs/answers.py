"""Customs' answers: numbered per submission under its row lock, written with the message in one transaction."""

from __future__ import annotations

from typing import Any

import structlog

from singlewindow.contract.messages import Receipt, ReceiptCode
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Decision, State
from singlewindow.customs.exchange.outgoing import new_message_id, queue_receipt
from singlewindow.customs.problems import NotFound, NotInThisState, Refused
from singlewindow.customs.times import local_day

MAX_REMARK = 500
log = structlog.get_logger()


async def answer(
    transaction: Transaction,
    submission_id: int,
    code: ReceiptCode,
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
        code=code.value,
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
    """Decide a received submission, once. `by` is the officer's name.

    Raises NotFound, NotInThisState (already decided, or never taken in), Refused (remark).
    """
    remark = _checked_remark(decision, remark)
    row = await transaction.row(
        "select state, district from submission where id = $1 for update", submission_id
    )
    if row is None:
        raise NotFound("没有这份申请")
    if row["state"] != State.RECEIVED:
        raise NotInThisState(_why_not(row))
    customs_no = await _next_customs_no(transaction, row["district"])
    await transaction.run(
        """update submission set state = $2, customs_no = $3, decided_at = $4, decided_by = $5, due_at = null
           where id = $1""",
        submission_id,
        decision.state.value,
        customs_no,
        transaction.now,
        by,
    )
    await answer(transaction, submission_id, decision.code, decision.text(remark), {"customs_no": customs_no})


def _checked_remark(decision: Decision, remark: str) -> str:
    remark = remark.strip()
    if decision.needs_remark and not remark:
        raise Refused.because(
            "remark", "desk.remark", "不同意时必须填写审核意见", "请写明理由，企业将据此处理"
        )
    if len(remark) > MAX_REMARK:
        raise Refused.because(
            "remark", "desk.remark", f"审核意见不能超过 {MAX_REMARK} 个字符", "请精简后重试"
        )
    return remark


def _why_not(row: Row) -> str:
    if row["state"] == State.REJECTED:
        return "该申请接收失败，不能审核"
    return "该申请已经审核，不能再次审核，请刷新查看结果"


async def _next_customs_no(transaction: Transaction, district: str) -> str:
    """海关审核编号, 18 characters: district 4, yyyyMMdd of the business day, serial 6 per district and day."""
    day = local_day(transaction.now)
    serial = await transaction.value(
        """insert into serial (district, day, last) values ($1, $2, 1)
           on conflict (district, day) do update set last = serial.last + 1 returning last""",
        district,
        day,
    )
    return f"{district}{day:%Y%m%d}{serial:06d}"
