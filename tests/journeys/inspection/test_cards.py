"""Manual 2.3.1: cards that are refused, each in its own words; what was typed stays (PORT-05)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import pdf_samples
from tests.journeys.acts import LI_CARD, WANG_CARD, enter_pin
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import ZHAO_CARD, choose_file, fill_in, log_in, open_form, upload
from tests.journeys.inspection.conftest import Fresh

pytestmark = pytest.mark.journey


def test_cards_that_are_refused(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """连接的卡必须与当前登录使用的用户账号所绑定的卡一致: wrong PIN, another card, none, one pulled out half-way."""
    log_in(desk)
    open_form(desk)
    number = fresh()
    fill_in(desk, number)
    choose_file(desk, "00000002", pdf_samples.make_pdf())
    enter_pin(desk, "00000000")
    desk.says("4 次")
    desk.shoot("wrong-pin")
    stage.put_card(None)
    desk.says("读卡器中没有卡")
    desk.shoot("pulled-half-way")
    stage.put_card(WANG_CARD)
    enter_pin(desk)
    desk.says("上传成功")
    for card in (LI_CARD, ZHAO_CARD):
        stage.put_card(card)
        desk.action("申请").click()
        desk.says(f"当前卡号 {card} 与用户注册信息卡号 {WANG_CARD} 不一致，无法进行申报")
        desk.shoot(f"card-{card}")
        desk.press("Escape")
    stage.put_card(None)
    desk.action("申请").click()
    desk.says("读卡器中没有卡")
    desk.shoot("no-card")
    expect(desk.button("重新读卡")).to_be_focused()
    stage.put_card(WANG_CARD)
    expect(desk.page.get_by_label("卡介质密码")).to_be_focused()
    desk.press("Escape")
    expect(desk.field("contact_name")).to_have_value("王芳")
    expect(desk.field("declaration_no")).to_have_value(number)
    expect(desk.field("status")).to_have_value("暂存")


def test_a_locked_card(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """Five wrong PINs lock the card: said so, with what to do; nothing typed is lost."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    upload(desk)
    desk.action("申请").click()
    try:
        for left in (4, 3, 2, 1):
            enter_pin(desk, "00000000")
            desk.says(f"{left} 次")
        enter_pin(desk, "00000000")
        desk.says("锁")
        desk.shoot("locked")
        expect(desk.page.get_by_label("卡介质密码")).to_be_disabled()
        desk.press("Escape")
        expect(desk.field("status")).to_have_value("暂存")
        expect(desk.field("contact_name")).to_have_value("王芳")
    finally:
        unlock(desk, stage)
    desk.action("申请").click()
    enter_pin(desk)
    desk.says("申请成功")


def unlock(desk: Desk, stage: Stage) -> None:
    """At the demonstration reader's own page."""
    page = desk.page.context.new_page()
    page.goto(stage.system.card.replace("ws://", "http://"))
    page.get_by_role("button", name="解锁").first.click()
    page.close()
