"""样例申请: what every chapter's form does, in a real browser on the invented document.

UI-01 … UI-07, UI-10, UI-11, UI-13, UI-15, PORT-05; line tables as GATE-04 and CONS-04 want them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Route, expect

from singlewindow.contract.seals import Seal, write_seal
from tests import pdf_samples
from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.packing import BEEF, call_row, publish_order, stored_list

pytestmark = pytest.mark.journey
SETTINGS = {"WITH_TEMPLATE": "1"}
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/template"))
WANG, CARD, PIN = ("wangfang", "Wang-2026"), "8930L0000A011", "88888888"
OTHER_CARD = "8930L0000A029"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    stage.put_card(CARD)
    sat = sit_down(chromium, stage.portal, FOLDER, f"{request.node.name.removeprefix('test_')[:24]}-")
    yield sat
    sat.check_console()
    sat.page.context.close()


def open_form(desk: Desk) -> None:
    """Log in, and open an empty form; the focus stands in its first box."""
    desk.page.get_by_role("link", name="样例", exact=True).first.click()
    desk.page.get_by_label("用户名").fill(WANG[0])
    desk.page.get_by_label("密码", exact=True).fill(WANG[1])
    desk.page.get_by_label("验证码", exact=True).fill("8888")
    desk.press("Enter")
    expect(desk.field("reference")).to_be_focused()


def fill_header(desk: Desk, reference: str) -> None:
    """By keyboard, up to the first box of the row editor."""
    desk.type(reference)
    desk.press("Enter")
    desk.type("水路")
    desk.page.get_by_role("option").first.wait_for()
    desk.press("Enter")
    desk.type("远洋一号")
    desk.press("Enter")
    desk.type("第一行")
    desk.press("Control+Enter")
    desk.type("第二行")
    desk.press("Enter")
    expect(desk.field("consignee_code")).to_be_focused()
    desk.press("Enter")
    expect(desk.field("answer_by")).to_be_focused()
    desk.press("Enter")
    expect(desk.field("visit_at")).to_be_focused()
    desk.press("Enter")
    expect(desk.field("goods/name")).to_be_focused()


def add_row(desk: Desk, name: str, weight: str, hold: str) -> None:
    """Three boxes, Enter after each; the next row begins in the first."""
    for text in (name, weight, hold):
        desk.type(text)
        desk.press("Enter")
    expect(desk.field("goods/name")).to_be_focused()


def rows(desk: Desk) -> list[str]:
    """The goods' names, in the order of the list."""
    return desk.page.locator(".row-list tbody tr[tabindex] td:nth-child(3):visible").all_inner_texts()


def enter_pin(desk: Desk) -> None:
    expect(desk.page.get_by_label("卡介质密码")).to_be_focused()
    desk.type(PIN)
    desk.press("Enter")


def upload_letter(desk: Desk) -> None:
    desk.page.get_by_label("随附单据文件类别").locator("visible=true").first.focus()
    desk.type("1")
    desk.press("Enter")
    with desk.page.expect_file_chooser() as chooser:
        desk.button("添加文件").locator("visible=true").press("Enter")
    file: FilePayload = {
        "name": "申请书.pdf",
        "mimeType": "application/pdf",
        "buffer": pdf_samples.make_pdf(),
    }
    chooser.value.set_files(file)
    enter_pin(desk)
    desk.says("上传成功")


