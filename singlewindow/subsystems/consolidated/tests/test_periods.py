"""Until when lists may be merged (FA 3.2, CONS-13)."""

from __future__ import annotations

from datetime import date

import pytest

from singlewindow.subsystems.consolidated.merging.periods import BONDED, Period, period_of

GENERAL = "1"


@pytest.mark.parametrize(
    ("accepted", "nature", "until"),
    [
        (date(2026, 10, 31), GENERAL, date(2026, 11, 10)),
        (date(2026, 10, 1), GENERAL, date(2026, 11, 10)),
        (date(2026, 12, 28), GENERAL, date(2026, 12, 31)),
        (date(2026, 10, 31), "3", date(2026, 11, 10)),
        (date(2026, 12, 28), "4", date(2026, 12, 31)),
        (date(2026, 12, 28), BONDED, date(2027, 1, 31)),
        (date(2027, 1, 31), BONDED, date(2027, 2, 28)),
        (date(2028, 1, 1), BONDED, date(2028, 2, 29)),
    ],
)
def test_the_last_day(accepted: date, nature: str, until: date) -> None:
    assert period_of(accepted, nature, accepted).last_day == until


@pytest.mark.parametrize(
    ("accepted", "nature", "today", "standing", "word"),
    [
        (date(2026, 10, 31), GENERAL, date(2026, 11, 10), "", ""),  # the tenth counts
        (date(2026, 10, 31), GENERAL, date(2026, 11, 11), "overdue", "逾期"),
        (date(2026, 12, 28), GENERAL, date(2026, 12, 31), "", ""),
        (date(2026, 12, 28), GENERAL, date(2027, 1, 5), "refused", "不能跨年度"),
        (date(2026, 10, 5), GENERAL, date(2027, 1, 1), "refused", "不能跨年度"),
        (date(2026, 12, 28), BONDED, date(2027, 1, 31), "", ""),
        (date(2026, 12, 28), BONDED, date(2027, 2, 1), "overdue", "逾期"),
    ],
)
def test_how_it_stands(accepted: date, nature: str, today: date, standing: str, word: str) -> None:
    period = period_of(accepted, nature, today)
    assert period.standing == standing
    assert word in period.message
    assert bool(period.message) == bool(period.advice) == bool(standing)


def test_late_ones_are_refused_where_the_switch_says_so() -> None:
    late = (date(2026, 10, 31), GENERAL, date(2026, 11, 11))
    refused = period_of(*late, refuse_overdue=True)
    assert (refused.standing, refused.message[:8]) == ("refused", "已逾期，不能再汇")
    assert period_of(date(2026, 10, 31), GENERAL, date(2026, 11, 10), refuse_overdue=True).standing == ""


def test_the_day_of_the_next_month_is_a_switch() -> None:
    """CONS-13, FA 3.2: until when general goods are merged, and what is late; of bonded ones it says nothing."""
    accepted = date(2026, 10, 31)
    assert period_of(accepted, GENERAL, date(2026, 11, 15), day=15) == Period(date(2026, 11, 15), "")
    assert period_of(accepted, GENERAL, date(2026, 11, 16), day=15).standing == "overdue"
    assert period_of(accepted, BONDED, date(2026, 11, 30), day=15) == Period(date(2026, 11, 30), "")
