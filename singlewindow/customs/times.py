"""Days of the calendar are days in China; moments on the wire carry their offset."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def local_day(moment: datetime) -> date:
    """The calendar day of a moment."""
    return moment.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time(), CHINA)


def end_of(day: date) -> datetime:
    """The first moment after a day: ends are exclusive on the wire and inclusive on the screen."""
    return start_of(day + timedelta(days=1))