def test_rows_by_keyboard_up_to_the_grant(desk: Desk) -> None:
    """Header, three rows, one corrected, one deleted, saved, declared with the card, granted."""
    open_form(desk)
    fill_header(desk, "AB1001")
    for name, weight, hold in (("苹果", "10", "1A"), ("梨", "20.5", "1B"), ("桃", "30", "2A")):
        add_row(desk, name, weight, hold)
    desk.shoot("three-rows")
    desk.type("李")
    desk.press("Enter")
    desk.type("很重")
    desk.press("Enter", "Enter")
    expect(desk.field("goods/weight")).to_be_focused()
    desk.says("请填写数字，整数至多 9 位")
    assert rows(desk) == ["苹果", "梨", "桃"]
    desk.shoot("wrong-row")
    correct_and_delete(desk)
    assert rows(desk) == ["苹果", "葡萄"]
    desk.press("Alt+s")
    desk.says("暂存成功")
    expect(desk.field("status")).to_have_value("暂存")
    expect(desk.field("remark")).to_have_value("第一行\n第二行")
    desk.shoot("saved")
    upload_letter(desk)
    desk.action("申报").press("Enter")
    enter_pin(desk)
    desk.says("申报成功")
    expect(desk.field("status")).to_have_value("审批通过")
    expect(desk.field("goods/name")).to_have_attribute("readonly", "")
    desk.shoot("granted")


def test_a_crash_loses_nothing(desk: Desk) -> None:
    """UI-15: typed, never saved, the page gone: offered again with its unfinished row. Alt+C: a copy without number."""
    open_form(desk)
    fill_header(desk, "AB2001")
    add_row(desk, "苹果", "10", "1A")
    desk.type("梨")
    desk.says("已自动保存")
    desk.shoot("autosaved")
    desk.crash()
    desk.page.goto(f"{desk.address}/app/_template/form/_template/new")
    desk.says("发现未暂存的内容")
    expect(desk.field("reference")).to_have_value("")
    desk.shoot("offered")
    desk.button("恢复").press("Enter")
    expect(desk.field("reference")).to_have_value("AB2001")
    expect(desk.field("goods/name")).to_have_value("梨")
    assert rows(desk) == ["苹果"]
    expect(desk.button("恢复")).to_have_count(0)
    desk.field("goods/weight").fill("3")
    desk.field("goods/vessel_mark").fill("1B")
    desk.press("Alt+s")
    desk.says("暂存成功")
    assert rows(desk) == ["苹果", "梨"]
    desk.press("Alt+c")
    desk.says("已复制为新单据")
    expect(desk.field("number")).to_have_value("")
    expect(desk.field("status")).to_have_value("未暂存")
    assert rows(desk) == ["苹果", "梨"]
    desk.shoot("copied")


def keep_the_card_in(route: Route) -> None:
    """As if the chapter said `card_stays=True`."""
    answer = route.fetch()
    body = answer.text().replace('"card_stays":false', '"card_stays":true')
    route.fulfill(response=answer, body=body)


def test_where_the_card_stays_saving_waits_for_it(desk: Desk, stage: Stage) -> None:
    """PORT-05: pulled out, a message appears; 暂存 waits, and goes on by itself when the bound card is back."""
    desk.page.route("**/api/applications", keep_the_card_in)
    desk.page.goto(desk.address)
    open_form(desk)
    desk.type("AB3001")
    stage.put_card(None)
    desk.says("读卡器中没有卡")
    desk.press("Alt+s")
    desk.says("正在等待绑定的卡")
    desk.shoot("card-pulled")
    stage.put_card(OTHER_CARD)
    desk.says(f"当前卡号 {OTHER_CARD} 与用户注册信息卡号 {CARD} 不一致")
    expect(desk.field("status")).to_have_value("未暂存")
    stage.put_card(CARD)
    desk.says("暂存成功")
    expect(desk.field("status")).to_have_value("暂存")


