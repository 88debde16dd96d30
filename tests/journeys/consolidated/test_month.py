"""A month in the life of a company: from its qualification to a declaration in 报关单证查询打印 (CONS-01 … CONS-15)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import menu
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.consolidated.acts import (
    GOODS,
    QUALIFICATION,
    add_good,
    add_listed,
    declare,
    fill,
    fill_booklet,
    fill_qualification,
    log_in,
    save,
    search,
    status_is,
)
from tests.journeys.consolidated.stock import declared, exported, good, head
from tests.journeys.officer import Officer
from tests.system.running import CHINA

pytestmark = pytest.mark.journey


def test_a_month(desk: Desk, stage: Stage, officer: Officer) -> None:
    """CONS-01 … CONS-15."""
    log_in(desk)
    qualification, booklet = filings(desk, officer)
    book_no = look_up(desk, qualification, booklet)
    assert re.fullmatch(r"X5169[0-9]{7}", book_no)
    officer.automatic(True)
    lists = declare_lists(desk, stage, book_no)
    assert len(lists) == 12


def filings(desk: Desk, officer: Officer) -> tuple[str, str]:
    """CONS-01 … CONS-06: both filings; goods wait for their qualification and then go by themselves."""
    until = datetime.now(CHINA).date() + timedelta(days=200)
    fill_qualification(desk, f"{until:%Y%m%d}")
    qualification = save(desk)
    desk.shoot("qualification")
    declare(desk)
    status_is(desk, "发往海关成功")
    fill_booklet(desk, qualification)
    for code, name, price, country in GOODS:
        add_good(desk, code, name, price, country)
    desk.shoot("booklet")
    booklet = save(desk)
    declare(desk)
    status_is(desk, "待发送")
    desk.shoot("booklet-waits")
    officer.rule(qualification, "审批通过")
    status_is(desk, "发往海关成功")
    officer.rule(booklet, "审批通过")
    status_is(desk, "海关审批通过")
    desk.shoot("booklet-approved")
    return qualification, booklet


def look_up(desk: Desk, qualification: str, booklet: str) -> str:
    """CONS-14: 备案表查询, 查看备案: the number under which lists name the booklet."""
    menu(desk, "备案表查询")
    desk.field("number").fill(qualification)
    search(desk, QUALIFICATION)
    desk.page.get_by_label(f"选中 {qualification}", exact=True).check()
    desk.press("Enter")
    expect(desk.page.locator("dl:visible")).to_contain_text("海关审批通过")
    desk.page.get_by_label(f"选中分册 {booklet}").check()
    book_no = desk.page.locator(".filing-number strong").inner_text()
    desk.shoot("filing")
    desk.press("Escape")
    expect(desk.page.get_by_label(f"选中 {qualification}", exact=True)).to_be_visible()
    return book_no


def declare_lists(desk: Desk, stage: Stage, book_no: str) -> list[str]:
    """CONS-09, CONS-11: the first list by keyboard, the others of both kinds over the API; customs close them."""
    own = stage.system.world["companies"][0]["customs_code"]
    menu(desk, "进口一般贸易集报清单")
    expect(desk.field("list_kind")).to_have_value("GI 进口一般贸易集报清单")
    fill(desk, head(own, book_no=book_no))
    desk.shoot("list-head")
    for row in (good("1", "1000"), good("2", "2000")):
        add_listed(desk, row)
    desk.shoot("list")
    first = save(desk)
    declare(desk)
    rest = [{"list_kind": "GI", **head(own, book_no=book_no), "goods": [good("1", "500")]} for _ in range(6)]
    out = [exported({**each, "goods": [good("2", "300")]}) for each in rest[:5]]
    numbers = declared(stage, [*rest, *out])
    status_is(desk, "已结关")
    desk.shoot("list-closed")
    return [first, *numbers]
