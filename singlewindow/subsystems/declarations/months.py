"""Months as calendars count them: the same day of another month, or that month's last day where there is none."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from singlewindow.kernel.documents.store import CHINA


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or earlier where negative: 31 January and one month is the end of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(moment: datetime) -> date:
    """The day of a moment in China, where business days are counted."""
    return moment.astimezone(CHINA).date()


def beginning_of(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), CHINA)


def end_of(day: date) -> datetime:
    """The first moment after a day in China."""
    return beginning_of(day + timedelta(days=1))
