"""The fixtures of a chapter's journey: one system and one browser for all sections; each test is a person at a window.

A chapter's conftest says whose card is in the reader and how customs behave.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import USUAL, Stage
from tests.system.running import running

ANSWERING = {"CUSTOMS_MODE": "automatic", "CUSTOMS_DELAY": "1"}  # customs answer by themselves after a second


@contextmanager
def staged(**settings: str) -> Iterator[Stage]:
    """A system of the chapter's own, with these settings."""
    with running({**USUAL, **settings}) as system:
        yield Stage(system)


@contextmanager
def chromium_for(chapter: str) -> Iterator[Browser]:
    """A browser for the chapter, and the folder for its screenshots."""
    folder_of(chapter).mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


def folder_of(chapter: str) -> Path:
    """Where the journey's screenshots go."""
    return Path(os.environ.get("JOURNEY", f"var/journeys/{chapter}"))


@contextmanager
def sitting(
    chapter: str, card: str, chromium: Browser, stage: Stage, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """A person's window, the card in the reader; at the end there were no errors on the console (UI-13)."""
    stage.put_card(card)
    section = request.node.path.stem.removeprefix("test_")
    name = request.node.name.removeprefix("test_")[:32]
    sat = sit_down(chromium, stage.portal, folder_of(chapter), f"{section}-{name}-")
    failed = request.session.testsfailed
    yield sat
    if request.session.testsfailed > failed:
        sat.shoot("FAILED")
    sat.check_console()
    sat.page.context.close()
