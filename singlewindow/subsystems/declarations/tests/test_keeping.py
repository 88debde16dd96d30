"""Keeping periods, months and their ends (PRNT-01, PRNT-08): judgements without any database."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.documents.store import CHINA
from singlewindow.subsystems.declarations.keeping import (
    DUTY_NATURES,
    TRADE_MODES,
    KeepingPeriods,
    earliest_closing,
    kept_until,
)
from singlewindow.subsystems.declarations.months import day_of, months_after

CODES = Path(__file__).parents[1] / "codes"
KERNEL_CODES = Path(__file__).parents[3] / "kernel" / "codes" / "tables"
DAYS = st.dates(date(2005, 1, 1), date(2090, 12, 31))


def lines(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in file.read_text("utf-8").splitlines() if line[0] != "#"))


def shipped() -> KeepingPeriods:
    years = [
        {e["code"]: int(e["years"]) for e in lines(CODES / f"{t}.csv")} for t in (TRADE_MODES, DUTY_NATURES)
    ]
    return KeepingPeriods(*years)


@pytest.mark.parametrize(
    ("trade_mode", "duty_nature", "years"),
    [
        ("0110", "101", 3), ("4019", "101", 3), ("2600", "", 3), ("", "", 3), ("9999", "000", 3),
        ("0214", "502", 5), ("0615", "503", 5), ("0654", "", 5), ("0255", "101", 5),
        ("2025", "789", 11), ("0110", "401", 11), ("0320", "501", 11), ("0420", "101", 11), ("0615", "789", 11),
    ],
)  # fmt: skip
def test_years_follow_from_trade_mode_and_duty_nature(trade_mode: str, duty_nature: str, years: int) -> None:
    """PRNT-01: 11 years for reliefs and equipment, 5 for processing, 3 for all else; the longer one of two counts."""
    assert shipped().years_of(trade_mode, duty_nature) == years


def test_the_shipped_codes_exist_and_have_their_names() -> None:
    """PRNT-01: what lengthens a period is a code of the general tables, under its name there."""
    for table, general in ((TRADE_MODES, "trade_modes"), (DUTY_NATURES, "duty_nature")):
        names = {e["code"]: e["name"] for e in lines(KERNEL_CODES / f"{general}.csv")}
        assert {e["code"]: e["name"] for e in lines(CODES / f"{table}.csv")}.items() <= names.items()
        assert {e["years"] for e in lines(CODES / f"{table}.csv")} == {"5", "11"}


def test_the_last_day_is_the_same_day_years_later() -> None:
    """PRNT-01: kept to the end of that day; of a 29 February to the 28th."""
    periods = shipped()
    assert periods.last_day(date(2023, 11, 26), "0110", "101") == date(2026, 11, 26)
    assert periods.last_day(date(2024, 2, 29), "0110", "101") == date(2027, 2, 28)
    assert periods.last_day(date(2024, 2, 29), "0110", "401") == date(2035, 2, 28)


@given(closed=DAYS, today=DAYS, years=st.sampled_from([3, 5, 11]))
def test_the_querys_bound_says_the_same_as_the_last_day(closed: date, today: date, years: int) -> None:
    """PRNT-01: the statement that finds by days and the rule that judges a number never disagree."""
    assert (closed >= earliest_closing(today, years)) == (today <= months_after(closed, 12 * years))


@given(years=st.sampled_from([3, 5, 11, 4]), year=st.integers(2010, 2080), off=st.integers(-2, 2))
def test_the_bound_holds_around_the_end_of_february(years: int, year: int, off: int) -> None:
    today = date(year, 3, 1) + timedelta(days=off)
    first = earliest_closing(today, years)
    assert months_after(first, 12 * years) >= today > months_after(first - timedelta(days=1), 12 * years)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)), ((2028, 1, 31), 1, (2028, 2, 29)), ((2026, 3, 31), 1, (2026, 4, 30)),
        ((2026, 12, 15), 1, (2027, 1, 15)), ((2026, 5, 31), -3, (2026, 2, 28)), ((2026, 1, 1), -3, (2025, 10, 1)),
    ],
)  # fmt: skip
def test_months(day: tuple[int, int, int], months: int, expected: tuple[int, int, int]) -> None:
    assert months_after(date(*day), months) == date(*expected)


@given(day=DAYS, months=st.integers(-140, 140))
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2080, 1, 1)))  # noqa: DTZ001 made Chinese below
def test_what_was_made_is_kept_one_natural_month(moment: datetime) -> None:
    """PRNT-08: until the end of the same day of the next month, its last day where that day does not exist."""
    made = moment.replace(tzinfo=CHINA)
    until = kept_until(made)
    last_day = day_of(until - timedelta(microseconds=1))
    assert until.astimezone(CHINA).time().isoformat() == "00:00:00"
    assert last_day == months_after(made.date(), 1)
    assert (last_day.month - made.month) % 12 == 1


def test_the_end_of_january() -> None:
    """PRNT-08: made at any hour of 31 January, gone when March begins in China."""
    assert kept_until(datetime(2027, 1, 31, 23, 59, tzinfo=CHINA)) == datetime(2027, 3, 1, tzinfo=CHINA)
    assert kept_until(datetime(2027, 1, 28, 0, 0, tzinfo=CHINA)) == datetime(2027, 3, 1, tzinfo=CHINA)
    assert kept_until(datetime(2027, 12, 31, 8, tzinfo=CHINA)) == datetime(2028, 2, 1, tzinfo=CHINA)
