"""What a person does again and again in this chapter: log in, open a form, fill it in, add a file, enter the PIN."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests import pdf_samples
from tests.journeys.acts import SLOW, WANG, enter_application, enter_pin, menu, saved_behind
from tests.journeys.browser import Desk

APPLICATION = "免于到场协助查验申请"
FORM = "免于到场协助查验申请（报关单）"
BILL_FORM = "免于到场协助查验申请（非报关单）"
QUERY = "数据查询"
ZHAO, SUN = ("zhaomin", "Zhao-2026"), ("sunlei", "Sunlei-2026")
ZHAO_CARD = "8930L0000B018"
BUTTONS = ("新增", "暂存", "复制", "删除", "申请", "打印")
STATEMENT = "00000002"


def log_in(desk: Desk, account: tuple[str, str] = WANG, *, anew: bool = False) -> None:
    """From the home page into the application (manual 3.2)."""
    enter_application(desk, APPLICATION, account, anew=anew)


def open_form(desk: Desk, title: str = FORM) -> None:
    """An empty form, with the focus in its first box."""
    menu(desk, title)
    expect(desk.field("status")).to_have_value("未暂存")
    desk.field("bill_no" if title == BILL_FORM else "declaration_no").focus()


def fill_in(desk: Desk, number: str, *, plate: str | None = None) -> None:
    """By keyboard alone from the focused first box on: Enter moves, and brings the district (INSP-01)."""
    desk.type(number)
    desk.press("Enter")
    expect(desk.field("inspection_district")).not_to_have_value("", timeout=SLOW)
    if plate is not None:
        expect(desk.field("vehicle_plate")).to_be_focused()
        desk.type(plate)
        desk.press("Enter")
    expect(desk.field("contact_name")).to_be_focused()
    desk.type("王芳")
    desk.press("Enter")
    desk.type("0755-84398888")
    desk.press("Enter")
    expect(desk.field("attachment_category")).to_be_focused()


def save(desk: Desk) -> str:
    """Alt+S; the 数据中心统一编号."""
    desk.press("Alt+s")
    desk.says("暂存成功")
    expect(desk.field("status")).to_have_value("暂存")
    number = desk.field("number").input_value()
    assert re.fullmatch(r"20\d{2}\d{14}", number), number
    return number


def draft_behind(desk: Desk, declaration: str) -> str:
    """A draft saved by the person's own session past the page, where a journey needs many; its number."""
    content = {"declaration_no": declaration, "contact_name": "王芳", "contact_phone": "0755-84398888"}
    number: str = saved_behind(desk, "inspection.declaration", content)["number"]
    return number


def choose_category(desk: Desk, category: str) -> None:
    box = desk.field("attachment_category")
    box.click()
    desk.press("Control+A", "Backspace")
    desk.type(category)
    desk.press("Enter")
    expect(box).to_have_value(re.compile(f"^{category} "))


def add_file(desk: Desk, data: bytes, name: str = "查验时不到场的声明.pdf") -> None:
    """【添加文件】 by keyboard; the file is chosen in the operating system's dialog."""
    button = desk.button("添加文件").locator("visible=true")
    button.focus()
    with desk.page.expect_file_chooser() as chooser:
        desk.press("Enter")
    chooser.value.set_files({"name": name, "mimeType": "application/pdf", "buffer": data})


def choose_file(
    desk: Desk, category: str, data: bytes | None = None, name: str = "查验时不到场的声明.pdf"
) -> None:
    choose_category(desk, category)
    add_file(desk, pdf_samples.make_pdf(pages=2) if data is None else data, name)


def upload(desk: Desk, category: str = STATEMENT, name: str = "查验时不到场的声明.pdf") -> None:
    """A file from choosing to 上传成功."""
    before = desk.page.locator("table.attachments:visible tbody tr", has_text=name).count()
    choose_file(desk, category, name=name)
    enter_pin(desk)
    rows = desk.page.locator("table.attachments:visible tbody tr", has_text=name)
    expect(rows).to_have_count(before + 1, timeout=SLOW)


def apply(desk: Desk) -> str:
    """申请, PIN, 申请成功; the 数据中心统一编号."""
    desk.action("申请").click()
    enter_pin(desk)
    desk.says("申请成功")
    return desk.field("number").input_value()


def apply_for(desk: Desk, number: str) -> str:
    """A whole application for a declaration in a new form."""
    start_anew(desk)
    fill_in(desk, number)
    upload(desk)
    return apply(desk)


def start_anew(desk: Desk, title: str = FORM) -> None:
    """An empty form, in the tab that is open or a new one."""
    menu(desk, title)
    first = desk.field("bill_no" if title == BILL_FORM else "declaration_no")
    desk.action("新增").click()
    expect(desk.field("status")).to_have_value("未暂存")
    expect(first).to_be_focused()
    expect(first).to_have_value("")


def check_buttons(desk: Desk, enabled: set[str], why: str = "") -> None:
    """Which of the buttons are to be pressed; a grey one says why when it is pointed at (UI-10)."""
    for name in BUTTONS:
        button = desk.action(name)
        grey = "false" if name in enabled else "true"
        expect(button).to_have_attribute("aria-disabled", grey)
        if grey == "true" and why:
            button.hover()
            desk.says(why)


def check_locked(desk: Desk, *names: str) -> None:
    """Nothing can be typed any more (INSP-07)."""
    for name in names:
        expect(desk.field(name)).to_have_attribute("readonly", "")
