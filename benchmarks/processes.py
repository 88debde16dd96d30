"""CPU time by process, from /proc: which part of the system spends what.

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
ENDED = "ended children"  # what was done by children of portal, worker, customs that are gone by now


@dataclass(frozen=True)
class Spent:
    """Seconds of CPU by part, and of the clock."""

    parts: dict[str, float]
    seconds: float

    def since(self, earlier: Spent) -> Spent:
        """What was spent between two looks."""
        parts = {name: spent - earlier.parts.get(name, 0.0) for name, spent in self.parts.items()}
        return Spent(parts, self.seconds - earlier.seconds)

    def per(self, pieces: int) -> dict[str, float]:
        """Milliseconds of CPU for each piece of work, by part, the greatest first, and altogether."""
        each = {name: spent * 1000 / max(pieces, 1) for name, spent in self.parts.items()}
        shown = {n: round(ms, 3) for n, ms in sorted(each.items(), key=lambda i: -i[1]) if ms >= 0.005}
        return {"all": round(sum(each.values()), 3), **shown}

    @property
    def generator_share(self) -> float:
        """The load generator's part of all CPU time."""
        return round(self.parts[GENERATOR] / (sum(self.parts.values()) or 1), 3)


def look(launcher: int, extra: dict[str, int]) -> Spent:
    """The CPU time so far of everything under a launcher, of `extra` name → pid, and of this process."""
    parts = {GENERATOR: time.process_time()}
    for pid in _under(launcher):
        name = _part_of(command_of(pid))
        own, ended = _cpu(pid)
        parts[name] = parts.get(name, 0.0) + own
        if not name.startswith("pg "):
            parts[ENDED] = parts.get(ENDED, 0.0) + ended
    for name, pid in extra.items():
        parts[name] = _cpu(pid)[0]
    return Spent(parts, time.perf_counter())


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


def _part_of(command: str) -> str:
    """portal, worker, customs, card, or the PostgreSQL session of one of their roles."""
    if command.startswith("postgres: "):
        words = command.split()
        sessions = {"sw_web": "pg portal", "sw_worker": "pg worker", "customs": "pg customs"}
        return sessions.get(words[1], "pg other")
    if COMMANDS["database"] in command:
        return "pg other"
    return next((name for name, known in COMMANDS.items() if known in command), "other")


def _cpu(pid: int) -> tuple[float, float]:
    """Seconds of a process, and of its children that have ended."""
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    return (int(fields[11]) + int(fields[12])) / TICK, (int(fields[13]) + int(fields[14])) / TICK
