"""Whoever strikes: a plan drawn from a seed before anything begins, and the hand that carries it out.

The same seed makes the same plan: which kinds in which order, which of several processes, how long the pauses are.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.system.running import (
    CLONE,
    READY_SECONDS,
    System,
    alive,
    command_of,
    descendants,
    eventually,
    parent_of,
    processes,
)
from tests.system.torture.wire import State, Wire

KILLS = {
    "web process": 22, "worker": 14, "customs": 12, "card service": 4, "any child": 6,
    "portal's session": 9, "worker's session": 9, "customs' session": 9, "walwriter": 3, "checkpointer": 3,
    "postmaster": 7, "launcher": 1,
}  # fmt: skip
"""How often each is killed, in proportion. A session is the database's process for somebody; without it, or one of its
own processes, the whole database starts anew."""
BESIDE = {"clock": 60, "cut": 40, "slow": 50, "deaf": 40, "stand still": 300, "disk full": 300}
"""What else happens, once for so many kills, and at least once."""
TITLES = {
    "portal's session": "postgres: sw_web ", "worker's session": "postgres: sw_worker ",
    "customs' session": "postgres: customs ", "walwriter": "postgres: walwriter",
    "checkpointer": "postgres: checkpointer",
}  # fmt: skip
THERE_SECONDS = 90.0  # how long one waits for something that can be killed
WIRE_SECONDS = 6.0
FULL_SECONDS = 60.0  # how long one waits for the database to run into a full disk
WRITE = "create temporary table much as select generate_series(1, 100000)"  # some megabytes, gone with the connection
NO_DISK = "disk full: needs root, for a file system of its own"
BURST = 0.15  # the share of kills that come at once after another
AIMED = ("web process", "portal's session", "postmaster")
"""Who is killed just when somebody sends something to be written. A request takes some milliseconds, of a second or so
that its sender thinks: otherwise hardly any would ever be cut off."""
AIM_SECONDS = 1.0  # how long one waits for that
AIM_SPREAD = 0.03  # within so many seconds after it


@dataclass(frozen=True)
class Blow:
    """One thing that is done: what, seconds after the one before it was got over, and which of several (0 to 1)."""

    kind: str
    pause: float
    pick: float


@dataclass(frozen=True)
class Pace:
    """How fast: seconds between two blows once work goes on again, the longest wait for that, and how long a full disk
    and a database that stands still last."""

    pause: tuple[float, float] = (0.4, 1.8)
    patience: float = 2.0
    stopped: float = 30.0
    full: float = 15.0


def plan(seed: int, kills: int, pace: Pace) -> list[Blow]:
    """The blows of a run: of each kind as many as its share, at least one where there is room, in a drawn order."""
    chance = random.Random(seed)
    kinds = [*_shared(kills), *(kind for kind, every in BESIDE.items() for _ in range(1 + kills // every))]
    chance.shuffle(kinds)
    return [Blow(kind, _pause(chance, pace), chance.random()) for kind in kinds]


def _shared(kills: int) -> Iterator[str]:
    """Kinds of kills by their shares; what the rounding leaves goes to those that come first."""
    total = sum(KILLS.values())
    counts = {kind: max(1, kills * share // total) for kind, share in KILLS.items()}
    order = sorted(KILLS, key=lambda kind: -KILLS[kind])
    while sum(counts.values()) != kills:
        step = 1 if sum(counts.values()) < kills else -1
        kind = order[0] if step > 0 else max(counts, key=lambda each: counts[each])
        counts[kind] += step
        order.append(order.pop(0))
    for kind, count in counts.items():
        yield from [kind] * count


def _pause(chance: random.Random, pace: Pace) -> float:
    pause = chance.uniform(*pace.pause)
    return 0.0 if chance.random() < BURST else pause


@dataclass
class Chaos:
    """The hand. `acknowledged` tells whether anything has been that was asked for since a moment, `writing` whether
    anything has been announced since it was asked last that is about to be written; `notes` keeps what was done."""

    system: System
    wires: Sequence[Wire]
    disk: Path | None
    pace: Pace
    notes: Path
    acknowledged: Callable[[float], bool]
    writing: Callable[[], bool]
    blows: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    _beside: set[asyncio.Task[None]] = field(default_factory=set)

    async def strike(self, blows: Sequence[Blow]) -> None:
        """Carry out a plan."""
        for blow in blows:
            await asyncio.sleep(blow.pause)
            struck = await self._do(blow)
            if blow.pause:
                await self._got_over(struck)
        await asyncio.gather(*self._beside)

    async def _do(self, blow: Blow) -> float:
        beside: dict[str, Callable[[], Awaitable[None]]] = {
            "clock": self._jump,
            "stand still": self._stand_still,
            "disk full": self._fill,
        }
        if blow.kind in ("cut", "slow", "deaf"):
            self._note(blow.kind)
            task = asyncio.create_task(self._turn(blow))
            self._beside.add(task)
        elif blow.kind in beside:
            await beside[blow.kind]()
        else:
            starts = self.system.starts
            if not await asyncio.to_thread(eventually, lambda: self._kill(blow), THERE_SECONDS):
                self.left_out[f"{blow.kind}: none was there"] += 1
            elif blow.kind == "launcher":
                self.system.start_again()
                await asyncio.to_thread(eventually, lambda: self.system.starts > starts, READY_SECONDS)
        return time.monotonic()

    async def _got_over(self, since: float) -> None:
        """Until something is acknowledged that was asked for after it, or patience ends."""
        deadline = since + self.pace.patience
        while not self.acknowledged(since) and time.monotonic() < deadline:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)

    def _note(self, kind: str, **facts: object) -> None:
        self.blows[kind] += 1
        self._write(kind, **facts)

    def _over(self, kind: str, **facts: object) -> None:
        """What lasts for a while is over."""
        self._write(kind, over=True, **facts)

    def _write(self, kind: str, **facts: object) -> None:
        with self.notes.open("a") as out:
            out.write(json.dumps({"at": time.monotonic(), "kind": kind, **facts}) + "\n")

    def _kill(self, blow: Blow) -> bool:
        """`kill -9`; False where just that does not run."""
        # what is unburied is killed already
        pids = sorted(pid for pid in self.targets(blow.kind) if alive(pid))
        if not pids:
            return False
        pid = pids[int(blow.pick * len(pids))]
        what = command_of(pid)[:80]
        if blow.kind in AIMED and blow.pause:
            self._aim(blow)
            if not alive(pid):  # it has come to an end of its own meanwhile
                return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self._note(blow.kind, pid=pid, what=what)
            return True
        return False

    def _aim(self, blow: Blow) -> None:
        """Wait for a request that writes, and then for a moment within it; not for long."""
        self.writing()  # what was announced until now is answered, or waits for its next try
        deadline = time.monotonic() + AIM_SECONDS
        while not self.writing():
            if time.monotonic() > deadline:
                return
            time.sleep(0.002)
        time.sleep(blow.pick * 7 % 1 * AIM_SPREAD)

    def targets(self, kind: str) -> list[int]:
        """The processes of a kind that run now."""
        parts = {
            "web process": "portal",
            "worker": "worker",
            "customs": "customs",
            "card service": "card",
            "postmaster": "database",
        }
        if kind in parts:
            return self.system.pids_of(parts[kind])
        if kind == "launcher":
            return [self.system.launcher]
        database = self._database()
        if kind in TITLES:
            return [pid for pid in database if command_of(pid).startswith(TITLES[kind])]
        return [pid for pid in descendants(self.system.launcher) if pid not in database]

    def _database(self) -> list[int]:
        """The postmaster and its children."""
        main = self.system.pid_of("database")
        return [] if main is None else [main, *(pid for pid in processes() if parent_of(pid) == main)]

    async def _turn(self, blow: Blow) -> None:
        """The line between portal and customs is bad for a while, in one direction or both, as the pick says."""
        states: dict[str, State] = {"cut": "cut", "slow": "slow", "deaf": "deaf"}
        which = [wire for at, wire in enumerate(self.wires) if blow.pick > 0.67 or at == int(blow.pick * 3)]
        for wire in which:
            wire.turn(states[blow.kind])
        await asyncio.sleep(WIRE_SECONDS)
        for wire in which:
            if wire.state == "deaf":
                wire.turn("cut")  # whoever waits for an answer that was swallowed learns that there is none
            wire.turn("open")
        self._over(blow.kind)

    async def _stand_still(self) -> None:
        """The database stops, without a word."""
        self._note("stand still")
        stopped = self._database()
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(self.pace.stopped)
        for pid in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._over("stand still")

    async def _fill(self) -> None:
        """The disk is full for a while: from when the database cannot write any more until there is room again."""
        if self.disk is None:
            self.left_out[NO_DISK] += 1
            return
        heap = self.disk / "heap"
        try:
            if not await self._runs_into(heap):
                self.left_out["disk full: the database could still write"] += 1
                return
            self._note("disk full")
            refused, deadline = 1, time.monotonic() + self.pace.full
            while time.monotonic() < deadline:  # what others free meanwhile is taken too
                await asyncio.sleep(0.5)
                await asyncio.to_thread(_fill, heap)
                refused += await self._refused()
        finally:
            heap.unlink()
        self._over("disk full", refused=refused)

    async def _runs_into(self, heap: Path) -> bool:
        """Fill the disk until the database is refused a write of its own."""
        deadline = time.monotonic() + FULL_SECONDS
        while time.monotonic() < deadline:
            await asyncio.to_thread(_fill, heap)
            if await self._refused():
                return True
            await asyncio.sleep(0.2)
        return False

    async def _refused(self) -> bool:
        """Whether the database says that the disk is full when it is to write."""
        try:
            await self.system.sql("singlewindow", WRITE)
        except asyncpg.DiskFullError:
            return True
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False  # it is not there at the moment, or not in order: that says nothing of the disk
        return False

    async def _jump(self) -> None:
        """The business clock jumps an hour on, and at the next call back."""
        span = "-1h" if self.blows["clock"] % 2 else "+1h"
        command = [sys.executable, "-m", "singlewindow", "clock", "shift", span]
        for _ in range(100):
            moved = await asyncio.to_thread(
                subprocess.run,
                command,
                env=self.system.environment(),
                cwd=CLONE,
                capture_output=True,
                check=False,
            )
            if moved.returncode == 0:
                self._note("clock", span=span)
                return
            await asyncio.sleep(1)
        self.left_out["clock: could not be moved"] += 1


def _fill(heap: Path) -> None:
    with suppress(OSError), heap.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 2**16)
