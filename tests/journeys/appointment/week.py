"""The days on which the journey plays: an ordinary week that begins with a Thursday, wherever the real year stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.system.running import CHINA

PORT = "5301"


@dataclass(frozen=True)
class Week:
    """A Thursday and the days after it: customs of `PORT` work on it, on Friday and from Monday to Friday after."""

    thursday: date

    def day(self, after: int) -> str:
        """YYYY-MM-DD of so many days after Thursday."""
        return (self.thursday + timedelta(days=after)).isoformat()

    def at(self, after: int, time: str) -> str:
        """A moment as forms and the command `clock` write it."""
        return f"{self.day(after)} {time}"


def find_week(world: dict[str, Any]) -> Week:
    """The first such week after today, by the port's calendar."""
    months = {
        each["key"]: each["data"]["days"]
        for each in world["registers"]["port_calendar"]
        if each["key"].startswith(PORT)
    }

    def works(day: date) -> bool:
        return f"{day:%d}" in months.get(f"{PORT}-{day:%Y%m}", {})

    today = datetime.now(CHINA).date()
    thursdays = (
        today + timedelta(days=at) for at in range(1, 60) if (today + timedelta(days=at)).weekday() == 3
    )
    plan = (True, True, False, False, True, True, True, True, True)  # Thursday … the next Friday
    return Week(
        next(
            each
            for each in thursdays
            if all(works(each + timedelta(days=at)) is expected for at, expected in enumerate(plan))
        )
    )


def numbers_declared(world: dict[str, Any], example: str, after: str) -> list[str]:
    """The numbers to try of that name that were declared after a moment (Chinese time), the earliest first."""
    wanted = set(world["examples"][example])
    since = datetime.fromisoformat(after).replace(tzinfo=CHINA)
    found = sorted(
        (each["declared_at"], each["number"]) for each in world["declarations"] if each["number"] in wanted
    )
    return [number for declared, number in found if datetime.fromisoformat(declared) > since]
