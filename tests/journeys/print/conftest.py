"""One system and one browser for all sections of the chapter; each test is a person at a window of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.print.acts import CHEN_CARD
from tests.system.running import running

expect.set_options(timeout=15_000)  # shared machines; a page that is ready goes on at once
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/print"))


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Customs have published their registers; nothing in this chapter waits for them."""
    with running(CAPTCHA_FIXED="8888") as system:
        yield Stage(system)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """陈南's window, the company's 法人卡 in the reader; at the end there were no errors on the console (UI-13)."""
    stage.put_card(CHEN_CARD)
    section = request.node.path.stem.removeprefix("test_")
    name = request.node.name.removeprefix("test_")[:32]
    sat = sit_down(chromium, stage.portal, FOLDER, f"{section}-{name}-")
    failed = request.session.testsfailed
    yield sat
    if request.session.testsfailed > failed:
        sat.shoot("FAILED")
    sat.check_console()
    sat.page.context.close()
