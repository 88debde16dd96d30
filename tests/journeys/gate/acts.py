"""What a person does again and again in this chapter: log in, open a form, fill in boxes by keyboard, enter the PIN."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, expect

import singlewindow.subsystems.gate
from tests.journeys.browser import Desk

APPLICATION = "智能卡口散杂货系统"
SAMPLES = Path(singlewindow.subsystems.gate.__file__).parent / "samples" / "accepted"
SAMPLE = json.loads((SAMPLES / "by_road_one_bill.json").read_text("utf-8"))["content"]
FORM, QUERY = "新增", "查询"
WANG, LI = ("wangfang", "Wang-2026"), ("liqiang", "Liqiang-2026")
WANG_CARD, LI_CARD = "8930L0000A011", "8930L0000A029"
PIN = "88888888"
CAPTCHA = "8888"
BUTTONS = ("新增", "暂存", "复制", "删除", "申报", "打印")
SLOW = 30_000  # milliseconds for what goes to customs and back
YELLOW, GREY, WHITE = "rgb(255, 246, 204)", "rgb(233, 236, 240)", "rgb(255, 255, 255)"


def log_in(desk: Desk, account: tuple[str, str] = WANG) -> None:
    """From the home page into the application (manual 2.7)."""
    desk.page.get_by_role("link", name=APPLICATION).first.click()
    desk.page.get_by_label("用户名").fill(account[0])
    desk.page.get_by_label("密码", exact=True).fill(account[1])
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.page.get_by_label("验证码", exact=True).fill(CAPTCHA)
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()


def menu(desk: Desk, title: str) -> None:
    """Click an entry of the left menu."""
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name=title, exact=True).click()


def open_form(desk: Desk) -> None:
    """An empty form, with the focus in its first box."""
    menu(desk, FORM)
    expect(desk.field("status")).to_have_value("未暂存")
    desk.field("customs_master").focus()


def choose(desk: Desk, typed: str, shown: str) -> None:
    """In the focused drop-down: Space opens it, typing narrows it, Enter takes and goes on (UI-04)."""
    box = desk.page.locator("*:focus")
    name = box.get_attribute("data-field")
    desk.press("Space")
    expect(desk.page.get_by_role("option").locator("visible=true").first).to_be_visible()
    desk.type(typed)
    option = desk.page.get_by_role("option", name=shown, exact=True).locator("visible=true")
    expect(option).to_be_visible()
    desk.press("Enter")
    expect(desk.field(str(name))).to_have_value(shown)


def enter(desk: Desk, text: str) -> None:
    """Type into the focused box; Enter goes on."""
    desk.type(text)
    desk.press("Enter")


def at(desk: Desk, name: str) -> None:
    """The focus stands in this box."""
    expect(desk.field(name)).to_be_focused()


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


def enter_pin(desk: Desk) -> None:
    box = desk.page.get_by_label("卡介质密码")
    expect(box).to_be_focused(timeout=SLOW)
    desk.type(PIN)
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
    request = desk.page.request
    csrf = request.get(f"{desk.address}/api/session").json()["csrf"]
    saved = request.post(
        f"{desk.address}/api/documents/gate.trip",
        data={"content": SAMPLE | {"bind_key_info": plate}},
        headers={"X-CSRF-Token": csrf, "Origin": desk.address},
    )
    assert saved.status == 201, saved.text()
    view = saved.json()
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


def row_of(desk: Desk, text: str) -> Locator:
    """The row of the result list that shows this text."""
    return desk.page.locator("table.results:visible tbody tr").filter(has_text=text)


def rows(desk: Desk) -> list[str]:
    """The bound objects of the list, in its order."""
    cells = desk.page.locator(".row-list tbody tr[tabindex]:visible")
    return [row.strip() for row in cells.all_inner_texts()]


def colour_of(desk: Desk, name: str) -> str:
    """The background of a field's box, as the browser paints it."""
    script = """box => {
        for (let one = box; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor;
            if (colour !== 'rgba(0, 0, 0, 0)') return colour;
        }
    }"""
    colour: str = desk.field(name).evaluate(script)
    return colour
