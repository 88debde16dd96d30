"""Manual 4.1 小提示, 申请, 删除: the buttons in every state, and nothing to be changed in the closed ones.

INSP-06, INSP-07, INSP-08, UI-10. Each state comes about as in life: see trouble.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import SLOW, WANG_CARD
from tests.journeys.browser import Desk, sit_down
from tests.journeys.chapter import folder_of
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import (
    apply,
    apply_for,
    check_buttons,
    check_locked,
    fill_in,
    log_in,
    open_form,
    save,
    start_anew,
    upload,
)
from tests.journeys.inspection.conftest import CHAPTER, Fresh
from tests.journeys.officer import Officer
from tests.journeys.trouble import (
    customs_do_not_get_on,
    customs_refuse,
    revoked,
    standing_still,
)

pytestmark = pytest.mark.journey
OPEN = {"新增", "暂存", "复制", "删除", "申请", "打印"}
CLOSED = {"新增", "复制", "打印"}
TYPED = ("declaration_no", "contact_name", "contact_phone")


def check_closed(desk: Desk, state: str) -> None:
    """Three grey buttons, each with the state as the reason; every box locked; files only to be looked at."""
    expect(desk.field("status")).to_have_value(state, timeout=SLOW)
    check_buttons(desk, CLOSED, f"单据状态为「{state}」")
    check_locked(desk, *TYPED, "attachment_category")
    expect(desk.button("添加文件").locator("visible=true")).to_have_attribute("aria-disabled", "true")
    desk.press("Alt+s")
    desk.says(f"单据状态为「{state}」，不允许暂存")
    desk.shoot(state)


def check_open(desk: Desk, state: str) -> None:
    """Everything may be done again."""
    expect(desk.field("status")).to_have_value(state, timeout=SLOW)
    check_buttons(desk, OPEN)
    for name in TYPED:
        assert desk.field(name).get_attribute("readonly") is None
    desk.shoot(state)


def test_new_and_draft(desk: Desk, fresh: Fresh) -> None:
    """未暂存: 删除 is grey, there is nothing to delete. 暂存: all four."""
    log_in(desk)
    open_form(desk)
    check_buttons(desk, {"新增", "暂存", "申请"}, "单据尚未暂存")
    desk.shoot("未暂存")
    fill_in(desk, fresh())
    save(desk)
    check_open(desk, "暂存")


def test_the_way_to_consent(desk: Desk, stage: Stage, officer: Officer, fresh: Fresh) -> None:
    """已申请 → 发往海关成功 → 海关接收成功 → 同意, each seen on the page without a click (UI-14)."""
    officer.automatic(False)
    log_in(desk)
    with customs_do_not_get_on(stage.system):
        with standing_still(stage.system, "worker"):
            number = apply_for(desk, fresh())
            check_closed(desk, "已申请")
        check_closed(desk, "发往海关成功")
    check_closed(desk, "海关接收成功")
    officer.decide(number, "approve")
    check_closed(desk, "同意")
    assert len(desk.field("customs_no").input_value()) == 18


def test_refused_by_an_officer(desk: Desk, stage: Stage, chromium: Browser, fresh: Fresh) -> None:
    """不同意: with automatic mode off, an officer sees the application and refuses it; the company reads why."""
    officer = sit_down(chromium, stage.customs, folder_of(CHAPTER), "buttons-officer-")
    officer.page.get_by_label("用户名").fill("guan01")
    officer.page.get_by_label("密码").fill("Guan01-2026")
    officer.press("Enter")
    set_automatic(officer, False)
    log_in(desk)
    declaration = fresh()
    number = apply_for(desk, declaration)
    check_closed(desk, "海关接收成功")
    officer.page.goto(stage.customs)
    officer.page.get_by_text(number).first.click()
    officer.says("00000002")
    officer.shoot("application")
    officer.page.get_by_label("审核意见").fill("请提供装箱单")
    officer.button("不同意").click()
    officer.button("确定").click()
    officer.says("办理记录")
    officer.shoot("refused")
    check_closed(desk, "不同意")
    set_automatic(officer, True)
    officer.check_console()
    officer.page.context.close()
    start_anew(desk)
    fill_in(desk, declaration)
    save(desk)


def set_automatic(officer: Desk, on: bool) -> None:
    """The switch at the top of customs' page."""
    switch = officer.page.get_by_role("switch", name="自动审核")
    if switch.is_checked() != on:
        switch.locator("xpath=..").click()
        officer.says("自动审核已开启" if on else "自动审核已关闭")


def test_sending_failed_and_applied_for_again(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """发送失败: customs refuse what the portal sent; the data can be changed, saved and applied for again."""
    log_in(desk)
    with customs_refuse(stage.system):
        apply_for(desk, fresh())
        check_open(desk, "发送失败")
    desk.field("contact_name").fill("李强")
    save(desk)
    apply(desk)
    expect(desk.field("status")).to_have_value("同意", timeout=SLOW)
    check_closed(desk, "同意")


def test_reception_failed_and_deleted(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """接收失败: the card was revoked on the way; without another saving it can be applied for again, and deleted."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    upload(desk)
    with standing_still(stage.system, "worker"):
        apply(desk)
        expect(desk.field("status")).to_have_value("已申请")
        with revoked(stage.system, WANG_CARD):
            resume(stage)
            check_open(desk, "接收失败")
    desk.press("Alt+r")
    desk.says("删除后不可恢复")
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    expect(desk.field("status")).to_have_value("未暂存")


def resume(stage: Stage) -> None:
    """The worker goes on before its time is over."""
    with standing_still(stage.system, "worker"):
        pass
