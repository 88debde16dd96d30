"""What a person does again and again in every chapter: log in, go by the menu, enter the PIN, look at a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.browser import Desk
from tests.journeys.sessions import find_session, keep_session

WANG, LI = ("wangfang", "Wang-2026"), ("liqiang", "Liqiang-2026")
WANG_CARD, LI_CARD = "8930L0000A011", "8930L0000A029"
PIN = "88888888"
CAPTCHA = "8888"
SLOW = 60_000  # milliseconds for what goes to customs and back
YELLOW, GREY, WHITE = "rgb(255, 246, 204)", "rgb(233, 236, 240)", "rgb(255, 255, 255)"
COLOUR = """box => {
    for (let one = box; one; one = one.parentElement) {
        const colour = getComputedStyle(one).backgroundColor;
        if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
}"""


def enter_application(desk: Desk, application: str, account: tuple[str, str], *, anew: bool = False) -> None:
    """From the home page into an application: by account and password where this person logs in for the first time in
    the journey (or `anew`), else with the session begun then."""
    if not anew and find_session(desk, account[0], application):
        expect(desk.button("退出")).to_be_visible()
        return
    desk.page.get_by_role("link", name=application).first.click()
    desk.page.get_by_label("用户名").fill(account[0])
    desk.page.get_by_label("密码", exact=True).fill(account[1])
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.page.get_by_label("验证码", exact=True).fill(CAPTCHA)
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()
    keep_session(desk, account[0], application)


def menu(desk: Desk, title: str) -> None:
    """Click an entry of the left menu."""
    desk.page.get_by_role("navigation", name="菜单").get_by_role("link", name=title, exact=True).click()


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


def enter_pin(desk: Desk, pin: str = PIN) -> None:
    """In the card's dialog, once it waits for it."""
    box = desk.page.get_by_label("卡介质密码")
    expect(box).to_be_focused(timeout=SLOW)
    desk.type(pin)
    desk.press("Enter")


def saved_behind(desk: Desk, type: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A draft saved by the person's own session past the page, where a journey needs many; as the API shows it."""
    request = desk.page.request
    csrf = request.get(f"{desk.address}/api/session").json()["csrf"]
    saved = request.post(
        f"{desk.address}/api/documents/{type}",
        data={"content": dict(content)},
        headers={"X-CSRF-Token": csrf, "Origin": desk.address},
    )
    assert saved.status == 201, saved.text()
    view: dict[str, Any] = saved.json()
    return view


def row_of(desk: Desk, text: str) -> Locator:
    """The row of the result list that shows this text."""
    return desk.page.locator("table.results:visible tbody tr").filter(has_text=text)


def colour_of(desk: Desk, name: str) -> str:
    """The background of a field's box, as the browser paints it."""
    colour: str = desk.field(name).evaluate(COLOUR)
    return colour
