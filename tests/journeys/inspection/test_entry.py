"""Manual 2.3.2, 2.3.3, 4.1 录入与暂存: colours, hints, keyboard (INSP-01, INSP-06, UI-01 … UI-04)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import GREY, SLOW, WHITE, YELLOW, colour_of
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import BILL_FORM, check_locked, log_in, open_form, save
from tests.journeys.inspection.conftest import Fresh

pytestmark = pytest.mark.journey
RED = "rgb(179, 38, 30)"
GREYS = (
    "number",
    "customs_no",
    "status",
    "filed_on",
    "applicant_code",
    "applicant_name",
    "inspection_district",
)
YELLOWS = ("declaration_no", "contact_name", "contact_phone")
HINTS = {  # the manual's 录入说明
    "number": "返填，不可录入，暂存成功后系统自动生成",
    "customs_no": "返填，不可录入，海关审批后返回",
    "status": "返填，不可录入，由系统自动根据当前数据状态进行显示",
    "filed_on": "返填，不可录入，暂存成功后系统自动生成",
    "applicant_code": "返填，不可录入，系统读取当前登录用户的海关十位编码",
    "applicant_name": "返填，不可录入，系统读取当前登录用户的企业名称",
    "declaration_no": "必填，录入 18 位报关单号",
    "inspection_district": "返填，录入报关单号后回车，由系统返填",
    "contact_name": "必填，填写联系人姓名",
    "contact_phone": "必填，请如实录入有效的联系电话号码",
    "attachment_category": "二选一必填",
}


def test_colours_hints_and_grey_boxes(desk: Desk, stage: Stage) -> None:
    """黄底色字段：必填项; 灰底色字段：返填项，不可录入; 光标置于字段内，界面下方有红色字体简要提示录入方法."""
    log_in(desk)
    open_form(desk)
    desk.shoot("empty")
    assert {colour_of(desk, name) for name in GREYS} == {GREY}
    assert {colour_of(desk, name) for name in YELLOWS} == {YELLOW}
    check_locked(desk, *GREYS)
    hint = desk.page.locator(".hint-line:visible > p")
    for name, words in HINTS.items():
        desk.field(name).focus()
        expect(hint).to_contain_text(words)
    expect(hint).to_have_css("color", RED)
    box, form = hint.bounding_box(), desk.field("contact_phone").bounding_box()
    assert box
    assert form
    assert box["y"] > form["y"]
    assert box["y"] + box["height"] <= 768, "at the bottom of the work area, on the screen"
    company = stage.system.world["companies"][0]
    expect(desk.field("applicant_code")).to_have_value(company["customs_code"])
    expect(desk.field("applicant_name")).to_have_value(company["name"])
    desk.field("number").focus()
    desk.type("123")
    expect(desk.field("number")).to_have_value("")
    open_form(desk, BILL_FORM)
    assert colour_of(desk, "bill_no") == YELLOW
    assert colour_of(desk, "vehicle_plate") == WHITE
    for name, words in (("bill_no", "必填，手工录入提运单号"), ("vehicle_plate", "非必填，手工录入")):
        desk.field(name).focus()
        expect(desk.page.locator(".hint-line:visible")).to_contain_text(words)
    desk.shoot("bill-empty")


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("declaration_no", "12345", "报关单号应为 18 位数字"),
        ("contact_phone", "12345", "不是有效的手机或固定电话号码"),
    ],
)
def test_a_wrong_value_is_red_at_the_right_at_once(desk: Desk, name: str, wrong: str, words: str) -> None:
    """字段右侧弹出红色提示: as soon as the field is left; nothing moves, what was typed stays (UI-01)."""
    log_in(desk)
    open_form(desk)
    desk.field(name).click()
    before = desk.field(name).bounding_box()
    desk.type(wrong)
    error = desk.page.locator(f'.field:has([data-field="{name}"]):visible .error')
    expect(error).to_have_count(0)
    desk.press("Tab")
    expect(error).to_contain_text(words[:8])
    expect(desk.field(name)).to_have_attribute("aria-invalid", "true")
    expect(desk.field(name)).to_have_value(wrong)
    expect(error).to_have_css("color", RED)
    box, mark = desk.field(name).bounding_box(), error.bounding_box()
    assert box == before
    assert box
    assert mark
    assert mark["x"] >= box["x"] + box["width"]
    desk.says("怎么办")
    desk.says("依据")
    desk.shoot(name)
    desk.press("Alt+s")
    desk.says(words)
    expect(desk.field("number")).to_have_value("")
    expect(desk.field("status")).to_have_value("未暂存")


def test_the_keys_of_a_form(desk: Desk, fresh: Fresh) -> None:
    """Enter 光标跳转至下一录入框; Shift+Enter 光标跳转到上一个录入框; Backspace 删除当前录入框中的内容 (UI-03)."""
    log_in(desk)
    open_form(desk)
    desk.type(fresh())
    desk.press("Enter")
    expect(desk.field("contact_name")).to_be_focused()
    desk.press("Shift+Enter")
    expect(desk.field("declaration_no")).to_be_focused()
    desk.press("Tab")
    expect(desk.field("contact_name")).to_be_focused()
    desk.type("王芳芳")
    desk.press("Backspace")
    expect(desk.field("contact_name")).to_have_value("王芳")
    desk.press("Control+End")
    expect(desk.field("attachment_category")).to_be_focused()
    desk.press("Space")
    options = desk.page.get_by_role("option").locator("visible=true")
    expect(options).to_have_count(3)
    desk.press("ArrowDown", "ArrowUp", "ArrowDown", "Enter")
    expect(desk.field("attachment_category")).to_have_value(re.compile("^00000002 查验时不到场的声明"))
    desk.press("Backspace")
    expect(desk.field("attachment_category")).to_have_value("")
    desk.press("Shift+Enter")
    expect(desk.field("contact_phone")).to_be_focused()


def test_first_save_and_what_it_gives(desk: Desk, fresh: Fresh) -> None:
    """暂存成功后系统自动生成; 首次点击该按钮后，状态变为“暂存”; 可通过【暂存】按钮将正在录入的内容进行保存."""
    log_in(desk)
    open_form(desk)
    desk.type(fresh())
    desk.press("Enter")
    expect(desk.field("inspection_district")).to_have_value(re.compile(r"^\d{4} .+海关"), timeout=SLOW)
    desk.action("暂存").click()
    desk.says("暂存成功")
    assert len(desk.field("number").input_value()) == 18
    expect(desk.field("filed_on")).to_have_value(re.compile(r"^20\d\d-\d\d-\d\d$"))
    expect(desk.field("status")).to_have_value("暂存")
    expect(desk.field("customs_no")).to_have_value("")
    desk.action("申请").click()
    desk.says("检查未通过")
    desk.says("二选一必填")
    for name in ("contact_name", "contact_phone"):
        expect(desk.field(name)).to_have_attribute("aria-invalid", "true")
    desk.shoot("what-is-missing")
    desk.page.reload()
    expect(desk.field("status")).to_have_value("暂存")


def test_a_full_width_number_is_taken(desk: Desk, fresh: Fresh) -> None:
    """UI-04's neighbour: digits as an input method types them."""
    log_in(desk)
    open_form(desk)
    number = fresh()
    desk.type("".join(chr(ord(digit) + 0xFEE0) for digit in number))
    desk.press("Enter")
    expect(desk.field("inspection_district")).not_to_have_value("", timeout=SLOW)
    save(desk)
    expect(desk.field("declaration_no")).to_have_value(number)
