"""Every page of the chapter's menu: axe, title, headings, and all in reach at 200 % (UI-13)."""

from __future__ import annotations

import pytest

from tests.journeys.browser import Desk
from tests.journeys.consolidated.acts import log_in
from tests.journeys.pages import look_at_menu

pytestmark = pytest.mark.journey


def test_every_page_of_the_menu(desk: Desk) -> None:
    """UI-13, UI-17."""
    log_in(desk)
    assert "amendments" in look_at_menu(desk, "consolidated")
