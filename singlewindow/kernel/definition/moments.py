"""Days, "YYYY-MM-DD", and a day and a time as one value, "YYYY-MM-DD HH:MM", Chinese time, from whichever way somebody
wrote them.

The pages read what is typed by the same rules (`canonical.ts` in `web/src/kernel/fields/date/` and `moment/`); both run
`days.cases.json` and `moments.cases.json`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

from singlewindow.kernel.timing import CHINA

SHAPE = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"
DAYS = (date(1900, 1, 1), date(2200, 12, 31))
"""The first and the last day that may be written anywhere."""

_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})[ T]*([0-9]{2}):?([0-9]{2})?")
_SIGNS = r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})"
_DAY = _SIGNS + r"(?:日[ T]*|[ T]+)"
_HOUR = (
    r"(?=[0-9]{4}$|[0-9]{1,2}(?![0-9]))([0-9]{1,2})"  # four digits without a sign between are hour and minute
)
_DAY_ALONE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})|" + _SIGNS + "日?")
_WRITTEN = re.compile(_DAY + _HOUR + r"(?:[:时]?([0-9]{2})分?(?::00)?|时)?")


def canonical_day(text: str) -> str:
    """The one way of writing a day, from digits alone (20261128), with other signs between them, or full width. What is
    none is answered as it is, without blanks around it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    read = _DAY_ALONE.fullmatch(plain)
    if read is None:
        return plain
    year, month, day = filter(None, read.groups())
    return f"{year}-{month:0>2}-{day:0>2}"


def canonical(text: str) -> str:
    """The one way of writing a moment, from digits alone (2026112810, 202611281030), with other signs between them, or
    full width; without minutes it is the full hour. What is none is answered as it is, without blanks around it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    read = _DIGITS.fullmatch(plain) or _WRITTEN.fullmatch(plain)
    if read is None:
        return plain
    year, month, day, hour, minute = (part or "00" for part in read.groups())
    return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}"


def find_moment(text: str) -> datetime | None:
    """The moment that a canonical text names, in Chinese time, or None; years from 1900 to 2200, hours to 23."""
    if not re.fullmatch(SHAPE, text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=CHINA) if DAYS[0] <= moment.date() <= DAYS[1] else None


def moment_text(moment: datetime) -> str:
    """A moment as a field's value, rounded down to the minute."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def later(text: str, by: timedelta) -> str:
    """The value that lies so much later than a field's value; "" where that names no moment."""
    start = find_moment(text)
    return "" if start is None else moment_text(start + by)