def test_the_list_of_columns_follows_the_user(desk: Desk) -> None:
    """UI-07: 选择显示列, remembered on the server. UI-03: Alt+K. UI-05, UI-06: tabs and menu."""
    open_form(desk)
    desk.press("Alt+k")
    desk.says("保存已录入的数据，返填至列表中")
    desk.shoot("shortcuts")
    desk.press("Escape")
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name="样例查询").click()
    desk.button("查询").click()
    head = desk.page.get_by_role("columnheader", name="申请事项编号")
    expect(head).to_be_visible()
    desk.button("选择显示列").click()
    with desk.page.expect_response("**/api/preferences/*"):
        desk.page.get_by_label("申请事项编号").last.uncheck()
    expect(head).to_have_count(0)
    desk.shoot("columns")
    desk.page.evaluate("localStorage.clear()")
    desk.page.goto(f"{desk.address}/app/_template/query/_template")
    desk.button("查询").click()
    expect(desk.page.get_by_role("columnheader", name="运输方式")).to_be_visible()
    expect(head).to_have_count(0)
    desk.button("选择显示列").click()
    desk.page.get_by_label("申请事项编号").last.check()
    expect(head).to_be_visible()


def test_statistics_by_keyboard(desk: Desk) -> None:
    """GATE-09, CONS-14, UI-12: 统计 by two dimensions; table, bars, and the same as a PDF."""
    open_form(desk)
    fill_header(desk, "TJ20260001")
    desk.press("Alt+s")
    desk.says("暂存成功")
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name="样例统计").click()
    expect(desk.field("by")).to_be_focused()
    for words in ("运输", "单据"):
        desk.press("Backspace")
        desk.type(words)
        desk.page.get_by_role("option").first.wait_for()
        desk.press("Enter")
    desk.press("Enter", "Enter", "Enter", "Enter")  # the days, two conditions: the last one counts
    table = desk.page.get_by_role("table").locator("visible=true")
    expect(table.get_by_role("row", name="2 水路运输 暂存")).to_be_visible()
    expect(desk.page.get_by_role("img", name="票数柱状图").locator("svg")).to_be_visible()
    desk.shoot("statistics")
    desk.press("Alt+p")
    expect(desk.dialog().get_by_title("打印件")).to_be_visible()
    desk.shoot("statistics-print")
    desk.press("Escape")


def test_a_print_is_checked_without_network(desk: Desk, stage: Stage) -> None:
    """GATE-09: the page for the gate, also as a kept file: valid, expired, forged."""
    desk.page.goto(f"{desk.address}/seal")
    kept = FOLDER / "seal.html"
    kept.write_text(desk.page.request.get(f"{desk.address}/seal").text(), "utf-8")
    key = (stage.system.data / "pki" / "portal-seal.key.pem").read_bytes()
    now = datetime.now(UTC).replace(microsecond=0)
    facts = {"车牌": "粤B12345"}
    good, old = (
        write_seal(Seal("_template", "202600000000000007", 2, facts, now - timedelta(days=9), until), key)
        for until in (now + timedelta(days=7), now - timedelta(days=1))
    )
    desk.page.context.set_offline(True)
    for place in ("page", "file"):
        if place == "file":
            desk.page.goto(kept.resolve().as_uri())
        expect(desk.page.get_by_label("二维码内容")).to_be_focused()
        for text, verdict in ((good, "有效"), (old, "已过期"), (good[:99] + "_" + good[100:], "无效")):
            desk.page.keyboard.insert_text(text)  # as a scanner types it
            desk.press("Enter")
            answer = desk.page.get_by_role("status")
            expect(answer.get_by_role("heading", name=verdict, exact=True)).to_be_visible()
            expect(answer.get_by_text("粤B12345")).to_have_count(0 if verdict == "无效" else 1)
            desk.shoot(f"seal-{place}-{verdict}")
    desk.page.context.set_offline(False)


