"""The port of the worked cases: 09:00 to 17:00 on working days of the official calendar of 2026."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.calendar import Calendar, read_calendar

OFF = (
    ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
    ("09-25", "09-27"), ("10-01", "10-07"),
)  # fmt: skip
"""国务院办公厅关于2026年部分节假日安排的通知 (2025-11-04)."""
MADE_UP = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
Hours = Callable[[date], Sequence[str]]


def official(day: date) -> Sequence[str]:
    """The port of the facts: 09:00 to 17:00, not on days of rest."""
    text = f"{day:%m-%d}"
    rest = day.weekday() >= 5 or any(first <= text <= last for first, last in OFF)
    return ["09:00-17:00"] if text in MADE_UP or not rest else []


def lunch(day: date) -> Sequence[str]:
    """中山: a break of two and a half hours."""
    return ["09:00-12:00", "14:30-18:00"] if official(day) else []


def always(day: date) -> Sequence[str]:
    """7×24."""
    return ["00:00-24:00"]


def month(port: str, year: int, number: int, hours: Hours, **more: Any) -> tuple[str, Mapping[str, Any]]:
    """The key and the data of an entry of the register."""
    days = (date(year, number, day) for day in range(1, monthrange(year, number)[1] + 1))
    worked = {f"{day:%d}": list(hours(day)) for day in days if hours(day)}
    return f"{port}-{year}{number:02d}", {"name": "皇岗海关", "days": worked, **more}


def year_of(ports: Mapping[str, Hours], months: Sequence[int] = range(1, 13), year: int = 2026) -> Calendar:
    """A calendar of these ports and months."""
    return read_calendar(
        month(port, year, number, hours) for port, hours in ports.items() for number in months
    )


def at(text: str) -> datetime:
    """A moment in China, "2026-11-28 10:00" with or without seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)
