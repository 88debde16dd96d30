"""Every page of the chapter's menu and each kind of page beside: axe, title, headings, 200 % (UI-13)."""

from __future__ import annotations

import re

import pytest

from tests.journeys.browser import Desk
from tests.journeys.gate.acts import draft_behind, log_in
from tests.journeys.pages import kinds, look_at, look_at_menu

pytestmark = pytest.mark.journey


def test_every_page_of_the_menu(desk: Desk) -> None:
    """UI-13, UI-17; a document as it is looked at, and its receipts. `amendments` is in the menu of 集中申报 alone."""
    log_in(desk)
    seen = look_at_menu(desk, "gate")
    number, _ = draft_behind(desk, "粤B35001")
    look_at(desk, [f"/app/gate/form/gate.trip/{number}/view", f"/app/gate/receipts/gate.trip/{number}"])
    assert kinds() - seen - {"receipts", "amendments", "own"} == set(), "a kind of page that nobody opens"


def test_what_went_wrong(desk: Desk) -> None:
    """UI-13, UI-16: a page that does not come, a document that is not there, a query that is not answered."""
    log_in(desk)
    for address in (
        "/app/gate/form/gate.trip/209912310000000000",
        "/app/gate/own/none",
        "/app/nowhere/form/x",
    ):
        look_at(desk, [address])
    away = {
        "type": "away",
        "title": "系统暂时无法办理",
        "status": 503,
        "detail": "系统暂时无法办理，请稍后重试",
    }
    desk.page.route("**/api/definitions/**", lambda asked: asked.fulfill(status=503, json=away))
    desk.page.goto(f"{desk.address}/app/gate/form/gate.trip/new")
    desk.says("系统暂时无法办理")
    look_at(desk, ["/app/gate/query/gate.trip"])
    desk.says("系统暂时无法办理")
    desk.errors = [error for error in desk.errors if not re.search("status of (404|503)", error)]
