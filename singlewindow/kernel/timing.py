"""What comes by itself when its time has come: a lifecycle's timers, reckoned on the business clock.

A timer is no receipt and has no place of its own in the order of seq; its place is its moment. From then on a document
in one of its states is in another: before every receipt that customs gave later, and after all of them. So a document
ends the same whichever comes first, the receipt or the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Moments:
    """When things happened to a document, in business time: `submitted` by the action's name, `heard` by the action's
    and the receipt's code. Of several the last; what was superseded does not count. `returned` is what customs gave."""

    submitted: Mapping[str, datetime] = field(default_factory=dict)
    heard: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    returned: Mapping[str, str] = field(default_factory=dict)


Due = Callable[[Mapping[str, Any], Moments], datetime | None]
"""The moment of a timer, from the content that counts and what happened when; None where there is none (yet). Pure."""


@dataclass(frozen=True)
class Reminder:
    """From `days` days before a timer's moment on, the home page of the company that files the document says `text`,
    in which {number} and {days} (how many are left, at least 1) stand for the document's."""

    days: int
    text: str

    def __post_init__(self) -> None:
        """Check once that the text asks for nothing else, and that it is ever said."""
        self.say("", 1)
        if self.days < 1:
            raise ValueError(f"a reminder {self.days} days before comes never")

    def say(self, number: str, days: int) -> str:
        """The text for a document. Raises KeyError for a text that asks for what there is not."""
        return self.text.format(number=number, days=days)


@dataclass(frozen=True)
class Timer:
    """From the moment `due` on, a document in one of `from_states` is in `to`; `label` says why, in the history.
    `reminds`: who can still prevent it is told before."""

    name: str
    label: str
    from_states: frozenset[str]
    to: str
    due: Due
    clause: str = ""
    reminds: Reminder | None = None


@dataclass(frozen=True)
class Step:
    """A timer that moved a document, and from where."""

    timer: Timer
    before: str


def due_of(timers: Sequence[Timer], content: Mapping[str, Any], moments: Moments) -> dict[str, datetime]:
    """The moments of those timers that have one."""
    found = {timer.name: timer.due(content, moments) for timer in timers}
    return {name: moment for name, moment in found.items() if moment is not None}


def steps(timers: Sequence[Timer], status: str, due: Mapping[str, datetime], now: datetime) -> list[Step]:
    """What the timers do to a document in that status until `now`, one after another; of several the earliest first."""
    ready = sorted(
        (timer for timer in timers if timer.name in due and due[timer.name] <= now), key=lambda t: due[t.name]
    )
    taken: list[Step] = []
    while timer := next((each for each in ready if status in each.from_states), None):
        taken.append(Step(timer, status))
        status = timer.to
    return taken


def circle(timers: Sequence[Timer]) -> list[str]:
    """The names of timers that lead one to another for ever; none is right."""
    left = list(timers)
    while free := [each for each in left if not any(each.to in other.from_states for other in left)]:
        left = [each for each in left if each not in free]
    return [each.name for each in left]


def midnight_after(day: str, days: int) -> datetime | None:
    """00:00 Chinese time after the `days`th calendar day after a day (YYYY-MM-DD, or a moment that begins so); None for
    what is no day."""
    try:
        last = date.fromisoformat(day[:10]) + timedelta(days=days + 1)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(last, time(), CHINA)
