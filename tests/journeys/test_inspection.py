"""免于到场协助查验申请: the chapter as its manual tells it, in a real browser against the real processes.

INSP-01 … INSP-11, PORT-02 … PORT-05, PORT-07, UI-01 … UI-04, UI-08 … UI-11.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import pdf_samples
from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.journey
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/inspection"))
FORM = "免于到场协助查验申请（报关单）"
BILL_FORM = "免于到场协助查验申请（非报关单）"
WANG, LI, SUN = ("wangfang", "Wang-2026"), ("liqiang", "Liqiang-2026"), ("sunlei", "Sunlei-2026")
WANG_CARD, LI_CARD, PIN = "8930L0000A011", "8930L0000A029", "88888888"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    stage.put_card(WANG_CARD)
    name = request.node.name.removeprefix("test_")[:24]
    sat = sit_down(chromium, stage.portal, FOLDER, f"{name}-")
    yield sat
    sat.check_console()
    sat.page.context.close()


def log_in(desk: Desk, account: tuple[str, str]) -> None:
    """From the home page into the application (manual 3.2)."""
    desk.page.get_by_role("link", name="免于到场协助查验申请").first.click()
    desk.page.get_by_label("用户名").fill(account[0])
    desk.page.get_by_label("密码", exact=True).fill(account[1])
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.page.get_by_label("验证码", exact=True).fill("8888")
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()


def open_form(desk: Desk) -> None:
    desk.page.get_by_role("link", name=FORM).first.click()
    expect(desk.field("status")).to_have_value("未暂存")


def fill_in(desk: Desk, number: str) -> None:
    """Keyboard only: Enter moves on, the district is filled in (INSP-01)."""
    desk.field("declaration_no").click()
    desk.type(number)
    desk.press("Enter")
    expect(desk.field("inspection_district")).not_to_have_value("")
    expect(desk.field("contact_name")).to_be_focused()
    desk.type("王芳")
    desk.press("Enter")
    desk.type("0755-84398888")
    desk.press("Enter")


def choose_file(desk: Desk, category: str, data: bytes, name: str = "查验时不到场的声明.pdf") -> None:
    """Choose the category by keyboard and the file in the dialog."""
    box = desk.page.get_by_label("随附单据文件类别").locator("visible=true").first
    box.click()
    desk.press("Control+A", "Backspace")
    desk.type(category)
    desk.press("Enter")
    with desk.page.expect_file_chooser() as chooser:
        desk.button("添加文件").locator("visible=true").click()
    chooser.value.set_files({"name": name, "mimeType": "application/pdf", "buffer": data})


def enter_pin(desk: Desk, pin: str = PIN) -> None:
    box = desk.page.get_by_label("卡介质密码")
    expect(box).to_be_focused()
    desk.type(pin)
    desk.press("Enter")


def apply(desk: Desk, number: str) -> str:
    """A whole application up to 申请成功; its 数据中心统一编号."""
    open_form(desk)
    fill_in(desk, number)
    choose_file(desk, "00000002", pdf_samples.make_pdf(pages=2))
    enter_pin(desk)
    desk.says("上传成功")
    desk.action("申请").click()
    enter_pin(desk)
    desk.says("申请成功")
    return desk.field("number").input_value()


def test_apply_by_keyboard_and_see_it_granted(desk: Desk, stage: Stage) -> None:
    """The chapter from the first page to 同意 and 退出."""
    desk.shoot("home")
    desk.page.get_by_role("link", name="免于到场协助查验申请").first.click()
    desk.page.get_by_label("用户名").fill(WANG[0])
    desk.page.get_by_label("密码", exact=True).fill(WANG[1])
    desk.page.get_by_label("验证码", exact=True).fill("0000")
    desk.press("Enter")
    desk.says("验证码不正确或已失效")
    desk.shoot("wrong-captcha")
    desk.page.get_by_label("密码", exact=True).fill(WANG[1])
    desk.page.get_by_label("验证码", exact=True).fill("8888")
    desk.press("Enter")
    open_form(desk)
    desk.field("declaration_no").click()
    desk.says("必填，录入 18 位报关单号后回车")
    desk.shoot("empty-form")
    fill_in(desk, stage.examples["applicable"][0])
    desk.shoot("filled-in")
    desk.press("Alt+s")
    desk.says("暂存成功")
    expect(desk.field("status")).to_have_value("暂存")
    number = desk.field("number").input_value()
    assert len(number) == 18
    expect(desk.field("filed_on")).not_to_have_value("")
    desk.shoot("saved")
    choose_file(desk, "00000002", pdf_samples.make_pdf(pages=2))
    desk.shoot("pin-for-upload")
    enter_pin(desk)
    desk.says("上传成功")
    desk.shoot("uploaded")
    desk.action("申请").click()
    desk.says(WANG_CARD)
    desk.shoot("pin-for-application")
    enter_pin(desk)
    desk.says("申请成功")
    expect(desk.field("status")).to_have_value("同意", timeout=20_000)
    assert len(desk.field("customs_no").input_value()) == 18
    for name in ("暂存", "删除", "申请"):
        expect(desk.action(name)).to_have_attribute("aria-disabled", "true")
    expect(desk.action("新增")).to_have_attribute("aria-disabled", "false")
    desk.shoot("granted")
    desk.button("退出").click()
    expect(desk.page.get_by_label("用户名")).to_be_visible()
    desk.page.go_back()
    expect(desk.page.get_by_text(number)).to_have_count(0)
    desk.shoot("after-log-out")


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ("unknown", "未查到该报关单"),
        ("foreign", "不是本单位的报关单"),
        ("released", "已放行的报关单不能申请"),
        ("closed", "已放行的报关单不能申请"),
        ("outside_pilot", "不在受理范围内，请咨询您的主管海关"),
        ("switched_off", "暂不满足条件，请咨询您的主管海关"),
        ("not_begun", "暂不满足条件，请咨询您的主管海关"),
    ],
)
def test_a_number_that_may_not_be_entered(desk: Desk, stage: Stage, example: str, words: str) -> None:
    """INSP-02, INSP-03: the message stands at the field as soon as it is left, and 暂存 refuses with the same."""
    log_in(desk, WANG)
    open_form(desk)
    desk.field("declaration_no").click()
    desk.type(stage.examples[example])
    desk.press("Enter")
    desk.says(words)
    expect(desk.field("declaration_no")).to_have_attribute("aria-invalid", "true")
    desk.shoot(example)
    desk.press("Alt+s")
    desk.says(words)
    expect(desk.field("number")).to_have_value("")
    expect(desk.field("declaration_no")).to_have_value(stage.examples[example])


def test_wrong_values_and_missing_ones(desk: Desk, stage: Stage) -> None:
    """UI-01, UI-16: red at the field, nothing typed is lost; 申请 names what is missing."""
    log_in(desk, WANG)
    open_form(desk)
    desk.field("declaration_no").click()
    desk.type("12345")
    desk.press("Enter")
    expect(desk.field("declaration_no")).to_have_attribute("aria-invalid", "true")
    desk.field("contact_phone").click()
    desk.type("12345")
    desk.press("Shift+Enter")
    expect(desk.field("contact_name")).to_be_focused()
    expect(desk.field("contact_phone")).to_have_attribute("aria-invalid", "true")
    desk.shoot("wrong-values")
    desk.field("declaration_no").fill(stage.examples["applicable"][1])
    desk.field("contact_phone").fill("")
    desk.press("Alt+s")
    desk.says("暂存成功")
    desk.action("申请").click()
    desk.says("二选一必填")
    expect(desk.field("contact_phone")).to_have_attribute("aria-invalid", "true")
    desk.shoot("missing")


def test_files_that_are_refused(desk: Desk, stage: Stage) -> None:
    """INSP-05, UI-18: each refusal in its own words, the list stays as it was."""
    log_in(desk, WANG)
    open_form(desk)
    fill_in(desk, stage.examples["applicable"][2])
    choose_file(desk, "00000001", pdf_samples.make_pdf_of_size(5_000_000))
    desk.says("4M")
    desk.shoot("five-megabytes")
    choose_file(desk, "00000001", b"\x89PNG\r\n\x1a\n" + b"0" * 500, "图片.pdf")
    desk.says("PDF")
    choose_file(desk, "00000001", pdf_samples.make_pdf(pages=1, page_bytes=300_000))
    enter_pin(desk)
    desk.says("超过每页上限 200K")
    desk.shoot("page-above-200K")
    choose_file(desk, "00000001", pdf_samples.encrypted())
    enter_pin(desk)
    desk.says("加密")
    desk.says("尚未上传")
    desk.shoot("encrypted")


def test_cards_that_are_refused(desk: Desk, stage: Stage) -> None:
    """PORT-05: no card, another's card, wrong PIN with tries left; what was typed stays."""
    log_in(desk, WANG)
    open_form(desk)
    fill_in(desk, stage.examples["applicable"][3])
    choose_file(desk, "00000002", pdf_samples.make_pdf())
    desk.page.get_by_label("卡介质密码").wait_for()
    desk.type("00000000")
    desk.press("Enter")
    desk.says("4 次")
    desk.shoot("wrong-pin")
    enter_pin(desk)
    desk.says("上传成功")
    stage.put_card(LI_CARD)
    desk.action("申请").click()
    desk.says(f"当前卡号 {LI_CARD} 与用户注册信息卡号 {WANG_CARD} 不一致，无法进行申报")
    desk.shoot("another-card")
    desk.press("Escape")
    stage.put_card(None)
    desk.action("申请").click()
    desk.says("读卡器中没有卡")
    desk.shoot("no-card")
    desk.press("Escape")
    expect(desk.field("contact_name")).to_have_value("王芳")
    expect(desk.field("status")).to_have_value("暂存")


