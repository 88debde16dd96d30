"""The time limits of consolidated declaration as pure functions of days (令169; CONS-01, CONS-08, CONS-09, CONS-13).

Days are those of Chinese time, both ends counted. How many days or months a limit has comes from the caller, with the
decree's number as default (`readings.py`).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

LIST_CLAUSE = "海关总署令第169号 第九条；海关法 第二十四条"
MERGE_CLAUSE = "海关总署令第169号 第十三条；手册 第六篇 4.1"

Merging = Literal["in_time", "overdue", "refused"]
"""Whether lists may be merged on a day: in time; late, which is marked 逾期; or not at all, across a year."""


def add_months(day: date, months: int) -> date:
    """The same day of a later month; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_list_day(entry: date, days: int = 14) -> date:
    """The last day on which customs take an import list; the day of entry is not counted."""
    return entry + timedelta(days=days)


def list_in_time(entry: date, accepted: date, days: int = 14) -> bool:
    """Whether an import list of that day of entry may be accepted on a day; later a 报关单 is due."""
    return accepted <= last_list_day(entry, days)


def least_guarantee_day(today: date, months: int = 3) -> date:
    """The earliest day that 担保有效期 may name (令169 第五条)."""
    return add_months(today, months)


def is_valid(valid_until: date, today: date) -> bool:
    """Whether what is valid until a day still is; 核准有效期 is its last day."""
    return today <= valid_until


def may_extend(valid_until: date, today: date, *, bonded: bool, days: int = 10) -> bool:
    """Whether 延期 may be asked for: of 保税货物, within the last days before the end (manual 1.3.1)."""
    return bonded and timedelta() <= valid_until - today <= timedelta(days=days)


def merge_by(accepted: date, *, bonded: bool, day: int = 10) -> date:
    """The last day on which a list accepted on a day is merged in time.

    Bonded goods: the end of the next month. Others: the `day`th of the next month, and within the year.
    """
    last = last_of_month(accepted)
    if bonded:
        return last_of_month(last + timedelta(days=1))
    return last if last.month == 12 else last + timedelta(days=day)


def merging(accepted: date, today: date, *, bonded: bool, day: int = 10) -> Merging:
    """Whether a list accepted on a day may be merged today. Others than bonded goods never go across a year."""
    if not bonded and today.year != accepted.year:
        return "refused"
    return "in_time" if today <= merge_by(accepted, bonded=bonded, day=day) else "overdue"


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
