"""The business clock's commands: pure steps, and both databases together or neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from singlewindow.customs.database import Database as CustomsDatabase
from singlewindow.customs.migrate import migrate as migrate_customs
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.migrate import migrate
from singlewindow.launch.clock import REAL, Clock, moment_of, move, moved, span_of
from singlewindow.launch.errors import LaunchError

if TYPE_CHECKING:
    from conftest import TestPostgres

REAL_NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("+3d", timedelta(3)),
        ("-2h", timedelta(hours=-2)),
        ("+1d12h", timedelta(1.5)),
        ("90m", timedelta(hours=1.5)),
    ],
)
def test_spans(text: str, span: timedelta) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize("text", ["", "3", "d", "+3w", "3 d", "--1d"])
def test_what_is_no_span_is_told(text: str) -> None:
    with pytest.raises(LaunchError, match="no span"):
        span_of(text)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "1999-12-31", "2100-01-01"])
def test_what_is_no_moment_is_told(text: str) -> None:
    with pytest.raises(LaunchError, match=r"no moment|2000 to 2099"):
        moment_of(text)


def test_moments_without_offset_are_chinese() -> None:
    assert moment_of("2026-12-24 09:30") == datetime(2026, 12, 24, 1, 30, tzinfo=UTC)
    assert moment_of("2026-12-24T09:30:00+00:00") == datetime(2026, 12, 24, 9, 30, tzinfo=UTC)


def test_set_runs_on_shift_adds_freeze_stops() -> None:
    later = REAL_NOW + timedelta(minutes=5)
    clock = moved(REAL, REAL_NOW, "set", "2026-12-24 09:30")
    assert clock.now(later) == datetime(2026, 12, 24, 1, 35, tzinfo=UTC)
    clock = moved(clock, REAL_NOW, "shift", "+1d")
    assert clock.now(REAL_NOW) == datetime(2026, 12, 25, 1, 30, tzinfo=UTC)
    clock = moved(clock, REAL_NOW, "freeze", "")
    assert clock.now(later) == clock.now(REAL_NOW) == datetime(2026, 12, 25, 1, 30, tzinfo=UTC)
    assert moved(clock, REAL_NOW, "shift", "-1d").now(later) == datetime(2026, 12, 24, 1, 30, tzinfo=UTC)
    assert moved(clock, REAL_NOW, "real", "") == REAL
    with pytest.raises(LaunchError, match="2000 to 2099"):
        moved(REAL, REAL_NOW, "shift", "-99999d")


async def _business_moments(urls: list[str]) -> list[datetime]:
    portal, customs = await Database.connect(urls[0]), await CustomsDatabase.connect(urls[1])
    try:
        async with portal.transaction() as one, customs.transaction() as other:
            return [one.now, other.now]
    finally:
        await portal.close()
        await customs.close()


def test_portal_and_customs_move_together(postgres: TestPostgres) -> None:
    """Both databases at once; `show` says when somebody moved one alone."""
    import asyncio

    urls = [
        postgres.create_database("clock_portal"),
        postgres.create_database("clock_customs", owner="customs"),
    ]
    migrate(urls[0])
    migrate_customs(urls[1])
    environment = dict(
        zip(("SINGLEWINDOW_DATABASE_URL", "SINGLEWINDOW_CUSTOMS_DATABASE_URL"), urls, strict=True)
    )
    assert move(environment, "show", "")[0] == REAL
    move(environment, "freeze", "2026-12-24 09:30")
    assert asyncio.run(_business_moments(urls)) == [datetime(2026, 12, 24, 1, 30, tzinfo=UTC)] * 2
    with pytest.raises(LaunchError):
        move(environment, "set", "nonsense")
    assert move(environment, "show", "")[0] == Clock(moment_of("2026-12-24 09:30"), timedelta())
    move(environment, "shift", "+3d")
    one, other = asyncio.run(_business_moments(urls))
    assert one == other == datetime(2026, 12, 27, 1, 30, tzinfo=UTC)
    postgres.cluster.query("update clock set frozen = null", database="clock_portal")
    with pytest.raises(LaunchError, match="differ"):
        move(environment, "show", "")
    assert move(environment, "real", "")[0] == REAL
