"""When customs work at their ports: what the register `port_calendar` publishes, by port and month.

Work that goes on from one interval into the next, also over midnight, is one run of work. A working day ends where the
run ends in which its last interval lies: neither a lunch break nor a midnight that is worked through is 下班. A month
of which nothing is published, or no working time, is not known: nobody can say what lies in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.readings import Readings

KIND = "port_calendar"
DAY, NOTHING = timedelta(days=1), timedelta()
HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
KEY = re.compile(r"([0-9]{4})-([0-9]{4})(0[1-9]|1[0-2])")
MONTHS_AHEAD = 1  # beside the present one, in which times are offered
MONTHS_OF_WORK = 2  # before the appointment's, in which a lead in working hours is looked for


class Month(NamedTuple):
    """A month of a year; months are counted on over the years."""

    ordinal: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year * 12 + day.month - 1)

    @property
    def first(self) -> datetime:
        """Its first moment in China."""
        return datetime(self.ordinal // 12, self.ordinal % 12 + 1, 1, tzinfo=CHINA)

    @property
    def text(self) -> str:
        """As the register's keys write it."""
        return f"{self.ordinal // 12:04d}{self.ordinal % 12 + 1:02d}"


class Shift(NamedTuple):
    """An interval of work, and the working day to which it belongs."""

    day: date
    begin: datetime
    end: datetime


class Close(NamedTuple):
    """The end of work of a working day."""

    moment: datetime
    day: date


@dataclass(frozen=True, eq=False)
class Published:
    """What customs published of a port's month; there is one of the same content as long as it is kept."""

    shifts: tuple[Shift, ...]
    provisional: bool = False


@dataclass(frozen=True)
class PortCalendar:
    """The months of one port that are known."""

    port: str
    name: str = ""
    months: Mapping[Month, Published] = field(default_factory=dict)

    @cached_property
    def shifts(self) -> Sequence[Shift]:
        """All intervals of work, the earliest first."""
        found = (shift for published in self.months.values() for shift in published.shifts)
        return sorted(found, key=attrgetter("begin"))

    @cached_property
    def runs(self) -> Sequence[tuple[datetime, datetime]]:
        """The shifts, those that touch or overlap taken together."""
        runs: list[tuple[datetime, datetime]] = []
        for shift in self.shifts:
            if runs and shift.begin <= runs[-1][1]:
                runs[-1] = (runs[-1][0], max(runs[-1][1], shift.end))
            else:
                runs.append((shift.begin, shift.end))
        return runs

    @cached_property
    def closings(self) -> Sequence[Close]:
        """The end of work of every working day, the earliest first."""
        last: dict[date, datetime] = {}
        for shift in self.shifts:
            last[shift.day] = max(last.get(shift.day, shift.end), shift.end)
        return [Close(self._run_at(last[day])[1], day) for day in sorted(last)]

    def knows(self, first: date, last: date) -> bool:
        """Whether every month from the one day's to the other's is known."""
        return self.unknown_month(first, last) is None

    def unknown_month(self, first: date, last: date) -> Month | None:
        """The latest month from the one day's to the other's of which nothing is known."""
        months = (Month(month) for month in reversed(_months(first, last, 0, 0)))
        return next((month for month in months if month not in self.months), None)

    def work_in(self, begin: datetime, end: datetime) -> tuple[datetime, datetime] | None:
        """The first run of work that has a moment in common with [begin, end), or None."""
        at = bisect_right(self._run_ends, begin)
        return self.runs[at] if at < len(self.runs) and self.runs[at][0] < end else None

    def shift_in(self, begin: datetime, end: datetime) -> Shift | None:
        """The first interval of work that has a moment in common with [begin, end), or None."""
        return next((shift for shift in self.shifts if shift.end > begin and shift.begin < end), None)

    def closing_before(self, moment: datetime, *, earlier_day: bool) -> Close | None:
        """The latest end of work that is not after a moment; with `earlier_day` that of an earlier day.

        None where none is known, or where a month lies between of which nothing is.
        """
        at = bisect_right(self._closing_moments, moment) - 1
        while at >= 0 and earlier_day and self.closings[at].day >= moment.date():
            at -= 1
        if at < 0 or not self.knows(self.closings[at].day, moment.date()):
            return None
        return self.closings[at]

    def closings_within(self, begin: datetime, end: datetime, *, after: datetime) -> Iterator[Close]:
        """Those of working days from the one moment's to before the other's, that are not before a third."""
        for at in range(bisect_left(self._closing_moments, after), len(self.closings)):
            if begin.date() <= self.closings[at].day < end.date():
                yield self.closings[at]

    def before_work(self, moment: datetime, hours: timedelta) -> datetime | None:
        """The latest moment from which to the given one so much work is done; None where not enough is known."""
        left = hours
        for begin, end in reversed(self.runs[: bisect_left(self._run_ends, moment) + 1]):
            worked = min(end, moment) - begin
            if worked >= left:
                found = min(end, moment) - left
                return found if self.knows(found.date(), moment.date()) else None
            left -= max(worked, NOTHING)
        return None

    def works_all_day(self, day: date) -> bool:
        """Whether the port works from midnight to midnight."""
        begin = midnight(day)
        run = self.work_in(begin, begin + DAY)
        return run is not None and run[0] <= begin and run[1] >= begin + DAY

    def spans(self) -> Iterator[tuple[datetime, datetime]]:
        """From the first moment to the end of each row of months that are known without a gap, the earliest first."""
        counts = sorted(month.ordinal for month in self.months)
        begins = [count for count in counts if count - 1 not in counts]
        ends = [count + 1 for count in counts if count + 1 not in counts]
        yield from ((Month(b).first, Month(e).first) for b, e in zip(begins, ends, strict=True))

    def is_provisional(self, day: date) -> bool:
        """Whether what is published of a day's month is provisional."""
        published = self.months.get(Month.of(day))
        return published is not None and published.provisional

    @cached_property
    def _run_ends(self) -> Sequence[datetime]:
        return [end for _, end in self.runs]

    @cached_property
    def _closing_moments(self) -> Sequence[datetime]:
        return [closing.moment for closing in self.closings]

    def _run_at(self, moment: datetime) -> tuple[datetime, datetime]:
        """The run in which an interval ends at that moment."""
        return self.runs[bisect_left(self._run_ends, moment)]


