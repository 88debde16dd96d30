"""A month in the life of a company: from its qualification to a declaration in 报关单证查询打印 (CONS-01 … CONS-15)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import SLOW, enter, enter_pin, menu
from tests.journeys.appointment.acts import TAN_CARD
from tests.journeys.browser import Desk, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.consolidated.acts import (
    GOODS,
    LIST,
    QUALIFICATION,
    add_good,
    add_listed,
    choose_in,
    declare,
    fill,
    fill_booklet,
    fill_qualification,
    log_in,
    rows,
    save,
    search,
    status_is,
)
from tests.journeys.consolidated.stock import declared, exported, good, head
from tests.journeys.officer import Officer
from tests.journeys.papers import kept, text_of
from tests.journeys.print.acts import (
    APPLY,
    CHEN_CARD,
    act,
    apply_for_print,
    await_made,
    find_results,
    open_page,
)
from tests.journeys.print.acts import log_in as log_in_by_card
from tests.system.running import CHINA

pytestmark = pytest.mark.journey
COUNT_PRINTS = "window.print = () => { window.top.printed = (window.top.printed || 0) + 1 }"
"""In frames that come later; Chromium without a window crashes when it really prints a PDF."""


def test_a_month(desk: Desk, stage: Stage, officer: Officer, chromium: Browser, tmp_path: Path) -> None:
    """CONS-01 … CONS-15."""
    log_in(desk)
    qualification, booklet = filings(desk, officer)
    book_no = look_up(desk, qualification, booklet)
    assert re.fullmatch(r"X5169[0-9]{7}", book_no)
    officer.automatic(True)
    lists = declare_lists(desk, stage, book_no)
    amend(desk, lists[0])
    number = merge_imports(desk, lists)
    merge_exports_for_an_agent(desk, stage)
    entry_no = declare_merged(desk, number, lists[0])
    print_and_list(desk, number, entry_no, tmp_path)
    count_and_look_ahead(desk)
    print_from_the_archive(chromium, stage, desk, entry_no, tmp_path)


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


def amend(desk: Desk, number: str) -> None:
    """CONS-12: a closed list is changed field by field, with old and new seen before it is declared; customs agree."""
    menu(desk, "修改申请")
    desk.field("number").fill(number)
    search(desk, LIST)
    desk.shoot("amendable")
    desk.button(number).click()
    expect(desk.button("修改件数")).to_be_visible()
    expect(desk.button("修改备案号")).to_have_count(0)  # CONS-R67
    desk.button("修改件数").press("Enter")
    expect(desk.dialog()).to_contain_text("修改内容")
    desk.press("Control+A")
    desk.type("310")
    desk.shoot("amend-field")
    desk.press("Enter")
    expect(desk.field("packages")).to_have_value("310")
    desk.button("查看修改申请").click()
    expect(desk.dialog().locator("tbody tr")).to_have_count(1)
    expect(desk.dialog().locator("tbody tr")).to_contain_text("件数300310")
    desk.shoot("amendment")
    desk.press("Escape")
    desk.action("暂存").click()
    desk.dialog().locator("[data-field=revision_reason]").focus()
    desk.shoot("amendment-asks")
    enter(desk, "7")
    expect(desk.dialog().locator("[data-field=revision_reason]")).to_have_value(re.compile("^7 由于操作"))
    enter(desk, "王芳")
    enter(desk, "0755-84398888")
    desk.says("暂存成功")
    desk.action("申报").press("Enter")
    enter_pin(desk)
    desk.says("修改申请申报成功")
    menu(desk, "修撤状态查询")
    desk.action("查询").click()
    expect(desk.page.locator(".list-state:visible")).to_contain_text("修撤单类型")
    choose_in(desk, "action", "修改申请")
    search(desk, "/api/amendments/")
    expect(rows(desk).filter(has_text=number)).to_contain_text("同意", timeout=SLOW)
    desk.shoot("revisions")


def merge_imports(desk: Desk, lists: list[str]) -> str:
    """CONS-13: seven lists become one declaration, seen before it is made; 不指定 asks once more."""
    menu(desk, "集报清单汇总")
    expect(desk.field("goods_nature")).to_have_value("一般贸易")
    expect(desk.field("ie_flag")).to_have_value("进口")
    search(desk, "/candidates")
    expect(rows(desk)).to_have_count(7)
    desk.page.get_by_label("全选本页").locator("visible=true").check()
    desk.action("汇总").press("Enter")
    expect(desk.dialog()).to_contain_text("7 票清单汇总成 1 票报关单，商品 8 项归并为 2 项")
    expect(desk.dialog()).to_contain_text("相符")
    desk.shoot("preview")
    desk.field("declarant_code").fill("9999999999")
    desk.press("Enter")
    expect(desk.dialog().locator(".error")).to_be_visible()
    expect(desk.field("declarant_code")).to_be_focused()
    desk.shoot("unknown-agent")
    without, question = desk.button("不指定"), "您确认不指定报关申报/录入单位并进行汇总吗"
    without.click()
    desk.says(question)
    desk.shoot("question")
    desk.dialog().get_by_role("button", name="取消").last.click()
    without.click()
    desk.button("是").click()
    desk.says("汇总成功")
    desk.press("Enter")
    built = desk.page.get_by_label("汇总处理结果").get_by_role("button").first
    expect(built).to_be_visible(timeout=SLOW)
    expect(rows(desk)).to_have_count(0)
    desk.shoot("merged")
    return built.inner_text()


def merge_exports_for_an_agent(desk: Desk, stage: Stage) -> None:
    """CONS-13: the other kind; Enter after the agent's code brings its name, 确认 merges for it."""
    agent = next(each for each in stage.system.world["cards"] if each["card_no"] == TAN_CARD)["customs_code"]
    choose_in(desk, "ie_flag", "出口")
    search(desk, "/candidates")
    expect(rows(desk)).to_have_count(5)
    desk.page.get_by_label("全选本页").locator("visible=true").check()
    desk.action("汇总").click()
    desk.field("declarant_code").fill(agent)
    desk.press("Enter")
    expect(desk.field("declarant_name")).not_to_have_value("")
    expect(desk.dialog()).to_contain_text(f"{agent} ")
    desk.shoot("agent")
    desk.button("确认").click()
    desk.says("汇总成功")
    desk.press("Enter")
    expect(rows(desk)).to_have_count(0)