def test_new_and_delete(desk: Desk, stage: Stage) -> None:
    """UI-11, INSP-08: 新增 clears; 删除 asks, says 删除成功, and the form is empty."""
    log_in(desk, WANG)
    open_form(desk)
    fill_in(desk, stage.examples["applicable"][4])
    desk.press("Alt+s")
    desk.says("暂存成功")
    number = desk.field("number").input_value()
    desk.action("新增").click()
    expect(desk.field("status")).to_have_value("未暂存")
    expect(desk.field("declaration_no")).to_have_value("")
    fill_in(desk, stage.examples["applicable"][5])
    desk.press("Alt+s")
    expect(desk.field("number")).not_to_have_value(number)
    expect(desk.field("status")).to_have_value("暂存")
    desk.press("Alt+r")
    desk.says("删除后不可恢复")
    desk.shoot("delete-asks")
    expect(desk.dialog().get_by_role("button", name="取消")).to_be_focused()
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    expect(desk.field("declaration_no")).to_have_value("")
    desk.shoot("deleted")


def test_query_receipts_and_batch_delete(desk: Desk, stage: Stage) -> None:
    """INSP-04, INSP-10, INSP-11, UI-08, UI-09 (manual 4.3)."""
    log_in(desk, WANG)
    granted = apply(desk, stage.examples["applicable"][6])
    expect(desk.field("status")).to_have_value("同意", timeout=20_000)
    open_second(desk, stage.examples["applicable"][6])
    fill_draft(desk, stage.examples["applicable"][7])
    desk.page.get_by_role("link", name="数据查询").first.click()
    begin = desk.page.get_by_label("最近操作时间起").locator("visible=true")
    begin.fill((datetime.now(UTC) - timedelta(days=31)).date().isoformat())
    begin.press("Enter")
    desk.button("查询").click()
    desk.says("30 天")
    desk.shoot("more-than-30-days")
    desk.button("重置").click()
    desk.button("查询").click()
    desk.page.get_by_role("button", name="同意", exact=True).first.click()
    desk.says("回执详细信息")
    desk.says("海关接收成功")
    desk.shoot("receipts")
    desk.button("刷新").click()
    desk.says("海关接收成功")
    desk.button("关闭").click()
    expect(desk.page.get_by_text("回执详细信息")).to_have_count(0)
    row = desk.page.get_by_role("row").filter(has_text=stage.examples["applicable"][7])
    row.get_by_role("checkbox").check(force=True)
    desk.page.locator(".query-buttons, .list-bar, main").get_by_role(
        "button", name="删除", exact=True
    ).last.click()
    desk.says("不可恢复")
    desk.dialog().get_by_role("button", name="删除").click()
    expect(desk.page.get_by_role("row").filter(has_text=stage.examples["applicable"][7])).to_have_count(0)
    desk.page.get_by_text(granted, exact=True).locator("visible=true").last.click()
    expect(desk.field("number")).to_have_value(granted)
    desk.shoot("opened-from-list")


