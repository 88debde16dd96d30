"""The rule a second time, written as differently as can be: every minute of some months is a byte.

Nothing here is shared with the rule but the readings; texts of the register are read anew, and time is counted in
minutes since the first of the months.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from singlewindow.subsystems.appointment.readings import Readings

A_DAY = 24 * 60
Days = Mapping[date, Sequence[str]]


class Verdict(NamedTuple):
    """Why not ("" for nothing), and the latest moment to apply where it can be said."""

    why: str
    latest: datetime | None


@dataclass(frozen=True)
class Minutes:
    """A port: each minute's byte is 1 while it works, and each day's says whether its month is known."""

    origin: datetime
    ends: Sequence[int]  # of each day's work, 0 where there is none
    busy: bytearray
    known: bytearray
    counted: dict[tuple[int, int], int | None]  # what was counted already

    def first_busy(self, begin: int, end: int) -> bool:
        return 1 in self.busy[begin:end]

    def closing(self, start: int, earlier_day: bool) -> int | None:
        """Back from day to day, to the first that has work which is over by then; None at a day that nobody knows."""
        for day in range(start // A_DAY, -1, -1):
            if not self.known[day]:
                return None
            if not self.ends[day] or (earlier_day and day == start // A_DAY):
                continue
            end = self.busy.find(0, self.ends[day])
            if end <= start:
                return end
        return None

    def minutes_of_work_before(self, closing: int, minutes: int) -> int | None:
        """Back minute by minute; None where the days that are known do not hold so many."""
        if (closing, minutes) not in self.counted:
            self.counted[closing, minutes] = self._count(closing, minutes)
        return self.counted[closing, minutes]

    def _count(self, closing: int, minutes: int) -> int | None:
        at = closing
        for _ in range(minutes):
            at = self.busy.rfind(1, 0, at)
            if at < 0:
                return None
        days = range(at // A_DAY, closing // A_DAY + 1)
        return at if all(self.known[day] for day in days) else None


@cache
def span(text: str) -> tuple[int, int]:
    """22:00-06:00 → minutes after midnight; one that would end before it begins ends on the next day."""
    first, last = ((int(part[:2]) * 60 + int(part[3:])) for part in text.split("-"))
    return (first, last) if last > first else (first, last + A_DAY)


def minutes_of(origin: date, count: int, days: Days, missing: frozenset[tuple[int, int]]) -> Minutes:
    """A port over `count` days; `missing` are months (year, month) that are not published."""
    busy, known = bytearray((count + 3) * A_DAY), bytearray(count + 3)
    worked = {(day.year, day.month) for day, texts in days.items() if texts} - missing
    ends = [0] * (count + 3)
    for at in range(count):
        day = origin + timedelta(days=at)
        if (day.year, day.month) in worked:
            known[at] = 1
            for begin, end in map(span, days.get(day, ())):
                busy[at * A_DAY + begin : at * A_DAY + end] = b"\1" * (end - begin)
                ends[at] = max(ends[at], at * A_DAY + end)
    first = datetime(origin.year, origin.month, origin.day)  # noqa: DTZ001
    return Minutes(first, ends, busy, known, {})


def verdict(
    start: datetime, port: Minutes, entry: Minutes | None, lead: int, readings: Readings, now: datetime
) -> Verdict:
    """The judgement of a start, all moments without a zone; `lead` in hours, `entry` None where it is the same port."""
    begin = int((start - port.origin).total_seconds()) // 60
    end = begin + (1 if readings.window == "start" else readings.window_hours * 60)
    closing = port.closing(begin, readings.closing == "earlier_day")
    latest = None
    if closing is not None:
        back = closing - lead * 60
        if readings.hours == "working":
            counted = port.minutes_of_work_before(closing, lead * 60)
            latest = None if counted is None else port.origin + timedelta(minutes=counted)
        else:
            latest = port.origin + timedelta(minutes=back)
    return Verdict(_why((begin, end), start, port, entry, latest, readings, now), latest)


def _why(
    window: tuple[int, int],
    start: datetime,
    port: Minutes,
    entry: Minutes | None,
    latest: datetime | None,
    readings: Readings,
    now: datetime,
) -> str:
    if now.replace(microsecond=0) > start:
        return "past"
    if not all(port.known[day] for day in range(window[0] // A_DAY, (window[1] - 1) // A_DAY + 1)):
        return "unknown"
    others = [entry] if entry is not None and readings.entry_calendar == "when_present" else []
    if any(each.first_busy(*window) for each in (port, *others)):
        return "working"
    if latest is None:
        return "unknown"
    return "late" if now.replace(microsecond=0) > latest else ""


def offers(
    last: datetime, port: Minutes, entry: Minutes | None, lead: int, readings: Readings, now: datetime
) -> Iterator[datetime]:
    """Every half hour from now to `last` that may be appointed and lies not within the window offered before it."""
    at = now.replace(minute=0, second=0, microsecond=0)
    free = at
    while at < last:
        if at >= free and not verdict(at, port, entry, lead, readings, now).why:
            yield at
            free = at + timedelta(hours=readings.window_hours)
        at += timedelta(minutes=30)
