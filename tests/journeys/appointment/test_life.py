"""Manual 第五篇 第一章: what follows an approval: feedback, 情况说明, cancellation, or nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import WANG_CARD, enter_pin
from tests.journeys.appointment.acts import (
    TAN,
    TAN_CARD,
    add_numbers,
    area,
    content,
    log_in,
    number_rows,
    open_document,
    status_is,
    submit,
    upload,
)
from tests.journeys.appointment.conftest import Clock, Colleague
from tests.journeys.appointment.officer import AppointmentOfficer
from tests.journeys.appointment.stock import applied, approved, explained, refused, status_of
from tests.journeys.appointment.week import Week, numbers_declared
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.system.running import eventually

pytestmark = pytest.mark.journey


def test_feedback_with_differences_and_then_right(
    desk: Desk, stage: Stage, week: Week, officer: AppointmentOfficer
) -> None:
    """APPT-09, APPT-10: a number that differs is named with field and both values; then 已反馈."""
    own = stage.system.world["companies"][0]["customs_code"]
    number = approved(stage, officer, WANG_CARD, content(week, own))
    good = numbers_declared(stage.system.world, "appointment_feedback_import", week.at(0, "10:00"))[:2]
    export = stage.examples["appointment_feedback_export"][0]
    elsewhere = stage.examples["appointment_feedback_other_declare_port"][0]
    foreign = stage.examples["appointment_feedback_other_consignee"][0]
    log_in(desk)
    open_document(desk, number)
    expect(area(desk, "情况说明")).to_be_visible()
    add_numbers(desk, good[0], export, elsewhere, foreign)
    expect(number_rows(desk)).to_have_count(4)
    desk.shoot("typed")
    submit(desk, "反馈报关单号", refused=True)
    messages = desk.page.locator(".messages:visible")
    for wrong, field in ((export, "进出口"), (elsewhere, "申报口岸"), (foreign, "收发货人")):
        expect(messages).to_contain_text(wrong)
        expect(messages).to_contain_text(field)
    desk.shoot("differences")
    for row in (4, 3, 2):
        area(desk, "预约通关报关单号反馈").get_by_label(f"选择第 {row} 行").check()
    area(desk, "预约通关报关单号反馈").get_by_role("button", name="删除").click()
    desk.dialog().get_by_role("button", name="删除").click()
    add_numbers(desk, good[1])
    expect(number_rows(desk)).to_have_count(2)
    submit(desk, "反馈报关单号")
    desk.says("报关单号反馈")
    officer.rule(number, "反馈一致")
    status_is(desk, "已反馈")
    expect(desk.field("declarations/entry_no")).to_have_attribute("readonly", "")
    for name in ("预约申报", "取消预约"):
        expect(desk.action(name)).to_have_attribute("aria-disabled", "true")
    desk.shoot("fed-back")


def test_one_explanation_and_a_cancellation_in_time(
    desk: Desk, stage: Stage, week: Week, clock: Clock, officer: AppointmentOfficer
) -> None:
    """APPT-11, APPT-12: 情况说明 once, with one PDF; 取消预约 until the appointed second, and not from it on."""
    own = stage.system.world["companies"][0]["customs_code"]
    told, cancelled, late = (
        approved(stage, officer, WANG_CARD, content(week, own, contact=name)) for name in ("甲", "乙", "丙")
    )
    waiting = applied(stage, WANG_CARD, content(week, own, contact="丁"))
    log_in(desk)
    open_document(desk, told)
    desk.field("explanation").fill("货物未能按时到港，未办理通关")
    upload(desk, "情况说明材料", "说明.pdf")
    desk.shoot("explanation")
    submit(desk, "情况说明", asks="情况说明只能向海关发送一次")
    officer.rule(told, "收悉")
    status_is(desk, "已反馈")
    expect(desk.field("explanation")).to_have_attribute("readonly", "")
    desk.action("预约申报").hover()
    desk.says("单据状态为「已反馈」，不允许预约申报")
    desk.shoot("explained")
    clock.freeze(week.at(2, "09:59"))
    open_document(desk, cancelled)
    cancel(desk)
    officer.rule(cancelled, "同意取消")
    status_is(desk, "已取消")
    desk.shoot("cancelled")
    open_document(desk, late)
    clock.freeze(week.at(2, "10:00"))
    desk.action("取消预约").click()
    desk.dialog().get_by_role("button", name="确定").click()
    desk.says("已到预约通关时间")
    desk.shoot("too-late-to-cancel")
    explained(stage, officer, WANG_CARD, late)
    status_is(desk, "已反馈")
    open_document(desk, waiting)
    status_is(desk, "已受理")
    desk.action("取消预约").hover()
    desk.shoot("accepted")


def cancel(desk: Desk) -> None:
    """取消预约, the question, the PIN."""
    desk.action("取消预约").click()
    desk.dialog().get_by_role("button", name="确定").click()
    enter_pin(desk)


def test_nobody_answers(
    desk: Desk, another: Colleague, stage: Stage, week: Week, clock: Clock, officer: AppointmentOfficer
) -> None:
    """APPT-06, APPT-16: reminded on the home page; after the fifth day I by itself; both companies barred in both
    roles until the feedback is accepted."""
    own = stage.system.world["companies"][0]["customs_code"]
    broker = next(card["customs_code"] for card in stage.system.world["cards"] if card["card_no"] == TAN_CARD)
    number = approved(stage, officer, TAN_CARD, content(week, own))
    clock.freeze(week.at(6, "12:00"))
    tan = another("tan")
    log_in(tan, TAN)
    tan.page.get_by_role("link", name="全部应用").click()
    reminder = tan.page.get_by_role("region", name="待办提醒")
    expect(reminder).to_contain_text(f"预约通关 {number}：请在 2 天内反馈报关单号")
    tan.shoot("reminded")
    clock.freeze(week.at(8, "00:00"))
    assert eventually(lambda: status_of(stage, number) == "I", 60)
    expect(reminder).to_contain_text(f"预约通关 {number}：未按时反馈报关单号，请反馈或提交情况说明")
    later = {"start": week.at(9, "19:00")}
    for card, consignee in ((WANG_CARD, own), (TAN_CARD, "4403150011"), (WANG_CARD, broker), (TAN_CARD, own)):
        assert "通关完成未反馈" in refused(stage, card, content(week, consignee, **later))
    log_in(desk)
    expect(desk.dialog()).to_contain_text("通关完成未反馈")
    desk.shoot("barred")
    tan_feeds_back(tan, stage, week, number)
    officer.rule(number, "反馈一致")
    status_is(tan, "已反馈")
    applied(stage, WANG_CARD, content(week, own, **later))


def tan_feeds_back(tan: Desk, stage: Stage, week: Week, number: str) -> None:
    """谭云 puts the company's card into the reader and feeds back, in I too."""
    stage.put_card(TAN_CARD)
    open_document(tan, number)
    status_is(tan, "I-通关完成未反馈")
    add_numbers(
        tan,
        numbers_declared(stage.system.world, "appointment_feedback_broker_import", week.at(0, "10:00"))[0],
    )
    tan.shoot("unanswered")
    submit(tan, "反馈报关单号")