def open_second(desk: Desk, number: str) -> None:
    """A granted number cannot be entered again (INSP-04)."""
    desk.action("新增").click()
    desk.field("declaration_no").click()
    desk.type(number)
    desk.press("Enter")
    desk.says("不允许再次录入、提交申请")


def fill_draft(desk: Desk, number: str) -> None:
    desk.field("declaration_no").fill("")
    desk.field("declaration_no").click()
    desk.type(number)
    desk.press("Enter")
    desk.press("Alt+s")
    desk.says("暂存成功")


def test_the_bill_of_ladings_form_and_the_query_by_type(desk: Desk, stage: Stage) -> None:
    """INSP-09, INSP-10 (manual 4.2, 4.3): a bill of lading instead of a declaration, the vehicle optional."""
    log_in(desk, WANG)
    desk.page.get_by_role("link", name=BILL_FORM).first.click()
    expect(desk.field("status")).to_have_value("未暂存")
    desk.field("bill_no").click()
    desk.type(stage.examples["bill_unknown"])
    desk.press("Enter")
    desk.says("未查到该提运单")
    desk.field("bill_no").fill(stage.examples["bill_outside_pilot"])
    desk.press("Enter")
    desk.says("不在受理范围内，请咨询您的主管海关")
    number = stage.examples["bill_applicable"][0]
    desk.field("bill_no").fill(number)
    desk.press("Enter")
    expect(desk.field("inspection_district")).not_to_have_value("")
    expect(desk.field("vehicle_plate")).to_be_focused()
    desk.type("粤B12345")
    desk.press("Enter")
    desk.type("王芳")
    desk.press("Enter")
    desk.type("13800138000")
    desk.press("Enter")
    choose_file(desk, "00000001", pdf_samples.make_pdf(), "委托企业协助海关查验的声明.pdf")
    enter_pin(desk)
    desk.says("上传成功")
    desk.action("申请").click()
    enter_pin(desk)
    desk.says("申请成功")
    expect(desk.field("status")).to_have_value("同意", timeout=20_000)
    desk.shoot("granted")
    desk.page.get_by_role("link", name="数据查询").first.click()
    desk.says("报关单号")
    kind = desk.field("type")
    kind.click()
    desk.press("Control+A", "Backspace")
    desk.type("非报关单")
    desk.press("Enter")
    desk.says("提运单号")
    desk.field("bill_no").fill(number)
    desk.button("查询").click()
    expect(desk.page.get_by_role("row").filter(has_text=number)).to_have_count(1)
    desk.shoot("found-by-bill")


