"""The rule against a slow one on random calendars: APPT-07, APPT-08, APPT-15.

The calendars have lunch gaps, Sundays that are worked, nights and whole weeks without end, months that nobody
published, days and months without rows; starts lie at the edges of work, of days and of months.
CALENDARS=10000 asks more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.calendar import Calendar, read_calendar
from singlewindow.subsystems.appointment.grades import Tier
from singlewindow.subsystems.appointment.lead_time import Appointment, Ports, judge, lead_of, next_times
from singlewindow.subsystems.appointment.readings import Readings
from singlewindow.subsystems.appointment.tests import slow
from singlewindow.subsystems.appointment.tests.slow import Days, Minutes

MONTHS = 3
WORLDS = int(os.environ.get("CALENDARS", "2500"))
STARTS = 4
LIKE_WORKING = {"always": "working"}  # the slow rule has one word for both
Week = Callable[[date], Sequence[str]]

WEEKS: tuple[Week, ...] = (
    lambda day: ("09:00-17:00",) if day.weekday() < 5 else (),
    lambda day: ("09:00-12:00", "14:30-18:00") if day.weekday() < 5 else (),
    lambda day: ("08:30-11:30", "13:30-17:30") if day.weekday() < 5 else ("09:00-12:00",),
    lambda day: ("09:00-12:00",) if day.weekday() == 6 else (),
    lambda day: ("00:00-24:00",),
    lambda day: ("00:00-24:00",) if day.weekday() < 6 else (),
    lambda day: ("22:00-06:00",) if day.weekday() < 5 else (),
    lambda day: ("00:00-06:00", "20:00-24:00") if day.weekday() < 5 else (),
    lambda day: ("07:00-12:00", "12:00-15:00", "16:00-23:59"),
    lambda day: ("10:00-11:00",) if day.day in (1, 15, 28, 31) else (),
    lambda day: ("01:00-03:45", "06:15-08:15", "10:20-12:20", "13:00-21:59"),
)


@dataclass(frozen=True)
class World:
    """Two ports as the register has them, and minute by minute."""

    calendar: Calendar
    ports: Ports
    days: Days
    port: Minutes
    entry: Minutes | None
    last: datetime


def _anything(random: Random) -> Week:
    """A fortnight of days with up to three intervals, which may touch, overlap, lie out of order or end a day later."""
    moments = [f"{random.randrange(24):02d}:{random.choice((0, 15, 30, 59)):02d}" for _ in range(12)]
    texts = [f"{begin}-{end}" for begin, end in zip(moments, moments[1:] + moments[:1], strict=True)]
    days = [tuple(random.sample(texts, random.randrange(4))) for _ in range(14)]
    return lambda day: days[day.toordinal() % 14]


def _days(random: Random, first: date, count: int) -> Days:
    week = random.choice((*WEEKS, None, None)) or _anything(random)
    rest = random.choice((0, 0, 0.1, 0.5))
    days = [date.fromordinal(at) for at in range(first.toordinal(), first.toordinal() + count)]
    return {day: () if rest and random.random() < rest else week(day) for day in days}


def _world(random: Random) -> World:
    first = date(random.choice((2026, 2027, 2028)), random.randrange(1, 13), 1)
    after = date(first.year + (first.month + MONTHS - 1) // 12, (first.month + MONTHS - 1) % 12 + 1, 1)
    count = (after - first).days
    ports = Ports("5301", random.choice(("5301", "5304", "5201")))
    minutes: dict[str, Minutes] = {}
    worked: dict[str, Days] = {}
    entries: list[tuple[str, dict[str, object]]] = []
    for port in {ports.declare_port: 1, ports.entry_port: 1}:
        days = worked[port] = _days(random, first, count)
        months: dict[tuple[int, int], dict[str, Sequence[str]]] = {}
        for day, texts in days.items():
            months.setdefault((day.year, day.month), {})[f"{day.day:02d}"] = texts
        missing = frozenset(month for month in months if random.random() < 0.15)
        minutes[port] = slow.minutes_of(first, count, days, missing)
        entries.extend(
            (f"{port}-{year}{month:02d}", {"name": "口岸", "days": rows})
            for (year, month), rows in months.items()
            if (year, month) not in missing
        )
    entry = minutes[ports.entry_port] if ports.entry_port != ports.declare_port else None
    last = datetime(after.year, after.month, 1)  # noqa: DTZ001
    return World(
        read_calendar(entries), ports, worked[ports.declare_port], minutes[ports.declare_port], entry, last
    )


def _readings(random: Random) -> Readings:
    return Readings(
        closing=random.choice(("same_day", "earlier_day")),
        hours=random.choice(("clock", "clock", "clock", "working")),
        same_port=random.choice(("code", "prefix")),
        window=random.choice(("whole", "whole", "start")),
        entry_calendar=random.choice(("when_present", "never")),
        window_hours=random.choice((2, 2, 2, 1, 3)),
    )


def _start(random: Random, world: World) -> datetime:
    """Any minute, or one at the edge of an interval, of a window before it, or of a month."""
    origin, days = world.port.origin, (world.last - world.port.origin).days
    near = timedelta(minutes=random.choice((0, 0, 0, 1, -1, -120, -119, -121)))
    kind = random.random()
    if kind < 0.2:
        return origin + timedelta(minutes=random.randrange(days * slow.A_DAY))
    day = (
        random.choice(list(world.days))
        if kind < 0.8
        else world.last.date() - timedelta(days=random.choice((1, 31)))
    )
    edges = [edge for text in world.days.get(day, ()) for edge in slow.span(text)] or [0, slow.A_DAY]
    at = datetime(day.year, day.month, day.day) + timedelta(minutes=random.choice(edges)) + near  # noqa: DTZ001
    return min(max(at, origin), world.last - timedelta(minutes=1))


def _now(random: Random, start: datetime, latest: datetime | None) -> datetime:
    """At the latest moment, a second after it, or somewhere around the start."""
    if latest is None or random.random() < 0.3:
        return start + timedelta(seconds=random.choice((0, 1, -1, -86_400 * random.randrange(9))))
    return latest + timedelta(seconds=random.choice((0, 0.4, 1, -1, 60)))


def test_thousands_of_calendars() -> None:
    """The rule and the slow one agree on why, on the end of work and on the latest moment; other worlds each time."""
    first = Random().randrange(2**63)
    for seed in range(first, first + WORLDS):
        _agree(seed)


def _agree(seed: int) -> None:
    """In the world of this seed, which a failure shows."""
    random = Random(seed)
    world = _world(random)
    for _ in range(STARTS):
        readings = _readings(random)
        tier: Tier = random.choice(("general", "high"))
        start, lead = _start(random, world), lead_of(world.ports, tier, readings)
        latest = slow.verdict(start, world.port, world.entry, lead, readings, start).latest
        now = _now(random, start, latest)
        expected = slow.verdict(start, world.port, world.entry, lead, readings, now)
        asked = Appointment(start.replace(tzinfo=CHINA), world.ports.declare_port, world.ports.entry_port)
        seen = judge(asked, world.calendar, [tier, "high"], readings, now.replace(tzinfo=CHINA))
        assert seen.latest == (expected.latest and expected.latest.replace(tzinfo=CHINA)), seed
        why = [LIKE_WORKING.get(each.code, each.code) for each in seen.reasons]
        assert why == [expected.why] * bool(expected.why), seed


@settings(max_examples=300, deadline=None)
@given(st.integers(min_value=0, max_value=2**63))
def test_the_offers_are_those_of_the_slow_rule(seed: int) -> None:
    """推荐时段: none is left out, none is too many."""
    random = Random(seed)
    world, readings = _world(random), _readings(random)
    tier: Tier = random.choice(("general", "high"))
    now = _start(random, world) + timedelta(seconds=random.choice((0, 0, 1, 59.5)))
    lead = lead_of(world.ports, tier, readings)
    expected = islice(slow.offers(world.last, world.port, world.entry, lead, readings, now), 10)
    seen = next_times(world.ports, world.calendar, [tier], readings, now.replace(tzinfo=CHINA))
    assert [start.replace(tzinfo=None) for start in seen] == list(expected)
