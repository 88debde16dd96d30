"""Why a feedback, an explanation or a cancellation must not be accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import RECEIVED, RECEPTION
from singlewindow.customs.desks.appointment import books
from singlewindow.customs.desks.appointment.feedback import compared, shown
from singlewindow.customs.desks.appointment.states import FROM, STATES
from singlewindow.customs.kept import of_another, received


async def why_not_fed_back(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """Feedback: the appointment is approved, and every declaration agrees with it. Companies read this too."""
    held = await books.held(transaction, rows, lock=lock)
    found = await compared(transaction, rows, to_company=True)
    return [
        _ended(row, book) or (f"报关单与预约申请不一致（{len(its)} 处）" if its else "")
        for row, book, its in zip(rows, held, found, strict=True)
    ]


async def why_not_explained(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """Explanation: the appointment is approved."""
    held = await books.held(transaction, rows, lock=lock)
    return [_ended(row, book) for row, book in zip(rows, held, strict=True)]


async def why_not_cancelled(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """Cancellation: not ended, and submitted before the appointed moment; how long customs take does not count."""
    held = await books.held(transaction, rows, lock=lock)
    messages = await received(transaction, rows)
    return [
        _ended(row, book) or _late(book, message.submitted_at)
        for row, book, message in zip(rows, held, messages, strict=True)
    ]


def _ended(row: Row, book: Row | None) -> str:
    if book is None:
        return "海关没有这份预约，只能退回"
    if why := of_another(row, book, "预约"):
        return f"{why}，只能退回"
    if book["state"] in FROM[row["function"]]:
        return ""
    if book["state"] == RECEIVED:
        return "该预约尚未审批，审批通过后才能同意，否则只能退回"
    return f"该预约为「{STATES.get(book['state'], RECEPTION[RECEIVED])}」，只能退回"


def _late(book: Row | Mapping[str, Any] | None, submitted_at: Any) -> str:
    if book is None or submitted_at < book["starts_at"]:
        return ""
    said = f"取消于 {shown(submitted_at)} 提交，预约通关时间为 {shown(book['starts_at'])}"
    return f"{said}，超过预约时间不可取消，只能退回"