def correct_and_delete(desk: Desk) -> None:
    """The wrong row is given up, the second corrected, the third deleted: Tab, arrows, Space, Enter."""
    bar = desk.page.get_by_role("toolbar", name="货物操作")
    bar.get_by_role("button", name="新增").press("Enter")
    desk.dialog().get_by_role("button", name="放弃这一行").press("Enter")
    expect(desk.field("goods/name")).to_be_focused()
    desk.press("Tab", "Tab", "Tab", "Tab")  # out of the boxes, past the head box, to the first row
    desk.press("ArrowDown", "Enter")
    expect(desk.field("goods/name")).to_have_value("梨")
    desk.press("Control+A")
    desk.type("葡萄")
    desk.press("Enter", "Enter", "Enter")
    assert rows(desk) == ["苹果", "葡萄", "桃"]
    desk.press("Tab", "Tab", "Tab", "Tab")
    desk.press("ArrowDown", "Space")
    expect(desk.page.locator(".row-list tr.ticked")).to_have_count(1)
    bar.get_by_role("button", name="删除").press("Enter")
    desk.dialog().get_by_role("button", name="删除").press("Enter")


def find_row(desk: Desk, reference: str) -> Locator:
    """The row of a document on the query page, freshly asked for."""
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name="样例查询").click()
    conditions = desk.page.locator(".conditions:visible")
    expect(conditions).to_have_count(1)  # the form's own box of that name is out of sight then
    conditions.locator('[data-field="reference"]').fill(reference)
    with desk.page.expect_response("**/api/documents/_template?*") as asked:
        desk.button("查询").click()
    assert asked.value.ok, asked.value.text()
    row = desk.page.locator(".results:visible tbody tr", has_text=reference)
    expect(row).to_have_count(1)
    return row


def words_of(row: Locator) -> list[str]:
    """What the 操作 column offers."""
    return row.locator("td.acts button").all_inner_texts()


def test_what_is_in_force_is_changed_and_deleted(desk: Desk) -> None:
    """GATE-08: each row offers what its status permits; 查看, 变更 and 删单 are forms of their own, receipts a tab."""
    open_form(desk)
    fill_header(desk, "AB4001")
    add_row(desk, "苹果", "600", "1A")
    desk.press("Alt+s")
    desk.says("重量 600 千克，多于通常的 500 千克")
    expect(desk.field("status")).to_have_value("暂存")
    desk.shoot("saved-with-warning")
    assert words_of(find_row(desk, "AB4001")) == ["查看", "修改", "删除"]
    find_row(desk, "AB4001").get_by_text("修改").click()
    upload_letter(desk)
    desk.action("申报").press("Enter")
    desk.says("请核对后再签名")
    desk.shoot("signing-with-warning")
    enter_pin(desk)
    desk.says("申报成功")
    expect(desk.field("status")).to_have_value("审批通过")
    row = find_row(desk, "AB4001")
    assert words_of(row) == ["查看", "变更", "删单", "查看回执"]
    desk.shoot("row-actions")
    row.get_by_text("查看", exact=True).click()
    expect(desk.field("vessel")).to_have_attribute("readonly", "")
    for name in ("暂存", "申报"):
        expect(desk.action(name)).to_have_attribute("aria-disabled", "true")
    desk.shoot("looked-at")
    find_row(desk, "AB4001").get_by_text("查看回执").click()
    desk.says("APPROVED 审批通过")
    desk.shoot("receipts")
    desk.button("关闭").locator("visible=true").click()
    change(desk)
    delete(desk)


def change(desk: Desk) -> None:
    """变更: typed, saved, declared; accepted, it takes the place of what was in force."""
    find_row(desk, "AB4001").get_by_text("变更").click()
    expect(desk.page.locator(".form-mode:visible")).to_have_text("变更")
    desk.field("vessel").fill("远洋二号")
    desk.press("Alt+s")
    desk.says("暂存成功")
    desk.shoot("changed")
    desk.action("申报").press("Enter")
    enter_pin(desk)
    desk.says("变更申报成功")
    expect(desk.field("vessel")).to_have_attribute("readonly", "")
    expect(desk.field("vessel")).to_have_value("远洋二号")
    expect(desk.field("status")).to_have_value("审批通过")
    expect(desk.page.locator(".marker:visible")).to_have_count(0)
    desk.shoot("change-accepted")


