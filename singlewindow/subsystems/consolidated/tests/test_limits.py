"""The time limits of FA 3.2, at their boundaries (CONS-01, CONS-08, CONS-09, CONS-13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.subsystems.consolidated.limits import (
    add_months,
    is_valid,
    last_list_day,
    least_guarantee_day,
    list_in_time,
    may_extend,
    merge_by,
    merging,
)
from singlewindow.subsystems.consolidated.qualification.rules import find_day

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("entry", "accepted", "taken"),
    [
        ("2026-10-01", "2026-10-15", True),
        ("2026-10-01", "2026-10-16", False),
        ("2026-10-01", "2026-10-01", True),
        ("2026-12-20", "2027-01-03", True),
        ("2026-12-20", "2027-01-04", False),
        ("2028-02-16", "2028-03-01", True),  # a leap year
        ("2028-02-16", "2028-03-02", False),
    ],
)
def test_a_list_within_fourteen_days_of_entry(entry: str, accepted: str, taken: bool) -> None:
    """FA 3.2: the day of entry is not counted; the fourteenth day still is."""
    assert list_in_time(day(entry), day(accepted)) is taken


def test_the_days_may_be_read_otherwise() -> None:
    """FA 3.2: how many days they are comes from the readings."""
    assert last_list_day(day("2026-10-01"), 3) == day("2026-10-04")


@pytest.mark.parametrize(
    ("today", "earliest"),
    [
        ("2026-11-21", "2027-02-21"),
        ("2026-11-30", "2027-02-28"),
        ("2027-11-30", "2028-02-29"),
        ("2026-01-31", "2026-04-30"),
        ("2026-12-01", "2027-03-01"),
    ],
)
def test_a_guarantee_lasts_three_months(today: str, earliest: str) -> None:
    """FA 3.2: filed on 2026-11-21, 20270221 is enough and 20270220 is not."""
    assert least_guarantee_day(day(today)) == day(earliest)


@pytest.mark.parametrize(
    ("accepted", "today", "general", "bonded"),
    [
        ("2026-10-31", "2026-11-10", "in_time", "in_time"),
        ("2026-10-31", "2026-11-11", "overdue", "in_time"),
        ("2026-10-01", "2026-10-01", "in_time", "in_time"),
        ("2026-10-31", "2026-11-30", "overdue", "in_time"),
        ("2026-10-31", "2026-12-01", "overdue", "overdue"),
        ("2026-11-30", "2026-12-10", "in_time", "in_time"),
        ("2026-11-30", "2026-12-31", "overdue", "in_time"),
        ("2026-11-30", "2027-01-01", "refused", "overdue"),
        ("2026-12-28", "2026-12-31", "in_time", "in_time"),
        ("2026-12-28", "2027-01-05", "refused", "in_time"),
        ("2026-12-28", "2027-01-31", "refused", "in_time"),
        ("2026-12-28", "2027-02-01", "refused", "overdue"),
        ("2028-01-31", "2028-02-29", "overdue", "in_time"),
    ],
)
def test_when_lists_are_merged(accepted: str, today: str, general: str, bonded: str) -> None:
    """FA 3.2, FA 4.9: by the tenth of the next month, the year's end before it; bonded ones by the next month's end."""
    assert merging(day(accepted), day(today), bonded=False) == general
    assert merging(day(accepted), day(today), bonded=True) == bonded


@given(DAYS)
def test_a_list_can_be_merged_in_time_on_its_own_day_and_on_the_last(accepted: date) -> None:
    """CONS-13: nobody is late at once, and the day after the last is never in time."""
    for bonded in (True, False):
        last = merge_by(accepted, bonded=bonded)
        assert (
            merging(accepted, accepted, bonded=bonded) == merging(accepted, last, bonded=bonded) == "in_time"
        )
        assert merging(accepted, last + timedelta(days=1), bonded=bonded) != "in_time"
        assert bonded or last.year == accepted.year


@pytest.mark.parametrize(
    ("today", "may"),
    [("2026-11-20", False), ("2026-11-21", True), ("2026-12-01", True), ("2026-12-02", False)],
)
def test_when_an_extension_may_be_asked_for(today: str, may: bool) -> None:
    """FA 3.2: until 2026-12-01, from ten days before on, both ends counted; others than bonded goods never."""
    assert may_extend(day("2026-12-01"), day(today), bonded=True) is may
    assert may_extend(day("2026-12-01"), day(today), bonded=False) is False


def test_what_is_valid_until_a_day_is_valid_on_it() -> None:
    """FA 3.2: use of a filing that has not expired."""
    assert is_valid(day("2026-12-01"), day("2026-12-01"))
    assert not is_valid(day("2026-12-01"), day("2026-12-02"))


@given(DAYS, st.integers(0, 36))
def test_months_are_added_as_people_do(start: date, months: int) -> None:
    """FA 3.2: never beyond the month that is meant."""
    later = add_months(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day <= start.day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20270221", date(2027, 2, 21)), ("19000101", date(1900, 1, 1)), ("22001231", date(2200, 12, 31)),
        ("18991231", None), ("22010101", None), ("20270230", None), ("2027221", None), ("", None),
    ],
)  # fmt: skip
def test_which_day_a_guarantee_ends(text: str, day: date | None) -> None:
    """CONS-01: yyyyMMdd in eight digits, a day that there is, of the years from 1900 to 2200."""
    assert find_day(text) == day
