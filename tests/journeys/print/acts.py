"""What a person does again and again in this chapter: log in with the card, query, apply, look at what came of it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.journeys.browser import Desk
from tests.journeys.sessions import find_session, keep_session

APPLICATION = "报关单证查询打印"
APPLY, RESULTS = "自助打印申请", "自助打印/导出"
CHEN_CARD, WANG_CARD = "8930L0000A037", "8930L0000A011"
PIN = "88888888"
CAPTCHA = "8888"
SLOW = 60_000  # milliseconds for what the worker makes
PRINT_NUMBER = re.compile(r"ZZDY[0-9]{16}")
EXPORT_NUMBER = re.compile(r"SJDC[0-9]{16}")


def log_in(desk: Desk) -> None:
    """From the home page by 卡介质 into the application (manual 3.2); later by the session that 陈南's card began."""
    if find_session(desk, CHEN_CARD):
        expect(desk.button("退出")).to_be_visible()
        return
    desk.page.get_by_role("link", name=APPLICATION).first.click()
    desk.page.get_by_role("tab", name="卡介质").click()
    desk.page.get_by_label("卡介质密码").fill(PIN)
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()
    keep_session(desk, CHEN_CARD)


def open_page(desk: Desk, title: str) -> None:
    """An entry of the left menu."""
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name=title, exact=True).click()
    expect(desk.field("number" if title == APPLY else "kind")).to_be_visible()


def search(desk: Desk) -> None:
    """查询, and the answer has come."""
    asked = re.compile(r"/api/declarations/(closed|results)[?]")
    with desk.page.expect_response(asked):
        desk.action("查询").click()
    expect(desk.page.get_by_text("正在查询…").locator("visible=true")).to_have_count(0)


def query_numbers(desk: Desk, *numbers: str) -> None:
    """自助打印申请 by 报关单号 alone."""
    desk.action("重置").click()
    desk.field("number").fill(",".join(numbers))
    search(desk)


def row_of(desk: Desk, number: str) -> Locator:
    """The list's row of this declaration."""
    return desk.page.locator("tbody tr:visible").filter(has_text=number)


def enter_pin(desk: Desk, pin: str = PIN) -> None:
    """In the card's dialog, once it waits for it."""
    box = desk.page.get_by_label("卡介质密码")
    expect(box).to_be_enabled()
    box.fill(pin)
    desk.press("Enter")


def tick(desk: Desk, *numbers: str) -> None:
    for number in numbers:
        row_of(desk, number).get_by_role("checkbox").check()


def applied(desk: Desk, title: str) -> str:
    """The result dialog is there; answers the application's number and closes it."""
    dialog = desk.page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    number = dialog.locator(".application-number").inner_text()
    dialog.get_by_role("button", name="确定").click()
    return number


def apply_for_print(desk: Desk, sealed: bool, *numbers: str) -> str:
    """自助打印批量申请 of these declarations; answers the application's number."""
    query_numbers(desk, *numbers)
    tick(desk, *numbers)
    desk.action("自助打印批量申请").click()
    desk.page.get_by_label("有签章" if sealed else "无签章").check()
    desk.button("确认申请").click()
    enter_pin(desk)
    return applied(desk, "自助打印申请结果")


def apply_for_data(desk: Desk, *numbers: str) -> str:
    """结关后报关单数据批量导出申请 of these declarations; answers the application's number."""
    query_numbers(desk, *numbers)
    tick(desk, *numbers)
    desk.action("结关后报关单数据批量导出申请").click()
    desk.dialog().get_by_role("button", name="确定").click()
    enter_pin(desk)
    return applied(desk, "结关后报关单数据导出申请结果")


def choose(desk: Desk, name: str, typed: str, shown: str) -> None:
    """In a drop-down: Space opens it, typing narrows it, Enter takes and goes on (UI-04)."""
    desk.field(name).focus()
    desk.press("Control+A", "Backspace")
    desk.type(typed)
    expect(desk.page.get_by_role("option", name=shown, exact=True).locator("visible=true")).to_be_visible()
    desk.press("Enter")
    expect(desk.field(name)).to_have_value(shown)


def find_results(desk: Desk, kind: str, application: str) -> None:
    """自助打印/导出: what came of one application."""
    open_page(desk, RESULTS)
    choose(desk, "kind", kind, kind)
    desk.action("重置").click()
    desk.field("application").fill(application)
    search(desk)


def await_made(desk: Desk, number: str, state: str) -> None:
    """The row says so by itself, without a click (UI-14)."""
    expect(row_of(desk, number)).to_contain_text(state, timeout=SLOW)


def act(desk: Desk, word: str, number: str) -> Locator:
    """A word in the 操作 column of a declaration's row."""
    return desk.page.get_by_role("button", name=f"{word} {number}", exact=True).locator("visible=true")


def downloaded(desk: Desk, click: Locator, folder: Path) -> Path:
    """The file that a click delivers."""
    with desk.page.expect_download(timeout=SLOW) as download:
        click.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file
