"""CPU time by process, from /proc: which part of the system spends what, and whether the generator keeps up.

Wall-clock rates depend on what else the machine does; CPU milliseconds per piece of work hardly do.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.system.running import COMMANDS, command_of, parent_of, processes

TICK = os.sysconf("SC_CLK_TCK")
GENERATOR = "generator"
ENDED = "ended children"  # what was done by processes that are gone by now
BUSY = 0.8  # a generator busier than this of its one core may be what was measured
Process = tuple[str, int, int]  # part, process id, when it started: ids come again


@dataclass(frozen=True)
class Spent:
    """Seconds of CPU by process, what was spent by processes that have ended, seconds for which the generator was ready
    and had no core, what all cores of the machine spent on whatever it was, what its host kept of them, for how long
    they had nothing to do, and seconds of the clock."""

    processes: dict[Process, float]
    ended: float
    waiting: float
    machine: float
    stolen: float
    unused: float
    seconds: float

    def since(self, earlier: Spent) -> Spent:
        """What was spent between two looks. A process that ended in between took its time along to its parent, which
        counts it among the ended; what it had spent before the first look is taken off there."""
        spent = {each: cpu - earlier.processes.get(each, 0.0) for each, cpu in self.processes.items()}
        gone = sum(cpu for each, cpu in earlier.processes.items() if each not in self.processes)
        return Spent(
            spent,
            max(self.ended - earlier.ended - gone, 0.0),
            self.waiting - earlier.waiting,
            self.machine - earlier.machine,
            self.stolen - earlier.stolen,
            self.unused - earlier.unused,
            self.seconds - earlier.seconds,
        )

    @property
    def parts(self) -> dict[str, float]:
        """Seconds of CPU by part."""
        found: dict[str, float] = {GENERATOR: 0.0}
        for (name, _, _), cpu in self.processes.items():
            found[name] = found.get(name, 0.0) + cpu
        return found | {ENDED: self.ended}

    @property
    def cpu(self) -> float:
        """Seconds of CPU altogether, the generator's among them."""
        return sum(self.parts.values())

    def per(self, pieces: int) -> dict[str, float]:
        """Milliseconds of CPU for each piece of work, by part, the greatest first, and altogether."""
        each = {name: spent * 1000 / max(pieces, 1) for name, spent in self.parts.items()}
        shown = {n: round(ms, 3) for n, ms in sorted(each.items(), key=lambda i: -i[1]) if ms >= 0.005}
        return {"all": round(sum(each.values()), 3), **shown}

    @property
    def generator_share(self) -> float:
        """The load generator's part of all CPU time."""
        return round(self.parts[GENERATOR] / (self.cpu or 1), 3)

    @property
    def generator(self) -> dict[str, float]:
        """How the generator spent its one core's time: busy, ready but without a core, and idle; its part of all CPU
        time."""
        whole = self.seconds or 1.0
        busy, waiting = self.parts[GENERATOR] / whole, max(self.waiting, 0.0) / whole
        return {
            "busy": round(busy, 3), "waiting": round(waiting, 3), "idle": round(max(1 - busy - waiting, 0.0), 3),
            "share_of_all_cpu": self.generator_share,
        }  # fmt: skip

    @property
    def of_machine(self) -> dict[str, float]:
        """Cores that others used meanwhile, the kernel's own work for us among them, that the host kept, and that had
        nothing to do: where these are many it was waiting, not cost, that made the rate."""
        whole = self.seconds or 1.0
        others = max(self.machine - self.cpu, 0.0) / whole
        return {
            "cores_used_by_others": round(others, 2),
            "cores_stolen": round(self.stolen / whole, 2),
            "cores_idle": round(self.unused / whole, 2),
        }


def look(launcher: int, extra: dict[str, int]) -> Spent:
    """The CPU time so far of a launcher and everything under it, of `extra` name → pid, and of this process."""
    found: dict[Process, float] = {(GENERATOR, os.getpid(), 0): time.process_time()}
    ended = 0.0
    named = {
        launcher: "launcher",
        **dict.fromkeys(_under(launcher), ""),
        **{pid: name for name, pid in extra.items()},
    }
    for pid, name in named.items():
        part = name or part_of(command_of(pid))
        own, of_ended, started = _cpu(pid)
        found[part, pid, started] = own
        ended += of_ended
    return Spent(found, ended, _waiting(), *_machine(), time.perf_counter())


def _under(launcher: int) -> list[int]:
    """All processes below one, each process of the machine looked at once."""
    children: dict[int | None, list[int]] = {}
    for pid in processes():
        children.setdefault(parent_of(pid), []).append(pid)
    found, new = [], [launcher]
    while new:
        new = [child for pid in new for child in children.get(pid, [])]
        found += new
    return found


def part_of(command: str) -> str:
    """portal, worker, customs, card, or the PostgreSQL session of one of their roles."""
    if command.startswith("postgres: "):
        words = command.split()
        sessions = {"sw_web": "pg portal", "sw_worker": "pg worker", "customs": "pg customs"}
        return sessions.get(words[1], "pg other")
    if COMMANDS["database"] in command:
        return "pg other"
    return next((name for name, known in COMMANDS.items() if known in command), "other")


def _cpu(pid: int) -> tuple[float, float, int]:
    """Seconds of a process, of its children that have ended, and when it started."""
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0, 0
    ticks = [int(fields[at]) for at in (11, 12, 13, 14)]
    return sum(ticks[:2]) / TICK, sum(ticks[2:]) / TICK, int(fields[19])


def _waiting() -> float:
    """Seconds for which this process was ready and had no core; 0 where the kernel does not tell."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _machine() -> tuple[float, float, float]:
    """Seconds that all cores were busy (user, nice, system, irq, softirq), that the host gave to others, and that
    nothing was to be done or only the disk was waited for."""
    user, nice, system, idle, disk, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq) / TICK, steal / TICK, (idle + disk) / TICK
