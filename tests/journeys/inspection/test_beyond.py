"""Beyond the manual's chapter 4: Alt+C of 2.3.3, content that a crash did not take, news by themselves.

UI-03, UI-14, UI-15. The way of a status to the open page stands in test_buttons.py.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import LI, SLOW, menu, row_of
from tests.journeys.browser import Desk, sit_down
from tests.journeys.chapter import folder_of
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import FORM, QUERY, apply_for, fill_in, log_in, open_form, save, upload
from tests.journeys.inspection.conftest import CHAPTER, Fresh

pytestmark = pytest.mark.journey


def test_copy(desk: Desk, fresh: Fresh) -> None:
    """Alt+C 复制: what was typed in a new form, without number, status, customs' number and files."""
    log_in(desk)
    open_form(desk)
    number = fresh()
    fill_in(desk, number)
    upload(desk)
    save(desk)
    desk.press("Alt+c")
    expect(desk.field("status")).to_have_value("未暂存")
    for name in ("number", "customs_no", "filed_on"):
        expect(desk.field(name)).to_have_value("")
    expect(desk.field("contact_name")).to_have_value("王芳")
    expect(desk.field("declaration_no")).to_have_value(number)
    desk.says("尚未上传文件")
    desk.shoot("copied")
    desk.field("declaration_no").fill(fresh())
    desk.press("Enter")
    save(desk)


def test_what_a_crash_did_not_take(desk: Desk, stage: Stage, chromium: Browser, fresh: Fresh) -> None:
    """UI-15: typed, not saved, the browser gone: it stands in no query, blocks nothing, and is offered again."""
    number = fresh()
    crashed = sit_down(chromium, stage.portal, folder_of(CHAPTER), "beyond-crashed-")
    log_in(crashed, LI)
    open_form(crashed)
    fill_in(crashed, number)
    crashed.says("已自动保存")
    crashed.check_console()
    crashed.page.context.close()
    log_in(desk, LI)
    desk.says("发现未暂存的内容")
    desk.shoot("offered")
    desk.button("恢复").locator("visible=true").click()
    expect(desk.field("declaration_no")).to_have_value(number)
    expect(desk.field("contact_name")).to_have_value("王芳")
    expect(desk.field("inspection_district")).not_to_have_value("", timeout=SLOW)
    expect(desk.field("status")).to_have_value("未暂存")
    desk.shoot("restored")
    menu(desk, QUERY)
    desk.field("declaration_no").fill(number)
    desk.button("查询").click()
    desk.says("没有符合条件的数据")
    menu(desk, FORM)
    save(desk)


def test_news_of_an_answer(desk: Desk, fresh: Fresh) -> None:
    """UI-14: 同意 reaches the list and the bell without a click."""
    log_in(desk)
    number = apply_for(desk, fresh())
    menu(desk, QUERY)
    desk.field("number").fill(number)
    desk.button("查询").click()
    expect(row_of(desk, number)).to_contain_text("同意", timeout=SLOW)
    bell = desk.page.get_by_role("button", name=re.compile("消息提醒"))
    bell.first.click()
    desk.says(number)
    desk.shoot("bell")
