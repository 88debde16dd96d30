"""Firefox, driven with keys over WebDriver BiDi, which it speaks itself (w3c.github.io/webdriver-bidi).

Playwright's own means for Firefox are a build of Playwright's; a journey wants the one that people have.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.system.running import eventually

KEYS = {
    "Alt": "\ue00a", "ArrowDown": "\ue015", "Backspace": "\ue003", "Control": "\ue009", "End": "\ue010",
    "Enter": "\ue007", "Escape": "\ue00c", "Shift": "\ue008", "Space": " ", "Tab": "\ue004",
}  # fmt: skip
FLAGS = ("--headless", "--no-remote", "--remote-debugging-port", "0")
PREFERENCES = (
    'user_pref("intl.accept_languages", "zh-CN");\n'
    'user_pref("focusmanager.testmode", true);\n'  # a window that no person has before them hears of the focus too
)
SLOW = 45.0  # seconds; shared machines
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
EXPECTED = re.compile(r"status of 40[139]|downloadable font|Layout was forced|docBaseUrl")


@dataclass
class Firefox:
    """One window of 1366×768."""

    folder: Path
    socket: ClientConnection
    window: str = ""
    errors: list[str] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _shots: int = 0

    def go(self, address: str) -> None:
        """As if the address was typed."""
        self._ask("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def press(self, *keys: str) -> None:
        """One after another: "Tab", "Shift+Tab", "Alt+s"."""
        for key in keys:
            parts = [KEYS.get(part, part) for part in key.split("+")]
            down = [{"type": "keyDown", "value": part} for part in parts]
            self._keys([*down, *({"type": "keyUp", "value": part} for part in reversed(parts))])

    def type(self, text: str) -> None:
        """Where the focus is."""
        self._keys([{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")])

    def value(self, expression: str, where: str = "") -> Any:
        """What a JavaScript expression comes to in the page, or in a frame of it, as JSON."""
        asked = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        answer = self._ask(
            "script.evaluate", expression=asked, target={"context": where or self.window}, awaitPromise=True
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def await_that(self, expression: str, seconds: float = SLOW) -> None:
        """The page comes to this by itself."""
        if not eventually(lambda: self.value(expression), seconds):
            self.shoot("FAILED")
            raise AssertionError(f"not within {seconds} s: {expression}")

    def says(self, text: str, seconds: float = SLOW) -> None:
        """The page shows this text."""
        self.await_that(f"document.body.innerText.includes({json.dumps(text)})", seconds)

    def at(self, name: str) -> None:
        """The focus stands in this box."""
        self.await_that(f"document.activeElement?.dataset.field === {json.dumps(name)}")

    def shows_pdf(self) -> None:
        """The frame in the page has become Firefox's own viewer, with a page of the paper in it."""
        seen = "document.querySelector('#viewer .page[data-loaded] canvas') !== null"

        def drawn() -> bool:
            [page] = self._ask("browsingContext.getTree", root=self.window)["contexts"]
            frames = [each["context"] for each in page["children"] or []]
            return bool(frames) and bool(self.value(seen, frames[-1]))

        assert eventually(drawn, SLOW), "no PDF is seen"

    def shoot(self, name: str) -> None:
        """Keep a picture of the page."""
        self._shots += 1
        picture = self._ask("browsingContext.captureScreenshot", context=self.window)["data"]
        (self.folder / f"firefox-{self._shots:02d}-{name}.png").write_bytes(base64.b64decode(picture))

    def open(self) -> None:
        """Begin the session: the window's size, and an ear for its console."""
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self.window = self._ask("browsingContext.create", type="window")[
            "context"
        ]  # in the first the bar has the focus
        size = {"width": 1366, "height": 768}
        self._ask("browsingContext.setViewport", context=self.window, viewport=size)

    def _keys(self, actions: list[dict[str, str]]) -> None:
        self._ask(
            "input.performActions",
            context=self.window,
            actions=[{"type": "key", "id": "keys", "actions": actions}],
        )

    def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(timeout=60))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]
            self._hear(answer)

    def _hear(self, event: dict[str, Any]) -> None:
        entry = event.get("params", {})
        told = event.get("method") == "log.entryAdded" and entry["level"] in ("error", "warn")
        if told and not EXPECTED.search(entry["text"] or ""):
            self.errors.append(f"{entry['level']}: {entry['text']}")


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """The Firefox that FIREFOX names, with a profile of its own; at the end none of it is left."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sw-firefox-", ignore_cleanup_errors=True) as profile:
        (Path(profile) / "user.js").write_text(PREFERENCES)
        command = (os.environ["FIREFOX"], *FLAGS, "--profile", profile, "about:blank")
        started = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
        )
        try:
            with connect(f"{_address_in(started)}/session", max_size=None) as socket:
                opened = Firefox(folder, socket)
                opened.open()
                yield opened
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait(20)


def _address_in(started: subprocess.Popen[str]) -> str:
    """Where it listens, as it says once it does."""
    said = []
    for line in started.stderr or ():
        said.append(line)
        if found := LISTENING.search(line):
            return found[1]
    raise AssertionError("Firefox did not start: " + "".join(said))
