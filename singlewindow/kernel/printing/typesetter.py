"""Typesetting in child processes (`children.py`): a template and its data become a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from singlewindow.kernel.printing.children import Bounds, Children, Failed, TookTooLong, TooMuchWaits
from singlewindow.kernel.problems import Problem, TooLarge, TooMany

CHILD = "singlewindow.kernel.printing.child"
ROOT = Path(__file__).parents[2]  # templates import each other from here: singlewindow/
FACES = [
    f"{family}/{weight}"
    for family in ("noto-serif-sc", "noto-sans-sc")
    for weight in ("400Regular", "700Bold")
]
MAX_DATA = 4 * 1024 * 1024  # bytes of JSON; the largest document has less
log = structlog.get_logger()


class CannotPrint(Problem):
    """This document cannot be typeset."""

    slug, status, title = "cannot-print", 500, "打印未成功"


@dataclass
class Typesetter:
    """The children of this process. `fonts` is a folder with the families of FACES, or any folder of fonts."""

    fonts: Path
    bounds: Bounds = field(default_factory=Bounds)
    made: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        folders = [str(self.fonts / face) for face in FACES if (self.fonts / face).is_dir()]
        self.children = Children(
            CHILD, {"root": str(ROOT), "fonts": folders or [str(self.fonts)]}, self.bounds
        )

    async def typeset(self, template: Path, data: Mapping[str, Any], now: datetime) -> bytes:
        """The PDF of a template (below ROOT) with these data; `now` is the file's date.

        Raises TooLarge for too much data, TooMany when too many prints wait, CannotPrint for what takes too long, too
        much memory, or a template that does not compile.
        """
        work = json.dumps(
            {
                "template": str(template),
                "data": json.dumps(data, ensure_ascii=False),
                "now": int(now.timestamp()),
            }
        ).encode()
        if len(work) > MAX_DATA:
            raise TooLarge("单据内容过多，无法打印")
        try:
            made = await self._made(work)
        except CannotPrint:
            self.failed += 1
            raise
        self.made += 1
        return made

    async def close(self) -> None:
        """End the children."""
        await self.children.close()

    async def _made(self, work: bytes) -> bytes:
        try:
            return await self.children.ask(work)
        except TooMuchWaits:
            raise TooMany("当前打印任务较多，请稍后再试", retry_after=5) from None
        except TookTooLong:
            raise CannotPrint("该单据内容过于复杂，未能在限定时间内生成打印件，请联系系统管理员") from None
        except Failed as failed:
            log.error("print failed", why=str(failed))
            raise CannotPrint("打印服务未能生成该单据的打印件，请联系系统管理员") from None