def delete(desk: Desk) -> None:
    """删单: everything grey but 申报, which asks; accepted, the marker says so and two words remain."""
    find_row(desk, "AB4001").get_by_text("删单").click()
    expect(desk.field("vessel")).to_have_attribute("readonly", "")
    expect(desk.action("暂存")).to_have_attribute("aria-disabled", "true")
    desk.shoot("to-be-deleted")
    desk.action("申报").press("Enter")
    desk.says("是否确认申报删除该数据？")
    desk.dialog().get_by_role("button", name="确定").click()
    enter_pin(desk)
    desk.says("删单申报成功")
    expect(desk.page.locator(".marker:visible")).to_have_text("已删单")
    row = find_row(desk, "AB4001")
    expect(row.locator(".marker")).to_have_text("已删单")
    assert words_of(row) == ["查看", "查看回执"]
    desk.shoot("deleted")


def choose_files(desk: Desk, category: str, *names: str) -> None:
    """上传 PDF → 随附单据编辑: 添加文件, by keyboard; the focus then stands on 上传/保存."""
    desk.button(f"上传 PDF：{category}").press("Enter")
    expect(desk.dialog().get_by_role("button", name="添加文件")).to_be_focused()
    with desk.page.expect_file_chooser() as chooser:
        desk.press("Enter")
    pdf = pdf_samples.make_pdf()
    files: list[FilePayload] = [{"name": n, "mimeType": "application/pdf", "buffer": pdf} for n in names]
    chooser.value.set_files(files)
    expect(desk.dialog().get_by_role("button", name="上传/保存")).to_be_focused()


def upload_files(desk: Desk, category: str, *names: str) -> None:
    """All of them with one PIN entry."""
    choose_files(desk, category, *names)
    desk.press("Enter")
    enter_pin(desk)
    for name in names:
        desk.says(name)
    expect(desk.dialog()).to_have_count(0)


def grant(desk: Desk, reference: str) -> None:
    """An application with drawings, approved; the form stays open."""
    fill_header(desk, reference)
    add_row(desk, "苹果", "10", "1A")
    desk.press("Alt+s")
    desk.says("暂存成功")
    expect(desk.page.get_by_role("heading", name="情况说明")).to_have_count(0)
    choose_files(desk, "图纸", "图一.pdf", "图二.pdf", "图三.pdf", "图四.pdf")
    desk.says("「图纸」还可以上传 3 个文件，已选择 3 个")
    desk.shoot("files-chosen")
    desk.press("Escape")
    desk.says("已添加的 3 个文件尚未上传，是否放弃？")
    desk.button("放弃").press("Enter")
    expect(desk.dialog()).to_have_count(0)
    upload_files(desk, "图纸", "图一.pdf", "图二.pdf")
    desk.shoot("files-uploaded")
    upload_letter(desk)
    desk.says("申请书.pdf")
    expect(desk.dialog()).to_have_count(0)
    desk.action("申报").press("Enter")
    enter_pin(desk)
    desk.says("申报成功")
    expect(desk.field("status")).to_have_value("审批通过")


def test_what_follows_is_typed_into_the_document_itself(desk: Desk) -> None:
    """APPT-01, APPT-03, APPT-09, APPT-10, APPT-12, UI-03, UI-15: answered, then explained, on the form in force."""
    open_form(desk)
    grant(desk, "AB6001")
    address = desk.page.url
    for name in ("reference", "goods/name"):
        expect(desk.field(name)).to_have_attribute("readonly", "")
    expect(desk.page.get_by_role("toolbar", name="货物操作").get_by_role("button")).to_have_count(0)
    expect(desk.action("暂存")).to_have_attribute("aria-disabled", "true")
    desk.field("answers/answer_no").focus()
    desk.type("A1")
    desk.press("Enter")
    desk.says("答复编号应为 4 至 12 位字母或数字")
    desk.press("Control+A")
    desk.type("ab12")
    desk.press("Enter")
    desk.says("AB12")
    desk.press("Control+End")
    expect(desk.field("note")).to_be_focused()
    desk.type("船期延误")
    desk.says("已自动保存")
    desk.crash()
    desk.page.goto(address)
    desk.button("恢复").press("Enter")
    expect(desk.field("note")).to_have_value("船期延误")
    desk.says("AB12")
    desk.shoot("typed-again")
    answer_and_explain(desk)


