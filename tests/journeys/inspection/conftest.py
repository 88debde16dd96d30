"""One system and one browser for all sections of the chapter; each test is a person at a window of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import WANG_CARD
from tests.journeys.inspection.officer import Officer
from tests.system.running import running

expect.set_options(timeout=15_000)  # shared machines; a page that is ready goes on at once
Fresh = Callable[[], str]
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/inspection"))


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Customs answer by themselves after a second, until an officer switches that off."""
    with running(CAPTCHA_FIXED="8888", CUSTOMS_MODE="automatic", CUSTOMS_DELAY="1") as system:
        yield Stage(system)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """王芳's window, her card in the reader; at the end there were no errors on the console (UI-13)."""
    stage.put_card(WANG_CARD)
    section = request.node.path.stem.removeprefix("test_")
    name = request.node.name.removeprefix("test_")[:32]
    sat = sit_down(chromium, stage.portal, FOLDER, f"{section}-{name}-")
    sat.page.on("filechooser", lambda _: None)  # choosers are caught from the first one on
    failed = request.session.testsfailed
    yield sat
    if request.session.testsfailed > failed:
        sat.shoot("FAILED")
    sat.check_console()
    sat.page.context.close()


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
