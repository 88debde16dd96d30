"""One system and one browser: the company's administrator at the window, and beside it the company's own program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import Desk
from tests.journeys.chapter import chromium_for, sitting, staged
from tests.journeys.conftest import Stage
from tests.system.integrator import WANG

CHAPTER = "integrator"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Customs answer at once; events may be sent to this computer."""
    with staged(CUSTOMS_MODE="automatic", CUSTOMS_DELAY="0", WEBHOOK_PRIVATE="true") as stage:
        yield stage


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with chromium_for(CHAPTER) as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """陈南's window; in the reader is the card of 王芳, for whom the program signs."""
    with sitting(CHAPTER, WANG, chromium, stage, request) as sat:
        yield sat
