"""A declarant's browser: real Chromium at 1366×768, with a screenshot of every step and no errors on the console."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect, sync_playwright

from tests.journeys.barriers import barriers

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-quic",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 30_000  # milliseconds; shared machines stand still at times, a page that is ready goes on at once
expect.set_options(timeout=PATIENCE)
LOOK = 2_000  # milliseconds between two looks at what was said for a moment only
KEEP_SAID = """
globalThis.said = [];
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const node of changes.flatMap((each) => [...each.addedNodes]))
    if (node.classList?.contains("el-message")) said.push(node.textContent);
}).observe(document.body, { childList: true, subtree: true }));
"""
"""What the page says for three seconds is there longer for those who look: a shared machine may stand still so long."""
EXPECTED_STATUSES = {401, 403, 409, 412, 413, 422}  # refusals that a journey provokes; Chromium logs each


@dataclass
class Desk:
    """One person at one browser window; the first page is opened when it is first looked at, unless another is."""

    window: Page
    address: str
    folder: Path
    prefix: str
    errors: list[str] = field(default_factory=list)
    shots: int = 0
    opened: bool = True

    @property
    def page(self) -> Page:
        """What the window shows."""
        if not self.opened:
            self.open(self.address)
        return self.window

    def open(self, address: str) -> None:
        """Another page, by its whole address."""
        self.opened = True
        self.window.goto(address)

    def shoot(self, name: str) -> None:
        """Keep a picture of the page as it is now, and let axe look at it."""
        self.shots += 1
        self.page.screenshot(path=self.folder / f"{self.prefix}{self.shots:02d}-{name}.png")
        self.errors.extend(barriers(self.page, name))

    def field(self, name: str) -> Locator:
        """The box of a field of the open form or query."""
        return self.page.locator(f'[data-field="{name}"]:visible')

    def button(self, name: str) -> Locator:
        """A button by its words."""
        return self.page.get_by_role("button", name=name, exact=True)

    def action(self, name: str) -> Locator:
        """A button of the bar above the form or the list."""
        bar = self.page.locator(".action-bar").locator("visible=true")
        return bar.get_by_role("button", name=name, exact=True)

    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def press(self, *keys: str) -> None:
        """Press keys one after another, where the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type where the focus is, as a person does."""
        self.page.keyboard.type(text)

    def says(self, text: str) -> None:
        """The page shows this text (somewhere that a user sees), or said it for a moment since the last time."""
        shown, until = (
            self.page.get_by_text(text).locator("visible=true").first,
            time.monotonic() + PATIENCE / 1000,
        )
        said: list[str] = []
        while not any(text in each for each in said):
            try:
                expect(shown).to_be_visible(timeout=LOOK)
                break
            except AssertionError:
                if time.monotonic() > until:
                    raise
            said += self._said()
        self._said()

    def _said(self) -> list[str]:
        """The messages since the last call; none of a page that is just being left."""
        with suppress(Error):
            return list(self.page.evaluate("said.splice(0)"))
        return []

    def watch(self) -> None:
        """Listen to the page: its errors, and its file choosers, which asked for later may come too late."""
        self.window.on("pageerror", lambda error: self.errors.append(str(error)))
        self.window.on("console", lambda message: _note(self, message.type, message.text))
        self.window.on("filechooser", lambda _: None)

    def crash(self) -> None:
        """The page goes without a word, and another one stands in its place."""
        self.page.close(run_before_unload=False)
        self.window = self.window.context.new_page()
        self.watch()

    def check_console(self) -> None:
        """UI-13: no errors but the refusals that the journey provoked, and nothing that keeps people out."""
        assert not self.errors, "\n".join(self.errors)


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium that CHROMIUM names."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


def sit_down(started: Browser, address: str, folder: Path, prefix: str = "") -> Desk:
    """A new window without cookies; its first page is the address."""
    context: BrowserContext = started.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(KEEP_SAID)
    desk = Desk(context.new_page(), address, folder, prefix, opened=False)
    desk.watch()
    return desk


def _note(desk: Desk, kind: str, text: str) -> None:
    refused = any(f"status of {status}" in text for status in EXPECTED_STATUSES)
    if kind in ("error", "warning") and not refused:
        desk.errors.append(f"{kind}: {text}")