def answer_and_explain(desk: Desk) -> None:
    """One button, a question; each is signed for itself and answered while the form stays open."""
    desk.action("申报").press("Enter")
    expect(desk.dialog().get_by_role("button", name="答复")).to_be_focused()
    desk.shoot("question")
    desk.press("ArrowDown", "ArrowUp", "Enter")
    enter_pin(desk)
    desk.says("答复已申报")
    expect(desk.field("status")).to_have_value("已答复")
    expect(desk.field("answers/answer_no")).to_have_attribute("readonly", "")
    expect(desk.field("note")).to_have_value("船期延误")
    desk.shoot("answered")
    upload_files(desk, "说明材料", "说明.pdf")
    desk.action("申报").press("Enter")
    enter_pin(desk)
    desk.says("情况说明已申报")
    expect(desk.page.locator(".marker:visible")).to_have_count(0)
    expect(desk.field("note")).to_have_attribute("readonly", "")
    expect(desk.field("note")).to_have_value("船期延误")
    expect(desk.action("申报")).to_have_attribute("aria-disabled", "true")
    desk.shoot("explained")


def test_a_time_says_whether_it_can_be_had_and_digits_find_goods(desk: Desk) -> None:
    """APPT-02, APPT-04, APPT-13, APPT-15: a moment typed and chosen, its offers, goods by digits, days of a query."""
    open_form(desk)
    fill_header(desk, "AB7001")
    desk.field("visit_at").focus()
    desk.type(sunday := next_sunday())
    desk.says("周日不接待")
    desk.shoot("sunday")
    desk.press("Enter")
    expect(desk.field("visit_at")).to_have_attribute("aria-invalid", "true")
    expect(desk.field("visit_end")).to_have_value(f"{sunday[:4]}-{sunday[4:6]}-{sunday[6:8]} 12:00")
    desk.field("visit_at").focus()
    desk.press("Tab", "Enter")
    expect(desk.page.locator(".offers-list [role=option]")).to_have_count(3)
    desk.shoot("offers")
    desk.press("ArrowDown", "Enter")
    expect(desk.field("visit_at")).to_be_focused()
    desk.says("可以到访")
    desk.press("ArrowDown", "ArrowRight", "Enter", "ArrowDown")
    desk.shoot("panel")
    desk.press("Enter")
    expect(desk.field("visit_at")).to_have_value(re.compile(r" 10:30$"))
    choose_goods(desk)
    desk.press("Alt+s")
    desk.says("暂存成功")
    visit = desk.field("visit_at").input_value()
    find_visit(desk, visit)


def next_sunday() -> str:
    """The next but one Sunday at ten, as somebody types it who is in a hurry."""
    today = datetime.now(UTC) + timedelta(hours=8)
    return f"{today + timedelta(days=13 - today.weekday()):%Y%m%d}10"


def choose_goods(desk: Desk) -> None:
    """Too few digits say so; four and Enter list; the chosen name has the focus and can be changed."""
    desk.field("goods/goods_code").focus()
    desk.type("84")
    desk.press("Enter")
    desk.says("请录入至少 4 位数字后回车，从列表中选择")
    desk.type("71")
    desk.page.get_by_role("option").first.wait_for()
    desk.shoot("goods")
    desk.press("Enter")
    expect(desk.field("goods/name")).to_be_focused()
    expect(desk.field("goods/name")).not_to_have_value("")
    desk.press("End")
    desk.type("（样机）")
    desk.press("Enter")
    desk.type("12")
    desk.press("Enter")
    desk.type("A1")
    desk.press("Enter", "Enter")
    expect(desk.field("goods/name")).to_have_value("")
    assert rows(desk)[0].endswith("（样机）")


