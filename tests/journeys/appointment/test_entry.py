"""Manual 第五篇 第一章: an appointment from the first key to customs' approval, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import (
    GREY,
    WANG,
    WANG_CARD,
    YELLOW,
    at,
    choose,
    colour_of,
    enter,
    enter_application,
    menu,
)
from tests.journeys.appointment.acts import (
    APPLICATION,
    FORM,
    HE,
    HE_CARD,
    QUERY,
    WORKING_TIME,
    YE,
    YE_CARD,
    fill_basics,
    log_in,
    open_form,
    status_is,
    submit,
    upload,
)
from tests.journeys.appointment.conftest import Colleague
from tests.journeys.appointment.officer import AppointmentOfficer
from tests.journeys.appointment.stock import explained
from tests.journeys.appointment.week import PORT, Week
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.papers import kept, text_of

pytestmark = pytest.mark.journey
GREYS = (
    "application_no",
    "number",
    "status",
    "declarant_code",
    "declarant_scc",
    "declarant_ciq",
    "declarant_name",
    "end",
)
YELLOWS = (
    "consignee_code", "contact", "mobile", "declare_port", "entry_port", "transport", "start", "ie_flag",
    "goods/hs_code",
)  # fmt: skip


def test_from_the_first_key_to_the_approval(
    desk: Desk, officers_desk: Desk, officer: AppointmentOfficer, stage: Stage, week: Week, tmp_path: Path
) -> None:
    """PORT-01, PORT-05, UI-17, APPT-01 to APPT-04, APPT-07 to APPT-09, APPT-15: from 货物申报's menu on."""
    enter_by_the_menu(desk)
    open_form(desk)
    look_at_the_form(desk, stage)
    fill_basics(desk, stage.system.world["companies"][0]["customs_code"])
    choose_a_time(desk, week)
    type_the_rest(desk)
    save_without_card(desk, stage)
    upload(desk, "随附补充材料", "合同.pdf", "装箱单.pdf")
    desk.shoot("uploaded")
    submit(desk)
    desk.says("预约申报成功")
    status_is(desk, "已受理")
    number = desk.field("number").input_value()
    expect(desk.action("取消预约")).to_have_attribute("aria-disabled", "false")
    expect(desk.field("contact")).to_have_attribute("readonly", "")
    desk.shoot("accepted")
    approve(officers_desk, number)
    status_is(desk, "预约成功")
    expect(desk.field("application_no")).to_have_value(f"{PORT}{week.thursday:%Y%m%d}000001")
    expect(desk.field("officer_phone")).not_to_have_value("")
    expect(desk.page.get_by_role("heading", name="情况说明", exact=True)).to_be_visible()
    desk.shoot("approved")
    desk.press("Alt+p")
    words = text_of(kept(desk, tmp_path, "application"))
    for word in ("预约通关申请单", number, "（活）", f"{week.day(2)[5:7]}月{week.day(2)[8:]}日10时00分"):
        assert word in words, word
    explained(stage, officer, WANG_CARD, number)  # so that it bars nobody later


def enter_by_the_menu(desk: Desk) -> None:
    """通过【货物申报】左侧菜单进入的“预约通关”，只是另一种进入方式."""
    enter_application(desk, "免于到场协助查验申请", WANG)
    menu(desk, APPLICATION)
    bar = desk.page.get_by_role("navigation", name="菜单")
    for title in (FORM, QUERY, WORKING_TIME):
        expect(bar.get_by_role("link", name=title, exact=True)).to_be_visible()
    expect(bar.get_by_role("group", name="预约查询").get_by_role("link")).to_have_text([QUERY, WORKING_TIME])


