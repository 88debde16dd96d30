"""Every page that the pages' own routers and menus lead to, opened and looked at: axe, title, headings, 200 % (UI-13).

The lists are the running system's own. A route, a line of a menu or a kind of page that nobody opens here fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import expect

from tests.journeys.barriers import barriers
from tests.journeys.browser import Desk
from tests.system.running import CLONE

CHAPTERS = {
    "appointment": "appointment",
    "consolidated": "consolidated",
    "declarations": "print",
    "gate": "gate",
    "inspection": "inspection",
}
"""Application → the journey that opens all its pages."""
SHELL = "/app/:application/:place(.*)*"  # the route of all of them
ROUTER = "document.querySelector('#app').__vue_app__.config.globalProperties.$router"
ROUTES, PUSH = f"{ROUTER}.getRoutes().map(one => one.path)", f"to => {ROUTER}.push(to)"
BUSY = re.compile("正在(打开|读取|查询)")
WIDE, DOUBLED = {"width": 1366, "height": 768}, {"width": 683, "height": 384}
FACTS = """() => ({
    title: document.title, language: document.documentElement.lang,
    mains: [...document.querySelectorAll('main')].filter((one) => one.checkVisibility()).length,
    tops: [...document.querySelectorAll('h1')].filter((one) => one.checkVisibility()).length,
})"""
BEYOND = """() => [...document.querySelectorAll('button, a[href], input, select, textarea')].filter((one) => {
    const box = one.getBoundingClientRect();
    const shown = one.checkVisibility({ visibilityProperty: true }) && box.width >= 3;
    if (!shown || one.tabIndex < 0 || one.closest('.tabs')) return false;
    for (let part = one.parentElement; part; part = part.parentElement) {
        const { overflowX } = getComputedStyle(part);
        if (overflowX === 'auto' || overflowX === 'scroll') return false;
    }
    return box.right > innerWidth + 1 || box.left < -1;
}).map((one) => one.outerHTML.slice(0, 120))"""


def routes(desk: Desk) -> set[str]:
    """The addresses that the page's router knows; those that only lead elsewhere among them."""
    return set(desk.page.evaluate(ROUTES))


def kinds() -> set[str]:
    """The kinds of page that a tab can hold, as `web/src/app/pages.ts` has them."""
    text = (CLONE / "web/src/app/pages.ts").read_text("utf-8")
    return set(re.findall(r"^  (\w+): \{", text, re.MULTILINE))


def menu_of(desk: Desk, application: str) -> list[dict[str, Any]]:
    """The lines of an application's menu."""
    groups = desk.page.request.get(f"{desk.address}/api/applications").json()["groups"]
    [found] = [one for one in _applications(groups) if one["name"] == application]
    lines: list[dict[str, Any]] = found["menu"]
    return lines


def applications(desk: Desk) -> set[str]:
    """All applications of the portal."""
    groups = desk.page.request.get(f"{desk.address}/api/applications").json()["groups"]
    return {one["name"] for one in _applications(groups)}


def look_at_menu(desk: Desk, application: str) -> set[str]:
    """Every page to which the application's menu leads; answers their kinds."""
    links = desk.page.get_by_role("navigation", name="菜单").locator(f'a[href^="/app/{application}/"]')
    lines = menu_of(desk, application)
    addresses = links.evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(set(addresses)) == len(lines), (addresses, lines)
    look_at(desk, addresses)
    return {line["page"] for line in lines}


def look_at(desk: Desk, addresses: Iterable[str]) -> None:
    """Open each of them in the page that stands, and look at it."""
    for address in addresses:
        desk.page.evaluate(PUSH, address)
        look(desk, address)


def look(desk: Desk, what: str) -> None:
    """At the page in front: what axe finds, what it is called, and whether everything stays in reach at 200 %."""
    expect(desk.page.get_by_text(BUSY).locator("visible=true")).to_have_count(0)
    desk.errors.extend(barriers(desk.page, what))
    facts = desk.page.evaluate(FACTS)
    assert facts["language"] == "zh-CN", what
    assert (facts["mains"], facts["tops"]) == (1, 1), (what, facts)
    assert re.fullmatch(".+ - .+", facts["title"]), (what, facts)
    desk.page.set_viewport_size(DOUBLED)  # 1366×768 at 200 % (WCAG 1.4.4, 1.4.10)
    beyond = desk.page.evaluate(BEYOND)
    desk.page.set_viewport_size(WIDE)
    desk.errors.extend(f"{what}: out of reach at 200 %: {one}" for one in beyond)


def _applications(groups: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for group in groups:
        yield from group["applications"]
        yield from _applications(group["groups"])
