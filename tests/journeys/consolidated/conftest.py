"""One system and one browser for the chapter; each test is a person at a window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.acts import WANG_CARD
from tests.journeys.browser import Desk
from tests.journeys.chapter import chromium_for, sitting, staged
from tests.journeys.conftest import Stage
from tests.journeys.officer import Officer

CHAPTER = "consolidated"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Officers decide until a test leaves it to the automatic mode."""
    with staged(CUSTOMS_MODE="manual") as stage:
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
    """An officer at customs' API."""
    with Officer.at(stage.customs) as sat:
        yield sat
