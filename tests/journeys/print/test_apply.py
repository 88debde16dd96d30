"""Manual 4.1: 自助打印申请 from the query to the result dialog (PRNT-01 … PRNT-03, PRNT-11)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import FileChooser, expect

from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.print.acts import (
    APPLICATION,
    APPLY,
    EXPORT_NUMBER,
    PRINT_NUMBER,
    RESULTS,
    SLOW,
    WANG_CARD,
    act,
    applied,
    apply_for_data,
    apply_for_print,
    enter_pin,
    log_in,
    open_page,
    query_numbers,
    row_of,
    search,
)

pytestmark = pytest.mark.journey


def test_who_may_enter(desk: Desk, stage: Stage) -> None:
    """必须使用收发货人的法人卡介质登录: another card is told so; the menu has the manual's words (PORT-06, UI-17)."""
    stage.put_card(WANG_CARD)
    log_in(desk)
    desk.says(f"【{APPLICATION}】只能用法人卡登录后进入")
    desk.shoot("other-card")
    stage.put_card("8930L0000A037")
    desk.page.get_by_role("link", name="用法人卡登录").click()
    desk.page.get_by_label("卡介质密码").fill("88888888")
    desk.press("Enter")
    menu = desk.page.get_by_role("navigation", name="菜单")
    expect(menu.get_by_role("link", name=APPLY, exact=True)).to_be_visible()
    expect(menu.get_by_role("link", name=RESULTS, exact=True)).to_be_visible()
    desk.shoot("menu")


def test_the_days(desk: Desk) -> None:
    """申请日期 默认展示为当天，不能超过 3 个月，快速切换; 重置将清空查询条件 (PRNT-01)."""
    log_in(desk)
    open_page(desk, APPLY)
    first, last = desk.field("declared_from"), desk.field("declared_to")
    expect(last).not_to_have_value("")  # the days come with the server's clock
    today = date.fromisoformat(last.input_value())
    assert first.input_value() == last.input_value()
    for word, begins in (
        ("本周", today - timedelta(days=today.weekday())),
        ("本月", today.replace(day=1)),
        ("当天", today),
    ):
        desk.button(word).click()
        expect(first).to_have_value(begins.isoformat())
    desk.button("三个月").click()
    search(desk)
    expect(desk.page.locator("tbody tr:visible")).to_have_count(20)
    desk.shoot("three-months")
    whole = desk.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert whole[0] <= whole[1], "no horizontal scrolling at 1366 pixels (UI-13)"
    first.fill((date.fromisoformat(first.input_value()) - timedelta(days=1)).isoformat())
    desk.action("查询").click()
    expect(desk.page.locator(".condition.wrong:visible")).to_contain_text("申请日期")
    desk.says("不能超过 3 个月")
    expect(last).to_be_focused()
    desk.shoot("too-long")
    desk.action("重置").click()
    for box in (first, last, desk.field("number")):
        expect(box).to_have_value("")
    search(desk)
    desk.says("「申请日期」需填写起始日期和截止日期")


def test_numbers_in_the_dialog_and_in_the_box(desk: Desk, stage: Stage) -> None:
    """最多输入 50 个报关单号，多个报关单号用逗号分隔; 录入多票报关单号; each that is not found says why (PRNT-01)."""
    log_in(desk)
    open_page(desk, APPLY)
    good = stage.examples["closed_printable"][:2]
    beyond, foreign = stage.examples["closed_beyond_keeping"][0], stage.examples["closed_foreign"]
    elsewhere = stage.examples["closed_not_admitted"][0]
    query_numbers(desk, *good, beyond, elsewhere, foreign)
    expect(desk.page.locator("tbody tr:visible")).to_have_count(2)
    missing = desk.page.get_by_label("未列出的报关单号").locator("visible=true")
    expect(missing).to_contain_text("3 个报关单号未列出")
    for words in (
        "已超过保管期限",
        "未开展报关单证自助查询打印",
        "查无此报关单，或其境内收发货人不是当前卡介质所属企业",
    ):
        expect(missing).to_contain_text(words)
    desk.shoot("missing")
    desk.button("录入多票报关单号").click()
    area = desk.dialog().get_by_label("报关单号", exact=True)
    area.fill("\n".join(str(420120261000000000 + each) for each in range(51)))
    desk.dialog().get_by_role("button", name="确定").click()
    desk.says("最多输入 50 个报关单号，现有 51 个")
    desk.shoot("fifty-one")
    area.fill("\n".join(good))
    desk.press("Control+Enter")
    expect(desk.field("number")).to_have_value(",".join(good))
    search(desk)
    expect(desk.page.locator("tbody tr:visible")).to_have_count(2)
    desk.field("number").fill("4201")
    desk.press("Tab")
    expect(desk.page.locator(".numbers.wrong:visible")).to_contain_text("「4201」不是报关单号")
    desk.shoot("wrong-number")


