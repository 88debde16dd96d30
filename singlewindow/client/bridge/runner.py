"""The bridge's process: one folder, two threads (documents out, receipts in), until it is told to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from singlewindow.client.bridge.boxes import Folder, InUse, take
from singlewindow.client.bridge.outbox import OutBox
from singlewindow.client.bridge.receipts import Format, InBox
from singlewindow.client.card import CardService, PinRefused
from singlewindow.client.window import BadAddress, NoToken, Problem, Trouble, Window, token_of_environment
from singlewindow.contract.files import Lossy
from singlewindow.contract.folder import write

ENDED, WAITING, UNUSABLE, IN_USE, TOKEN_REFUSED, PIN_REFUSED = range(6)  # exit codes
PIN = "SINGLEWINDOW_CARD_PIN"
LOOK_SECONDS = 1.0
EVENT_SECONDS = 20  # how long one question for events waits
LONGEST_WAIT = 30.0
OUT, INTO = "单据", "回执"  # what waits while portal or folder are away
PIN_MARK = "pin-refused.txt"
PIN_REFUSED_BEFORE = (
    "卡曾拒绝 PIN 码（{}），为避免锁卡不再自动重试。请核对 PIN 码后在终端中启动并输入，或删除 {} 后再启动"
)


class Lines:
    """Tells people in lines with the time; what is waited for once, until it changes."""

    def __init__(self, output: TextIO | None = None) -> None:
        self._output = Lossy(output or sys.stdout)
        self._waits: dict[str, str] = {}
        self._lock = threading.Lock()

    def say(self, words: str) -> None:
        """Write a line, if anybody reads it."""
        with self._lock:
            line = f"{datetime.now().astimezone():%H:%M:%S} {words}"
            self._output.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
            self._output.flush()

    def waits(self, subject: str, words: str) -> None:
        """Write a line where the words about the subject are others than before."""
        if self._waits.get(subject, "") == words:
            return
        before = self._waits.pop(subject, "")
        if words:
            self._waits[subject] = words
            self.say(f"等待 {subject}：{words}")
        elif before and subject in (OUT, INTO):
            self.say(f"{subject} 已恢复办理")


@dataclass
class Bridge:
    """A folder that is watched. `typed_pin`: a person has just entered the PIN."""

    folder: Folder
    window: Window
    card: CardService
    lines: Lines
    format: Format = "json"
    all_events: bool = False
    typed_pin: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    code: int = ENDED

    def run(self, *, once: bool = False) -> int:
        """Work until SIGINT or SIGTERM, or with `once` until all is done that can be; answers the exit code."""
        try:
            lock = take(self.folder.make())
        except InUse as problem:
            self.lines.say(str(problem))
            return IN_USE
        except OSError as error:
            self.lines.say(f"文件夹 {self.folder.folder} 不能使用（{error.strerror}）")
            return UNUSABLE
        try:
            return self._refused_pin() or self._work(once)
        finally:
            lock.release()

    def _refused_pin(self) -> int:
        """Whether the card refused the PIN before and nobody has entered another one since."""
        mark = self.folder.own / PIN_MARK
        if self.typed_pin:
            mark.unlink(missing_ok=True)
        if not mark.exists():
            return ENDED
        self.lines.say(PIN_REFUSED_BEFORE.format(mark.read_text("utf-8").strip(), mark))
        return PIN_REFUSED

    def _work(self, once: bool) -> int:
        out = OutBox(self.folder, self.window, self.card, self.lines)
        into = InBox(self.folder, self.window, self.lines, self.format, self.all_events)
        self._patiently(OUT, lambda: self._begin(out, into), once)
        if once:
            self._patiently(OUT, lambda: _until_nothing(out.round), once)
            self._patiently(INTO, lambda: _until_nothing(lambda: into.round(0)), once)
            return self.code or (WAITING if self.folder.orders() else ENDED)
        receipts = (INTO, lambda: into.round(EVENT_SECONDS))
        threading.Thread(target=self._repeat, args=receipts, daemon=True, name="receipts").start()
        self._repeat(OUT, lambda: out.round() or self.ended.wait(LOOK_SECONDS))
        return self.code

    def _begin(self, out: OutBox, into: InBox) -> None:
        self.folder.sweep()
        out.recover()
        into.begin()
        into.recover()

    def _repeat(self, what: str, work: Callable[[], object]) -> None:
        while not self.ended.is_set():
            self._patiently(what, work)

    def _patiently(self, what: str, work: Callable[[], object], once: bool = False) -> None:
        """Do it as often as it takes until it goes through or the bridge ends; `once`: with one try."""
        wait = LOOK_SECONDS
        while not self.ended.is_set():
            words = self._tried(work)
            self.lines.waits(what, words)
            if not words:
                return
            if once:
                self._end(WAITING)
            self.ended.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _tried(self, work: Callable[[], object]) -> str:
        """Do it once; answers what it waits for, or ""."""
        try:
            work()
        except Trouble as trouble:
            return str(trouble)
        except OSError as error:
            return f"文件夹不能读写（{error.strerror}，{error.filename}）"
        except PinRefused as refused:
            with suppress(OSError):  # ending comes first
                write(self.folder.own / PIN_MARK, f"{refused}\n".encode())
            self._end(PIN_REFUSED, str(refused))
        except Problem as problem:
            if problem.status != 401:
                return str(problem)
            self._end(TOKEN_REFUSED, f"{problem}。文件仍在 OutBox，换用有效的令牌后重新启动")
        except (
            Exception
        ) as error:  # an answer of something else than the portal, say: no reason to leave files behind
            return f"内部错误（{error!r:.200}），稍后重试"
        return ""

    def _end(self, code: int, words: str = "") -> None:
        """End the bridge; whoever says so first is right."""
        if self.ended.is_set():
            return
        if words:
            self.lines.say(words)
        self.code = code
        self.ended.set()


def _until_nothing(work: Callable[[], int]) -> None:
    while work():
        pass


def run(
    folder: Path, portal: str, card: str, *, format: Format, all_events: bool = False, once: bool = False
) -> int:
    """Watch a folder until Ctrl-C; answers the exit code. `card` is the card service's address; token and PIN come from
    the environment, the PIN else from the terminal."""
    lines = Lines()
    try:
        portal_window = Window(portal, token_of_environment())
    except (NoToken, BadAddress) as problem:
        lines.say(str(problem))
        return UNUSABLE
    pin, typed = _pin()
    address = urlsplit(portal)
    service = CardService(card, f"{address.scheme}://{address.netloc}", pin)
    with portal_window as window:
        bridge = Bridge(Folder(folder), window, service, lines, format, all_events, typed)
        lines.say(f"监看 {folder}，单一窗口 {portal}；Ctrl-C 结束")
        with suppress(KeyboardInterrupt):
            _end_by_signal(bridge)
            code = bridge.run(once=once)
            lines.say("已结束")
            return code
        return ENDED


def _pin() -> tuple[str, bool]:
    """The card's PIN, and whether a person has just entered it; "" where there is neither terminal nor setting."""
    if pin := os.environ.get(PIN, ""):
        return pin, False
    if not sys.stdin.isatty():
        return "", False
    pin = getpass("卡的 PIN 码（不显示；只办暂存可直接回车）: ")
    return pin, bool(pin)


def _end_by_signal(bridge: Bridge) -> None:
    def end(*_: object) -> None:
        if bridge.ended.is_set():
            raise KeyboardInterrupt  # asked twice: the next start goes on with whatever is under way
        bridge.ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
