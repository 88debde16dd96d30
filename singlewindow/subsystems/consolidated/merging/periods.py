"""Until when lists must be merged (manual 4.1; 令169 第13条; FA 3.2). Pure; days are Chinese calendar days.

一般贸易 (and 边境小额, 对外承包出口): by the tenth of the next month, the tenth counted, and never across years, so
that a list of December is due on the 31st. 保税: by the end of the next month.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

CLAUSE = "手册 第六篇 4.1 集报清单汇总"
BONDED = "2"  # 集中申报货物性质
LAST_DAY = 10

Standing = Literal["", "overdue", "refused"]


@dataclass(frozen=True)
class Period:
    """Until when a list may be merged, and how that stands today: `refused` where it cannot be merged any more."""

    last_day: date
    standing: Standing
    message: str = ""
    advice: str = ""


def last_day(accepted: date, nature: str) -> date:
    """The last day on which a list that customs accepted on that day is merged in time."""
    year, month = (accepted.year + 1, 1) if accepted.month == 12 else (accepted.year, accepted.month + 1)
    if nature == BONDED:
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, LAST_DAY) if year == accepted.year else date(accepted.year, 12, 31)


def period_of(accepted: date, nature: str, today: date, *, refuse_overdue: bool = False) -> Period:
    """Whether a list may be merged today. With `refuse_overdue` one that is late may not."""
    until = last_day(accepted, nature)
    if nature != BONDED and today.year > accepted.year:
        message = f"一般贸易清单不能跨年度汇总：该清单海关接受日期为 {accepted}，最迟应于 {until} 汇总"
        return Period(until, "refused", message, "请取消勾选该清单，并向申报地海关咨询办理方式")
    if today <= until:
        return Period(until, "")
    message = f"该清单已逾期：海关接受日期为 {accepted}，应于 {until} 前（含当日）汇总"
    if refuse_overdue:
        return Period(until, "refused", message, "请取消勾选该清单，并向申报地海关咨询办理方式")
    return Period(until, "overdue", message, "仍可汇总，请尽快办理并申报报关单")
