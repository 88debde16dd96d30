"""What must hold, as small pure functions."""

from __future__ import annotations

from datetime import date

from singlewindow.kernel.problems import Violation

MOST_DAYS = 92
CLAUSE = "样例标签 1"


def check_days(first: date, last: date) -> list[Violation]:
    """LABL-R01: the days of a query are in order and not too many, both counted."""
    if last < first:
        message = f"到达日期止 {last} 早于到达日期起 {first}"
        return [Violation("arrived_to", "LABL-R01", message, "请改正起止日期后再查询", CLAUSE)]
    if (days := (last - first).days + 1) > MOST_DAYS:
        message = f"到达日期的间隔为 {days} 天，最多 {MOST_DAYS} 天"
        return [Violation("arrived_from", "LABL-R01", message, "请缩小起止日期后再查询", CLAUSE)]
    return []
