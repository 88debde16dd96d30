"""Manual 第五篇 第二章 and 第三章: 预约通关查询 from both companies' sides, 口岸工作时间查询."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import WANG_CARD, menu, row_of, saved_behind
from tests.journeys.appointment.acts import QUERY, TAN, TAN_CARD, TYPE, WORKING_TIME, content, log_in, search
from tests.journeys.appointment.conftest import Colleague
from tests.journeys.appointment.officer import AppointmentOfficer
from tests.journeys.appointment.stock import applied, approved
from tests.journeys.appointment.week import PORT, Week
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.journey


def test_both_sides_find_it(
    desk: Desk, another: Colleague, stage: Stage, week: Week, officer: AppointmentOfficer
) -> None:
    """APPT-13, UI-07, UI-08: A and B, spans of fifteen days, receipts, the blue number, 批量删除 of drafts."""
    own = stage.system.world["companies"][0]["customs_code"]
    theirs = approved(stage, officer, TAN_CARD, content(week, own, contact="谭云"))
    log_in(desk)
    drafts = [saved_behind(desk, TYPE, content(week, own, contact=name))["number"] for name in ("甲", "乙")]
    mine = applied(stage, WANG_CARD, content(week, own))
    menu(desk, QUERY)
    expect(desk.field("declarant")).to_have_value(own)
    desk.shoot("empty")
    search(desk, role="A", filed_on_from=week.day(0), filed_on_to=week.day(0))
    for number in (*drafts, mine):
        expect(row_of(desk, number)).to_be_visible()
    expect(row_of(desk, theirs)).to_have_count(0)
    search(desk, role="B", consignee_code="")
    desk.says("「收发货人」不可为空")
    desk.shoot("consignee-missing")
    search(desk, consignee_code=own)
    expect(row_of(desk, theirs)).to_contain_text("预约成功")
    expect(row_of(desk, mine)).to_be_visible()
    desk.shoot("side-b")
    search(desk, start_from=week.day(2), start_to=week.day(18))
    desk.says("15 天")
    search(desk, start_from=week.day(2), start_to=week.day(2))
    expect(row_of(desk, theirs)).to_be_visible()
    row_of(desk, theirs).get_by_role("button", name="预约成功").click()
    panel = desk.page.get_by_role("region", name="回执详细信息")
    expect(panel).to_contain_text("审批通过")
    panel.get_by_role("button", name="刷新").click()
    desk.shoot("receipts")
    panel.get_by_role("button", name="关闭").click()
    for number in drafts:
        desk.page.get_by_label(f"选择 {number}").check()
    expect(desk.page.get_by_label(f"选择 {mine}")).to_be_disabled()
    desk.action("批量删除").click()
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="删除").click()
    for number in drafts:
        expect(row_of(desk, number)).to_have_count(0)
    row_of(desk, theirs).get_by_role("button", name=theirs).click()
    expect(desk.field("number")).to_have_value(theirs)
    for name in ("预约申报", "取消预约", "暂存"):
        expect(desk.action(name)).to_have_attribute("aria-disabled", "true")
    desk.shoot("as-the-consignee")
    tan = another("tan")
    log_in(tan, TAN)
    menu(tan, QUERY)
    search(tan, role="A", number=theirs)
    expect(row_of(tan, theirs)).to_contain_text("预约成功")
    search(tan, role="B", consignee_code=own, number="")
    expect(row_of(tan, theirs)).to_be_visible()
    expect(row_of(tan, mine)).to_have_count(0)
    tan.shoot("side-a")


def test_when_customs_work(desk: Desk, week: Week) -> None:
    """APPT-14: at most fifteen days, one port by name or all; only working time is shown."""
    log_in(desk)
    menu(desk, WORKING_TIME)
    expect(desk.field("day_from")).to_have_value(week.day(0))
    expect(desk.field("day_to")).to_have_value(week.day(14))
    desk.press("Enter", "Enter")
    desk.type("皇岗")
    expect(desk.page.get_by_role("option", name=f"{PORT} 皇岗海关").locator("visible=true")).to_be_visible()
    with desk.page.expect_response(re.compile("/api/appointment/working-time")):
        desk.press("Enter")
    rows = desk.page.locator("table.results:visible tbody tr")
    expect(rows.first).to_contain_text("皇岗海关")
    expect(rows.first).to_contain_text("09:00")
    expect(rows.filter(has_text=week.day(1))).to_contain_text("星期五")
    expect(rows.filter(has_text=week.day(2))).to_have_count(0)
    desk.shoot("one-port")
    desk.field("day_to").fill(week.day(16))
    desk.action("查询").click()
    desk.says("15 天")
    expect(desk.field("day_to")).to_be_focused()
    desk.shoot("too-long")
    desk.field("day_from").fill(week.day(2))
    desk.field("day_to").fill(week.day(3))
    desk.action("查询").click()
    desk.says("未查到口岸工作时间，请联系口岸更新工作日历")
    desk.shoot("nothing")
    desk.action("重置").click()
    expect(desk.field("day_to")).to_have_value("")
