"""One system and one browser for all sections of the chapter; each test is a person at a window of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.acts import WANG_CARD
from tests.journeys.browser import Desk
from tests.journeys.chapter import ANSWERING, chromium_for, sitting, staged
from tests.journeys.conftest import Stage
from tests.journeys.officer import Officer

Fresh = Callable[[], str]
CHAPTER = "inspection"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Customs answer by themselves after a second, until an officer switches that off."""
    with staged(**ANSWERING) as stage:
        yield stage


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with chromium_for(CHAPTER) as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """王芳's window, her card in the reader."""
    with sitting(CHAPTER, WANG_CARD, chromium, stage, request) as sat:
        yield sat


@pytest.fixture
def officer(stage: Stage) -> Iterator[Officer]:
    """An officer at customs' API; the automatic mode is on again afterwards."""
    with Officer.at(stage.customs) as sat:
        yield sat
        sat.automatic(True)


@pytest.fixture
def fresh(stage: Stage) -> Fresh:
    """Declarations of 王芳's company that may be applied for, another one each time."""
    company = stage.system.world["companies"][0]["customs_code"]
    return lambda: stage.system.declaration(company)
