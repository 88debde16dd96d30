"""A trip's whole life between the company's window and an officer's, with desk and lane (GATE-06, GATE-08, CUST-03)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import SLOW, row_of
from tests.journeys.browser import Desk, sit_down
from tests.journeys.chapter import folder_of
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import declare, declared_trip, log_in, open_query, search
from tests.journeys.gate.conftest import CHAPTER
from tests.journeys.gate.officer import GateOfficer
from tests.journeys.gate.stock import serial

pytestmark = pytest.mark.journey
IN, OUT = "CNSZX530101WI01", "CNSZX530101WE01"  # district 5301, tolerance 3 %
PLATE = "粤B35001"
DECLARED, CHANGED = "8500", "10300"  # kilograms: the vehicle, and the vehicle after the change
HEAVY, EMPTY = "29000", "16500"  # at the scale: too heavy for what was declared at first; without its goods


@pytest.fixture
def customs(chromium: Browser, stage: Stage, officer: GateOfficer) -> Iterator[Desk]:
    """关正's window; customs do not decide by themselves meanwhile."""
    officer.automatic(False)
    sat = sit_down(chromium, stage.customs, folder_of(CHAPTER), "lane-officer-")
    sat.page.get_by_label("用户名").fill("guan01")
    sat.page.get_by_label("密码").fill("Guan01-2026")
    sat.press("Enter")
    expect(sat.button("退出")).to_be_visible()
    yield sat
    sat.check_console()
    sat.page.context.close()


def test_accepted_locked_changed_finished_left(desk: Desk, customs: Desk) -> None:
    """The list follows the officer; the accepted version counts until customs accept another one."""
    log_in(desk)
    number, sure_id = declared_trip(desk, PLATE)
    decide(customs, number, "申报", "审核通过")
    open_query(desk)
    search(desk, sure_id=sure_id)
    stands(desk, number, "海关审核通过", "查看", "变更", "删单", "查看回执")

    stand_at(customs, IN)
    drive(customs, HEAVY, "待人工确认")
    customs.shoot("too-heavy")
    stands(desk, number, "已锁定", "查看", "查看回执")
    customs.button("解除锁定").click()
    customs.says("已解除锁定，请重新过磅")
    stands(desk, number, "解除锁定", "查看", "变更", "查看回执")
    desk.shoot("unlocked")

    change(desk, number)
    shows(desk, number, DECLARED)
    decide(customs, number, "变更", "不同意变更", "车辆重量请与行驶证一致")
    expect(row_of(desk, serial(number))).not_to_contain_text("变更中", timeout=SLOW)
    stands(desk, number, "解除锁定", "查看", "变更", "查看回执")
    shows(desk, number, DECLARED)

    try_again(desk, number)
    decide(customs, number, "变更", "同意变更")
    expect(row_of(desk, serial(number))).not_to_contain_text("变更中", timeout=SLOW)
    shows(desk, number, CHANGED)

    stand_at(customs, IN)
    drive(customs, HEAVY, "放行")
    stands(desk, number, "已办结", "查看", "查看回执")
    stand_at(customs, OUT)
    drive(customs, EMPTY, "放行")
    customs.shoot("left")
    stands(desk, number, "已口岸离场", "查看", "查看回执")
    read_receipts(desk, number)


def stands(desk: Desk, number: str, state: str, *words: str) -> None:
    """The trip's row: its status, and exactly these words in 操作."""
    open_query(desk)
    expect(row_of(desk, serial(number))).to_contain_text(state, timeout=SLOW)
    expect(row_of(desk, serial(number)).locator("td.acts button")).to_have_text(list(words), timeout=SLOW)


def act(desk: Desk, number: str, word: str) -> None:
    """One of the row's own actions."""
    open_query(desk)
    row_of(desk, serial(number)).locator("td.acts").get_by_text(word, exact=True).click()


def change(desk: Desk, number: str) -> None:
    """变更: 暂存 keeps it beside the accepted version; 申报 asks, and 变更中 stands in the list."""
    act(desk, number, "变更")
    expect(desk.field("vehicle_weight")).to_have_value(DECLARED)
    for name in ("暂存", "申报"):
        expect(desk.action(name)).to_have_attribute("aria-disabled", "false")
    desk.field("vehicle_weight").fill(CHANGED)
    desk.press("Alt+s")
    desk.says("暂存成功")
    desk.shoot("change-saved")
    shows(desk, number, DECLARED)
    act(desk, number, "变更")
    expect(desk.field("vehicle_weight")).to_have_value(CHANGED)
    declare(desk)
    under_way(desk, number)


def try_again(desk: Desk, number: str) -> None:
    """After a refusal the change is still there to be declared again."""
    act(desk, number, "变更")
    expect(desk.field("vehicle_weight")).to_have_value(CHANGED)
    desk.shoot("change-again")
    declare(desk)
    under_way(desk, number)


def under_way(desk: Desk, number: str) -> None:
    """变更中: neither 变更 nor 删单 meanwhile."""
    stands(desk, number, "变更中", "查看", "查看回执")
    desk.shoot("change-under-way")


def shows(desk: Desk, number: str, kilograms: str) -> None:
    """查看: what is in force."""
    act(desk, number, "查看")
    expect(desk.field("number")).to_have_value(number)
    expect(desk.field("vehicle_weight")).to_have_value(kilograms)
    expect(desk.field("vehicle_weight")).to_have_attribute("readonly", "")
    close_tab(desk)


def close_tab(desk: Desk) -> None:
    """The tab in front."""
    desk.page.locator(".tabs .current .tab-close").click()


def read_receipts(desk: Desk, number: str) -> None:
    """Everything that customs have said, newest first."""
    act(desk, number, "查看回执")
    panel = desk.page.get_by_role("region", name="回执详细信息").locator("visible=true")
    for words in ("已口岸离场", "已办结", "解除锁定", "已锁定", "海关审核通过", "退单", "海关接收通知"):
        expect(panel.get_by_role("row").filter(has_text=words).first).to_be_visible()
    expect(panel).to_contain_text("车辆重量请与行驶证一致")
    desk.shoot("receipts")


def decide(customs: Desk, number: str, action: str, words: str, remark: str = "") -> None:
    """At the queue: what that action declared, once it has come; its signature seen, decided."""
    customs.page.get_by_role("link", name="申请审核").click()
    customs.button("待审核").click()
    customs.page.get_by_label("统一编号").fill(number)
    customs.press("Enter")
    row = customs.page.locator("tbody tr").filter(has_text=number).filter(has_text=action)
    row.get_by_role("link", name=number).click()
    customs.says("✓ 签名验证通过")
    if remark:
        customs.page.get_by_label("审核意见").fill(remark)
    customs.shoot(f"{action}-{words}")
    customs.button(words).click()
    if remark:
        customs.button("确定").click()
    expect(customs.button(words)).to_have_count(0)


def stand_at(customs: Desk, lane: str) -> None:
    """卡口验放 at this lane."""
    customs.page.get_by_role("link", name="卡口验放").click()
    customs.page.get_by_label("通道").select_option(lane)
    customs.says("等待车辆")


def drive(customs: Desk, gross: str, answer: str) -> None:
    """The vehicle comes to the scale; what the lane says."""
    customs.page.get_by_label("关键信息").fill(PLATE)
    customs.press("Tab")
    customs.type(gross)
    customs.press("Enter")
    expect(customs.page.locator(".passage-verdict .answer")).to_contain_text(re.compile(answer))
