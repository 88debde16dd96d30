"""What each request costs, told apart by time: everybody saves, then everybody prepares, then everybody submits while
the worker stands still, then the worker goes on and what follows a submission is measured by itself.

Between two phases nothing is under way, so that what the processes spend in one is its own. In the mixed work of the
whole flow the same requests wait for each other; what that costs is the difference to the flow's own figure.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.forms import Form, Granted, Save
from benchmarks.numbers import Samples
from benchmarks.processes import Spent
from benchmarks.work import Person, times_of

DRAIN_SECONDS = 120.0
STEP_SECONDS = 0.02


async def by_request(
    people: Sequence[Person],
    form: Form,
    save: Save,
    count: int,
    granted: Granted,
    look: Callable[[], Spent],
    workers: Sequence[int],
) -> dict[str, Any]:
    """CPU by process and milliseconds of each of `count` saves, prepares and submits, and CPU of what follows.

    `save` saves a document and answers its number; `workers` are the worker's process ids. Nothing else may go on.
    """
    each = max(count // len(people), 1)
    saved: dict[int, list[str]] = {at: [] for at in range(len(people))}
    prepared: dict[int, list[bytes]] = {at: [] for at in range(len(people))}

    async def saving(at: int) -> None:
        for _ in range(each):
            saved[at].append(await save(people[at]))

    async def preparing(at: int) -> None:
        for number in saved[at]:
            prepared[at].append(await form.prepare(people[at], number))

    async def submitting(at: int) -> None:
        for number, asked in zip(saved[at], prepared[at], strict=True):
            await form.submit(people[at], number, asked)

    async def phase(work: Callable[[int], Awaitable[None]]) -> dict[str, Any]:
        times_of(people)
        before = look()
        await asyncio.gather(*(work(at) for at in range(len(people))))
        spent = look().since(before)
        [times] = times_of(people).values() or [Samples()]
        return {"cpu_ms": spent.per(each * len(people)), "ms": times}

    await granted.begin()
    figures = {"save": await phase(saving), "prepare": await phase(preparing)}
    with _standing(workers):
        figures["submit"] = await phase(submitting)
    before = look()
    async with asyncio.timeout(DRAIN_SECONDS):
        while await granted.look() < each * len(people):
            await asyncio.sleep(STEP_SECONDS)
    figures["exchange"] = {"cpu_ms": look().since(before).per(each * len(people))}
    return figures


@contextmanager
def _standing(pids: Sequence[int]) -> Iterator[None]:
    """Processes stand still (SIGSTOP) for a while."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