@dataclass(frozen=True)
class Calendar:
    """What is known of several ports."""

    ports: Mapping[str, PortCalendar]

    def of(self, port: str) -> PortCalendar:
        """The port's calendar, without a month where nothing is known."""
        return self.ports.get(port) or PortCalendar(port)


def read_calendar(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Calendar:
    """A calendar of (key, data) of entries of the register; what cannot be read counts as not published."""
    months: dict[str, list[tuple[Month, Published]]] = {}
    names: dict[str, str] = {}
    for key, data in sorted(entries, key=itemgetter(0)):
        if (found := _read_month(key, data)) is not None:
            port, month, published = found
            months.setdefault(port, []).append((month, published))
            names[port] = str(data.get("name") or "")
    return Calendar({port: _port(port, names[port], tuple(known)) for port, known in months.items()})


@lru_cache(maxsize=512)
def _port(port: str, name: str, months: tuple[tuple[Month, Published], ...]) -> PortCalendar:
    """Kept with what it works out, because the form asks for the same ports with every key."""
    return PortCalendar(port, name, dict(months))


def months_around(
    ports: Iterable[str], start: datetime | None, now: datetime, readings: Readings
) -> list[tuple[str, str]]:
    """(kind, key) of every entry that a check of an appointment needs, and the offers from now on; for one
    `Registers.find_many`. `start` is None where none is known yet."""
    today = now.astimezone(CHINA).date()
    wanted = set(_months(today, today, 1, MONTHS_AHEAD))
    if start is not None:
        back = MONTHS_OF_WORK if readings.hours == "working" else 1
        wanted.update(_months(start.date(), (start + readings.length).date(), back, 0))
    named = sorted({port for port in ports if port})
    return [(KIND, f"{port}-{Month(month).text}") for port in named for month in sorted(wanted)]


def midnight(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), CHINA)


def _months(first: date, last: date, back: int, ahead: int) -> range:
    return range(Month.of(first).ordinal - back, Month.of(last).ordinal + ahead + 1)


def _read_month(key: str, data: Mapping[str, Any]) -> tuple[str, Month, Published] | None:
    matched = KEY.fullmatch(key)
    days = data.get("days")
    if matched is None or not isinstance(days, Mapping):
        return None
    port, year, month = matched.groups()
    try:
        texts = tuple((day, tuple(intervals)) for day, intervals in days.items())
        known = _published(int(year), int(month), texts, data.get("provisional") is True)
    except (TypeError, ValueError):
        return None
    return (port, Month(int(year) * 12 + int(month) - 1), known) if known.shifts else None


@lru_cache(maxsize=1024)
def _published(
    year: int, month: int, days: tuple[tuple[str, tuple[str, ...]], ...], provisional: bool
) -> Published:
    """The intervals of a month. Raises ValueError, TypeError."""
    shifts = tuple(_shift(date(year, month, int(day)), text) for day, texts in days for text in texts)
    return Published(shifts, provisional)


def _shift(day: date, text: str) -> Shift:
    begin, end = minutes_of(text)
    first = midnight(day)
    return Shift(day, first + timedelta(minutes=begin), first + timedelta(minutes=end))


def minutes_of(text: str) -> tuple[int, int]:
    """An interval "09:00-12:00" in minutes after its day's midnight; one that ends before it begins ends on the next
    day. Raises ValueError for what is none."""
    matched = HOURS.fullmatch(text)
    if matched is None:
        raise ValueError(f"no interval: {text!r}")
    hour, minute, to_hour, to_minute = (int(part) for part in matched.groups(default="24"))
    begin, end = hour * 60 + minute, (1440 if text.endswith("24:00") else to_hour * 60 + to_minute)
    return begin, end if end > begin else end + 1440
