"""Manual 2.3.3, 2.4.1, 2.4.2, 2.4.4: tabs, menu, shortcuts (UI-03, UI-05, UI-06)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, menu, row_of
from tests.journeys.browser import Desk
from tests.journeys.inspection.acts import BILL_FORM, FORM, QUERY, draft_behind, log_in, open_form
from tests.journeys.inspection.conftest import Fresh

pytestmark = pytest.mark.journey
KEYS = ("Alt+K", "Alt+S", "Alt+R", "Alt+C", "Alt+P", "Enter（回车）", "Shift+Enter", "Backspace")


def test_the_shortcuts_are_shown(desk: Desk) -> None:
    """可点击界面右上角蓝色圆形图标查看; ALT+K 快捷键查看."""
    log_in(desk)
    open_form(desk)
    icon = desk.page.get_by_role("button", name="快捷键（Alt+K）")
    box = icon.bounding_box()
    assert box
    assert box["x"] > 1366 * 0.9
    assert abs(box["width"] - box["height"]) < 2
    expect(icon).to_have_css("border-radius", "50%")
    expect(icon).to_have_css("background-color", "rgb(20, 85, 158)")
    ways: tuple[Callable[[], object], ...] = (icon.click, lambda: desk.press("Alt+k"))
    for opens in ways:
        opens()
        for key in KEYS:
            expect(desk.dialog().get_by_text(key, exact=True)).to_be_visible()
        desk.shoot("shortcuts")
        desk.press("Escape")
        expect(desk.dialog()).to_have_count(0)


def test_the_menu_folds(desk: Desk) -> None:
    """将左侧菜单栏进行折叠或展开的操作。折叠后的左侧菜单栏只显示图标."""
    log_in(desk)
    open_form(desk)
    bar = desk.page.get_by_role("navigation", name="菜单")
    wide = bar.bounding_box()
    desk.page.get_by_role("button", name="折叠菜单").click()
    narrow = bar.bounding_box()
    assert wide
    assert narrow
    assert narrow["width"] < wide["width"] / 2
    expect(bar.get_by_text(FORM, exact=True)).to_be_hidden()
    expect(bar.locator(".menu-item svg")).to_have_count(4)
    desk.shoot("folded")
    bar.get_by_title(QUERY).click()
    expect(desk.button("查询")).to_be_visible()
    desk.page.reload()
    expect(desk.page.get_by_role("button", name="展开菜单")).to_be_visible()
    desk.page.get_by_role("button", name="展开菜单").click()
    expect(bar.get_by_text(FORM, exact=True)).to_be_visible()


def test_tabs_keep_their_content_and_close(desk: Desk, fresh: Fresh) -> None:
    """点击图标，可将页签名称进行左右移动选择; 关闭全部选项卡, 关闭其他选项卡; unsaved content is asked about."""
    log_in(desk)
    numbers = [draft_behind(desk, fresh()) for _ in range(9)]
    menu(desk, QUERY)
    desk.button("查询").click()
    for number in numbers:
        row_of(desk, number).get_by_role("button", name=number).click()
        expect(desk.page.locator(".tabs a", has_text=number)).to_have_attribute("aria-current", "page")
        menu(desk, QUERY)
    tabs = desk.page.locator(".tabs a:visible")
    expect(tabs).to_have_count(11)
    strip = desk.page.locator(".tab-strip .tabs")
    desk.page.get_by_role("button", name="向右移动页签").click(click_count=5)
    right = strip.evaluate("one => one.scrollLeft")
    assert right > 0
    desk.shoot("scrolled")
    desk.page.get_by_role("button", name="向左移动页签").click(click_count=5)
    assert strip.evaluate("one => one.scrollLeft") < right
    open_form(desk, BILL_FORM)
    desk.type("ABC123")
    menu(desk, QUERY)
    menu(desk, BILL_FORM)
    expect(desk.field("bill_no")).to_have_value("ABC123")
    close_by(desk, "关闭其他选项卡")
    expect(tabs).to_have_count(1)
    expect(desk.field("bill_no")).to_have_value("ABC123")
    close_by(desk, "关闭全部选项卡")
    desk.says("内容尚未暂存，关闭后将丢失")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(tabs).to_have_count(1)
    close_by(desk, "关闭全部选项卡")
    desk.dialog().get_by_text("关闭", exact=True).click()
    expect(tabs).to_have_count(0)
    desk.says("请从左侧菜单选择要办理的业务")


def close_by(desk: Desk, words: str) -> None:
    desk.page.get_by_role("button", name="关闭选项卡", exact=True).click()
    desk.page.get_by_role("menuitem", name=words).click(timeout=SLOW)
