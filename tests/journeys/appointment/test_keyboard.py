"""Manual 第五篇 with a keyboard alone: an appointment from the home page to its receipts (APPT-01 … 03, UI-13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import WANG, WANG_CARD, at, choose, enter, enter_pin, row_of
from tests.journeys.appointment.acts import APPLICATION, FORM, QUERY, TYPE, fill_basics, status_is
from tests.journeys.appointment.officer import AppointmentOfficer
from tests.journeys.appointment.stock import explained
from tests.journeys.appointment.week import Week
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.keys import attach, choose_columns, enter_application, find, menu, paper, run

pytestmark = pytest.mark.journey


def test_an_appointment_without_the_mouse(
    desk: Desk, officer: AppointmentOfficer, stage: Stage, week: Week, tmp_path: Path
) -> None:
    """A moment from the calendar, goods from a list, two files; applied for, approved, printed, found."""
    with without_mouse(desk) as hands:
        enter_application(hands, APPLICATION, WANG)
        at(desk, "consignee_code")
        fill_basics(desk, stage.system.world["companies"][0]["customs_code"])
        choose_a_moment(hands, week)
        type_the_rest(hands)
        desk.press("Alt+s")
        desk.says("暂存成功")
        add_files(hands)
        run(hands, "预约申报")
        desk.says("预约申报成功")
        status_is(desk, "已受理")
        hands.look()
        number = desk.field("number").input_value()
        officer.rule(number, "审批通过")
        status_is(desk, "预约成功")
        desk.press("Alt+p")
        assert number in paper(hands, tmp_path)
        delete_a_draft(hands)
        look_at_receipts(hands, number)
    explained(stage, officer, WANG_CARD, number)  # so that it bars nobody later


def choose_a_moment(hands: Hands, week: Week) -> None:
    """↓ opens the month, arrows and Enter choose the day and then the half hour."""
    desk = hands.desk
    desk.type(week.at(1, "10:00"))
    desk.press("ArrowDown")
    panel = desk.page.get_by_role("dialog", name="选择日期和时间")
    expect(panel).to_be_visible()
    desk.press("ArrowRight", "Enter", "Enter")
    expect(panel).to_have_count(0)
    expect(desk.field("start")).to_have_value(week.at(2, "10:00"))
    hands.look()
    desk.press("Enter")
    expect(desk.field("end")).to_have_value(week.at(2, "12:00"))


def type_the_rest(hands: Hands) -> None:
    """Codes from their lists; a row of goods, another one that is deleted again."""
    desk = hands.desk
    at(desk, "reason_kind")
    choose(desk, "2", "2 鲜活、冷冻、易变质腐烂的需紧急通关的货物")
    at(desk, "ie_flag")
    choose(desk, "I", "I 进口")
    at(desk, "reason")
    enter(desk, "")
    goods = desk.page.locator(".row-list:visible").first.locator("tbody tr[tabindex]")
    for count, code in enumerate(("0808", "0806"), 1):
        at(desk, "goods/hs_code")
        desk.type(code)
        desk.press("Enter")
        expect(desk.page.get_by_role("option").locator("visible=true").first).to_contain_text(code)
        desk.press("Enter")
        at(desk, "goods/name")
        desk.press("Enter")
        expect(goods).to_have_count(count)
    hands.go_to(goods.first)
    desk.press("Space")
    bar = desk.page.get_by_role("toolbar", name="商品操作").locator("visible=true")
    delete = bar.get_by_role("button", name="删除")
    hands.press_on(delete)
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    expect(goods).to_have_count(1)
    expect(delete).to_be_focused()


def add_files(hands: Hands) -> None:
    """上传 PDF, 添加文件, 上传/保存, the PIN; afterwards the focus is back on 上传 PDF."""
    desk = hands.desk
    upload = desk.page.get_by_role("button", name="上传 PDF：随附补充材料")
    hands.press_on(upload)
    attach(hands, desk.dialog().get_by_role("button", name="添加文件"), "合同.pdf", "装箱单.pdf")
    expect(desk.dialog()).to_contain_text("装箱单.pdf")
    hands.press_on(desk.dialog().get_by_role("button", name="上传/保存"))
    enter_pin(desk)
    expect(desk.dialog()).to_have_count(0)
    expect(upload).to_be_focused()


def delete_a_draft(hands: Hands) -> None:
    """新增, 暂存 and Alt+R: the form is empty, the focus in its first box."""
    desk = hands.desk
    hands.press_on(desk.action("新增"))
    at(desk, "consignee_code")
    enter(desk, "4403110001")
    desk.press("Alt+s")
    desk.says("暂存成功")
    desk.press("Alt+r")
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    desk.says("删除成功")
    at(desk, "consignee_code")


def look_at_receipts(hands: Hands, number: str) -> None:
    """预约通关查询: found by its number; the status opens the receipts."""
    desk = hands.desk
    menu(hands, QUERY)
    expect(desk.field("number")).to_be_visible()
    find(hands, desk.field("number"), number, rf"/api/documents/{TYPE}\?")
    choose_columns(hands, "申报单位")
    hands.press_on(row_of(desk, number).get_by_role("button", name="预约成功", exact=True))
    panel = desk.page.get_by_role("region", name="回执详细信息").locator("visible=true")
    expect(panel).to_contain_text("预约成功")
    desk.shoot("receipts")
    hands.press_on(panel.get_by_role("button", name="关闭"))
    expect(panel).to_have_count(0)
    hands.look()
    menu(hands, FORM)
    hands.look()
