"""Working hours of customs at their ports, by day: this year and, provisional, the next.

Source of 2026: 国务院办公厅关于2026年部分节假日安排的通知 (2025-11-04). Other years are marked provisional: weekdays
without the statutory days, as far as their dates are known; nobody knows their make-up days.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from singlewindow.demo.declarations import OPEN, OUTSIDE

OFFICIAL = 2026
OFF = (
    ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
    ("09-25", "09-27"), ("10-01", "10-07"),
)  # fmt: skip
MADE_UP = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
STATUTORY = ("01-01", "05-01", "05-02", "10-01", "10-02", "10-03")
LUNAR = {2027: ("02-05", "02-06", "02-07", "02-08", "04-05", "06-09", "09-15")}
"""除夕 to 初三, 清明, 端午, 中秋 of a year."""

THROUGH = ["09:00-17:00"]
LUNCH = ["09:00-12:00", "14:30-18:00"]
SHORT_LUNCH = ["09:00-12:00", "13:30-17:00"]
MORNING = ["09:00-12:00"]
ROUND_THE_CLOCK = ["00:00-24:00"]
NAMES = {
    "0202": "新港海关", "0715": "乌海海关", "0904": "大连加工区海关", "2202": "吴淞海关", "2244": "上海快件",
    "2248": "洋山港区", "3104": "北仑海关", "4201": "烟台海关", "4227": "青岛大港海关", "5101": "内港新风",
    "5141": "广州白云机场海关", "5201": "黄埔老港海关", "5301": "皇岗海关", "5304": "蛇口海关", "5306": "笋岗海关",
    "5316": "大鹏海关", "5322": "沙头角保税海关", "5710": "闸口海关",
}  # fmt: skip
SUNDAY = ("5710", "2244")  # worked on Sundays and holidays too
SATURDAY = ("0904", "5141")  # 5 + 1: Saturday mornings
ALWAYS = ("5322",)  # a bonded zone that never closes: nothing needs an appointment there
THROUGH_PORTS = ("5301", "5304", "4201", "5710")


def make_calendars(anchor: date) -> list[dict[str, Any]]:
    """One entry for each port and month of the anchor's year and the next, in the shape of a register's entry.

    The other districts have none, so that 未查到口岸工作时间 can be played.
    """
    ports = dict.fromkeys((*OPEN, *OUTSIDE, "5710", "0715", *ALWAYS))
    return [
        _month(port, year, month)
        for port in ports
        for year in (anchor.year, anchor.year + 1)
        for month in range(1, 13)
    ]


def works(day: date) -> bool:
    """Whether a day is a working day of an ordinary port."""
    text = f"{day:%m-%d}"
    if day.year == OFFICIAL:
        if any(first <= text <= last for first, last in OFF):
            return False
        return day.weekday() < 5 or text in MADE_UP
    return day.weekday() < 5 and text not in STATUTORY and text not in LUNAR.get(day.year, ())


def hours(port: str, day: date) -> list[str]:
    """The intervals at which a port works on a day, "09:00-12:00"; none on a day of rest."""
    if port in ALWAYS:
        return ROUND_THE_CLOCK
    ordinary = THROUGH if port in THROUGH_PORTS else LUNCH if port in OUTSIDE else SHORT_LUNCH
    if works(day):
        return ordinary
    if port in SUNDAY or (port in SATURDAY and day.weekday() == 5):
        return MORNING
    return []


def _month(port: str, year: int, month: int) -> dict[str, Any]:
    days = {f"{day:%d}": intervals for day in _days(year, month) if (intervals := hours(port, day))}
    data = {
        "port": port,
        "name": NAMES[port],
        "month": f"{year}-{month:02d}",
        "provisional": year != OFFICIAL,
        "days": days,
    }
    return {"key": f"{port}-{year}{month:02d}", "data": data}


def _days(year: int, month: int) -> Iterator[date]:
    first = date(year, month, 1)
    return (first + timedelta(days=at) for at in range(monthrange(year, month)[1]))
