"""A person without a mouse: Tab, Enter and the manual's keys alone (UI-13).

While somebody sits `without_mouse`, whatever of the browser's driver presses, fills in or focuses for a person is
forbidden. Each step looks at what has the focus: there is always something, it is seen, and nothing covers it
(WCAG 2.4.7, 2.4.11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
from playwright.sync_api import ElementHandle, Locator, Mouse, Page, expect

from tests.journeys.browser import Desk
from tests.system.running import eventually

BY_POINTER = (
    "check", "clear", "click", "dblclick", "dispatch_event", "drag_and_drop", "drag_to", "fill", "focus", "hover",
    "press", "press_sequentially", "select_option", "select_text", "set_checked", "set_input_files", "tap", "type",
    "uncheck",
)  # fmt: skip
MOST_STEPS = 80  # from anywhere on a page to anything

FOCUS = """(wanted) => {
    const one = document.activeElement;
    const shown = (part) => {
        if (!part) return false;
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(part);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !/, 0\\)$/.test(outlineColor);
    };
    const around = [one, one.parentElement, one.parentElement?.parentElement, one.nextElementSibling];
    const ring = one.closest('.el-select__wrapper, .el-input__wrapper'); // of a library's box, whose input is a part
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 12)];
    const over = document.elementFromPoint(x, y);
    const small = box.width < 3 || box.height < 3;
    return {
        there: one !== document.body && !one.matches(':disabled'),
        seen: around.some(shown) || (ring !== null && getComputedStyle(ring).boxShadow !== 'none'),
        free: small || [one, ring].some((part) => part?.contains(over)) || !!over?.contains(one)
            || over?.closest('label')?.control === one,
        on: wanted ? one === wanted : false,
        ahead: wanted ? !(one.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING) : true,
        what: one.outerHTML.slice(0, 200),
    };
}"""

IN_SIGHT = """(part) => {
    const box = part.getBoundingClientRect();
    return part.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
}"""


@contextmanager
def without_mouse(desk: Desk) -> Iterator[Hands]:
    """Forbids everything but keys, and counts what a pointer does all the same."""
    desk.page.bring_to_front()  # opened before the keyboard is all there is
    with pytest.MonkeyPatch.context() as patch:
        for kind in (Locator, Page, ElementHandle):
            for name in BY_POINTER:
                if hasattr(kind, name):
                    patch.setattr(kind, name, _forbidden(name))
        for name in ("click", "dblclick", "down", "move", "up", "wheel"):
            patch.setattr(Mouse, name, _forbidden(name))
        patch.setattr(Page, "goto", _forbidden("goto"))
        yield Hands(desk)


def _forbidden(name: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError(f"{name}: this person has a keyboard alone")

    return refuse


class Hands:
    """What they do: go somewhere, press there; and what they see of the focus."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def go_to(self, wanted: Locator) -> None:
        """With Tab or Shift+Tab, whichever leads there, to what is wanted."""
        handle = wanted.element_handle()
        now = self.look(handle)
        for _ in range(MOST_STEPS):
            if now["on"]:
                return
            self.desk.press("Tab" if now["ahead"] else "Shift+Tab")
            now = self.look(handle)
        raise AssertionError(f"{wanted} is not reached with Tab; the focus is on {now['what']}")

    def press_on(self, wanted: Locator, key: str = "Enter") -> None:
        """Go there, and press it."""
        expect(wanted).to_be_visible()
        self.go_to(wanted)
        self.desk.press(key)

    def sees(self, part: Locator) -> None:
        """That a part of the page is in sight: nothing covers it, nothing cuts it off."""
        assert part.evaluate(IN_SIGHT), f"{part} is out of sight"

    def write(self, wanted: Locator, text: str) -> None:
        """Go to a box, and type over what stands in it."""
        self.go_to(wanted)
        self.desk.press("Control+A")
        self.desk.type(text)

    def look(self, wanted: ElementHandle | None = None) -> dict[str, Any]:
        """What has the focus; it must be there within moments, and be seen."""
        now: dict[str, Any] = {}

        def there() -> bool:
            now.update(self.desk.page.evaluate(FOCUS, wanted))
            return bool(now["there"])

        assert eventually(there, 20), f"the focus is lost: {now}"
        assert now["seen"], f"the focus is not seen: {now}"
        assert now["free"], f"something covers what has the focus: {now}"
        return now