def find_visit(desk: Desk, visit: str) -> None:
    """The own company's code is shown; one day alone is refused; both find it."""
    desk.page.get_by_role("link", name="样例查询").click()
    expect(desk.field("applicant_code")).to_have_attribute("readonly", "")
    expect(desk.field("applicant_code")).to_have_value("4403110001")
    desk.field("visit_at_from").fill(visit[:10])
    desk.press("Enter", "Enter")
    desk.says("需同时填写起始日期和截止日期，或都不填写")
    desk.field("visit_at_to").fill(visit[:10])
    desk.press("Enter")
    expect(desk.page.locator(".results tbody")).to_contain_text(visit)
    desk.shoot("found")


def test_the_list_on_paper(desk: Desk) -> None:
    """GATE-09: 打印 of the query's result, as a PDF in the preview."""
    open_form(desk)
    fill_header(desk, "AB5001")
    add_row(desk, "苹果", "10", "1A")
    desk.press("Alt+s")
    desk.says("暂存成功")
    find_row(desk, "AB5001")
    desk.button("打印").click()
    expect(desk.page.locator("iframe.print-page")).to_be_visible()
    desk.shoot("list-on-paper")


ELEMENTS = ("4", "3", "冻", "去骨", "腱子", "20 千克/箱", "", "", "")


def numbers(desk: Desk) -> list[str]:
    """序号 of the rows, as the list has them."""
    return desk.page.locator(".row-list tbody tr[tabindex] td:nth-child(2):visible").all_inner_texts()


def test_rows_are_called_and_go_on_in_the_next_list(desk: Desk, stage: Stage) -> None:
    """CONS-02, CONS-04, CONS-09: presets, cells that ask, 归类, a narrowed code, 序号, and the hundredth row."""
    publish_order(stage)
    open_form(desk)
    menu = desk.page.get_by_role("navigation", name="菜单")
    menu.get_by_role("link", name="航空装箱单").click()
    expect(desk.field("transport")).to_have_value("5 航空运输")
    menu.get_by_role("link", name="水路装箱单", exact=True).click()
    expect(desk.field("transport")).to_have_value("2 水路运输")
    expect(desk.field("transport")).to_have_attribute("readonly", "")
    assert desk.page.url.endswith("/form/_template.packing/new/transport=2")
    expect(desk.page.locator(".tabs .tab")).to_have_count(3)
    fill_packing_header(desk)
    call_first_row(desk)
    renumber(desk)
    fill_ninety_nine(desk)


def fill_packing_header(desk: Desk) -> None:
    """全免 is offered at offices 53xx alone."""
    expect(desk.field("order_no")).to_be_focused()
    desk.type("ord1")
    desk.press("Enter")
    desk.type("0101")
    desk.page.get_by_role("option").first.wait_for()
    desk.press("Enter")
    desk.press("Space")
    expect(desk.page.get_by_role("option", name="1 照章征税")).to_be_visible()
    expect(desk.page.get_by_role("option", name="3 全免")).to_have_count(0)
    desk.press("Escape", "Shift+Enter", "Backspace")
    desk.type("5301")
    desk.page.get_by_role("option").first.wait_for()
    desk.press("Enter")
    desk.type("3")
    desk.page.get_by_role("option", name="3 全免").wait_for()
    desk.press("Enter")


