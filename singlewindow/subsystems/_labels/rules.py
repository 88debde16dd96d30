"""What must hold, as small pure functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from singlewindow.kernel.problems import Violation

MOST_DAYS = 93  # three months, both days counted, are never more
MOST_LABELS = 1000
CLAUSE = "样例标签 1"
ORDER_CLAUSE = "样例标签 2"


def check_days(first: date, last: date) -> list[Violation]:
    """LABL-R01: the days of a query are in order and not too many, both counted."""
    if last < first:
        message = f"到达日期止 {last} 早于到达日期起 {first}"
        return [Violation("arrived_to", "LABL-R01", message, "请改正起止日期后再查询", CLAUSE)]
    if (days := (last - first).days + 1) > MOST_DAYS:
        message = f"到达日期的间隔为 {days} 天，最多 {MOST_DAYS} 天"
        return [Violation("arrived_from", "LABL-R01", message, "请缩小起止日期后再查询", CLAUSE)]
    return []


def check_order(numbers: Sequence[str], known: Collection[str]) -> list[Violation]:
    """LABL-R02: an order names at least one parcel, not too many, each once and of the own company."""
    if not 1 <= len(numbers) <= MOST_LABELS:
        message = f"一次申请 1 至 {MOST_LABELS} 个标签，现有 {len(numbers)} 个"
        return [Violation("numbers", "LABL-R02", message, "请重新勾选后再申请", ORDER_CLAUSE)]
    odd = [n for at, n in enumerate(numbers) if n not in known or n in numbers[:at]]
    return [
        Violation(
            "numbers", "LABL-R02", f"{n} 不是本企业的包裹，或重复", "请去掉该编号后再申请", ORDER_CLAUSE
        )
        for n in odd[:20]
    ]
