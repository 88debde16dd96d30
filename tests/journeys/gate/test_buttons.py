"""Manual 3.1.2: the bar above the form, and the white buttons of the rows (GATE-04, GATE-05, UI-10, UI-11)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import LI_CARD, WANG_CARD, at, choose, enter
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import (
    BUTTONS,
    declare,
    fill_header,
    log_in,
    open_form,
    open_query,
    rows,
    save,
    search,
)
from tests.journeys.gate.stock import draft

pytestmark = pytest.mark.journey
GREYS = ("number", "sure_id", "filed_on")


def open_trip(desk: Desk, number: str) -> None:
    """A stored trip, to be worked on."""
    desk.page.goto(f"{desk.address}/app/gate/form/gate.trip/{number}")
    expect(desk.field("number")).to_have_value(number)


def check_buttons(desk: Desk, enabled: set[str], why: str = "") -> None:
    """Which of the buttons can be pressed; a grey one says why when it is pointed at (UI-10)."""
    for name in BUTTONS:
        button = desk.action(name)
        grey = "false" if name in enabled else "true"
        expect(button).to_have_attribute("aria-disabled", grey)
        if grey == "true" and why:
            button.hover()
            desk.says(why)


def check_empty(desk: Desk) -> None:
    """界面字段全部清空，可重新录入一票新数据."""
    expect(desk.field("status")).to_have_value("未暂存")
    for name in (*GREYS, "customs_master", "bind_key_info", "vehicle_weight", "remark"):
        expect(desk.field(name)).to_have_value("")
    assert rows(desk) == []
    at(desk, "customs_master")


def test_the_bar_from_new_to_declared(desk: Desk) -> None:
    """新增始终为激活状态; “申报、海关接收通知”等申报状态时，删除按钮置灰; 申报后界面字段全部置灰."""
    log_in(desk)
    open_form(desk)
    check_buttons(desk, {"新增", "暂存", "申报"}, "单据尚未暂存")
    blue = desk.action("暂存").evaluate("button => getComputedStyle(button).backgroundColor")
    assert blue == desk.action("新增").evaluate("button => getComputedStyle(button).backgroundColor")
    number, _ = draft(desk, "粤B32001")
    open_trip(desk, number)
    check_buttons(desk, set(BUTTONS))
    desk.action("申报").click()
    expect(desk.dialog()).to_contain_text("是否要申报该票单据")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(desk.field("status")).to_have_value("暂存成功")
    declare(desk)
    check_buttons(desk, {"新增", "复制", "打印"}, "单据状态为「")
    for name in ("customs_master", "bind_key_info", "vehicle_weight", "remark", "bodies/bind_obj_id"):
        expect(desk.field(name)).to_have_attribute("readonly", "")
    for name in ("新增", "保存", "删除"):
        bar = desk.page.get_by_role("toolbar", name="表体操作").locator("visible=true")
        expect(bar.get_by_role("button", name=name)).to_have_attribute("aria-disabled", "true")
    desk.shoot("declared")
    desk.action("新增").click()
    check_empty(desk)


def test_a_failed_check_shows_its_messages(desk: Desk) -> None:
    """若系统对录入的内容逻辑检查未通过，界面会提示相应错误信息: no numbers, nothing lost (GATE-05, GATE-10)."""
    log_in(desk)
    open_form(desk)
    fill_header(desk, "粤B32002")
    at(desk, "bodies/ie_direction")
    for name, text in (("bind_obj_id", "CSQU3054384"), ("transport_id", "COSCO"), ("voyage_no", "045E")):
        desk.field(f"bodies/{name}").fill(text)
    desk.field("bodies/bind_obj_type").focus()
    choose(desk, "C", "C 集装箱号")
    desk.field("bodies/rd_code").focus()
    choose(desk, "报关", "1000000000 报关")
    desk.press("Alt+s")
    desk.says("集装箱号 CSQU3054384 的校验码不正确：末位应为 3")
    expect(desk.field("status")).to_have_value("未暂存")
    for name in GREYS:
        expect(desk.field(name)).to_have_value("")
    desk.shoot("check-digit")
    desk.field("bodies/bind_obj_id").fill("CSQU3054383")
    desk.field("vehicle_weight").fill("八吨")
    desk.press("Alt+s")
    desk.says("请填写数字")
    expect(desk.field("status")).to_have_value("未暂存")
    desk.shoot("no-number")
    desk.field("vehicle_weight").fill("0")
    number = save(desk)
    assert number
    for name in GREYS:
        expect(desk.field(name)).not_to_have_value("")
    desk.field("remark").fill("备" * 1001)
    desk.press("Alt+s")
    desk.says("1000 个字符")
    expect(desk.field("sure_id")).to_have_value(number)
    desk.shoot("too-long")


def test_the_white_buttons_of_the_rows(desk: Desk) -> None:
    """新增: 表体明细中字段将置空; 保存: 保存到表体列表; 删除: 列表中所勾选的数据被删除 (GATE-04)."""
    log_in(desk)
    open_form(desk)
    bar = desk.page.get_by_role("toolbar", name="表体操作")
    for name in ("新增", "保存", "删除"):
        expect(bar.get_by_role("button", name=name)).to_have_css("background-color", "rgb(255, 255, 255)")
    for at_row, number in enumerate(("5301202600011", "5301202600012", "5301202600013"), 1):
        bar.get_by_role("button", name="新增").press("Enter")
        at(desk, "bodies/ie_direction")
        expect(desk.field("bodies/bind_obj_id")).to_have_value("")
        enter(desk, "")
        choose(desk, "T", "T 转关单号")
        enter(desk, number)
        desk.field("bodies/voyage_no").fill("045E")
        desk.field("bodies/rd_code").focus()
        choose(desk, "转关", "0100000000 转关")
        bar.get_by_role("button", name="保存").press("Enter")
        desk.says(f"共 {at_row} 行")
    list_ = desk.page.locator(".row-list tbody tr[tabindex]:visible")
    list_.nth(1).click()
    desk.says("正在修改第 2 行")
    expect(desk.field("bodies/bind_obj_id")).to_have_value("5301202600012")
    desk.field("bodies/bind_obj_id").fill("5301202600099")
    desk.shoot("second-row")
    bar.get_by_role("button", name="保存").press("Enter")
    expect(list_.nth(1)).to_contain_text("5301202600099")
    bar.get_by_role("button", name="删除").click()
    desk.says("请先在列表中勾选要删除的行")
    for row in (1, 3):
        desk.page.get_by_label(f"选择第 {row} 行").check()
    bar.get_by_role("button", name="删除").click()
    desk.says("是否删除选中的 2 行「表体」？")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="删除").click()
    expect(list_).to_have_count(1)
    expect(list_).to_contain_text("5301202600099")


def test_copy(desk: Desk) -> None:
    """复制: a new trip out of the open one, with its rows, without numbers and status (GATE-05)."""
    log_in(desk)
    number, sure_id = draft(desk, "粤B32003")
    open_trip(desk, number)
    desk.press("Alt+c")
    desk.says("已复制为新单据，尚未暂存")
    expect(desk.field("status")).to_have_value("未暂存")
    for name in GREYS:
        expect(desk.field(name)).to_have_value("")
    expect(desk.field("bind_key_info")).to_have_value("粤B32003")
    assert len(rows(desk)) == 1
    desk.shoot("copied")
    assert save(desk) != sure_id


def test_new_and_delete_ask_first(desk: Desk) -> None:
    """暂存状态的数据，删除后不可恢复，只能重新录入，请谨慎操作; 新增 asks about what is unsaved (UI-11)."""
    log_in(desk)
    number, sure_id = draft(desk, "粤B32004")
    open_trip(desk, number)
    desk.field("remark").fill("改过")
    desk.action("新增").click()
    desk.says("继续将丢失这些内容")
    desk.shoot("new-asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(desk.field("remark")).to_have_value("改过")
    desk.press("Alt+r")
    expect(desk.dialog()).to_contain_text("删除后不可恢复，只能重新录入，请谨慎操作")
    desk.shoot("delete-asks")
    expect(desk.dialog().get_by_role("button", name="取消")).to_be_focused()
    desk.press("Enter")
    expect(desk.field("sure_id")).to_have_value(sure_id)
    desk.action("删除").click()
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    check_empty(desk)
    open_query(desk)
    search(desk, sure_id=sure_id)
    desk.says("没有符合条件的数据")


def test_the_bound_card_alone_declares(desk: Desk, stage: Stage) -> None:
    """当前卡号 XXXX 与用户注册信息卡号 XXXX 不一致，无法进行申报: the trip stays a draft (PORT-05)."""
    log_in(desk)
    number, _ = draft(desk, "粤B32005")
    open_trip(desk, number)
    stage.put_card(LI_CARD)
    desk.action("申报").click()
    desk.dialog().get_by_role("button", name="确定").click()
    desk.says(f"当前卡号 {LI_CARD} 与用户注册信息卡号 {WANG_CARD} 不一致，无法进行申报")
    desk.shoot("another-card")
    desk.press("Escape")
    expect(desk.field("status")).to_have_value("暂存成功")
    stage.put_card(WANG_CARD)
    declare(desk)
