"""What a person does again and again in this chapter: log in, fill in by keyboard, sign, look at what came of it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import FilePayload, Locator, expect

from tests import pdf_samples
from tests.journeys.acts import SLOW, WANG, at, choose, enter, enter_application, enter_pin, menu
from tests.journeys.appointment.week import PORT, Week
from tests.journeys.browser import Desk

APPLICATION, TYPE = "预约通关", "appointment.application"
PORTS = {PORT: "皇岗海关", "5304": "蛇口海关"}
FORM, QUERY, WORKING_TIME = "预约申请", "预约通关查询", "口岸工作时间查询"
TAN, TAN_CARD = ("tanyun", "Tanyun-2026"), "8930L0000G017"  # 报关企业, 高级认证企业
YE, YE_CARD = ("yelan", "Yelan-2026"), "8930L0000J014"  # without 报关资质
HE, HE_CARD = ("hewei", "Hewei-2026"), "8930L0000F019"  # 失信企业


def log_in(desk: Desk, account: tuple[str, str] = WANG) -> None:
    """From the home page into the application (manual 第四篇)."""
    enter_application(desk, APPLICATION, account)


def open_form(desk: Desk) -> None:
    """An empty form, the focus in its first box."""
    menu(desk, FORM)
    expect(desk.field("status")).to_have_value("未暂存")
    desk.field("consignee_code").focus()


def fill_basics(desk: Desk, consignee: str, entry_port: str = PORT) -> None:
    """By keyboard alone from 收发货人海关编码 up to 预约通关时间."""
    enter(desk, consignee)
    at(desk, "contact")
    enter(desk, "王芳")
    at(desk, "mobile")
    enter(desk, "13800138000")
    at(desk, "declare_port")
    choose(desk, "皇岗", f"{PORT} 皇岗海关")
    at(desk, "entry_port")
    choose(desk, entry_port, f"{entry_port} {PORTS[entry_port]}")
    at(desk, "transport")
    choose(desk, "公路", "4 公路运输")
    at(desk, "start")


def content(week: Week, consignee: str, **more: Any) -> dict[str, Any]:
    """An application that may be submitted on Thursday: Saturday at ten, same port."""
    return {
        "ie_flag": "I", "consignee_code": consignee, "transport": "4", "declare_port": PORT, "entry_port": PORT,
        "reason_kind": "2", "start": week.at(2, "10:00"), "contact": "王芳", "mobile": "13800138000",
        "goods": [{"hs_code": "0806100000", "name": "鲜葡萄"}],
    } | more  # fmt: skip


def open_document(desk: Desk, number: str) -> None:
    """A stored application, on its own form."""
    desk.page.goto(f"{desk.address}/app/appointment/form/{TYPE}/{number}")
    expect(desk.field("number")).to_have_value(number)


def status_is(desk: Desk, words: str) -> None:
    """The form comes to this status by itself (UI-14)."""
    expect(desk.field("status")).to_have_value(words, timeout=SLOW)


def submit(desk: Desk, choice: str = "", *, asks: str = "", refused: bool = False) -> None:
    """预约申报, what it is to be where there are several, the question, and the PIN, unless it is refused before."""
    desk.action("预约申报").press("Enter")
    if choice:
        desk.dialog().get_by_role("button", name=choice, exact=True).press("Enter")
    if asks:
        expect(desk.dialog()).to_contain_text(asks)
        desk.dialog().get_by_role("button", name="确定").press("Enter")
    if not refused:
        enter_pin(desk)


def add_numbers(desk: Desk, *numbers: str) -> None:
    """报关单号 one after the other, each by Enter."""
    desk.field("declarations/entry_no").focus()
    for number in numbers:
        enter(desk, number)


def number_rows(desk: Desk) -> Locator:
    """The rows of 预约通关报关单号反馈."""
    return area(desk, "预约通关报关单号反馈").locator(".row-list tbody tr[tabindex]")


def area(desk: Desk, title: str) -> Locator:
    """A section of the form by its heading."""
    return (
        desk.page.locator("section:visible")
        .filter(has=desk.page.get_by_role("heading", name=title, exact=True))
        .last
    )


def upload(desk: Desk, category: str, *names: str) -> None:
    """上传 PDF, 添加文件, 上传/保存, and the PIN."""
    desk.page.get_by_role("button", name=f"上传 PDF：{category}").press("Enter")
    with desk.page.expect_file_chooser() as chooser:
        desk.dialog().get_by_role("button", name="添加文件").press("Enter")
    files: list[FilePayload] = [
        {"name": name, "mimeType": "application/pdf", "buffer": pdf_samples.make_pdf(title=name)}
        for name in names
    ]
    chooser.value.set_files(files)
    desk.dialog().get_by_role("button", name="上传/保存").press("Enter")
    enter_pin(desk)
    expect(desk.dialog()).to_have_count(0, timeout=SLOW)


def search(desk: Desk, **conditions: str) -> None:
    """预约通关查询: conditions by typing, then 查询."""
    for name, value in conditions.items():
        desk.field(name).fill(value)
        if name in ("role", "status"):
            desk.press("Enter")
    with desk.page.expect_response(re.compile(rf"/api/documents/{TYPE}\?")):
        desk.action("查询").click()
