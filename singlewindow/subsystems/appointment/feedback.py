"""Declaration numbers that are fed back, compared with the application (APPT-10), and until when (APPT-16).

Half of what must agree stands in the number itself: 接受申报海关 (positions 1 to 4), year (5 to 8), and 1 or 0 for
import or export (9). The rest is in customs' register of declarations, as far as it holds the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from singlewindow.kernel.timing import CHINA, midnight_after
from singlewindow.subsystems.appointment.lead_time import minute_of
from singlewindow.subsystems.appointment.readings import Readings

CLAUSE = "手册 第五篇第一章 预约通关报关单号反馈"
MOST = 50
NUMBER = re.compile("[0-9]{18}")
OF_LIST = re.compile("[0-9]{8}[IE][0-9A-Z]{9}")
DIRECTIONS = {"1": "I", "0": "E"}
"""Position 9 of a declaration number → 进出口标识."""
WORDS = {"I": "I-进口", "E": "E-出口"}
NOT_DECLARED = {
    "1": "保存",
    "2": "已申报",
    "3": "预录入接收失败",
    "5": "海关入库失败",
    "6": "退单",
    "8": "删单",
}
"""States of the register in which customs have accepted no declaration, or have it no more."""
SHOWN = 40  # characters of what was typed wrongly

Register = Mapping[str, Mapping[str, Any]]
"""Number → what the register of declarations holds of it."""


@dataclass(frozen=True)
class Applied:
    """What the declarations must agree with: the application as it was submitted, and when."""

    ie_flag: str
    declare_port: str
    entry_port: str
    declarant_code: str
    consignee_code: str
    submitted_at: datetime


@dataclass(frozen=True)
class Difference:
    """A number that does not agree: its row from 1 (0: the table as a whole), the field, and both values in words."""

    row: int
    number: str
    field: str
    expected: str
    found: str
    what: str = ""
    advice: str = "请核对后改正该报关单号，或删除这一行"
    clause: str = CLAUSE

    @property
    def message(self) -> str:
        """It in a sentence, with number, field and both values; `row` says where it stands."""
        where = f"{self.number}：" if self.row else ""  # what shows it names row and box before it
        what = self.what or f"{self.field}不一致"
        return f"{where}{what}，预约通关申请为 {self.expected}，报关单为 {self.found}"


def differences(numbers: Sequence[str], applied: Applied, register: Register) -> list[Difference]:
    """Everything in which the numbers, in the order of their rows, differ from the application."""
    found = list(_of_all(numbers))
    for row, number in enumerate(numbers, 1):
        if problem := _shape(row, number):
            found.append(problem)
            continue
        if (first := numbers.index(number) + 1) < row:
            found.append(_twice(row, number, first))
            continue
        found.extend(_of_one(row, number, applied, register.get(number) or {}))
    return found


def unknown(numbers: Sequence[str], register: Register) -> list[str]:
    """The well-formed numbers that the register does not hold: only customs can compare the rest of them."""
    return [number for number in numbers if NUMBER.fullmatch(number) and number not in register]


def used_by(number: str, declarant: str, consignee: str) -> str:
    """Under what a number serves an appointment; it begins with the number.

    A declaration agrees with appointments of its own two companies alone, so the number is theirs: what others feed
    back, before customs have published whose it is, keeps them from nothing (PORT-10).
    """
    return f"{number}/{declarant}/{consignee}" if number else ""


def feedback_until(start: datetime, readings: Readings) -> datetime:
    """The last second of the days for feedback, counted from the day on which the window ends."""
    return _midnight_after_window(start, readings) - timedelta(seconds=1)


def unanswered_from(start: datetime, readings: Readings) -> datetime:
    """The moment from which an appointment without feedback is I-通关完成未反馈."""
    if readings.unanswered == "after_window":
        return start + readings.length
    return _midnight_after_window(start, readings)


def _midnight_after_window(start: datetime, readings: Readings) -> datetime:
    end = start.astimezone(CHINA) + readings.length
    found = midnight_after(end.date().isoformat(), readings.feedback_days)
    assert found is not None
    return found


def _of_all(numbers: Sequence[str]) -> Iterator[Difference]:
    if len(numbers) > MOST:
        yield Difference(
            0,
            "",
            "报关单票数",
            f"最多 {MOST} 票",
            f"{len(numbers)} 票",
            f"报关单票数超过 {MOST} 票",
            f"请只反馈不超过 {MOST} 票报关单号",
        )


def _shape(row: int, number: str) -> Difference | None:
    """What is wrong with a number's characters."""
    if OF_LIST.fullmatch(number):
        advice = "集中申报清单编号不能反馈，请录入汇总后的报关单号"
        found = f"第 9 位为 {number[8]}（集中申报清单）"
        return Difference(row, number, "报关单号", "18 位报关单号", found, "是集中申报清单编号", advice)
    if not NUMBER.fullmatch(number):
        found = f"{len(number)} 位" if re.fullmatch("[0-9]*", number) else f"{len(number)} 位且含非数字字符"
        what = "报关单号应为 18 位数字"
        return Difference(row, number[:SHOWN], "报关单号", "18 位数字", found, what)
    return None


