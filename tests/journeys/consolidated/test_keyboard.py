"""Manual 第六篇 1.1, 1.2 with a keyboard alone: both filings up to customs' approval (CONS-01 … CONS-06, UI-13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import WANG, at, choose, enter
from tests.journeys.browser import Desk
from tests.journeys.consolidated.acts import APPLICATION, GOODS, LIST, save, status_is
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.keys import choose_columns, enter_application, find, menu, paper, run
from tests.journeys.officer import Officer
from tests.system.running import CHINA

pytestmark = pytest.mark.journey
DISTRICT = "5304 蛇口海关"  # one qualification for each: the month's is elsewhere


def test_filings_without_the_mouse(desk: Desk, officer: Officer, tmp_path: Path) -> None:
    """A qualification with a date, goods from the list of codes with their elements; approved, printed, found."""
    with without_mouse(desk) as hands:
        enter_application(hands, APPLICATION, WANG)
        qualification = file_qualification(hands)
        officer.rule(qualification, "审批通过")
        status_is(desk, "海关审批通过")
        hands.look()
        booklet = file_goods(hands, qualification)
        officer.rule(booklet, "审批通过")
        status_is(desk, "海关审批通过")
        desk.press("Alt+p")
        expect(desk.dialog()).to_contain_text("预览")
        desk.press("Enter")
        assert booklet in paper(hands, tmp_path)
        delete_a_draft(hands, qualification)
        look_up(hands)


def file_qualification(hands: Hands) -> str:
    """Box by box with Enter, saved with Alt+S, signed."""
    desk = hands.desk
    at(desk, "district")
    choose(desk, "蛇口", DISTRICT)
    at(desk, "nature")
    choose(desk, "一般贸易", "1 一般贸易")
    at(desk, "batches")
    enter(desk, "12")
    at(desk, "guarantee_amount")
    enter(desk, "200.5")
    at(desk, "guarantee_until")
    enter(desk, f"{datetime.now(CHINA).date() + timedelta(days=200):%Y%m%d}")
    number = save(desk)
    run(hands, "申报")
    status_is(desk, "发往海关成功")
    return number


def file_goods(hands: Hands, qualification: str) -> str:
    """The qualification's number brings the head; two goods with their elements; one is changed, one deleted."""
    desk = hands.desk
    menu(hands, "企业商品信息备案")
    at(desk, "qualification")
    enter(desk, qualification)
    expect(desk.field("district")).to_have_value(DISTRICT)
    hands.go_to(desk.field("goods/code"))
    for code, name, price, country in GOODS:
        add_good(hands, code, name, price, country)
    reached = desk.page.locator(".row-list:visible tbody tr[tabindex='0']")
    hands.press_on(reached)
    hands.write(desk.field("goods/price"), "2.6")
    hands.press_on(desk.page.locator('[data-lines="goods/save"]:visible'))
    expect(desk.page.locator(".row-list:visible")).to_contain_text("2.6")
    hands.look()
    hands.go_to(reached)
    desk.press("ArrowDown", "Space")
    delete = desk.page.locator('[data-lines="goods/delete"]:visible')
    hands.press_on(delete)
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    expect(desk.page.locator(".row-list:visible tbody tr[tabindex]")).to_have_count(1)
    expect(delete).to_be_focused()
    number = save(desk)
    run(hands, "申报")
    return number


def add_good(hands: Hands, code: str, name: str, price: str, country: str) -> None:
    """Enter lists the codes; Enter in the empty box of 规格型号 opens the good's elements, Escape leaves them."""
    desk = hands.desk
    at(desk, "goods/code")
    desk.type(code)
    desk.press("Enter")
    expect(desk.page.get_by_role("option").locator("visible=true").first).to_contain_text(code)
    desk.press("Enter")
    at(desk, "goods/name")
    desk.press("Control+A")
    enter(desk, name)
    at(desk, "goods/model")
    desk.press("Enter")
    expect(desk.dialog()).to_be_visible()
    hands.look()
    desk.press("Escape")
    expect(desk.dialog()).to_have_count(0)
    hands.look()
    hands.go_to(desk.field("goods/unit"))
    choose(desk, "035", "035 千克")
    hands.write(desk.field("goods/price"), price)
    hands.go_to(desk.field("goods/currency"))
    choose(desk, "USD", "USD 美元")
    at(desk, "goods/country")
    desk.type(country)
    desk.press("Enter", "Enter", "Enter")
    expect(desk.page.locator(".row-list:visible tbody tr").filter(has_text=name)).to_be_visible()


def delete_a_draft(hands: Hands, qualification: str) -> None:
    """新增, 暂存, Alt+R: an empty form, the focus in its first box."""
    desk = hands.desk
    hands.press_on(desk.action("新增"))
    at(desk, "qualification")
    enter(desk, qualification)
    expect(desk.field("district")).to_have_value(DISTRICT)
    save(desk)
    desk.press("Alt+r")
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    desk.says("删除成功")
    at(desk, "qualification")


def look_up(hands: Hands) -> None:
    """集报清单查询 without conditions: its columns. What a month asks is in `test_month.py`."""
    desk = hands.desk
    menu(hands, "集报清单查询")
    expect(desk.field("list_kind")).to_be_focused()
    find(hands, desk.field("number"), "", rf"/api/documents/{LIST}\?")
    choose_columns(hands, "申报地海关")
