"""Manual 4.1 新增, 删除: what they clear, and what they ask first (INSP-08, UI-11)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, menu
from tests.journeys.browser import Desk
from tests.journeys.inspection.acts import QUERY, apply_for, fill_in, log_in, open_form, save, upload
from tests.journeys.inspection.conftest import Fresh

pytestmark = pytest.mark.journey
EMPTY = (
    "number",
    "customs_no",
    "filed_on",
    "declaration_no",
    "inspection_district",
    "contact_name",
    "contact_phone",
)


def check_empty(desk: Desk) -> None:
    """当前界面所录入的字段全部被清空."""
    expect(desk.field("status")).to_have_value("未暂存")
    for name in EMPTY:
        expect(desk.field(name)).to_have_value("")
    desk.says("尚未上传文件")
    expect(desk.page.locator(".messages:visible, .gutter .error:visible")).to_have_count(0)
    expect(desk.field("declaration_no")).to_be_focused()


def test_new_clears_in_every_state(desk: Desk, fresh: Fresh) -> None:
    """【新增】始终为激活状态: from a draft with a file, from unsaved content after asking, from 同意."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    upload(desk)
    desk.action("新增").click()
    check_empty(desk)
    desk.type("123")
    desk.press("Enter")
    desk.action("新增").click()
    desk.says("继续将丢失这些内容")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(desk.field("declaration_no")).to_have_value("123")
    desk.action("新增").click()
    desk.dialog().get_by_role("button", name="继续新增").click()
    check_empty(desk)
    apply_for(desk, fresh())
    expect(desk.field("status")).to_have_value("同意", timeout=SLOW)
    desk.action("新增").click()
    check_empty(desk)
    desk.shoot("empty")


def test_delete_asks_and_clears(desk: Desk, fresh: Fresh) -> None:
    """系统提示是否要删除该票单据，点击确认后系统删除相应的数据，同时界面字段被清空; 删除后不可恢复."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    number = save(desk)
    desk.press("Alt+r")
    desk.says("是否要删除该票单据？")
    desk.says("删除后不可恢复")
    desk.shoot("asks")
    expect(desk.dialog().get_by_role("button", name="取消")).to_be_focused()
    desk.press("Enter")
    expect(desk.field("number")).to_have_value(number)
    desk.action("删除").click()
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    check_empty(desk)
    desk.shoot("deleted")
    menu(desk, QUERY)
    desk.field("number").fill(number)
    desk.button("查询").click()
    desk.says("没有符合条件的数据")
    desk.page.goto(f"{desk.address}/app/inspection/form/inspection.declaration/{number}")
    desk.says("没有编号为")
    desk.errors = [error for error in desk.errors if "status of 404" not in error]
