"""What a person does again and again in this chapter: log in, open a form, fill in boxes by keyboard, enter the PIN."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import expect

import singlewindow.subsystems.gate
from tests.journeys.acts import WANG, at, choose, enter, enter_application, enter_pin, menu, saved_behind
from tests.journeys.browser import Desk

APPLICATION = "智能卡口散杂货系统"
SAMPLES = Path(singlewindow.subsystems.gate.__file__).parent / "samples" / "accepted"
SAMPLE = json.loads((SAMPLES / "by_road_one_bill.json").read_text("utf-8"))["content"]
FORM, QUERY = "新增", "查询"
BUTTONS = ("新增", "暂存", "复制", "删除", "申报", "打印")


def log_in(desk: Desk, account: tuple[str, str] = WANG) -> None:
    """From the home page into the application (manual 2.7)."""
    enter_application(desk, APPLICATION, account)


def open_form(desk: Desk) -> None:
    """An empty form, with the focus in its first box."""
    menu(desk, FORM)
    expect(desk.field("status")).to_have_value("未暂存")
    desk.field("customs_master").focus()


def fill_header(desk: Desk, plate: str, *, mode: str = "2 海运", flag: str = "I 进口") -> None:
    """By keyboard alone from 关区代码 on, up to the first box of a row."""
    at(desk, "customs_master")
    choose(desk, "5301", "5301 皇岗海关")
    at(desk, "bind_key_type")
    choose(desk, "VN", "VN 车牌号")
    at(desk, "bind_key_info")
    enter(desk, plate)
    at(desk, "rd_code")
    choose(desk, "报关", "1000000000 报关")
    choose(desk, mode[0], mode)
    choose(desk, flag[0], flag)
    at(desk, "bayonet_rd_code")
    choose(desk, "重进空出", "01 重进空出")
    for name, kilograms in (("vehicle_weight", "8500"), ("trailer_weight", "6200"), ("conta_weight", "2200")):
        at(desk, name)
        enter(desk, kilograms)
    at(desk, "remark")
    enter(desk, "")
    at(desk, "bodies/ie_direction")


def add_row(desk: Desk, kind: str, number: str, *, by: str, containers: tuple[str, ...] = ()) -> None:
    """A row by keyboard; grey boxes are passed over, Enter in the last one saves it into the list."""
    at(desk, "bodies/ie_direction")
    choose(desk, "I", "I 进场")
    choose(desk, kind.split(" ", maxsplit=1)[0], kind)
    at(desk, "bodies/bind_obj_id")
    enter(desk, number)
    at(desk, "bodies/transport_id")
    enter(desk, "COSCO SHIPPING GEMINI")
    at(desk, "bodies/voyage_no")
    enter(desk, "045E")
    choose(desk, by.split(" ")[1], by)
    if kind.startswith("B "):
        at(desk, "bodies/bill_type")
        choose(desk, "一程", "1 一程舱单")
        at(desk, "bodies/goods_wt")
        enter(desk, "12500")
    for n in (1, 2):
        at(desk, f"bodies/conta_id{n}")
        enter(desk, containers[n - 1] if len(containers) >= n else "")
    for n in range(1, len(containers) + 1):
        at(desk, f"bodies/e_seal_id{n}")
        enter(desk, f"SL000{n}|SL001{n}")
    at(desk, "bodies/remark")
    enter(desk, "")
    at(desk, "bodies/ie_direction")


def save(desk: Desk) -> str:
    """Alt+S; the 车次确认编号."""
    with desk.page.expect_response(
        lambda answer: "/api/documents/gate.trip" in answer.url and answer.request.method != "GET"
    ):
        desk.press("Alt+s")
    desk.says("暂存成功")
    expect(desk.page.get_by_text("正在暂存")).to_have_count(0)
    expect(desk.field("status")).to_have_value("暂存成功")
    number = desk.field("sure_id").input_value()
    assert re.fullmatch(r"20\d{4}8930L0000A011\d{13}", number), number
    return number


def declare(desk: Desk, asks: str = "是否要申报该票单据") -> None:
    """申报, the question, the PIN, 申报成功: by keyboard alone."""
    ask_to_declare(desk, asks)
    enter_pin(desk)
    desk.says("申报成功")


def ask_to_declare(desk: Desk, asks: str = "是否要申报该票单据") -> None:
    """申报, and yes to the question."""
    desk.action("申报").press("Enter")
    expect(desk.dialog()).to_contain_text(asks)
    desk.press("Enter")


def declared_trip(desk: Desk, plate: str) -> tuple[str, str]:
    """A trip with one bill of lading that was saved behind the page and declared on it: both its numbers."""
    number, sure_id = draft_behind(desk, plate)
    desk.page.goto(f"{desk.address}/app/gate/form/gate.trip/{number}")
    expect(desk.field("sure_id")).to_have_value(sure_id)
    declare(desk)
    return number, sure_id


def draft_behind(desk: Desk, plate: str) -> tuple[str, str]:
    """A draft saved by the person's own session past the page, where a journey needs many: both its numbers."""
    view = saved_behind(desk, "gate.trip", SAMPLE | {"bind_key_info": plate})
    return view["number"], view["content"]["sure_id"]


def open_query(desk: Desk) -> None:
    """The query page, as it was left."""
    menu(desk, QUERY)
    expect(desk.button("查询").locator("visible=true")).to_be_visible()


def search(desk: Desk, **conditions: str) -> None:
    """Conditions by typing, then 查询."""
    for name, value in conditions.items():
        desk.field(name).fill(value)
    with desk.page.expect_response(re.compile(r"/api/documents/gate\.trip\?")):
        desk.button("查询").locator("visible=true").click()


def rows(desk: Desk) -> list[str]:
    """The bound objects of the list, in its order."""
    cells = desk.page.locator(".row-list tbody tr[tabindex]:visible")
    return [row.strip() for row in cells.all_inner_texts()]