def call_first_row(desk: Desk) -> None:
    """By keyboard alone: what the item brings, the elements of its good box by box, the quantity."""
    expect(desk.field("items/item_no")).to_be_focused()
    desk.type("1")
    desk.press("Enter")
    expect(desk.field("items/goods_code")).to_have_value(re.compile(BEEF))
    expect(desk.field("items/left")).to_have_value("500")
    expect(desk.field("items/left")).to_have_attribute("readonly", "")
    desk.press("Enter", "Enter")
    expect(desk.field("items/model")).to_be_focused()
    desk.press("Enter")
    expect(desk.dialog()).to_contain_text("重新归类")
    expect(desk.page.locator("dialog [data-element='1']")).to_be_focused()
    for part in ELEMENTS[:4]:
        desk.type(part)
        desk.press("Enter")
    desk.shoot("elements")
    for part in ELEMENTS[4:]:
        desk.type(part)
        desk.press("Enter")
    expect(desk.field("items/model")).to_have_value("|".join(ELEMENTS))
    expect(desk.field("items/quantity")).to_be_focused()
    desk.type("10")
    desk.press("Enter")
    expect(desk.page.locator(".row-list tbody tr[tabindex]:visible")).to_have_count(1)
    expect(desk.field("items/item_no")).to_be_focused()
    desk.shoot("called")


def renumber(desk: Desk) -> None:
    """插入 takes the row's number, later ones count on (+1); 删除 counts back (−1) (manual 1.2, 操作按钮说明)."""
    call_row(desk, "2")
    desk.page.locator(".row-list tbody input:visible").nth(1).check()
    desk.page.locator("[data-lines='items/insert']:visible").click()
    desk.says("新的一行将插在第 2 行之前")
    call_row(desk, "3")
    quantities = desk.page.locator(".row-list tbody tr[tabindex] td:nth-child(7):visible")
    expect(quantities).to_have_text(["10", "3", "2"])
    assert numbers(desk) == ["1", "2", "3"]
    desk.page.locator(".row-list tbody input:visible").nth(0).check()
    desk.page.locator(".row-list tbody input:visible").nth(2).uncheck()
    desk.page.locator("[data-lines='items/delete']:visible").click()
    desk.dialog().get_by_role("button", name="删除").click()
    expect(quantities).to_have_text(["3", "2"])
    assert numbers(desk) == ["1", "2"]
    desk.press("Alt+s")
    desk.says("暂存成功")
    desk.shoot("packing-saved")


def fill_ninety_nine(desk: Desk) -> None:
    """The hundredth row: this list is saved with 99, the next one has the header's fields and the row."""
    number = stored_list(desk, 98)
    desk.page.goto(f"{desk.address}/app/_template/form/_template.packing/{number}")
    expect(desk.page.locator(".row-list tbody tr[tabindex]:visible")).to_have_count(98)
    desk.field("items/item_no").focus()
    call_row(desk, "99")
    expect(desk.page.locator(".row-list tbody tr[tabindex]:visible")).to_have_count(99)
    desk.shoot("ninety-nine")
    call_row(desk, "100")
    desk.says(f"每份至多 99 行：{number} 已暂存，第 100 行已转入新的一份")
    desk.shoot("next-list")
    expect(desk.field("number")).to_have_value("")
    expect(desk.field("order_no")).to_have_value("ORD1")
    expect(desk.field("transport")).to_have_value("2 水路运输")
    expect(desk.page.locator(".row-list tbody tr[tabindex]:visible")).to_have_count(1)
    expect(desk.field("items/item_no")).to_be_focused()
    call_row(desk, "101")
    expect(desk.page.locator(".row-list tbody tr[tabindex]:visible")).to_have_count(2)
    desk.press("Alt+s")
    desk.says("暂存成功")
    stored = desk.page.request.get(f"{desk.address}/api/documents/_template.packing/{number}").json()
    assert [len(stored["content"]["items"]), stored["content"]["items"][98]["quantity"]] == [99, "99"]
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name="水路装箱单查询").click()
    expect(desk.field("transport")).to_have_value("2 水路运输")
    desk.button("查询").click()
    expect(desk.page.locator(".results:visible tbody tr")).to_have_count(3)
    desk.shoot("packing-query")
