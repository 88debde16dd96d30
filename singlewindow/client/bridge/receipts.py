"""InBox: what becomes of documents, from the portal's events, each written once.

Receipts of a page of events are put aside in a folder named after the cursor that follows them; then that cursor is
written, which makes them count; then each is moved to InBox. A move happens once, so what the other system has taken
away from InBox never comes again, whenever the bridge was killed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from singlewindow.client.bridge.boxes import Folder
from singlewindow.client.bridge.filing import Watch, unwatched
from singlewindow.client.bridge.outbox import Teller
from singlewindow.client.window import Problem, Window
from singlewindow.contract.folder import flush, write

MOST = 100
NOW = "now"
OLDEST = "oldest"  # written into the file of the cursor by a person: begin with what is kept
RESTORED = (
    "单一窗口的数据已从备份恢复，恢复时刻之后办理的单据和收到的回执，单一窗口可能已没有，请在页面上核对；"
    "回执从恢复时刻起继续收取。要重新办理 SentBox 中的单据，请将其文件复制到 OutBox：仍在的不会再次办理，"
    "已没有的移入 FailBox 并说明处理方法"
)
STRANGE = (
    "请核对令牌是否属于本企业、--portal 是否为原来的单一窗口；单一窗口的数据恢复过的，将文件 {} 的内容"
    f"改为恢复时刻之前最后一份回执中的 cursor，或改为 {OLDEST}，从现存最早的回执起重新收取"
)
REFUSED = "event.cursor"  # the rule by which the portal takes a cursor for none of its own
TYPED = frozenset(
    {
        "created", "saved", "uploaded", "upload removed", "deleted", "amendment saved", "amendment deleted",
    }
)  # fmt: skip
"""Kinds of what people do while a document is filled in: no receipts."""
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Format = Literal["json", "xml"]


@dataclass(frozen=True)
class InBox:
    """The events' way into InBox. `typed`: also what is done while a document is filled in."""

    folder: Folder
    window: Window
    tell: Teller
    format: Format = "json"
    typed: bool = False
    watch: Watch = unwatched

    @property
    def cursor(self) -> str:
        """How far the events have been written; "" before the first start."""
        try:
            return self._place.read_text("utf-8").strip()
        except FileNotFoundError:
            return ""

    def begin(self) -> None:
        """Remember where the events stand before the first document is sent, so that none of its receipts is missed.

        Raises Trouble, Problem, OSError.
        """
        if not self.cursor:
            self._commit(self._ask(NOW, 0)["next"])

    def recover(self) -> None:
        """Bring to its end what an earlier run had begun: receipts that count are moved, others are asked for again."""
        staged = self._stage(self.cursor)
        for stage in list(self.folder.staged.iterdir()):
            if stage == staged:
                self._deliver(stage)
            else:
                shutil.rmtree(stage)

    def round(self, wait: int) -> int:
        """Write the next events, waiting for some up to so many seconds; answers how many there were, 1 also where only
        those of closed applications were passed over.

        Raises Trouble, Problem (401: the token counts no more), OSError.
        """
        page = self._page(wait)
        items = [item for item in page["items"] if self.typed or item["kind"] not in TYPED]
        passed = page["next"] != self.cursor
        if passed:
            self._take(items, page["next"])
        return len(page["items"]) or int(passed)

    def _page(self, wait: int) -> Mapping[str, Any]:
        """The next events. Where those that come next are no longer kept, the oldest that are; where the portal was
        restored to a time before the cursor's, those after the last one that both know (decision 0070)."""
        cursor = self.cursor
        try:
            return self._ask("" if cursor == OLDEST else cursor, wait)
        except Problem as problem:
            if problem.status == 410:
                self.tell.say(f"{problem.detail}；从现存最早的一条继续，其间的回执请在页面上核对")
                return self._ask("", 0)
            if not any(each.get("rule") == REFUSED for each in problem.violations):
                raise
            if known := problem.extra.get("last_known"):
                page = self._ask(str(known), 0)
                self.tell.say(RESTORED)
                return page
            # Another company's token or another portal, perhaps: what is kept there may be no receipts of these files.
            raise replace(problem, advice=STRANGE.format(self._place)) from problem

    def _ask(self, after: str, wait: int) -> Mapping[str, Any]:
        params = {"after": after, "most": MOST, "wait": wait}
        said: Mapping[str, Any] = self.window.call("GET", "/api/events", params=params)
        return said

    def _take(self, items: list[Mapping[str, Any]], following: str) -> None:
        stage = self._stage(following)
        if stage.exists():
            shutil.rmtree(stage)
        stage.mkdir()
        for item in items:
            self.watch("before staging")
            write(stage / f"{item['number']}-{item['no']:04}.{self.format}", _written(item, self.format))
            self.watch("after staging")
        flush(self.folder.staged)
        self._commit(following)
        self._deliver(stage)

    def _commit(self, following: str) -> None:
        self.watch("before the cursor")
        write(self._place, f"{following}\n".encode())
        self.watch("after the cursor")

    def _deliver(self, stage: Path) -> None:
        for file in sorted(stage.iterdir()):
            self.watch("before delivering")
            file.replace(self.folder.inbox / file.name)
            self.watch("after delivering")
            self.tell.say(f"InBox：{file.name}")
        flush(self.folder.inbox)
        stage.rmdir()

    @property
    def _place(self) -> Path:
        return self.folder.own / "cursor"

    def _stage(self, cursor: str) -> Path:
        return self.folder.staged / hashlib.sha256(cursor.encode()).hexdigest()[:32]


def _written(item: Mapping[str, Any], format: Format) -> bytes:
    if format == "json":
        return (json.dumps(item, ensure_ascii=False, indent=2) + "\n").encode(errors="backslashreplace")
    root = ElementTree.Element("Receipt")
    for name, value in item.items():
        text = "" if value is None else str(value)
        ElementTree.SubElement(root, _element(name)).text = NOT_IN_XML.sub("\ufffd", text)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written + b"\n"


def _element(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
