"""The administrator's tokens with a keyboard alone: made, copied, looked at, ended (INTG-01, UI-13)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import CAPTCHA
from tests.journeys.browser import Desk
from tests.journeys.hands import Hands, without_mouse

pytestmark = pytest.mark.journey
PROGRAM = "ERP 查询接口"


def test_a_token_without_the_mouse(desk: Desk) -> None:
    """企业管理 in the menu behind the name; select, radio buttons, ticks and a day; 停用 asks."""
    with without_mouse(desk) as hands:
        log_in(hands)
        open_tokens(hands)
        make(hands)
        end(hands)


def log_in(hands: Hands) -> None:
    desk = hands.desk
    wanted = desk.page.get_by_role("link", name="登录", exact=True)
    expect(wanted).to_be_visible()
    desk.press("Tab")
    hands.press_on(wanted)
    expect(desk.page.get_by_label("用户名")).to_be_focused()
    for word in ("chennan", "Chen-2026"):
        desk.type(word)
        desk.press("Tab")
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.type(CAPTCHA)
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()


def open_tokens(hands: Hands) -> None:
    """↓ goes down the menu behind the name, Enter opens; then along the administrator's pages."""
    desk = hands.desk
    hands.press_on(desk.button("陈南"))
    wanted = desk.page.get_by_role("menuitem", name="企业管理")
    expect(wanted).to_be_visible()
    for _ in range(4):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        desk.press("ArrowDown")
    expect(wanted).to_be_focused()
    hands.look()
    desk.press("Enter")
    pages = desk.page.get_by_role("navigation", name="企业管理")
    hands.press_on(pages.get_by_role("link", name="接口令牌"))
    expect(desk.page.get_by_role("heading", name="接口令牌")).to_be_visible()
    hands.look()


def make(hands: Hands) -> None:
    """Its name, whom it stands for, what it may; it is shown this once and can be copied."""
    desk = hands.desk
    hands.press_on(desk.button("新建"))
    expect(desk.field("name")).to_be_focused()
    desk.type(PROGRAM)
    hands.go_to(desk.field("account_id"))
    chosen = desk.field("account_id").locator("option:checked")
    for _ in range(20):
        if "王芳" in chosen.inner_text():
            break
        desk.press("ArrowDown")
    expect(chosen).to_contain_text("王芳")
    hands.go_to(desk.page.get_by_role("radio", name="查询"))
    desk.press("ArrowDown")
    expect(desk.page.get_by_role("radio", name="查询")).not_to_be_checked()
    hands.press_on(desk.field("chapters"), "Space")
    hands.press_on(desk.dialog().get_by_role("checkbox", name="智能卡口散杂货系统"), "Space")
    hands.look()
    desk.shoot("new-token")
    hands.press_on(desk.dialog().get_by_role("button", name="新建"))
    assert re.fullmatch(r"swt_[0-9A-Za-z_-]{43}", desk.field("token").input_value())
    hands.press_on(desk.button("复制"))
    hands.press_on(desk.button("已保存，关闭"))
    expect(desk.dialog()).to_have_count(0)
    hands.look()


def end(hands: Hands) -> None:
    """使用记录 opens under the list; 停用 asks, and its word is gone from the row: the focus stays there."""
    desk = hands.desk
    hands.press_on(desk.button(f"使用记录 {PROGRAM}"))
    expect(desk.page.get_by_role("heading", name=f"使用记录：{PROGRAM}")).to_be_focused()
    hands.press_on(
        desk.page.get_by_role("region", name=f"使用记录 {PROGRAM}").get_by_role("button", name="关闭")
    )
    hands.look()
    hands.press_on(desk.button(f"停用 {PROGRAM}"))
    hands.press_on(desk.dialog().get_by_role("button", name="停用", exact=True))
    desk.says("停用成功")
    expect(desk.button(f"停用 {PROGRAM}")).to_have_count(0)
    hands.look()
    expect(desk.page.locator("tbody :focus")).to_have_count(1)
