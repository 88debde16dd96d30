"""Manual 3.2.2: a trip after 申报: locked, unlocked, changed, finished; another one deleted (GATE-05 … GATE-08)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.acts import SLOW, choose, enter_pin, row_of
from tests.journeys.browser import Desk
from tests.journeys.gate.acts import BUTTONS, declare, declared_trip, log_in, open_query, search
from tests.journeys.gate.officer import GateOfficer

pytestmark = pytest.mark.journey


def offers(row: Locator, *words: str) -> None:
    """The words of a row's 操作 column, these and no other."""
    expect(row.locator("td.acts button")).to_have_text(list(words), timeout=SLOW)


def act(desk: Desk, number: str, word: str) -> None:
    """One of the row's own actions."""
    row_of(desk, number).locator("td.acts").get_by_text(word, exact=True).press("Enter")


def grey(desk: Desk) -> set[str]:
    """The buttons of the bar that cannot be pressed."""
    bar = desk.page.get_by_role("toolbar", name="操作", exact=True).locator("visible=true")
    return {
        name
        for name in BUTTONS
        if bar.get_by_role("button", name=name, exact=True).get_attribute("aria-disabled") == "true"
    }


def test_locked_unlocked_changed_and_finished(desk: Desk, officer: GateOfficer) -> None:
    """GATE-06, GATE-08: the list follows customs; 变更 in 解除锁定, 变更中, accepted; 已办结: 查看, 查看回执 alone."""
    log_in(desk)
    officer.automatic(False)
    number, sure_id = declared_trip(desk, "粤B20001")
    open_query(desk)
    search(desk, sure_id=sure_id)
    row = row_of(desk, sure_id)
    expect(row).to_contain_text("发往内网成功", timeout=SLOW)
    offers(row, "查看", "查看回执")  # 海关接收通知 has come
    officer.decide_on(number, "accept")
    expect(row).to_contain_text("海关审核通过", timeout=SLOW)
    offers(row, "查看", "变更", "删单", "查看回执")
    desk.shoot("accepted")
    officer.decide_on(number, "lock")
    expect(row).to_contain_text("已锁定", timeout=SLOW)
    offers(row, "查看", "查看回执")
    officer.decide_on(number, "unlock")
    expect(row).to_contain_text("解除锁定", timeout=SLOW)
    offers(row, "查看", "变更", "查看回执")
    change_the_weight(desk, sure_id)
    open_query(desk)
    expect(row_of(desk, sure_id)).to_contain_text("变更中", timeout=SLOW)
    offers(row_of(desk, sure_id), "查看", "查看回执")
    desk.shoot("change-under-way")
    look_at(desk, sure_id, "8500")
    officer.decide_on(number, "accept", "变更")
    open_query(desk)
    expect(row_of(desk, sure_id)).not_to_contain_text("变更中", timeout=SLOW)
    look_at(desk, sure_id, "9000")
    officer.decide_on(number, "finish")
    open_query(desk)
    expect(row_of(desk, sure_id)).to_contain_text("已办结", timeout=SLOW)
    offers(row_of(desk, sure_id), "查看", "查看回执")
    act(desk, sure_id, "查看回执")
    for words in ("海关接收通知", "海关审核通过", "已锁定", "解除锁定", "变更", "已办结"):
        desk.says(words)
    desk.shoot("receipts")


def change_the_weight(desk: Desk, sure_id: str) -> None:
    """变更: 暂存 and 申报 can be pressed; what is declared is the change (GATE-08)."""
    act(desk, sure_id, "变更")
    expect(desk.field("sure_id")).to_have_value(sure_id)
    assert {"暂存", "申报"} & grey(desk) == set()
    desk.field("vehicle_weight").focus()
    desk.press("Control+A")
    desk.type("9000")
    desk.shoot("change")
    declare(desk)