def _twice(row: int, number: str, first: int) -> Difference:
    advice = "请删除重复的一行"
    return Difference(row, number, "报关单号", "每票一次", f"与第 {first} 行相同", "报关单号重复", advice)


def _of_one(row: int, number: str, applied: Applied, entry: Mapping[str, Any]) -> Iterator[Difference]:
    """The differences of a well-formed number; of each field at most one, the number's own digits before the entry.

    Of a declaration of other companies nothing is told but that it is theirs (PORT-10).
    """
    ours = {applied.declarant_code, applied.consignee_code}
    theirs = {str(code) for name in ("declarant_code", "consignee_code") if (code := entry.get(name))}
    if not theirs & ours:
        entry = {}
    if theirs and not entry:
        yield _foreign(row, number, applied)
    if entry.get("status") in NOT_DECLARED:
        yield _not_declared(row, number, entry)
    yield from _flag(row, number, applied, entry)
    pairs = (
        ("申报口岸", applied.declare_port, (number[:4], entry.get("district"))),
        ("进出口岸", applied.entry_port, (entry.get("port"),)),
        ("申报单位", applied.declarant_code, (entry.get("declarant_code"),)),
        ("收发货人", applied.consignee_code, (entry.get("consignee_code"),)),
    )
    for field, expected, values in pairs:
        if other := next((str(value) for value in values if value and value != expected), None):
            yield Difference(row, number, field, expected, other)
    yield from _declared(row, number, applied, str(entry.get("declared_at") or ""))


def _foreign(row: int, number: str, applied: Applied) -> Difference:
    expected = f"申报单位 {applied.declarant_code}、收发货人 {applied.consignee_code}"
    what = "不属于本预约通关申请的申报单位和收发货人"
    return Difference(row, number, "申报单位和收发货人", expected, "其他企业", what)


def _not_declared(row: int, number: str, entry: Mapping[str, Any]) -> Difference:
    status = str(entry["status"])
    found = str(entry.get("status_name") or NOT_DECLARED[status])
    what, advice = "海关没有接受申报的这份报关单", "请反馈海关已接受申报的报关单，或删除这一行"
    return Difference(row, number, "状态", "海关已接受申报的报关单", found, what, advice)


def _flag(row: int, number: str, applied: Applied, entry: Mapping[str, Any]) -> Iterator[Difference]:
    of_number = DIRECTIONS.get(number[8])
    if of_number is None:
        found = f"第 9 位为 {number[8]}（应为 1 进口或 0 出口）"
        yield Difference(row, number, "进出口标识", _word(applied.ie_flag), found)
        return
    flags = (of_number, entry.get("ie_flag"))
    if other := next((flag for flag in flags if flag and flag != applied.ie_flag), None):
        yield Difference(row, number, "进出口标识", _word(applied.ie_flag), _word(str(other)))


def _declared(row: int, number: str, applied: Applied, declared: str) -> Iterator[Difference]:
    """申报日期 must be later than 提交日期: moments are compared exactly; a day without time may be the same day."""
    submitted = applied.submitted_at.astimezone(CHINA)
    try:
        if len(declared) == len("2026-11-28"):
            late, shown = date.fromisoformat(declared) >= submitted.date(), declared
        else:
            moment = datetime.fromisoformat(declared)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
            late, shown = moment > submitted, minute_of(moment)
    except ValueError:
        return
    if not late:
        what = "申报日期应晚于预约申请的提交日期"
        advice = "只能反馈预约通关申请提交之后申报的报关单，请核对报关单号"
        yield Difference(
            row, number, "申报日期", f"{minute_of(submitted)} 提交", f"{shown} 申报", what, advice
        )


def _word(flag: str) -> str:
    return WORDS.get(flag, flag)
