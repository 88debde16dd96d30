"""What customs read out of the signed content of an application and of what follows it (FA 2.2, 2.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.desks.appointment.readings import readings
from singlewindow.customs.desks.appointment.states import (
    BASE,
    CANCELLATION,
    EXPLANATION,
    FEEDBACK,
)
from singlewindow.customs.exchange.verification import Rejected, content_of
from singlewindow.customs.register_kinds import DIRECTIONS
from singlewindow.customs.times import CHINA

COMPANY = re.compile(r"[0-9]{4}[0-9A-Z]{6}")
DISTRICT = re.compile(r"[0-9]{4}")
START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
MOST_NUMBERS = 50
LONGEST_NUMBER = 64


@dataclass(frozen=True)
class Booking:
    """What an application asks for: who for whom, where, which direction, from when to when."""

    consignee: str
    consignee_name: str
    declare_port: str
    entry_port: str
    ie_flag: str
    starts_at: datetime
    ends_at: datetime


def booking_in(submission: Submission) -> Booking:
    """The booking of a submission that is fit; its content holds it also when it is a follow-up's."""
    content = content_of(submission)
    starts_at = start_in(content)
    return Booking(
        content["consignee_code"],
        str(content.get("consignee_name") or "")[:200],
        content["declare_port"],
        content["entry_port"],
        content["ie_flag"],
        starts_at,
        starts_at + readings().length,
    )


def start_in(content: Mapping[str, Any]) -> datetime:
    """预约通关时间, typed in Chinese time; raises ValueError, TypeError and KeyError where it is no moment."""
    text = content["start"]
    if not START.fullmatch(text):
        raise ValueError("no moment")
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


def numbers_in(submission: Submission) -> list[str]:
    """The declaration numbers of a feedback that is fit, in the order of its rows."""
    return [row["entry_no"] for row in content_of(submission)["declarations"]]


def unfit(submission: Submission) -> str:
    """Why a submission of this chapter cannot be taken in, in Chinese; "" where it can."""
    try:
        content = content_of(submission)
    except Rejected as rejected:
        return rejected.text
    if submission.function in BASE:
        return _wrong_booking(content)
    if submission.function == FEEDBACK:
        return _wrong_numbers(content.get("declarations"))
    if submission.function == EXPLANATION:
        return _wrong_explanation(content, submission)
    if submission.function != CANCELLATION:
        return f"报文功能代码 {submission.function} 不能处理，应为 ADD、FBK、EXP 或 CAN"
    return ""


def _wrong_booking(content: Mapping[str, Any]) -> str:
    if not _fits(COMPANY, content.get("consignee_code")):
        return "收发货人应为 10 位海关编码"
    for name, label in (("declare_port", "预约申报口岸"), ("entry_port", "预约进出口岸")):
        if not _fits(DISTRICT, content.get(name)):
            return f"{label}应为 4 位关区代码"
    if content.get("ie_flag") not in DIRECTIONS:
        return "进出口标识应为 I 进口或 E 出口"
    try:
        start_in(content)
    except (KeyError, TypeError, ValueError):
        return "预约通关时间应如 2026-11-28 10:00"
    return ""


def _wrong_numbers(rows: Any) -> str:
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        return "没有反馈报关单号"
    if len(rows) > MOST_NUMBERS:
        return f"报关单票数不能超过 {MOST_NUMBERS} 票"
    for at, row in enumerate(rows, 1):
        number = row.get("entry_no") if isinstance(row, dict) else None
        if not isinstance(number, str) or not 0 < len(number) <= LONGEST_NUMBER:
            return f"第 {at} 票的报关单号不能识别"
    return ""


def _wrong_explanation(content: Mapping[str, Any], submission: Submission) -> str:
    text = content.get("explanation")
    if (isinstance(text, str) and text.strip()) or submission.attachments:
        return ""
    return "情况说明没有内容"


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
