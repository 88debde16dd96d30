"""What a person does again and again in this chapter: fill in by keyboard, sign, look at what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from tests.journeys.acts import SLOW, WANG, at, choose, enter, enter_application, enter_pin, menu
from tests.journeys.browser import Desk
from tests.journeys.hands import Hands

APPLICATION = "集中申报"
QUALIFICATION, BOOKLET = "consolidated.qualification", "consolidated.booklet"
LIST, DECLARATION = "consolidated.list", "consolidated.declaration"
TYPED_CELLS = ("quantity", "place", "duty_mode")
LIST_TITLE = "集报清单"
GOODS = (("0804400000", "鲜鳄梨", "2.4", "PER"), ("0805100000", "鲜橙", "0.9", "ZAF"))
"""The booklet's goods: code, name, price in USD for a kilogram, country."""
DISTRICT = "5169 南沙海关"  # where 报关单证查询打印 is open


def log_in(desk: Desk, account: tuple[str, str] = WANG) -> None:
    """From the home page into the application (manual 第四篇)."""
    enter_application(desk, APPLICATION, account)


def status_is(desk: Desk, words: str) -> None:
    """The form comes to this status by itself (UI-14)."""
    expect(desk.field("status")).to_have_value(words, timeout=SLOW)


def save(desk: Desk) -> str:
    """暂存 by its shortcut; the document's number."""
    desk.press("Alt+S")
    desk.says("暂存成功")
    return desk.field("number").input_value()


def declare(desk: Desk) -> None:
    """申报, and the PIN."""
    desk.action("申报").press("Enter")
    enter_pin(desk)
    desk.says("申报成功")


def open_document(desk: Desk, type: str, number: str) -> None:
    """A stored document, on its own form."""
    desk.page.goto(f"{desk.address}/app/consolidated/form/{type}/{number}")
    expect(desk.field("number")).to_have_value(number)


def fill_qualification(desk: Desk, until: str) -> None:
    """企业资质备案 of general trade, by keyboard alone (manual 1.1)."""
    menu(desk, "企业资质备案")
    expect(desk.field("status")).to_have_value("录入")
    desk.field("district").focus()
    choose(desk, "南沙", DISTRICT)
    at(desk, "nature")
    choose(desk, "一般贸易", "1 一般贸易")
    at(desk, "batches")
    enter(desk, "12")
    at(desk, "guarantee_amount")
    enter(desk, "200.5")
    at(desk, "guarantee_until")
    enter(desk, until)


def fill_booklet(desk: Desk, qualification: str) -> None:
    """企业商品信息备案: the qualification's number and Enter, then goods, each with Enter (manual 1.2)."""
    menu(desk, "企业商品信息备案")
    desk.field("qualification").focus()
    enter(desk, qualification)
    expect(desk.field("district")).to_have_value(DISTRICT)
    if not desk.field("goods/code").evaluate("box => box === document.activeElement"):
        desk.press("Enter")


def ask(hands: Hands, path: str) -> None:
    """查询 by its button, and the answer has come."""
    with hands.desk.page.expect_response(re.compile(path)):
        hands.press_on(hands.desk.action("查询"))
    expect(hands.desk.page.get_by_text("正在查询…").locator("visible=true")).to_have_count(0)


def rows(desk: Desk) -> Locator:
    """The rows of the result list in front."""
    return desk.page.locator("table.results:visible tbody tr")


def add_good(desk: Desk, code: str, name: str, price: str, country: str) -> None:
    """A row of 备案表表体: the code's list opens with Enter, a choice brings the name (manual 1.2)."""
    at(desk, "goods/code")
    desk.type(code)
    desk.press("Enter")
    expect(desk.page.get_by_role("option").locator("visible=true").first).to_contain_text(code)
    desk.press("Enter")
    at(desk, "goods/name")
    desk.press("Control+A")
    enter(desk, name)
    desk.field("goods/unit").focus()
    choose(desk, "035", "035 千克")
    desk.field("goods/price").focus()
    enter(desk, price)
    at(desk, "goods/currency")
    choose(desk, "USD", "USD 美元")
    at(desk, "goods/country")
    desk.type(country)
    desk.press("Enter")
    for _ in ("licence", "note"):
        desk.press("Enter")
    expect(desk.page.locator(".row-list:visible tbody tr").filter(has_text=name)).to_be_visible()


def fill(hands: Hands, values: Mapping[str, str]) -> None:
    """Box by box: text and Enter; a code is typed whole, and stands there with its name."""
    for name, text in values.items():
        box = hands.desk.field(name)
        hands.write(box, text)
        hands.desk.press("Enter")
        expect(box).to_have_value(re.compile(rf"^{re.escape(text)}( |$)"))


def add_listed(hands: Hands, values: Mapping[str, str]) -> None:
    """A good of a list: 备案序号 and Enter bring what is filed; Enter in the last cell saves it (manual 2.1)."""
    desk = hands.desk
    count = desk.page.locator(".row-list:visible tbody tr[tabindex]").count()
    fill(hands, {"goods/record_no": values["record_no"]})
    expect(desk.field("goods/name")).not_to_have_value("")
    *others, last = TYPED_CELLS
    fill(hands, {f"goods/{name}": values[name] for name in others})
    hands.write(desk.field(f"goods/{last}"), values[last])
    desk.press("Enter")
    expect(desk.page.locator(".row-list:visible tbody tr[tabindex]")).to_have_count(count + 1)


def choose_in(hands: Hands, name: str, words: str) -> None:
    """In a drop-down of a query: typing narrows it, Enter takes (UI-04)."""
    desk = hands.desk
    hands.write(desk.field(name), words)
    expect(desk.page.get_by_role("option", name=words, exact=True).locator("visible=true")).to_be_visible()
    desk.press("Enter")
    expect(desk.field(name)).to_have_value(words)


def tick_all(hands: Hands) -> None:
    """The box in the list's head, with Space."""
    hands.press_on(hands.desk.page.get_by_label("全选本页").locator("visible=true"), "Space")
