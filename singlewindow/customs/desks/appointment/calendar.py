"""The working hours of a port out of its calendar months. Pure (FA 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from singlewindow.customs.times import local_day, start_of

Months = Mapping[str, Mapping[str, Any]]
"""Entries of the register `port_calendar`: `{port}-{yyyymm}` → data."""

WEEKDAYS = "一二三四五六日"


def month_key(port: str, day: date) -> str:
    """The key of the entry that holds a port's day."""
    return f"{port}-{day:%Y%m}"


def days_of(starts_at: datetime, ends_at: datetime) -> list[date]:
    """The Chinese days that a window touches; `ends_at` does not belong to it."""
    first, last = local_day(starts_at), local_day(ends_at - timedelta(microseconds=1))
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


def hours_on(months: Months, port: str, day: date) -> list[str] | None:
    """The intervals at which a port works on a day ("09:00-12:00"); None where its month is unknown, as one is in which
    nobody ever works (decision 0037)."""
    days = months.get(month_key(port, day), {}).get("days", {})
    return list(days.get(f"{day:%d}", ())) if any(days.values()) else None


def meets(starts_at: datetime, ends_at: datetime, day: date, hours: Sequence[str]) -> bool:
    """Whether a window touches working hours; both are half-open, so it may begin at closing time."""
    return any(
        starts_at < _moment(day, last) and _moment(day, first) < ends_at
        for first, last in (interval.split("-") for interval in hours)
    )


def day_in_words(day: date) -> str:
    """A day with its weekday."""
    return f"{day.isoformat()}（星期{WEEKDAYS[day.weekday()]}）"


def _moment(day: date, time: str) -> datetime:
    """A time of a day; 24:00 is the next midnight."""
    hours, minutes = map(int, time.split(":"))
    return start_of(day) + timedelta(hours=hours, minutes=minutes)