def look_at_the_form(desk: Desk, stage: Stage) -> None:
    """录入界面由三部分组成; 首次进入预约申请录入界面时，没有情况说明模块."""
    for title in ("预约申请基本信息", "商品名称及HS编码", "预约通关报关单号反馈"):
        expect(desk.page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(desk.page.get_by_role("heading", name="情况说明", exact=True)).to_have_count(0)
    assert {colour_of(desk, name) for name in GREYS} == {GREY}
    assert {colour_of(desk, name) for name in YELLOWS} == {YELLOW}
    company = stage.system.world["companies"][0]
    expect(desk.field("declarant_code")).to_have_value(company["customs_code"])
    expect(desk.field("declarant_scc")).to_have_value(company["scc"])
    expect(desk.field("declarant_name")).to_have_value(company["name"])
    desk.shoot("empty")


def choose_a_time(desk: Desk, week: Week) -> None:
    """必须是海关非工作时间; 最迟在…提出: said while it is typed, with the latest moment; 推荐时段 offers others."""
    expect(desk.field("consignee_name")).to_have_value("深圳远禾进出口贸易有限公司")
    desk.type(week.at(1, "10:00"))
    desk.says("海关工作时间")
    desk.shoot("working-time")
    desk.press("Control+A")
    desk.type(week.at(0, "20:00"))
    desk.says(week.at(0, "09:00"))  # the latest moment: eight hours before Thursday's closing
    desk.shoot("too-late")
    desk.page.get_by_role("combobox", name="推荐时段").press("Enter")
    offers = desk.page.get_by_role("option").locator("visible=true")
    expect(offers).to_have_count(10)
    desk.shoot("offers")
    desk.press("Escape")
    desk.field("start").focus()
    desk.press("Control+A")
    desk.type(week.day(2).replace("-", "") + "10")
    desk.says(week.at(1, "09:00"))  # may be applied for until Friday at nine
    desk.press("Enter")
    expect(desk.field("start")).to_have_value(week.at(2, "10:00"))
    expect(desk.field("end")).to_have_value(week.at(2, "12:00"))
    desk.shoot("a-good-time")


def type_the_rest(desk: Desk) -> None:
    """手工录入至少4位数字的商品HS编码，回车，即可弹出商品列表; 按键盘【回车】键，返填到上方列表中."""
    at(desk, "reason_kind")
    choose(desk, "2", "2 鲜活、冷冻、易变质腐烂的需紧急通关的货物")
    at(desk, "ie_flag")
    choose(desk, "I", "I 进口")
    at(desk, "reason")
    enter(desk, "")
    at(desk, "goods/hs_code")
    desk.type("0808")
    expect(desk.page.get_by_role("option")).to_have_count(0)
    desk.press("Enter")
    expect(desk.page.get_by_role("option").first).to_be_visible()
    desk.shoot("goods")
    desk.press("ArrowDown", "Enter")
    at(desk, "goods/name")
    expect(desk.field("goods/name")).not_to_have_value("")
    desk.press("End")
    enter(desk, "（活）")
    expect(desk.page.locator(".row-list tbody tr[tabindex]:visible")).to_contain_text("（活）")
    at(desk, "goods/hs_code")


def save_without_card(desk: Desk, stage: Stage) -> None:
    """您的IC卡或Ikey须一直插入在读卡器或电脑中: 暂存 waits for the card, and goes on by itself."""
    stage.put_card(None)
    desk.says("绑定的卡插回之前不能暂存")
    desk.press("Alt+s")
    desk.says("插回后暂存自动继续")
    desk.shoot("card-pulled")
    expect(desk.field("status")).to_have_value("未暂存")
    stage.put_card(WANG_CARD)
    desk.says("暂存成功")
    status_is(desk, "暂存")
    expect(desk.field("number")).not_to_have_value("")


def approve(desk: Desk, number: str) -> None:
    """关正 looks at it and approves: 审批通过."""
    desk.page.get_by_role("link", name="申请审核").click()
    desk.page.get_by_label("统一编号").fill(number)
    desk.press("Enter")
    expect(desk.page.get_by_role("link", name=number)).to_be_visible()
    desk.shoot("queue")
    desk.page.get_by_role("link", name=number).click()
    desk.says("✓ 签名验证通过")
    desk.shoot("application")
    desk.button("审批通过").click()
    desk.says("已作出「审批通过」决定")


def test_what_may_not_be_appointed(desk: Desk, stage: Stage, week: Week) -> None:
    """APPT-05 to APPT-08, APPT-15: 失信, no 报关资质, no calendar, always open, late: said at the box at once."""
    examples, own = stage.examples, stage.system.world["companies"][0]["customs_code"]
    enter_application(desk, APPLICATION, WANG)
    open_form(desk)
    enter(desk, examples["appointment_consignee_discredited"])
    expect(desk.dialog()).to_contain_text("失信企业不允许操作")
    desk.shoot("discredited")
    desk.press("Enter")
    expect(desk.dialog()).to_have_count(0)
    for consignee, words in (
        (examples["appointment_consignee_unqualified"], "无报关资质，不允许新增预约操作"),
        ("9999999999", "未查到海关编码为 9999999999 的收发货人"),
    ):
        desk.field("consignee_code").fill(consignee)
        desk.press("Enter")
        desk.says(words)
    desk.shoot("unknown-consignee")
    desk.field("consignee_code").fill(own)
    desk.press("Enter")
    two_ports = examples["appointment_port"]
    for ports, words in (
        ([examples["appointment_port_without_calendar"]] * 2, "未查到口岸工作时间，请联系口岸更新工作日历"),
        ([examples["appointment_port_all_hours"]] * 2, "无需预约"),
        (two_ports, week.at(0, "17:00")),  # 24 hours before Friday's closing
    ):
        for name, port in zip(("declare_port", "entry_port"), ports, strict=True):
            desk.field(name).focus()
            desk.press("Control+A", "Backspace")
            desk.type(port)
            expect(desk.page.get_by_role("option", name=port).locator("visible=true")).to_be_visible()
            desk.press("Enter")
        desk.field("start").fill("")
        desk.field("start").press_sequentially(week.at(2, "10:00"))
        desk.says(words)
        desk.shoot(f"port-{ports[0]}-{ports[1]}")


def test_who_may_not_apply_at_all(desk: Desk, another: Colleague, stage: Stage, week: Week) -> None:
    """APPT-05, APPT-06: 失信企业 and a company without 报关资质 are told as soon as 预约申请 opens."""
    for account, card, words in (
        (HE, HE_CARD, "失信企业不允许操作"),
        (YE, YE_CARD, "无报关资质，不允许新增预约操作"),
    ):
        stage.put_card(card)
        person = another(account[0])
        log_in(person, account)
        if account is HE:
            expect(person.dialog()).to_contain_text(words)
        else:
            person.says(words)
        person.shoot("opened")