def test_card_login_and_an_account_without_a_card(desk: Desk, stage: Stage) -> None:
    """PORT-03: card and PIN. PORT-04: an unbound account may look at an empty form only."""
    desk.page.get_by_role("link", name="免于到场协助查验申请").first.click()
    desk.page.get_by_text("卡介质", exact=True).first.click()
    enter_pin(desk, "11111111")
    desk.says("4 次")
    enter_pin(desk)
    expect(desk.button("退出")).to_be_visible()
    desk.says("王芳")
    desk.button("退出").click()
    desk.page.goto(desk.address)
    log_in(desk, SUN)
    open_form(desk)
    expect(desk.action("暂存")).to_have_attribute("aria-disabled", "true")
    desk.action("暂存").hover()
    desk.says("绑定")
    desk.shoot("unbound")


def set_automatic(officer: Desk, on: bool) -> None:
    """The switch at the top of customs' page."""
    switch = officer.page.get_by_role("switch", name="自动审核")
    if switch.is_checked() != on:
        switch.locator("xpath=..").click()
        officer.says("自动审核已开启" if on else "自动审核已关闭")


def test_an_officer_refuses_with_a_remark(desk: Desk, stage: Stage, chromium: Browser) -> None:
    """CUST-03: with automatic mode off, an officer sees the application and refuses it; the company reads why."""
    officer = sit_down(chromium, stage.customs, FOLDER, "officer-")
    officer.page.get_by_label("用户名").fill("guan01")
    officer.page.get_by_label("密码").fill("Guan01-2026")
    officer.press("Enter")
    set_automatic(officer, False)
    log_in(desk, WANG)
    number = apply(desk, stage.examples["applicable"][8])
    expect(desk.field("status")).to_have_value("海关接收成功", timeout=20_000)
    officer.page.goto(stage.customs)
    officer.page.get_by_text(number).first.click()
    officer.says("00000002")
    officer.shoot("application")
    officer.page.get_by_label("审核意见").fill("请提供装箱单")
    officer.button("不同意").click()
    officer.shoot("refused")
    expect(desk.field("status")).to_have_value("不同意", timeout=20_000)
    desk.shoot("refused")
    set_automatic(officer, True)
    officer.check_console()
    officer.page.context.close()
