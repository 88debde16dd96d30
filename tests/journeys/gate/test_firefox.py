"""A trip in Firefox, with keys alone: in by card, filled in, signed, accepted, its receipts, its paper (UI-13)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from tests.journeys.acts import PIN, WANG_CARD
from tests.journeys.chapter import folder_of
from tests.journeys.conftest import Stage
from tests.journeys.firefox import Firefox, firefox
from tests.journeys.gate.conftest import CHAPTER

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(
        "FIREFOX" not in os.environ, reason="no Firefox was found; install one or name it in FIREFOX"
    ),
]
FORM = "/app/gate/form/gate.trip"
HEADER = (
    ("customs_master", "5301", "5301 皇岗海关"), ("bind_key_type", "VN", "VN 车牌号"),
    ("bind_key_info", "粤B77001", ""),
    ("rd_code", "报关", "1000000000 报关"), ("decl_traf_mode", "2", "2 海运"), ("ie_flag", "I", "I 进口"),
    ("bayonet_rd_code", "重进空出", "01 重进空出"), ("vehicle_weight", "8500", ""), ("trailer_weight", "6200", ""),
    ("conta_weight", "2200", ""), ("remark", "", ""),
)  # fmt: skip
ROW = (
    ("ie_direction", "I", "I 进场"), ("bind_obj_type", "B", "B 提单"), ("bind_obj_id", "COSU6123456789", ""),
    ("transport_id", "COSCO SHIPPING GEMINI", ""), ("voyage_no", "045E", ""), ("rd_code", "报关", "1000000000 报关"),
    ("bill_type", "一程", "1 一程舱单"), ("goods_wt", "12500", ""), ("conta_id1", "", ""), ("conta_id2", "", ""),
    ("remark", "", ""),
)  # fmt: skip


@pytest.fixture
def window(stage: Stage) -> Iterator[Firefox]:
    stage.put_card(WANG_CARD)
    with firefox(folder_of(CHAPTER)) as opened:
        yield opened
        assert not opened.errors, "\n".join(opened.errors)


def test_a_trip_in_firefox(window: Firefox, stage: Stage) -> None:
    """UI-13: what differs between browsers is met on the way: focus, lists, the card's service, news, PDF."""
    log_in(window, stage)
    for name, typed, shown in HEADER:
        fill(window, name, typed, shown)
    for name, typed, shown in ROW:
        fill(window, f"bodies/{name}", typed, shown)
    window.await_that("document.querySelectorAll('.row-list tbody tr[tabindex]').length === 1")
    window.press("Alt+s")
    window.says("暂存成功")
    window.shoot("saved")
    declare(window)
    number = window.value(f"{box('number')}.value")
    see_paper(window)
    window.go(f"{stage.portal}/app/gate/receipts/gate.trip/{number}")
    window.says("海关入库成功")
    window.shoot("receipts")


def box(name: str) -> str:
    """The box of a field, as the page finds it."""
    return f"document.querySelector({json.dumps(f'[data-field={json.dumps(name)}]')})"


def log_in(window: Firefox, stage: Stage) -> None:
    """卡介质: the card's service is asked from the page, the PIN box waits for it."""
    window.go(f"{stage.portal}/login?way=card&next={FORM}/new")
    window.await_that(
        "document.activeElement?.closest('.pin') !== null && document.activeElement.type === 'password'"
    )
    window.shoot("card")
    window.type(PIN)
    window.press("Enter")
    window.at("customs_master")
    window.shoot("empty")


def fill(window: Firefox, name: str, typed: str, shown: str) -> None:
    """Into the focused box; a code is chosen from its list; Enter goes on."""
    window.at(name)
    if shown:
        window.press("Space")
    window.type(typed)
    if shown:
        word = json.dumps(shown.partition(" ")[0])
        window.await_that(f"document.querySelector('[role=option]')?.innerText.includes({word})")
        if name == "decl_traf_mode":
            window.shoot("list")
    window.press("Enter")
    if shown:
        window.await_that(f"{box(name)}.value === {json.dumps(shown)}")


def declare(window: Firefox) -> None:
    """Back with Shift+Tab to 申报; the question, the PIN; customs' acceptance comes by itself."""
    for _ in range(60):
        window.press("Shift+Tab")
        if window.value("document.activeElement.dataset.action") == "declare":
            break
    assert window.value("getComputedStyle(document.activeElement).outlineStyle") != "none", "seen"
    window.press("Enter")
    window.says("是否要申报该票单据")
    window.shoot("asks")
    window.press("Enter")
    window.await_that("document.activeElement?.type === 'password' && !document.activeElement.disabled")
    window.shoot("pin")
    window.type(PIN)
    window.press("Enter")
    window.says("申报成功")
    window.await_that("document.activeElement !== document.body")
    window.await_that(f"{box('status')}.value === '海关入库成功'", 30)
    window.shoot("accepted")


def see_paper(window: Firefox) -> None:
    """Alt+P: the PDF stands in Firefox's own viewer; Escape closes, and the focus is back."""
    window.press("Alt+p")
    frame = "document.querySelector('dialog iframe[title=打印件]')"
    window.await_that(f"{frame}?.src.startsWith('blob:')", 30)
    window.shows_pdf()
    window.shoot("paper")
    window.press("Escape")
    window.await_that("document.querySelector('dialog[open]') === null")
    assert window.value("document.activeElement !== document.body"), "the focus is lost"
