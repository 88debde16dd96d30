"""A month in the life of a company: from its qualification to a declaration in 报关单证查询打印 (CONS-01 … CONS-15)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import SLOW, enter
from tests.journeys.appointment.acts import TAN_CARD
from tests.journeys.browser import Desk, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.consolidated.acts import (
    GOODS,
    LIST,
    LIST_TITLE,
    QUALIFICATION,
    add_good,
    add_listed,
    ask,
    choose_in,
    declare,
    fill,
    fill_booklet,
    fill_qualification,
    log_in,
    rows,
    save,
    status_is,
    tick_all,
)
from tests.journeys.consolidated.stock import declared, exported, good, head
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.keys import find, menu, paper, run
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
    """CONS-01 … CONS-15, CONS-17; once both filings are approved, with keys alone (UI-13)."""
    log_in(desk)
    qualification, booklet = filings(desk, officer)
    with without_mouse(desk) as hands:
        book_no = look_up(hands, qualification, booklet)
        assert re.fullmatch(r"X5169[0-9]{7}", book_no)
        officer.automatic(True)
        *lists, spare = declare_lists(hands, stage, book_no)
        amend(hands, lists[0])
        revoke(hands, spare)
        number = merge_imports(hands)
        merge_exports_for_an_agent(hands, stage)
        entry_no = declare_merged(hands, number, lists[0])
        print_and_list(hands, number, entry_no, tmp_path)
        count_and_look_ahead(hands, tmp_path)
        change_filings(hands, qualification, booklet)
        import_lists(hands, tmp_path)
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


def look_up(hands: Hands, qualification: str, booklet: str) -> str:
    """CONS-14: 备案表查询, 查看备案: the number under which lists name the booklet; Escape leads back to the row."""
    desk = hands.desk
    menu(hands, "备案表查询")
    find(hands, desk.field("number"), qualification, QUALIFICATION)
    chosen = desk.page.get_by_label(f"选中 {qualification}", exact=True)
    hands.press_on(chosen, "Space")
    desk.shoot("filings")
    desk.press("Enter")
    expect(desk.page.locator("dl:visible")).to_contain_text("海关审批通过")
    hands.press_on(desk.page.get_by_label(f"选中分册 {booklet}"), "Space")
    book_no = desk.page.locator(".filing-number strong").inner_text()
    desk.shoot("filing")
    desk.press("Escape")
    expect(chosen).to_be_focused()
    return book_no


def declare_lists(hands: Hands, stage: Stage, book_no: str) -> list[str]:
    """CONS-09, CONS-11: the first list box by box, the others of both kinds over the API; customs close them."""
    desk = hands.desk
    own = stage.system.world["companies"][0]["customs_code"]
    menu(hands, "进口一般贸易集报清单")
    expect(desk.field("list_kind")).to_have_value("GI 进口一般贸易集报清单")
    fill(hands, head(own, book_no=book_no))
    desk.shoot("list-head")
    for row in (good("1", "1000"), good("2", "2000")):
        add_listed(hands, row)
    insert_and_delete(hands)
    desk.shoot("list")
    first = save(desk)
    run(hands, "申报")
    desk.says("申报成功")
    rest = [{"list_kind": "GI", **head(own, book_no=book_no), "goods": [good("1", "500")]} for _ in range(7)]
    out = [exported({**each, "goods": [good("2", "300")]}) for each in rest[:5]]
    numbers = declared(stage, [*rest[1:], *out, rest[0]])
    status_is(desk, "已结关")
    desk.shoot("list-closed")
    return [first, *numbers]


def insert_and_delete(hands: Hands) -> None:
    """CONS-11: 商品插入 before the row that Space has ticked, and 商品删除 of what came there."""
    desk = hands.desk
    reached = desk.page.locator(".row-list:visible tbody tr[tabindex='0']")
    hands.press_on(reached, "Space")
    hands.press_on(desk.page.locator('[data-lines="goods/insert"]:visible'))
    add_listed(hands, good("1", "7"))
    first = desk.page.locator(".row-list:visible tbody tr[tabindex]").first
    expect(first).to_contain_text("7")
    hands.go_to(reached)
    desk.press("Home", "Space", "ArrowDown", "Space")  # the tick has moved with its row
    hands.press_on(desk.page.locator('[data-lines="goods/delete"]:visible'))
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    expect(desk.page.locator(".row-list:visible tbody tr[tabindex]")).to_have_count(2)
    hands.look()


def amend(hands: Hands, number: str) -> None:
    """CONS-12: a closed list is changed field by field, with old and new seen before it is declared; customs agree."""
    desk = hands.desk
    menu(hands, "修改申请")
    find(hands, desk.field("number"), number, LIST)
    desk.shoot("amendable")
    hands.press_on(desk.button(number))
    expect(desk.button("修改件数")).to_be_visible()
    expect(desk.button("修改备案号")).to_have_count(0)  # CONS-R67
    choose_a_code(hands)
    hands.press_on(desk.button("修改件数"))
    expect(desk.dialog()).to_contain_text("修改内容")
    desk.press("Control+A")
    desk.type("310")
    desk.shoot("amend-field")
    desk.press("Enter")
    expect(desk.field("packages")).to_have_value("310")
    expect(desk.button("修改件数")).to_be_focused()
    changes = desk.button("查看修改申请")
    hands.press_on(changes)
    expect(desk.dialog().locator("tbody tr")).to_have_count(1)
    expect(desk.dialog().locator("tbody tr")).to_contain_text("件数300310")
    desk.shoot("amendment")
    desk.press("Escape")
    expect(changes).to_be_focused()
    ask_for(hands, "修改申请")
    find_amendment(hands, "修改申请", number)
    desk.shoot("revisions")


def choose_a_code(hands: Hands) -> None:
    """A code in a modal dialog, chosen with arrows and given back; Escape closes its list alone, then the dialog."""
    desk = hands.desk
    pencil, packing = desk.button("修改包装种类"), desk.field("packing")
    before = packing.input_value()
    options = desk.dialog().get_by_role("option")
    hands.press_on(pencil)
    expect(desk.dialog().locator("[data-field=packing]")).to_be_focused()
    desk.press("Space", "Escape")
    expect(options).to_have_count(0)
    hands.look()
    for arrow in ("ArrowDown", "ArrowUp"):
        desk.press("Space")
        expect(options.first).to_be_visible()
        hands.sees(desk.dialog().get_by_role("option", selected=True))
        desk.shoot(f"code-{arrow}")
        desk.press(arrow, "Enter")
        expect(desk.dialog()).to_have_count(0)
        expect(pencil).to_be_focused()
        desk.press("Enter")
        expect(desk.dialog()).to_contain_text("修改内容")
    desk.press("Escape")
    expect(desk.dialog()).to_have_count(0)
    expect(pencil).to_be_focused()
    expect(packing).to_have_value(before)


def ask_for(hands: Hands, action: str) -> None:
    """暂存 asks why and whom to ask, 申报 sends it (manual 3.1)."""
    desk = hands.desk
    hands.press_on(desk.action("暂存"))
    reason = desk.dialog().locator("[data-field=revision_reason]")
    expect(reason).to_be_focused()
    desk.shoot(f"{action}-asks")
    enter(desk, "7")
    expect(reason).to_have_value(re.compile("^7 由于操作"))
    enter(desk, "王芳")
    enter(desk, "0755-84398888")
    desk.says("暂存成功")
    hands.look()
    run(hands, "申报")
    desk.says(f"{action}申报成功")


def find_amendment(hands: Hands, action: str, number: str) -> None:
    """修撤状态查询: the kind must be chosen; 同意 comes by itself."""
    desk = hands.desk
    menu(hands, "修撤状态查询")
    if not desk.field("action").input_value():
        hands.press_on(desk.action("查询"))
        expect(desk.page.locator(".list-state:visible")).to_contain_text("修撤单类型")
    choose_in(hands, "action", action)
    ask(hands, "/api/amendments/")
    expect(rows(desk).filter(has_text=number)).to_contain_text("同意", timeout=SLOW)


def revoke(hands: Hands, number: str) -> None:
    """CONS-12: 撤销申请 of another list."""
    desk = hands.desk
    menu(hands, "撤销申请")
    find(hands, desk.field("number"), number, LIST)
    hands.press_on(desk.button(number))
    expect(desk.field("number")).to_have_value(number)
    ask_for(hands, "撤销申请")
    find_amendment(hands, "撤销申请", number)


def merge_imports(hands: Hands) -> str:
    """CONS-13: seven lists become one declaration, seen before it is made; 不指定 asks once more."""
    desk = hands.desk
    menu(hands, "集报清单汇总")
    expect(desk.field("goods_nature")).to_have_value("一般贸易")
    expect(desk.field("ie_flag")).to_have_value("进口")
    ask(hands, "/candidates")
    expect(rows(desk)).to_have_count(7)
    tick_all(hands)
    hands.press_on(desk.action("汇总"))
    expect(desk.dialog()).to_contain_text("7 票清单汇总成 1 票报关单，商品 8 项归并为 2 项")
    expect(desk.dialog()).to_contain_text("相符")
    desk.shoot("preview")
    hands.write(desk.field("declarant_code"), "9999999999")
    desk.press("Enter")
    expect(desk.dialog().locator(".error")).to_be_visible()
    expect(desk.field("declarant_code")).to_be_focused()
    desk.shoot("unknown-agent")
    without, question = desk.button("不指定"), "您确认不指定报关申报/录入单位并进行汇总吗"
    hands.press_on(without)
    desk.says(question)
    desk.shoot("question")
    hands.press_on(desk.dialog().get_by_role("button", name="取消").last)
    expect(without).to_be_focused()
    desk.press("Enter")
    hands.press_on(desk.button("是"))
    desk.says("汇总成功")
    desk.press("Enter")
    built = desk.page.get_by_label("汇总处理结果").get_by_role("button").first
    expect(built).to_be_visible(timeout=SLOW)
    expect(rows(desk)).to_have_count(0)
    hands.look()
    desk.shoot("merged")
    return built.inner_text()


def merge_exports_for_an_agent(hands: Hands, stage: Stage) -> None:
    """CONS-13, CONS-16: the calendar's line of the other kind opens 汇总 with these lists; Enter after the agent's code
    brings its name, 确认 merges for it."""
    desk = hands.desk
    agent = next(each for each in stage.system.world["cards"] if each["card_no"] == TAN_CARD)["customs_code"]
    menu(hands, "期限日历")
    if datetime.now(CHINA).month < 12:  # lists of December are due in December
        hands.press_on(desk.button("下一月"))
    hands.press_on(desk.button("一般贸易出口清单汇总"))
    expect(desk.field("ie_flag")).to_have_value("出口")
    expect(rows(desk)).to_have_count(5)
    desk.shoot("exports-due")
    tick_all(hands)
    hands.press_on(desk.action("汇总"))
    hands.write(desk.field("declarant_code"), agent)
    desk.press("Enter")
    expect(desk.field("declarant_name")).not_to_have_value("")
    expect(desk.dialog()).to_contain_text(f"{agent} ")
    desk.shoot("agent")
    hands.press_on(desk.button("确认"))
    desk.says("汇总成功")
    desk.press("Enter")
    expect(rows(desk)).to_have_count(0)
    hands.look()


def declare_merged(hands: Hands, number: str, listed: str) -> str:
    """CONS-14: found by its list, declared, and closed by customs; printed on the form in force. Its 海关编号."""
    desk = hands.desk
    menu(hands, "归并关系查询")
    find(hands, desk.field("list_number"), listed, "/relations")
    expect(rows(desk)).to_have_count(2)
    expect(rows(desk).first).to_contain_text(number)
    desk.shoot("relations")
    menu(hands, "集报报关单查询")
    hands.press_on(desk.page.get_by_role("button", name="高级查询"))
    hands.press_on(desk.action("查询"))
    desk.says("请填写「统一编号」")
    expect(desk.field("number")).to_be_focused()
    find(hands, desk.field("number"), number, "/declarations")
    expect(rows(desk)).to_contain_text("暂存")
    desk.shoot("declaration-found")
    hands.press_on(desk.button(f"申报 {number}"))
    expect(desk.field("number")).to_have_value(number)
    desk.shoot("declaration")
    run(hands, "申报")
    desk.says("申报成功")
    status_is(desk, "结关")
    entry_no = desk.field("entry_no").input_value()
    assert re.fullmatch(r"5169[0-9]{4}1[0-9]{9}", entry_no)
    desk.shoot("declaration-closed")
    return entry_no


def print_and_list(hands: Hands, number: str, entry_no: str, folder: Path) -> None:
    """CONS-14: 打印报关单 with 打印预览 and the notice of 审结; 列表导出 for the consignee alone."""
    desk = hands.desk
    menu(hands, "集报报关单查询")
    expect(rows(desk)).to_contain_text("结关", timeout=SLOW)
    refuse_to_list(hands)
    choose_in(hands, "company_kind", "境内收发货人")
    ask(hands, "/declarations")
    tick_all(hands)
    hands.press_on(desk.action("打印报关单"))
    papers = desk.dialog().get_by_role("radio")
    expect(papers).to_have_count(2)
    desk.shoot("print-choice")
    hands.press_on(desk.button("打印预览"))
    text = paper(hands, folder)
    for words in (f"预录入编号：{entry_no}", f"海关编号：{entry_no}", "集中申报", "鲜鳄梨", "2110"):
        assert words in text, words
    one = desk.button(f"打印 {number}")
    hands.press_on(one)
    hands.press_on(papers.first, "ArrowDown")
    expect(desk.dialog().get_by_label("审结通知书")).to_be_checked()
    hands.press_on(desk.button("打印预览"))
    assert "审结通知书" in paper(hands, folder)
    expect(one).to_be_focused()
    desk.page.add_init_script(COUNT_PRINTS)
    desk.press("Enter")
    hands.press_on(desk.button("直接打印"))
    expect(desk.dialog()).to_have_count(0, timeout=SLOW)
    assert desk.page.evaluate("window.printed") == 1
    assert len(desk.page.context.pages) == 1, "the browser's own print dialog, not another window"
    hands.go_to(desk.action("列表导出"))
    with desk.page.expect_download() as download:
        desk.press("Enter")
    assert download.value.suggested_filename.endswith(".xlsx")


def refuse_to_list(hands: Hands) -> None:
    """What is said in the bar covers none of its buttons, and goes with Escape."""
    desk = hands.desk
    said = desk.page.locator(".el-message")
    hands.press_on(desk.action("列表导出"))
    expect(said).to_contain_text("列表导出需为报关单收发货人")
    for part in (".top-bar .bell", ".top-bar .user", ".top-bar .leave", ".tab.current a"):
        hands.sees(desk.page.locator(part))
    desk.shoot("refused-to-list")
    desk.press("Escape")
    expect(said).to_have_count(0)


def count_and_look_ahead(hands: Hands, folder: Path) -> None:
    """CONS-14, CONS-16: 业务统计 with chart and paper; what ends in the months to come."""
    desk = hands.desk
    menu(hands, "集报清单业务统计")
    hands.press_on(desk.action("开始统计"))
    desk.says("共 12 票清单")
    expect(desk.page.get_by_role("img", name="清单票数柱状图").locator("svg")).to_be_visible()
    desk.shoot("statistics")
    hands.press_on(desk.action("打印"))
    assert "集报清单业务统计" in paper(hands, folder)
    expect(desk.action("打印")).to_be_focused()
    menu(hands, "期限日历")
    hands.press_on(desk.button("本月"))
    hands.go_to(desk.button("下一月"))
    for _ in range(7):
        desk.press("Enter")
    desk.says("担保到期")
    desk.shoot("deadlines")


def change_filings(hands: Hands, qualification: str, booklet: str) -> None:
    """CONS-07: 企业备案变更: a yellow box of the qualification, 停用 of a good of the booklet."""
    desk = hands.desk
    choose_filing(hands, qualification, "变更企业资质信息")
    hands.write(desk.field("batches"), "13")
    send_change(hands, qualification)
    expect(desk.field("batches")).to_have_value("13")
    choose_filing(hands, booklet, "变更企业商品信息")
    hands.press_on(desk.page.locator(".row-list:visible tbody tr[tabindex='0']"), "Space")
    hands.press_on(desk.page.get_by_role("button", name="停用", exact=True).locator("visible=true"))
    desk.shoot("stopped")
    send_change(hands, booklet)


def choose_filing(hands: Hands, number: str, button: str) -> None:
    """企业备案变更 of the company: Tab leads to the radios, arrows go from one to the next."""
    desk = hands.desk
    menu(hands, "企业备案变更")
    ask(hands, "/api/documents/consolidated")
    radios, wanted = (
        desk.page.locator("input[name=approved]:visible"),
        desk.page.get_by_label(f"选择 {number}"),
    )
    checked = radios.and_(desk.page.locator(":checked"))
    hands.press_on(checked if checked.count() else radios.first, "Space")
    for _ in range(radios.count()):
        if not wanted.is_checked():
            desk.press("ArrowDown")
    expect(wanted).to_be_focused()
    desk.shoot("approved")
    hands.press_on(desk.action(button))
    expect(desk.field("number")).to_have_value(number)


def send_change(hands: Hands, number: str) -> None:
    """暂存, 申报; what customs agree to is in force."""
    desk = hands.desk
    hands.press_on(desk.action("暂存"))
    desk.says("暂存成功")
    run(hands, "申报")
    desk.says("申报成功")


def import_lists(hands: Hands, folder: Path) -> None:
    """CONS-17: the type by arrows, the sample as the file; checked without saving anything."""
    desk = hands.desk
    menu(hands, "批量导入")
    hands.press_on(desk.page.get_by_label("单据类型"), "ArrowDown")
    hands.go_to(desk.action("JSON 样例"))
    with desk.page.expect_download() as download:
        desk.press("Enter")
    sample = folder / download.value.suggested_filename
    download.value.save_as(sample)
    assert LIST_TITLE in sample.name
    hands.go_to(desk.action("选择文件"))
    with desk.page.expect_file_chooser() as chooser:
        desk.press("Enter")
    chooser.value.set_files(sample)
    hands.press_on(desk.action("检查"))
    desk.says("检查已完成")
    hands.look()
    desk.shoot("import")


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
