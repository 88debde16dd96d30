"""Until when lists must be merged, in words (manual 4.1; 令169 第13条; FA 3.2); `limits.py` has the days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from singlewindow.subsystems.consolidated.limits import merge_by, merging

CLAUSE = "手册 第六篇 4.1 集报清单汇总；海关总署令第169号 第十三条"
BONDED = "2"  # 集中申报货物性质
ADVICE = "请取消勾选该清单，并向申报地海关咨询办理方式"

Standing = Literal["", "overdue", "refused"]


@dataclass(frozen=True)
class Period:
    """Until when a list may be merged, and how that stands today: `refused` where it cannot be merged any more."""

    last_day: date
    standing: Standing
    message: str = ""
    advice: str = ""


def period_of(
    accepted: date, nature: str, today: date, *, day: int = 10, refuse_overdue: bool = False
) -> Period:
    """Whether a list that customs accepted on a day may be merged today; `day`: of the next month, the last in time.

    With `refuse_overdue` one that is late may not.
    """
    bonded = nature == BONDED
    until = merge_by(accepted, bonded=bonded, day=day)
    stands = merging(accepted, today, bonded=bonded, day=day)
    if stands == "in_time":
        return Period(until, "")
    if stands == "refused":
        message = f"一般贸易清单不能跨年度汇总：海关接受日期为 {accepted}，最迟应于 {until} 汇总"
        return Period(until, "refused", message, ADVICE)
    term = f"海关接受日期为 {accepted}，应于 {until} 前（含当日）汇总"
    if refuse_overdue:
        return Period(until, "refused", f"已逾期，不能再汇总：{term}", ADVICE)
    return Period(until, "overdue", f"已逾期：{term}", "仍可汇总，请尽快办理并申报报关单")
