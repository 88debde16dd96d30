"""Manual 第四篇 with a keyboard alone: in by card, applied for, printed (PORT-03, PRNT-01, PRNT-02, PRNT-07, UI-13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import enter_pin
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.keys import choose_columns, find, menu, paper
from tests.journeys.print.acts import APPLICATION, PRINT_NUMBER, RESULTS, await_made, row_of

pytestmark = pytest.mark.journey
ASKED = r"/api/declarations/(closed|results)[?]"


def test_from_the_card_to_the_paper_without_the_mouse(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """卡介质, numbers in their dialog, ticks, 有签章, the PIN; 自助打印/导出: 打印 and 操作记录."""
    numbers = stage.examples["closed_printable"][2:4]
    with without_mouse(desk) as hands:
        log_in(hands)
        expect(desk.field("number")).to_be_focused()
        type_numbers(hands, numbers)
        application = apply(hands, numbers)
        menu(hands, RESULTS)
        expect(desk.field("kind")).to_be_focused()
        hands.press_on(desk.action("重置"))
        find(hands, desk.field("application"), application, ASKED)
        choose_columns(hands, "申请人")
        await_made(desk, numbers[0], "1-有签章已生成")
        hands.press_on(desk.page.get_by_role("button", name=f"打印 {numbers[0]}", exact=True))
        assert numbers[0] in paper(hands, tmp_path)
        log = desk.page.get_by_role("button", name=f"操作记录 {numbers[0]}", exact=True)
        hands.press_on(log)
        expect(desk.dialog()).to_contain_text("打印")
        desk.press("Escape")
        expect(log).to_be_focused()


def log_in(hands: Hands) -> None:
    """From the home page: → goes from 账号登录 to 卡介质; the PIN waits for it."""
    desk = hands.desk
    wanted = desk.page.get_by_role("link", name=APPLICATION).first
    expect(wanted).to_be_visible()
    desk.press("Tab")
    hands.press_on(wanted)
    hands.go_to(desk.page.get_by_role("tab", name="账号登录"))
    desk.press("ArrowRight")
    expect(desk.page.get_by_role("tab", name="卡介质")).to_have_attribute("aria-selected", "true")
    enter_pin(desk)
    expect(desk.button("退出")).to_be_visible()
    hands.look()


def type_numbers(hands: Hands, numbers: list[str]) -> None:
    """录入多票报关单号: one a line, Ctrl+Enter; the dialog for a file opens and is left again; the first day typed."""
    desk = hands.desk
    hands.press_on(desk.button("录入多票报关单号"))
    hands.look()
    for number in numbers:
        desk.type(number)
        desk.press("Enter")
    desk.press("Control+Enter")
    expect(desk.field("number")).to_have_value(",".join(numbers))
    hands.look()
    with desk.page.expect_file_chooser():
        hands.press_on(desk.button("导入"))
    hands.press_on(desk.button("三个月"))
    first = desk.field("declared_from")
    day = first.input_value()
    hands.write(first, day.replace("-", ""))
    desk.press("Tab")
    expect(first).to_have_value(day)
    with desk.page.expect_response("**/api/declarations/closed?*"):
        hands.press_on(desk.action("查询"))


def apply(hands: Hands, numbers: list[str]) -> str:
    """全选本页, 自助打印批量申请, 有签章, the PIN; the application's number."""
    desk = hands.desk
    expect(row_of(desk, numbers[0])).to_be_visible()
    hands.press_on(desk.page.get_by_label("全选本页").locator("visible=true"), "Space")
    button = desk.action("自助打印批量申请")
    hands.press_on(button)
    sealed = desk.page.get_by_label("有签章")
    hands.look()
    if not sealed.is_checked():
        desk.press("ArrowDown")
    expect(sealed).to_be_checked()
    desk.press("Enter")
    enter_pin(desk)
    dialog = desk.page.get_by_role("dialog", name="自助打印申请结果")
    expect(dialog).to_be_visible()
    number = dialog.locator(".application-number").inner_text()
    assert PRINT_NUMBER.fullmatch(number)
    expect(dialog.locator("tbody tr").first).to_contain_text("已受理")
    desk.press("Enter")
    expect(button).to_be_focused()
    return number