def declare_merged(desk: Desk, number: str, listed: str) -> str:
    """CONS-14: found by its list, declared, and closed by customs; printed on the form in force. Its 海关编号."""
    menu(desk, "归并关系查询")
    desk.field("list_number").fill(listed)
    search(desk, "/relations")
    expect(rows(desk)).to_have_count(2)
    expect(rows(desk).first).to_contain_text(number)
    desk.shoot("relations")
    menu(desk, "集报报关单查询")
    desk.page.get_by_role("button", name="高级查询").click()
    desk.action("查询").click()
    desk.says("请填写「统一编号」")
    expect(desk.field("number")).to_be_focused()
    desk.field("number").fill(number)
    search(desk, "/declarations")
    expect(rows(desk)).to_contain_text("暂存")
    desk.shoot("declaration-found")
    desk.button(f"申报 {number}").click()
    expect(desk.field("number")).to_have_value(number)
    desk.shoot("declaration")
    declare(desk)
    status_is(desk, "结关")
    entry_no = desk.field("entry_no").input_value()
    assert re.fullmatch(r"5169[0-9]{4}1[0-9]{9}", entry_no)
    desk.shoot("declaration-closed")
    return entry_no


def print_and_list(desk: Desk, number: str, entry_no: str, folder: Path) -> None:
    """CONS-14: 打印报关单 with 打印预览 and the notice of 审结; 列表导出 for the consignee alone."""
    menu(desk, "集报报关单查询")
    expect(rows(desk)).to_contain_text("结关", timeout=SLOW)
    expect(desk.action("列表导出")).to_have_attribute("aria-disabled", "true")
    choose_in(desk, "company_kind", "境内收发货人")
    search(desk, "/declarations")
    desk.page.get_by_label("全选本页").locator("visible=true").check()
    desk.action("打印报关单").press("Enter")
    expect(desk.dialog().get_by_role("radio")).to_have_count(2)
    desk.shoot("print-choice")
    desk.button("打印预览").click()
    text = text_of(kept(desk, folder, "form"))
    for words in (number, entry_no, "集中申报", "鲜鳄梨", "2110"):
        assert words in text, words
    desk.press("Escape")
    desk.button(f"打印 {number}").click()
    desk.dialog().get_by_label("审结通知书").check()
    desk.button("打印预览").click()
    assert "审结通知书" in text_of(kept(desk, folder, "notice"))
    desk.press("Escape")
    desk.page.add_init_script(COUNT_PRINTS)
    desk.button(f"打印 {number}").click()
    desk.button("直接打印").click()
    expect(desk.dialog()).to_have_count(0, timeout=SLOW)
    assert desk.page.evaluate("window.printed") == 1
    assert len(desk.page.context.pages) == 1, "the browser's own print dialog, not another window"
    with desk.page.expect_download() as download:
        desk.action("列表导出").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def count_and_look_ahead(desk: Desk) -> None:
    """CONS-14, CONS-16: 业务统计 with chart; what ends in the months to come."""
    menu(desk, "集报清单业务统计")
    desk.action("开始统计").click()
    desk.says("共 12 票清单")
    expect(desk.page.get_by_role("img", name="清单票数柱状图").locator("svg")).to_be_visible()
    desk.shoot("statistics")
    menu(desk, "期限日历")
    for _ in range(7):
        desk.button("下一月").click()
    desk.says("担保到期")
    desk.shoot("deadlines")


def print_from_the_archive(chromium: Browser, stage: Stage, desk: Desk, entry_no: str, folder: Path) -> None:
    """CONS-15: the closed declaration is in 报关单证查询打印 of the consignee, and comes out with its seal."""
    stage.put_card(CHEN_CARD)
    window = sit_down(chromium, stage.portal, desk.folder, f"{desk.prefix}print-")
    log_in_by_card(window)
    open_page(window, APPLY)
    application = apply_for_print(window, True, entry_no)
    find_results(window, "自助打印报关单证申请", application)
    await_made(window, entry_no, "1-有签章已生成")
    act(window, "打印", entry_no).click()
    text = text_of(kept(window, folder, "layout-file"))
    for words in (entry_no, "集中申报", "鲜鳄梨", "鲜橙", "2110"):
        assert words in text, words
    window.press("Escape")
    window.shoot("archive")
    window.check_console()
    window.page.context.close()
