"""What a person with a keyboard alone does in every chapter: log in, go by the menu, press, sign, attach, look."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests import pdf_samples
from tests.journeys.acts import CAPTCHA, SLOW, enter_pin
from tests.journeys.hands import Hands
from tests.journeys.papers import text_of


def enter_application(hands: Hands, application: str, account: tuple[str, str]) -> None:
    """From the home page past its menus into an application, by account and password."""
    desk = hands.desk
    wanted = desk.page.get_by_role("link", name=application).first
    expect(wanted).to_be_visible()
    desk.press("Tab")
    expect(desk.button("跳到主要内容")).to_be_focused()
    desk.press("Enter")
    hands.press_on(wanted)
    expect(desk.page.get_by_label("用户名")).to_be_focused()
    for word in account:
        desk.type(word)
        desk.press("Tab")
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.type(CAPTCHA)
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()


def menu(hands: Hands, title: str) -> None:
    """An entry of the left menu."""
    navigation = hands.desk.page.get_by_role("navigation", name="菜单")
    hands.press_on(navigation.get_by_role("link", name=title, exact=True))


def run(hands: Hands, action: str, *, asks: str = "", refused: bool = False) -> None:
    """A button of the bar, the answer yes where it asks, and the PIN, unless it is refused before."""
    desk = hands.desk
    hands.press_on(desk.action(action))
    if asks:
        expect(desk.dialog()).to_contain_text(asks)
        hands.look()
        desk.press("Enter")
    if not refused:
        enter_pin(desk)
    expect(desk.dialog()).to_have_count(0, timeout=SLOW)
    hands.look()


def attach(hands: Hands, button: Locator, *names: str) -> None:
    """A button that opens the operating system's dialog, which is out of reach for a browser."""
    expect(button).to_be_visible()
    hands.go_to(button)
    with hands.desk.page.expect_file_chooser() as chooser:
        hands.desk.press("Enter")
    files = [
        {"name": name, "mimeType": "application/pdf", "buffer": pdf_samples.make_pdf(title=name)}
        for name in names
    ]
    chooser.value.set_files(files)  # type: ignore[arg-type]


def paper(hands: Hands, folder: Path) -> str:
    """The words of the open print preview, by its 下载; Escape closes it, and the focus is back."""
    desk = hands.desk
    expect(desk.dialog().get_by_title("打印件")).to_be_visible(timeout=SLOW)
    keep = desk.dialog().locator("a, button").filter(has_text="下载")
    hands.go_to(keep)
    with desk.page.expect_download() as download:
        desk.press("Enter")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    desk.press("Escape")
    expect(desk.dialog()).to_have_count(0)
    hands.look()
    return text_of(file)


def find(hands: Hands, box: Locator, text: str, path: str) -> None:
    """A condition of a query, and Enter on 查询."""
    hands.write(box, text)
    with hands.desk.page.expect_response(re.compile(path)):
        hands.press_on(hands.desk.action("查询"))
    expect(hands.desk.page.get_by_text("正在查询…").locator("visible=true")).to_have_count(0)


def choose_columns(hands: Hands, column: str) -> None:
    """选择显示列: Space hides a column and shows it again; Escape gives the focus back."""
    desk = hands.desk
    head = desk.page.locator("table.results:visible thead th").filter(has_text=column)
    button = desk.page.get_by_role("button", name="选择显示列").locator("visible=true")
    hands.press_on(button)
    tick = desk.page.get_by_role("checkbox", name=column, exact=True).locator("visible=true")
    for shown in (0, 1):
        hands.press_on(tick, "Space")
        expect(head).to_have_count(shown)
    desk.press("Escape")
    expect(button).to_be_focused()


def turn_page(hands: Hands) -> None:
    """The second page of the list and the first again, and a page of 50: arrows and Enter in the list of sizes."""
    desk = hands.desk
    bar = desk.page.locator(".page-bar:visible")
    hands.press_on(bar.get_by_role("button", name=re.compile("下一页|next", re.IGNORECASE)))
    expect(bar.locator("li.is-active")).to_have_text("2")
    hands.press_on(bar.get_by_role("button", name=re.compile("上一页|previous", re.IGNORECASE)))
    expect(bar.locator("li.is-active")).to_have_text("1")
    hands.press_on(bar.get_by_role("combobox", name="每页条数"))
    desk.press("ArrowDown", "Enter")
    expect(bar.get_by_role("combobox", name="每页条数")).to_be_focused()
    expect(bar.locator(".el-select__selected-item").filter(has_text="50")).to_be_visible()