def look_at(desk: Desk, sure_id: str, weight: str) -> None:
    """查看: everything grey, 暂存 and 申报 too; what is in force."""
    act(desk, sure_id, "查看")
    expect(desk.field("sure_id")).to_have_value(sure_id)
    assert {"暂存", "申报"} <= grey(desk)
    for name in ("customs_master", "vehicle_weight", "bodies/bind_obj_id"):
        expect(desk.field(name)).to_have_attribute("readonly", "")
    expect(desk.field("vehicle_weight")).to_have_value(weight)
    desk.shoot(f"view-{weight}")


def test_deleted_by_customs(desk: Desk, officer: GateOfficer) -> None:
    """GATE-08: all grey but 申报; refused the trip stays, accepted it is 已删单, and its vehicle is free."""
    log_in(desk)
    officer.automatic(False)
    number, sure_id = declared_trip(desk, "粤B20002")
    officer.decide_on(number, "accept")
    for decision, marker in (("return", ""), ("accept", "已删单")):
        open_query(desk)
        search(desk, sure_id=sure_id)
        expect(row_of(desk, sure_id)).to_contain_text("海关审核通过", timeout=SLOW)
        act(desk, sure_id, "删单")
        expect(desk.field("sure_id")).to_have_value(sure_id)
        assert grey(desk) == {"暂存", "复制", "删除", "打印"}
        for name in ("customs_master", "bind_key_info", "vehicle_weight", "bodies/bind_obj_id"):
            expect(desk.field(name)).to_have_attribute("readonly", "")
        desk.shoot(f"delete-{decision}")
        declare(desk, "是否确认申报该数据")
        open_query(desk)
        expect(row_of(desk, sure_id)).to_contain_text("删单中", timeout=SLOW)
        officer.decide_on(number, decision, "删单", "请核对" if decision == "return" else "")
        expect(row_of(desk, sure_id)).not_to_contain_text("删单中", timeout=SLOW)
        expect(row_of(desk, sure_id)).to_contain_text(marker)
    offers(row_of(desk, sure_id), "查看", "查看回执")
    desk.shoot("deleted")
    again, _ = declared_trip(desk, "粤B20002")
    assert again != number


def test_a_returned_trip_is_corrected_or_deleted(desk: Desk, officer: GateOfficer) -> None:
    """GATE-08: 退单 offers 修改 and 删除; 修改 makes it a draft, declared anew; another is deleted after asking."""
    log_in(desk)
    officer.automatic(False)
    trips = [declared_trip(desk, plate) for plate in ("粤B20003", "粤B20004")]
    for number, _ in trips:
        officer.decide_on(number, "return", remark="车牌与登记不符")
    (_, first), (_, second) = trips
    open_query(desk)
    search(desk)
    for sure_id in (first, second):
        expect(row_of(desk, sure_id)).to_contain_text("退单", timeout=SLOW)
    desk.field("status").focus()
    choose(desk, "退单", "20 退单")
    search(desk)
    offers(row_of(desk, first), "查看", "修改", "删除", "查看回执")
    act(desk, second, "删除")
    expect(desk.dialog()).to_contain_text("是否确认删除该数据")
    desk.dialog().get_by_role("button", name="删除", exact=True).press("Enter")
    desk.says("删除成功")
    expect(row_of(desk, second)).to_have_count(0)
    act(desk, first, "修改")
    expect(desk.field("sure_id")).to_have_value(first)
    desk.field("trailer_weight").focus()
    desk.press("Control+A")
    desk.type("0")
    desk.press("Alt+s")
    desk.says("暂存成功")
    expect(desk.field("status")).to_have_value("暂存成功")
    desk.action("申报").press("Enter")
    expect(desk.dialog()).to_contain_text("是否要申报该票单据")
    desk.press("Enter")
    expect(desk.page.get_by_label("卡介质密码")).to_be_focused(timeout=SLOW)
    expect(desk.dialog()).to_contain_text("理论毛重 21000 千克 = 车辆 8500 + 挂车 0 + 集装箱 0 + 提货 12500")
    desk.shoot("question")
    enter_pin(desk)
    desk.says("申报成功")
