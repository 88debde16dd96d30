"""What the parts of a running system have and owe: memory, open files, CPU, sizes of the databases, and what waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.numbers import theil_sen
from benchmarks.processes import part_of
from benchmarks.sides import Side
from tests.system.running import command_of, descendants, parent_of

Sample = dict[str, Any]
NOTHING: dict[str, float] = {
    "private_mb": 0.0, "largest_mb": 0.0, "pss_mb": 0.0, "files": 0, "clients": 0, "processes": 0,
}  # fmt: skip
ESTABLISHED, LISTENS = "01", "0A"  # states of /proc/net/tcp
OWED = {
    "singlewindow": """select
        (select count(*) from outbox where state = 'queued') as outbox,
        (select count(*) from inbox where state = 'received') as inbox,
        (select count(*) from inbox where state = 'unreadable') as unreadable,
        (select count(*) from event where xid >= (select next from feed_place)) as feed_behind,
        (select count(*) from job where state in ('queued', 'running')) as jobs,
        (select count(*) from pg_stat_activity where datname is not null) as sessions,
        pg_database_size('singlewindow') / 1048576 as portal_mb, pg_database_size('customs') / 1048576 as customs_mb""",
    "customs": """select
        (select count(*) from incoming where state = 'waiting') as customs_incoming,
        (select count(*) from outgoing where state = 'queued') as customs_outgoing""",
}


def memory(launcher: int) -> dict[str, dict[str, float]]:
    """By part of the system: MB that are its processes' own, of all and of the largest, MB with their fair part of what
    is shared, open files, clients' connections (not among the files) and how many processes it has now. Children of a
    part (typesetting, reading of files) count by themselves."""
    found: dict[str, dict[str, float]] = {}
    accepted = _accepted()
    for pid in [launcher, *descendants(launcher)]:
        part = _part(pid, launcher)
        own, fair = _memory(pid)
        if fair == 0:
            continue  # gone meanwhile, or the kernel's shadow of it
        row = found.setdefault(part, dict(NOTHING))
        row["private_mb"] += own
        row["largest_mb"] = max(row["largest_mb"], own)
        row["pss_mb"] += fair
        files = _files(pid)
        clients = sum(file in accepted for file in files)
        row["files"] += len(files) - clients
        row["clients"] += clients
        row["processes"] += 1
    return {part: {name: round(value, 2) for name, value in row.items()} for part, row in found.items()}


def _part(pid: int, launcher: int) -> str:
    if pid == launcher:
        return "launcher"
    command = command_of(pid)
    part = "postgresql" if part_of(command).startswith("pg ") else part_of(command)
    if part != "other":
        return part
    parent = parent_of(pid)
    above = _part(parent, launcher) if parent and parent != 1 else "other"
    return above if above.endswith(" children") else f"{above} children"


def _memory(pid: int) -> tuple[float, float]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
    return (kb.get("Private_Clean", 0) + kb.get("Private_Dirty", 0)) / 1024, kb.get("Pss", 0) / 1024


def _files(pid: int) -> list[str]:
    """What its open files are: a path, or `socket:[…]`."""
    found: list[str] = []
    with suppress(OSError):  # the process may be gone
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # or the file closed
                found.append(str(file.readlink()))
    return found


def _accepted() -> set[str]:
    """Sockets of this machine at a port where somebody listens, whose other end is open too. A client holds as many as
    it likes; one that its client has left is not among them, and so a part that forgets to close it is found."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1].split(":")[1] for row in rows if row[3] == LISTENS}
    return {
        f"socket:[{row[9]}]" for row in rows if row[3] == ESTABLISHED and row[1].split(":")[1] in listening
    }


@dataclass
class Watch:
    """Samples of a system, taken again and again."""

    launcher: int
    owner: Side
    customs: Side
    every: float  # seconds
    began: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)

    async def run(self, more: Any) -> None:
        """Take samples until cancelled; `more()` adds what only the load knows."""
        while True:
            self.samples.append({**await self.look(), **more()})
            await asyncio.sleep(self.every)

    async def look(self) -> Sample:
        """One sample."""
        owed = dict(await self.owner.fetchrow(OWED["singlewindow"]) or {})
        owed |= dict(await self.customs.fetchrow(OWED["customs"]) or {})
        parts = await asyncio.to_thread(memory, self.launcher)
        return {"minute": round((time.monotonic() - self.began) / 60, 2), "parts": parts, "owed": owed}


GROWTH, LEAST_MB, LEAST_FILES, LEAST_SESSIONS = 0.03, 2.0, 8.0, 3.0
OF_A_CHILD = 0.1  # by so much the largest child of the second half may be larger than that of the first


@dataclass(frozen=True)
class Flatness:
    """Whether something stays as it is: the slope by Theil and Sen over the second half of the time, an hour long; and
    how much more there is in the last fifth of that half than in its first (medians): a step that lasts bends no slope
    unless it falls into the middle.

    Flat is what grows by less than 3 of 100 an hour, or by less than `least`, whichever is more, and has not risen by
    so much.
    """

    at_first: float
    at_last: float
    a_hour: float
    rise: float
    flat: bool

    @classmethod
    def of(cls, points: Sequence[tuple[float, float]], least: float) -> Flatness:
        """`points`: minute and value, in the order of time; the first half is warming up and does not count."""
        late = points[len(points) // 2 :]
        values = sorted(value for _, value in late)
        usual = values[len(values) // 2]
        slope = theil_sen([(minute / 60, value) for minute, value in late])
        few = max(len(late) // 5, 1)
        rise = median(v for _, v in late[-few:]) - median(v for _, v in late[:few])
        flat = max(slope, rise) < max(GROWTH * usual, least)
        return cls(points[0][1], late[-1][1], round(slope, 2), round(rise, 2), flat)


def flatness(samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """By part of the system: its own memory, and its open files; parts that come and go are not among them. A part that
    came during the first half (typesetting begins with the first print) is judged by the second as all are.

    Two things grow by design, to a bound that an hour may not reach, so that a slope says nothing of them: the memory
    of a child that is ended after so many pieces of work (`children.py`) is judged by how large one becomes;
    PostgreSQL's files, which each session keeps open once it has used them (at most max_files_per_process), by how many
    sessions there are.
    """
    found: dict[str, dict[str, Any]] = {}
    for part in _lasting(samples):
        of_part = [(s["minute"], s["parts"].get(part, NOTHING)) for s in samples]
        mb = Flatness.of([(minute, row["private_mb"]) for minute, row in of_part], LEAST_MB)
        files = Flatness.of([(minute, row["files"]) for minute, row in of_part], LEAST_FILES)
        if part.endswith(" children"):
            mb = replace(mb, flat=_as_large([row["largest_mb"] for _, row in of_part]))
        if part == "postgresql":
            sessions = [(minute, row["processes"]) for minute, row in of_part]
            files = replace(files, flat=Flatness.of(sessions, LEAST_SESSIONS).flat)
        found[part] = {"private_mb": vars(mb), "files": vars(files)}
    return found


def _as_large(largest: Sequence[float]) -> bool:
    """Whether what was the most in the first half was so in the second, within OF_A_CHILD."""
    half = len(largest) // 2
    before = max(largest[:half], default=0.0)
    return max(largest[half:]) <= max(before * (1 + OF_A_CHILD), before + LEAST_MB)


def _lasting(samples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Parts that are there in every sample of the second half."""
    late = samples[len(samples) // 2 :]
    for part in late[0]["parts"]:
        if all(part in each["parts"] for each in late):
            yield part
