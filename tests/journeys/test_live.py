"""What customs answer reaches the screen by itself: form, list, receipts, bell (UI-08, UI-14, OPER-04)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import pdf_samples
from tests.journeys.acts import LI, WANG, WANG_CARD, enter_pin
from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import FORM, choose_file, fill_in, log_in, open_form

pytestmark = pytest.mark.journey
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/live"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage) -> Iterator[Desk]:
    stage.put_card(WANG_CARD)
    sat = sit_down(chromium, stage.portal, FOLDER, "wang-")
    yield sat
    sat.check_console()
    sat.page.context.close()


@pytest.fixture
def colleague(chromium: Browser, stage: Stage) -> Iterator[Desk]:
    sat = sit_down(chromium, stage.portal, FOLDER, "li-")
    yield sat
    sat.check_console()
    sat.page.context.close()


def draft(desk: Desk, number: str) -> str:
    """A draft that only lacks 申请; its 数据中心统一编号."""
    open_form(desk)
    fill_in(desk, number)
    choose_file(desk, "00000002", pdf_samples.make_pdf(pages=2))
    enter_pin(desk)
    desk.says("上传成功")
    return desk.field("number").input_value()


def look_up(desk: Desk) -> None:
    desk.page.get_by_role("link", name="数据查询").first.click()
    desk.button("查询").click()


def test_an_answer_shows_itself_everywhere(desk: Desk, colleague: Desk, stage: Stage) -> None:
    """UI-14, UI-08: a colleague's list and receipts panel follow without a click; what is typed and focused stays."""
    log_in(desk, WANG)
    number = draft(desk, stage.examples["applicable"][8])
    log_in(colleague, LI)
    look_up(colleague)
    row = colleague.page.get_by_role("row").filter(has_text=number)
    row.get_by_role("button", name="暂存", exact=True).click()
    colleague.says("还没有回执")
    condition = colleague.field("declaration_no")
    condition.click()
    colleague.type("5301")
    desk.action("申请").click()
    enter_pin(desk)
    desk.says("申请成功")
    expect(desk.field("status")).to_have_value("同意")
    expect(row.get_by_role("button", name="同意", exact=True)).to_be_visible(timeout=15_000)
    panel = colleague.page.get_by_role("region", name="回执详细信息")
    expect(panel.get_by_role("row").filter(has_text="APPROVED")).to_be_visible()
    expect(condition).to_be_focused()
    expect(condition).to_have_value("5301")
    colleague.shoot("list-and-receipts")
    panel.get_by_role("button", name="刷新").click()
    expect(panel.get_by_role("row")).to_have_count(4)
    panel.get_by_role("button", name="关闭").click()
    expect(panel).to_have_count(0)
    row.get_by_role("button", name=number).click()
    expect(colleague.field("number")).to_have_value(number)
    colleague.button("操作记录").locator("visible=true").click()
    trail = colleague.dialog()
    expect(trail.get_by_role("row").nth(1)).to_contain_text("王芳首次暂存")
    expect(trail.get_by_role("row").last).to_contain_text("海关回执：同意")
    colleague.shoot("history")
    colleague.press("Escape")
    expect(trail).to_have_count(0)


def test_nobody_asks_while_nothing_happens(desk: Desk, stage: Stage) -> None:
    """UI-14: the stream tells; a page in which nothing changes sends no requests."""
    log_in(desk, WANG)
    look_up(desk)
    expect(desk.page.get_by_role("row").nth(1)).to_be_visible()
    desk.page.wait_for_timeout(2000)
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.wait_for_timeout(5000)
    assert asked == []


def test_the_bell_and_the_calm_line(desk: Desk, stage: Stage) -> None:
    """UI-14: while one works elsewhere a line in the top bar tells; the bell counts, and lists what was answered."""
    log_in(desk, WANG)
    desk.page.get_by_role("link", name="数据查询").first.click()
    before = desk.button("查询").bounding_box()
    other = Desk(
        desk.page.context.new_page(), desk.address, FOLDER, "wang-other-"
    )  # another tab of the browser
    other.page.on("filechooser", lambda _: None)  # choosers are caught from the first one on
    other.page.goto(desk.page.url)
    number = draft(other, stage.examples["applicable"][9])
    other.action("申请").click()
    enter_pin(other)
    other.says("申请成功")
    line = desk.page.get_by_role("button", name=re.compile(f"{number} 的状态已变为「同意」"))
    expect(line).to_be_visible(timeout=15_000)
    assert desk.button("查询").bounding_box() == before
    desk.shoot("line")
    bell = desk.page.get_by_role("button", name=re.compile("消息提醒，.* 条未读"))
    bell.click()
    news = desk.page.get_by_role("region", name="消息提醒")
    first = news.get_by_role("button").first
    expect(first).to_be_focused()
    expect(first).to_contain_text(number)
    expect(first).to_contain_text("海关接收成功 → 同意")
    desk.shoot("bell")
    expect(desk.page.get_by_role("button", name="消息提醒", exact=True)).to_be_visible()
    desk.press("Enter")
    expect(desk.field("number")).to_have_value(number)
    expect(news).to_have_count(0)


def test_the_end_of_the_session_is_noticed(desk: Desk, stage: Stage) -> None:
    """UI-14, PORT-07: 退出 in one tab of the browser ends the other tab's page too, within seconds."""
    log_in(desk, WANG)
    open_form(desk)
    second = desk.page.context.new_page()
    second.goto(desk.page.url)
    expect(second.get_by_role("button", name="退出")).to_be_visible()
    second.get_by_role("button", name="退出").click()
    expect(desk.page.get_by_label("用户名")).to_be_visible(timeout=15_000)
    desk.shoot("session-over")


def test_a_print_is_shown_before_it_is_printed(desk: Desk, stage: Stage) -> None:
    """UI-12: Alt+P shows the real PDF; unsaved content is told; it can be kept as a file; Escape closes."""
    log_in(desk, WANG)
    open_form(desk)
    desk.press("Alt+p")
    desk.says("单据尚未暂存，不能打印")
    fill_in(desk, stage.examples["applicable"][10])
    desk.press("Alt+s")
    desk.says("暂存成功")
    number = desk.field("number").input_value()
    desk.press("Alt+p")
    dialog = desk.dialog()
    expect(dialog.get_by_role("heading", name="打印预览")).to_be_visible()
    expect(dialog.locator("iframe")).to_have_attribute("src", re.compile("^blob:"))
    desk.page.wait_for_timeout(2500)  # the viewer of the browser draws
    desk.shoot("print-preview")
    with desk.page.expect_download() as kept:
        dialog.get_by_role("link", name="下载").click()
    assert kept.value.suggested_filename == f"免于到场协助查验申请表 {number}.pdf"
    assert Path(kept.value.path()).read_bytes().startswith(b"%PDF")
    dialog.get_by_label(FORM, exact=True).check()
    desk.page.wait_for_timeout(1500)
    desk.shoot("print-generic")
    desk.press("Escape")
    expect(dialog).to_have_count(0)
    desk.field("contact_name").fill("李强")
    desk.press("Alt+p")
    desk.says("这里打印的是上一次暂存的内容")
    expect(dialog.locator("iframe")).to_be_visible()
    desk.page.wait_for_timeout(1500)
    desk.shoot("print-unsaved")
    dialog.get_by_role("button", name="关闭").last.click()
    expect(desk.field("contact_name")).to_have_value("李强")
