"""Months of working calendars as customs publish them, written from the official notice for 2026 (国办, 2025-11-04)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

OFF = (
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
)
MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
THROUGH = ("09:00-17:00",)
LUNCH = ("09:00-12:00", "14:30-18:00")  # 中山


def works(day: date) -> bool:
    """Whether customs work on a day of the second half of 2026."""
    rests = any(first <= day <= last for first, last in OFF)
    return day in MADE_UP or (day.weekday() < 5 and not rests)


def month_of(port: str, month: str, hours: tuple[str, ...] = THROUGH, **more: Any) -> dict[str, Any]:
    """The entry `{port}-{month}` of the register, month as 202611."""
    year, number = int(month[:4]), int(month[4:])
    days = [date(year, number, day) for day in range(1, monthrange(year, number)[1] + 1)]
    return {
        "port": port,
        "name": {"5301": "皇岗海关", "5304": "蛇口海关"}.get(port, port),
        "month": month,
        "provisional": False,
        "days": {f"{day:%d}": list(hours) for day in days if works(day)},
        **more,
    }
