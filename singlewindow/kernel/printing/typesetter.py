"""Typesetting in child processes: few, started when first needed, bounded in memory and time, never forked.

A child compiles one print after another. One that takes too long, uses up its memory or breaks is ended, and the next
print gets a new one. The event loop only waits.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from singlewindow.kernel.printing.child import LENGTH
from singlewindow.kernel.problems import Problem, TooLarge, TooMany

CHILD = Path(__file__).parent / "child.py"
ROOT = Path(__file__).parents[2]  # templates import each other from here: singlewindow/
FACES = [
    f"{family}/{weight}"
    for family in ("noto-serif-sc", "noto-sans-sc")
    for weight in ("400Regular", "700Bold")
]
MAX_DATA = 4 * 1024 * 1024  # bytes of JSON; the largest document has less
MAX_PDF = 50 * 1024 * 1024
log = structlog.get_logger()


class CannotPrint(Problem):
    """This document cannot be typeset."""

    slug, status, title = "cannot-print", 500, "打印未成功"


@dataclass(frozen=True)
class Bounds:
    """What typesetting may use."""

    children: int = 2
    waiting: int = 40
    seconds: float = 20
    memory_bytes: int = 1_500 * 1024 * 1024  # of address space, much of it never touched
    cpu_seconds: int = 1000  # of a child's whole life
    prints_of_a_child: int = 500  # then it is renewed: what it remembers of old documents goes


@dataclass
class _Child:
    process: Process
    made: int = 0


@dataclass
class Typesetter:
    """The children of this process. `fonts` is a folder with the families of FACES, or any folder of fonts."""

    fonts: Path
    bounds: Bounds = field(default_factory=Bounds)
    made: int = 0
    failed: int = 0
    _idle: list[_Child] = field(default_factory=list)
    _asked: int = 0
    _gate: asyncio.Semaphore | None = None

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
        if self._asked >= self.bounds.waiting:
            raise TooMany("当前打印任务较多，请稍后再试", retry_after=5)
        self._gate = self._gate or asyncio.Semaphore(self.bounds.children)
        self._asked += 1
        try:
            async with self._gate:
                return await self._made(work)
        except CannotPrint:
            self.failed += 1
            raise
        finally:
            self._asked -= 1

    async def close(self) -> None:
        """End the children."""
        while self._idle:
            await _end(self._idle.pop())

    async def _made(self, work: bytes) -> bytes:
        child = await self._child()
        answer = await self._answer_of(child, work)
        if not answer and child.made:  # it came to the end of its bounds over earlier prints
            child = await self._start()
            answer = await self._answer_of(child, work)
        if not answer:
            raise CannotPrint("打印服务未能生成该单据的打印件，请联系系统管理员")
        await self._put_back(child)
        return self._understood(answer)

    async def _answer_of(self, child: _Child, work: bytes) -> bytes:
        """The child's answer; b"" where it ended without one. Raises CannotPrint when it takes too long."""
        try:
            async with asyncio.timeout(self.bounds.seconds):
                answer = await _exchange(child.process, work)
        except TimeoutError:
            await _end(child)
            raise CannotPrint("该单据内容过于复杂，未能在限定时间内生成打印件，请联系系统管理员") from None
        except BaseException:
            await _end(child)
            raise
        if not answer:
            await _end(child)
        return answer

    def _understood(self, answer: bytes) -> bytes:
        if answer[:1] != b"P":
            log.error("print failed", why=answer[1:].decode(errors="replace")[:2000])
            raise CannotPrint("打印服务未能生成该单据的打印件，请联系系统管理员")
        self.made += 1
        return answer[1:]

    async def _child(self) -> _Child:
        """One that waits and lives, else a new one."""
        while self._idle:
            child = self._idle.pop()
            if child.process.returncode is None:
                return child
        return await self._start()

    async def _put_back(self, child: _Child) -> None:
        child.made += 1
        if child.made < self.bounds.prints_of_a_child:
            self._idle.append(child)
        else:
            await _end(child)

    async def _start(self) -> _Child:
        folders = [str(self.fonts / face) for face in FACES if (self.fonts / face).is_dir()]
        config = {
            "root": str(ROOT),
            "fonts": folders or [str(self.fonts)],
            "memory_bytes": self.bounds.memory_bytes,
            "cpu_seconds": self.bounds.cpu_seconds,
        }
        return _Child(
            await asyncio.create_subprocess_exec(
                sys.executable, "-B", str(CHILD), json.dumps(config), stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
                env={"PATH": os.environ.get("PATH", "")}, cwd="/", limit=1024 * 1024,
            )
        )  # fmt: skip


async def _exchange(process: Process, work: bytes) -> bytes:
    """Give one piece of work, take its answer; b"" when the child ended without one."""
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(len(work).to_bytes(LENGTH, "big") + work)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        return await process.stdout.readexactly(length) if length <= MAX_PDF else b""
    except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError):
        return b""


async def _end(child: _Child) -> None:
    with suppress(ProcessLookupError):
        child.process.kill()
    await child.process.wait()
