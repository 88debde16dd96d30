"""What a stranger gets from the chapter's routes (PORT-10)."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.strangers import Scene, Strangers


async def scene(house: House) -> Scene:
    """Two companies."""
    return Scene(await house.member(), await house.member(), {}, {})


def without_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none: calendars of ports are everybody's."""


async def untouched(house: House) -> object:
    """The calendars as they are."""
    return [dict(row) for row in await house.sql("select * from find_appointment_calendar order by key")]


STRANGERS = Strangers(
    scene=scene,
    without_own_check=without_own_check,
    untouched=untouched,
    not_found={},
    nothing_found={},
    names_nothing={"GET /api/appointment/working-time": "what customs publish of their ports is everybody's"},
)
