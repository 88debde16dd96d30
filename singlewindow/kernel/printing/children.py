"""Work in child processes: few, started when first needed, bounded in memory and time, never forked.

A child does one piece of work after another. One that takes too long, uses up its memory or breaks is ended, and the
next piece gets a new one. A child may also be ended from outside (no memory left on the machine): a piece is only given
up when two that were new ended over it. The event loop only waits.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from singlewindow.kernel.printing.child import LENGTH

MAX_ANSWER = 50 * 1024 * 1024
CLONE = Path(__file__).parents[3]
Said = TypeVar("Said")


@dataclass(frozen=True)
class Bounds:
    """What the children of one kind may use."""

    children: int = 2
    waiting: int = 40
    starting: float = 60  # seconds until a new child can work: long on a machine without a free core
    seconds: float = 20  # of one piece
    memory_bytes: int = 1_500 * 1024 * 1024  # of address space, much of it never touched
    cpu_seconds: int = 1000  # of a child's whole life
    pieces_of_a_child: int = 500  # then it is renewed: what it remembers of old work goes


class TooMuchWaits(Exception):
    """More pieces wait than the bounds allow."""


class TookTooLong(Exception):
    """A piece was given up, and its child ended."""


class Failed(Exception):
    """A piece was not done: with the child's reason, or with none where the child ended over it."""


@dataclass
class Child:
    """One of them, and how much it has done."""

    process: Process
    done: int = 0


@dataclass
class Children:
    """The children of one kind; `module` is what they run (`child.py` says how they are spoken to)."""

    module: str
    config: Mapping[str, Any]  # what they are told at their start, besides the bounds
    bounds: Bounds = field(default_factory=Bounds)
    idle: list[Child] = field(default_factory=list)
    _asked: int = 0
    _gate: asyncio.Semaphore | None = None

    async def ask(self, work: bytes) -> bytes:
        """What a child makes of this. Raises TooMuchWaits, TookTooLong and Failed."""
        if self._asked >= self.bounds.waiting:
            raise TooMuchWaits
        self._gate = self._gate or asyncio.Semaphore(self.bounds.children)
        self._asked += 1
        try:
            async with self._gate:
                return await self._done(work)
        finally:
            self._asked -= 1

    async def close(self) -> None:
        """End them."""
        while self.idle:
            await _end(self.idle.pop())

    async def _done(self, work: bytes) -> bytes:
        child = await self._child()
        answer = await self._answer_of(child, work)
        # An old child may have come to the end of its bounds, and a new one been ended from outside.
        new_ones = 2 if child.done else 1
        for _ in range(new_ones):
            if not answer:
                child = await self._start()
                answer = await self._answer_of(child, work)
        if not answer:
            raise Failed
        await self._put_back(child)
        if answer[:1] != b"P":
            raise Failed(answer[1:].decode(errors="replace")[:2000])
        return answer[1:]

    async def _answer_of(self, child: Child, work: bytes) -> bytes:
        """The child's answer; b"" where it ended without one. Raises TookTooLong."""
        answer = await _within(self.bounds.seconds, child, _exchange(child.process, work))
        if not answer:
            await _end(child)
        return answer

    async def _child(self) -> Child:
        """One that waits and lives, else a new one."""
        while self.idle:
            child = self.idle.pop()
            if child.process.returncode is None:
                return child
        return await self._start()

    async def _put_back(self, child: Child) -> None:
        child.done += 1
        if child.done < self.bounds.pieces_of_a_child:
            self.idle.append(child)
        else:
            await _end(child)

    async def _start(self) -> Child:
        """A new one that can work; its start is no part of its first piece's time. Raises TookTooLong and Failed."""
        child = await self._begin()
        began = await _within(self.bounds.starting, child, _read(child.process))
        if began is None:
            await _end(child)
            raise Failed
        return child

    async def _begin(self) -> Child:
        config = {
            **self.config,
            "memory_bytes": self.bounds.memory_bytes,
            "cpu_seconds": self.bounds.cpu_seconds,
        }
        return Child(
            await asyncio.create_subprocess_exec(
                sys.executable, "-B", "-P", "-m", self.module, json.dumps(config),
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd="/", limit=1024 * 1024,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(CLONE)},
            )
        )  # fmt: skip


async def _within(seconds: float, child: Child, said: Awaitable[Said]) -> Said:
    """What a child says within so many seconds; it is ended where it does not. Raises TookTooLong."""
    try:
        async with asyncio.timeout(seconds):
            return await said
    except TimeoutError:
        await _end(child)
        raise TookTooLong from None
    except BaseException:
        await _end(child)
        raise


async def _exchange(process: Process, work: bytes) -> bytes:
    """Give one piece of work, take its answer; b"" when the child ended without one."""
    assert process.stdin
    try:
        process.stdin.write(len(work).to_bytes(LENGTH, "big") + work)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return b""
    return await _read(process) or b""


async def _read(process: Process) -> bytes | None:
    """What the child says next; None when it ended instead, or says more than is taken."""
    assert process.stdout
    try:
        length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        return await process.stdout.readexactly(length) if length <= MAX_ANSWER else None
    except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError):
        return None


async def _end(child: Child) -> None:
    with suppress(ProcessLookupError):
        child.process.kill()
    await child.process.wait()
