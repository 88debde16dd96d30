"""Every page that the pages' own routers and menus lead to, opened and looked at: axe, title, headings, 200 %, and what
is seen with the system's own colours (UI-13).

The lists are the running system's own. A route, a line of a menu or a kind of page that nobody opens here fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import ViewportSize, expect

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
WIDE: ViewportSize = {"width": 1366, "height": 768}
DOUBLED: ViewportSize = {"width": 683, "height": 384}
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

ALIKE = """() => {
    const drawn = (one) => {
        const style = getComputedStyle(one);
        return ['color', 'borderStyle', 'borderWidth', 'borderColor', 'outline'].map((name) => style[name]).join(' ');
    };
    const shown = (kind) => [...document.querySelectorAll(kind)].filter((one) => one.checkVisibility());
    const states = {
        '.button': '[aria-disabled="true"], :disabled', '.menu-item': '.current', '.tab': '.current',
        '.quick-day': '[aria-pressed="true"]', '.control': '[readonly]',
        '.control:not([readonly])': '.yellow, .yellow *',
    };
    document.activeElement?.blur();
    const said = Object.entries(states).filter(([kind, state]) => {
        const all = shown(kind);
        const looks = new Set(all.filter((one) => one.matches(state)).map(drawn));
        return all.some((one) => !one.matches(state) && looks.has(drawn(one)));
    }).map(([kind, state]) => `${kind} looks the same with and without ${state}`);
    for (const one of ['.control:not([readonly])', '.button', '.menu-item'].map((kind) => shown(kind)[0])) {
        const before = one && drawn(one);
        one?.focus();
        if (one && drawn(one) === before) said.push(`the focus is not seen on ${one.outerHTML.slice(0, 120)}`);
    }
    const moves = ({ transitionDuration, animationDuration }) => /[1-9]/.test(transitionDuration + animationDuration);
    const moving = shown('body *').filter((one) => moves(getComputedStyle(one)));
    return [...said, ...moving.map((one) => `${one.outerHTML.slice(0, 120)} moves`)];
}"""
"""What looks alike in two states; kind → state. Where the system's colours are used, grounds and shadows are gone."""


def routes(desk: Desk) -> set[str]:
    """The addresses that the page's router knows; those that only lead elsewhere among them."""
    desk.page.wait_for_function("document.querySelector('#app')?.__vue_app__ !== undefined")
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
    seen: set[str] = set()
    for address in addresses:
        look_at(desk, [address])
        kind = address.split("/")[3]
        if kind not in seen:
            look_in_forced_colours(desk, address)
        seen.add(kind)
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


def look_in_forced_colours(desk: Desk, what: str) -> None:
    """At the page in front as somebody has it who needs high contrast and no motion (WCAG 1.4.1, 2.4.7, 2.3.3)."""
    desk.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    alike = desk.page.evaluate(ALIKE)
    desk.page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    desk.errors.extend(f"{what}: with forced colours {one}" for one in alike)


def _applications(groups: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for group in groups:
        yield from group["applications"]
        yield from _applications(group["groups"])
