"""How a child that reads a stranger's file, or writes one, within bounds of its own comes to its end."""

from __future__ import annotations

import signal
from asyncio.subprocess import Process
from contextlib import suppress

FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM})
"""Ends that somebody gave it: a person, or a machine without memory. The bound of processor time ends it by SIGXCPU
(its soft limit lies below the hard one), that of memory by an error of its own, a defect in a library by SIGSEGV."""


def ended_over_it(returncode: int | None) -> bool:
    """Whether a child died of its bounds or of what it read, so that the file is to blame; `returncode` as asyncio has
    it, negative for a signal."""
    return returncode is not None and returncode < 0 and returncode not in FROM_OUTSIDE


async def end(child: Process) -> None:
    """Whatever happened, no child stays: not as a process and not as a zombie."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
