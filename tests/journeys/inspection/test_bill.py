"""Manual 4.2 免于到场协助查验申请（非报关单）: its fields, saving, 新增, 申请, 删除 (INSP-09)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, WANG
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import (
    BILL_FORM,
    ZHAO,
    apply,
    check_buttons,
    check_locked,
    fill_in,
    log_in,
    open_form,
    save,
    start_anew,
    upload,
)

pytestmark = pytest.mark.journey
LABELS = [
    "数据中心统一编号", "海关审核编号", "状态", "申请日期", "申请单位代码", "申请单位", "提运单号", "查验地海关",
    "车牌号", "联系人", "联系电话",
]  # fmt: skip


def test_a_bill_of_lading_from_draft_to_consent(desk: Desk, stage: Stage) -> None:
    """提运单号：必填，手工录入; 查验地海关：录入提运单号后回车，由系统返填; 车牌号：非必填."""
    log_in(desk, WANG)
    open_form(desk, BILL_FORM)
    expect(desk.page.locator(".field:visible > label")).to_have_text(LABELS)
    number = stage.examples["bill_applicable"][3]
    fill_in(desk, number.lower(), plate="")
    expect(desk.field("bill_no")).to_have_value(number)
    expect(desk.field("inspection_district")).to_have_value(re.compile(r"^\d{4} "))
    saved = save(desk)
    desk.shoot("saved")
    desk.field("vehicle_plate").fill("粤b12345")
    desk.press("Alt+s")
    expect(desk.field("vehicle_plate")).to_have_value("粤B12345")
    upload(desk, "00000001", "委托企业协助海关查验的声明.pdf")
    assert apply(desk) == saved
    expect(desk.field("status")).to_have_value("同意", timeout=SLOW)
    check_buttons(desk, {"新增", "复制", "打印"}, "单据状态为「同意」")
    check_locked(desk, "bill_no", "vehicle_plate", "contact_name", "contact_phone")
    desk.shoot("granted")
    start_anew(desk, BILL_FORM)
    desk.type(number)
    desk.press("Enter")
    desk.says("不允许再次录入、提交申请")
    desk.shoot("in-use")


def test_delete_and_the_other_company(desk: Desk, stage: Stage) -> None:
    """INSP-08, INSP-09: no consignee check: any company may enter a bill; deleting asks and clears."""
    log_in(desk, ZHAO)
    open_form(desk, BILL_FORM)
    fill_in(desk, stage.examples["bill_applicable"][4], plate="沪A00001")
    save(desk)
    desk.press("Alt+r")
    desk.says("是否要删除该票单据？")
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    for name in ("number", "bill_no", "inspection_district", "vehicle_plate", "contact_name"):
        expect(desk.field(name)).to_have_value("")
