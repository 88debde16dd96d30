"""One system and one browser for all sections of the chapter; each test is a person at a window of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import Desk
from tests.journeys.chapter import chromium_for, sitting, staged
from tests.journeys.conftest import Stage
from tests.journeys.print.acts import CHEN_CARD

CHAPTER = "print"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Customs have published their registers; nothing in this chapter waits for them."""
    with staged() as stage:
        yield stage


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with chromium_for(CHAPTER) as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """陈南's window, the company's 法人卡 in the reader."""
    with sitting(CHAPTER, CHEN_CARD, chromium, stage, request) as sat:
        yield sat
