"""Manual 3.2, 4.1, 4.2 with a keyboard alone: two applications from the home page to their receipts (UI-03, UI-13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, WANG, at, choose, enter_pin, row_of
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.inspection.acts import APPLICATION, BILL_FORM, QUERY, fill_in, save
from tests.journeys.inspection.conftest import Fresh
from tests.journeys.keys import attach, choose_columns, enter_application, find, menu, paper, run

pytestmark = pytest.mark.journey
CATEGORY = "00000002 查验时不到场的声明"
TOPS = """(words) => words.map(({ firstChild }) => {
    const range = document.createRange();
    range.selectNodeContents(firstChild);
    return range.getBoundingClientRect().top;
})"""
files = "table.attachments:visible tbody tr"


def test_applications_without_the_mouse(desk: Desk, stage: Stage, fresh: Fresh, tmp_path: Path) -> None:
    """A declaration and a bill of lading; a file deleted and added again; granted, printed, found; a draft deleted."""
    with without_mouse(desk) as hands:
        enter_application(hands, APPLICATION, WANG)
        at(desk, "declaration_no")
        fill_in(desk, fresh())
        add_file(hands)
        delete_file(hands)
        add_file(hands)
        number = apply(hands)
        desk.press("Alt+p")
        assert number in paper(hands, tmp_path)
        look_at_history(hands)
        delete_a_draft(hands, fresh())
        menu(hands, BILL_FORM)
        at(desk, "bill_no")
        fill_in(desk, stage.examples["bill_applicable"][1], plate="粤B12345")
        add_file(hands)
        apply(hands)
        expect(desk.field("vehicle_plate")).to_have_value("粤B12345")
        look_at_receipts(hands, number)


def add_file(hands: Hands) -> None:
    """The category from its list, 添加文件, the PIN; the file stands in the list."""
    desk = hands.desk
    hands.go_to(desk.field("attachment_category"))
    choose(desk, "不到场", CATEGORY)
    attach(hands, desk.button("添加文件").locator("visible=true"), "声明.pdf")
    enter_pin(desk)
    expect(desk.page.locator(files)).to_contain_text("声明.pdf", timeout=SLOW)
    hands.look()


def delete_file(hands: Hands) -> None:
    """查看 and 删除 stand on one line. Asked first; the row is gone, the focus is not."""
    desk = hands.desk
    tops = desk.page.locator(files).locator(".row-actions > *").evaluate_all(TOPS)
    assert tops == [tops[0]] * 2
    hands.press_on(desk.page.locator(files).get_by_role("button", name="删除"))
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    expect(desk.page.locator(files)).to_contain_text("尚未上传文件")
    hands.look()


def apply(hands: Hands) -> str:
    """申请 and the PIN; 同意 comes by itself."""
    desk = hands.desk
    run(hands, "申请")
    desk.says("申请成功")
    expect(desk.field("status")).to_have_value("同意", timeout=SLOW)
    assert len(desk.field("customs_no").input_value()) == 18
    return desk.field("number").input_value()


def look_at_history(hands: Hands) -> None:
    """操作记录: Escape closes it, the focus is back on its button."""
    desk = hands.desk
    button = desk.action("操作记录")
    hands.press_on(button)
    expect(desk.dialog()).to_contain_text("申请")
    desk.press("Escape")
    expect(button).to_be_focused()


def delete_a_draft(hands: Hands, declaration: str) -> None:
    """新增, Alt+S, Alt+R: the form is empty, the focus in its first box."""
    desk = hands.desk
    hands.press_on(desk.action("新增"))
    at(desk, "declaration_no")
    fill_in(desk, declaration)
    save(desk)
    desk.press("Alt+r")
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    desk.says("删除成功")
    at(desk, "declaration_no")


def look_at_receipts(hands: Hands, number: str) -> None:
    """数据查询: the blue status opens the receipts; 关闭 gives the focus back to it."""
    desk = hands.desk
    menu(hands, QUERY)
    expect(desk.field("type")).to_be_visible()
    find(hands, desk.field("number"), number, "/api/documents/inspection")
    choose_columns(hands, "联系人")
    status = row_of(desk, number).get_by_role("button", name="同意", exact=True)
    hands.press_on(status)
    panel = desk.page.get_by_role("region", name="回执详细信息").locator("visible=true")
    expect(panel).to_contain_text("海关接收成功")
    desk.shoot("receipts")
    hands.press_on(panel.get_by_role("button", name="关闭"))
    expect(panel).to_have_count(0)
    expect(status).to_be_focused()