def test_numbers_from_a_file(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """点击报关单号后的【导入】按钮，导入多票报关单号: what is wrong is explained with its place (PRNT-01)."""
    log_in(desk)
    open_page(desk, APPLY)
    one, other = stage.examples["closed_printable"][:2]
    file = tmp_path / "单号.txt"
    file.write_bytes(f"{one}，{other}\r\n{one}\r\n4.20120261E+17\r\n".encode("gbk"))
    chooser(desk).set_files(file)
    dialog = desk.page.get_by_role("dialog", name="导入报关单号")
    expect(dialog).to_contain_text("有效 2 个，重复 1 个（只计一次），有误 1 个")
    expect(dialog.locator("tbody tr")).to_contain_text("第 3 行")
    expect(dialog.locator("tbody tr")).to_contain_text("科学计数法")
    desk.shoot("imported")
    desk.press("Enter")
    expect(desk.field("number")).to_have_value(f"{one},{other}")
    many = tmp_path / "many.csv"
    many.write_text("\n".join(str(420120261000000001 + each) for each in range(51)))
    chooser(desk).set_files(many)
    expect(desk.dialog().get_by_role("alert")).to_contain_text("51")
    desk.shoot("too-many")
    desk.press("Escape")
    expect(desk.field("number")).to_have_value(f"{one},{other}")


def chooser(desk: Desk) -> FileChooser:
    with desk.page.expect_file_chooser() as chosen:
        desk.button("导入").click()
    return chosen.value


def test_one_declaration_by_keyboard(desk: Desk, stage: Stage) -> None:
    """From the query to the result without any pointer: 自助打印申请, 有签章, 确认申请, PIN (PRNT-02, UI-03)."""
    log_in(desk)  # the first page of the menu opens by itself
    number = stage.examples["closed_printable"][2]
    expect(desk.field("number")).to_be_focused()
    desk.says("多个报关单号用逗号分隔；可点击")
    desk.type(number)
    desk.press("Enter")
    expect(desk.field("declared_from")).to_be_focused()
    desk.press("Control+A", "Backspace", "Enter", "Control+A", "Backspace", "Enter")
    expect(row_of(desk, number)).to_be_visible()
    act(desk, "自助打印申请", number).focus()
    desk.press("Enter")
    expect(desk.page.get_by_label("无签章")).to_be_focused()
    desk.press("ArrowDown")
    expect(desk.page.get_by_label("有签章")).to_be_checked()
    desk.shoot("kind")
    desk.press("Enter")
    expect(desk.page.get_by_label("卡介质密码")).to_be_focused()
    desk.says("自助打印报关单证申请（有签章）")
    desk.shoot("signing")
    desk.type("88888888")
    desk.press("Enter")
    dialog = desk.page.get_by_role("dialog", name="自助打印申请结果")
    expect(dialog.locator(".application-number")).to_have_text(PRINT_NUMBER)
    expect(dialog.locator("tbody tr")).to_contain_text("已受理")
    desk.shoot("applied")
    desk.press("Enter")
    expect(desk.page.get_by_label("申请进度").locator("visible=true")).to_contain_text("已完成", timeout=SLOW)
    desk.shoot("progress")


def test_data_of_one_declaration(desk: Desk, stage: Stage) -> None:
    """结关后报关单数据导出申请 asks, and has its own number; leaving the question applies for nothing (PRNT-03)."""
    log_in(desk)
    open_page(desk, APPLY)
    number = stage.examples["closed_printable"][3]
    query_numbers(desk, number)
    act(desk, "结关后报关单数据导出申请", number).click()
    desk.says("是否确认导出报关单数据？")
    desk.shoot("question")
    desk.press("Escape")
    expect(desk.dialog()).to_have_count(0)
    act(desk, "结关后报关单数据导出申请", number).click()
    desk.dialog().get_by_role("button", name="确定").click()
    enter_pin(desk)
    assert EXPORT_NUMBER.fullmatch(applied(desk, "结关后报关单数据导出申请结果"))


def test_many_declarations(desk: Desk, stage: Stage) -> None:
    """勾选多票: both toolbar words, with the manual's question before the export (PRNT-02, PRNT-03)."""
    log_in(desk)
    open_page(desk, APPLY)
    expect(desk.action("自助打印批量申请")).to_have_attribute("title", "请先勾选需要申请的报关单")
    numbers = stage.examples["closed_printable"][4:7]
    assert PRINT_NUMBER.fullmatch(apply_for_print(desk, False, *numbers))
    query_numbers(desk, *numbers)
    desk.page.get_by_label("全选本页").locator("visible=true").check()
    desk.action("结关后报关单数据批量导出申请").click()
    desk.says("是否确认申请选中数据的报关单数据导出？")
    desk.shoot("question")
    desk.press("Escape")
    assert EXPORT_NUMBER.fullmatch(apply_for_data(desk, *numbers))


def test_a_thousand(desk: Desk) -> None:
    """By a query of days and a tick across all pages; progress is shown, it stops and goes on (PRNT-11)."""
    log_in(desk)
    open_page(desk, APPLY)
    desk.button("三个月").click()
    search(desk)
    desk.button("勾选全部查询结果").click()
    ticked = desk.page.locator(".page-bar:visible").get_by_text(re.compile("已选 1[0-9]{3} 条"))
    expect(ticked).to_be_visible()
    desk.shoot("ticked")
    desk.action("自助打印批量申请").click()
    desk.button("确认申请").click()
    enter_pin(desk)
    dialog = desk.page.get_by_role("dialog", name="自助打印申请结果")
    expect(dialog.locator(".application-number")).to_have_text(PRINT_NUMBER, timeout=SLOW)
    desk.shoot("applied")
    desk.press("Enter")
    progress = desk.page.get_by_label("申请进度").locator("visible=true")
    expect(progress).to_contain_text(re.compile("共 1[0-9]{3} 票"))
    progress.get_by_role("button", name=re.compile("^停止")).click()
    expect(progress).to_contain_text("已停止", timeout=SLOW)
    desk.shoot("stopped")
    progress.get_by_role("button", name=re.compile("^继续")).click()
    expect(progress).to_contain_text("已完成", timeout=5 * SLOW)
    desk.shoot("done")
