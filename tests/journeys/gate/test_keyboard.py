"""Manual 3.1, 3.2 with a keyboard alone: a trip from the home page to its receipts (GATE-04, GATE-05, UI-13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, WANG, at, row_of
from tests.journeys.browser import Desk
from tests.journeys.gate.acts import (
    APPLICATION,
    QUERY,
    add_row,
    draft_behind,
    fill_header,
    log_in,
    rows,
    save,
)
from tests.journeys.gate.stock import serial
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.keys import choose_columns, enter_application, find, menu, paper, run, turn_page

pytestmark = pytest.mark.journey


def test_a_trip_without_the_mouse(desk: Desk, tmp_path: Path) -> None:
    """Five rows of five kinds, one changed, one deleted; saved, declared, accepted, printed; the next draft deleted."""
    with without_mouse(desk) as hands:
        enter_application(hands, APPLICATION, WANG)
        fill_header(desk, "粤B54321")
        add_row(
            desk, "C 集装箱号", "CSQU3054383", by="0000100000 空箱", containers=("CSQU3054383", "CBHU3202732")
        )
        add_row(desk, "B 提单", "COSU6123456789", by="1000000000 报关")
        desk.shoot("two-rows")
        add_row(desk, "T 转关单号", "5301202600012", by="0100000000 转关")
        add_row(desk, "VC 车辆海关编号", "5301A00012345", by="0000000100 空车")
        add_row(desk, "VN 车辆车牌", "粤B54321", by="1000000000 报关")
        change_and_delete(hands)
        sure_id = save(desk)
        assert len(desk.field("number").input_value()) == 18
        run(hands, "申报", asks="是否要申报该票单据")
        desk.says("申报成功")
        desk.shoot("declared")
        expect(desk.field("status")).to_have_value("海关入库成功", timeout=SLOW)
        for name in ("customs_master", "bind_key_info", "vehicle_weight", "remark", "bodies/bind_obj_id"):
            expect(desk.field(name)).to_have_attribute("readonly", "")
        desk.shoot("accepted")
        desk.press("Alt+p")
        assert sure_id in paper(hands, tmp_path)
        delete_a_draft(hands)
        look_at_receipts(hands, sure_id)


def change_and_delete(hands: Hands) -> None:
    """Enter on a row of the list opens it, Space ticks it; afterwards the focus is where the next row begins."""
    desk = hands.desk
    reached = desk.page.locator(".row-list:visible tbody tr[tabindex='0']")
    hands.go_to(reached)
    desk.press("ArrowDown", "Enter")
    at(desk, "bodies/ie_direction")
    hands.write(desk.field("bodies/goods_wt"), "13000")
    lines = desk.page.get_by_role("toolbar", name="表体操作").locator("visible=true")
    hands.press_on(lines.get_by_role("button", name="保存"))
    expect(desk.page.locator(".row-list:visible")).to_contain_text("13000")
    at(desk, "bodies/ie_direction")
    hands.go_to(reached)
    desk.press("ArrowDown", "ArrowDown", "Space")
    delete = lines.get_by_role("button", name="删除")
    hands.press_on(delete)
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    assert len(rows(desk)) == 4
    expect(delete).to_be_focused()
    hands.look()


def delete_a_draft(hands: Hands) -> None:
    """新增 empties the form, Alt+S keeps what is typed, Alt+R deletes it; the focus is in the first box."""
    desk = hands.desk
    hands.press_on(desk.action("新增"))
    fill_header(desk, "粤B54322")
    save(desk)
    desk.press("Alt+r")
    hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
    desk.says("删除成功")
    at(desk, "customs_master")
    hands.look()


def look_at_receipts(hands: Hands, sure_id: str) -> None:
    """Found by its number, its receipts in a tab of their own; closed, the page in front has the focus."""
    desk = hands.desk
    menu(hands, QUERY)
    expect(desk.field("sure_id")).to_be_visible()
    find(hands, desk.field("sure_id"), sure_id, r"/api/documents/gate\.trip\?")
    choose_columns(hands, "单据状态")
    row = row_of(desk, serial(sure_id))
    hands.press_on(row.get_by_role("button", name="查看回执"))
    panel = desk.page.get_by_role("region", name="回执详细信息").locator("visible=true")
    expect(panel).to_contain_text("海关入库成功")
    hands.look()
    desk.shoot("receipts")
    hands.press_on(panel.get_by_role("button", name="关闭"))
    expect(row).to_be_visible()
    hands.look()


def test_pages_of_a_list_without_the_mouse(desk: Desk) -> None:
    """Numbered pages and the size of a page (UI-07); a row deleted leaves the focus to its neighbour."""
    log_in(desk)
    numbers = [draft_behind(desk, f"粤B36{at:03}") for at in range(22)]
    with without_mouse(desk) as hands:
        menu(hands, QUERY)
        find(hands, desk.field("sure_id"), "", r"/api/documents/gate\.trip\?")
        row = row_of(desk, serial(numbers[-1][1]))
        hands.press_on(row.get_by_role("button", name="删除"))
        hands.press_on(desk.dialog().get_by_role("button", name="删除", exact=True))
        expect(row).to_have_count(0)
        hands.look()
        expect(desk.page.locator("tbody :focus")).to_have_count(1)
        turn_page(hands)
