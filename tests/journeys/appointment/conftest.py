"""One system and one browser for all sections of the chapter; each test is a person at a window of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import WANG_CARD
from tests.journeys.appointment.officer import AppointmentOfficer
from tests.journeys.appointment.week import Week, find_week
from tests.journeys.browser import Desk, sit_down
from tests.journeys.chapter import chromium_for, folder_of, sitting, staged
from tests.journeys.conftest import Stage

CHAPTER = "appointment"
Colleague = Callable[[str], Desk]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Officers decide; the clock is the journey's own."""
    with staged(CUSTOMS_MODE="manual") as stage:
        yield stage


@pytest.fixture(scope="session")
def week(stage: Stage) -> Week:
    return find_week(stage.system.world)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with chromium_for(CHAPTER) as started:
        yield started


@dataclass
class Clock:
    """The business clock of both sides, which stands still wherever the journey puts it."""

    stage: Stage
    stands_at: str = ""

    def freeze(self, moment: str) -> None:
        """Put it there, unless it stands there already."""
        if moment != self.stands_at:
            self.stage.move_clock("freeze", moment)
            self.stands_at = moment


@pytest.fixture(scope="session")
def clock(stage: Stage) -> Clock:
    return Clock(stage)


@pytest.fixture
def desk(
    chromium: Browser, stage: Stage, week: Week, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """王芳's window, her card in the reader, on Thursday at ten."""
    clock.freeze(week.at(0, "10:00"))
    with sitting(CHAPTER, WANG_CARD, chromium, stage, request) as sat:
        yield sat


@pytest.fixture
def another(chromium: Browser, stage: Stage, desk: Desk) -> Iterator[Colleague]:
    """Further windows, each with a prefix of its own for its pictures: of another company, or without anybody."""
    opened: list[Desk] = []

    def sit(name: str) -> Desk:
        opened.append(sit_down(chromium, stage.portal, folder_of(CHAPTER), f"{desk.prefix}{name}-"))
        return opened[-1]

    yield sit
    for each in opened:
        each.check_console()
        each.page.context.close()


@pytest.fixture
def officer(stage: Stage) -> Iterator[AppointmentOfficer]:
    """An officer at customs' API."""
    with AppointmentOfficer.at(stage.customs) as sat:
        assert isinstance(sat, AppointmentOfficer)
        yield sat


@pytest.fixture
def officers_desk(chromium: Browser, stage: Stage, desk: Desk) -> Iterator[Desk]:
    """关正's window at customs."""
    sat = sit_down(chromium, stage.customs, folder_of(CHAPTER), f"{desk.prefix}customs-")
    sat.page.get_by_label("用户名").fill("guan01")
    sat.page.get_by_label("密码").fill("Guan01-2026")
    sat.press("Enter")
    expect(sat.button("退出")).to_be_visible()
    yield sat
    sat.check_console()
    sat.page.context.close()
