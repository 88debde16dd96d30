"""Bounds for strangers' files: how many are in hand at once, and how a child that reads or writes one ends."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM})
"""Ends that somebody gave it: a person, or a machine without memory. The bound of processor time ends it by SIGXCPU
(its soft limit lies below the hard one), that of memory by an error of its own, a defect in a library by SIGSEGV."""


def ended_over_it(returncode: int | None) -> bool:
    """Whether a child died of its bounds or of what it read, so that the file is to blame; `returncode` as asyncio has
    it, negative for a signal."""
    return returncode is not None and returncode < 0 and returncode not in FROM_OUTSIDE


@dataclass(frozen=True)
class Gate:
    """Lets so many in at once, `async with gate.of_loop():`; who comes then waits. Each event loop has places of its
    own."""

    places: int
    _gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = field(
        default_factory=WeakKeyDictionary
    )

    def of_loop(self) -> asyncio.Semaphore:
        """The places of the running loop."""
        return self._gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self.places))


async def end(child: Process) -> None:
    """Whatever happened, no child stays: not as a process and not as a zombie."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
