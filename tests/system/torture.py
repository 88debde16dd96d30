"""Torture: everything is killed at random while companies work, and nothing that was acknowledged may be lost.

    python -m tests.system.torture [--kills 300] [--seed 1] [--people 6] [--report FILE]        `make torture`

Companies save, declare, change, revoke and delete trips over the API and write down outside the system what was
acknowledged (a file, each line on the disk before they go on). Meanwhile `kill -9` strikes web processes, worker,
customs, card service, sessions of the database and its postmaster; the database stands still for 30 s; its disk is
full for a while; the business clock jumps an hour back and forth; and customs lose, double, delay and shuffle receipts.
Then everything may settle, and both sides are compared with what was written down: nothing lost, nothing doubled,
nothing half, no wrong final state, and a history that holds. Exit code 1 when anything is not so.

The disk is a file system in memory of its own, for which one must be root; otherwise that part is left out and said so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import httpx

from benchmarks.work import trip_content
from tests.system.applicant import Applicant, Away, applicants
from tests.system.running import (
    CLONE,
    System,
    command_of,
    eventually,
    parent_of,
    processes,
    running,
)

TRIPS = "/api/documents/gate.trip"
FAULTS = {
    "CUSTOMS_LOST": "0.1", "CUSTOMS_DOUBLED": "0.2", "CUSTOMS_DELAYED": "0.2", "CUSTOMS_SHUFFLED": "0.2",
    "CUSTOMS_LOST_SECONDS": "3", "CUSTOMS_HOLD_SECONDS": "1.5", "CUSTOMS_FAULT_SEED": "torture",
}  # fmt: skip
DISK = "900m"  # of the file system that is filled
STEP_SECONDS = 240.0  # the longest that one step may need: the database may be away for long, and again
SETTLE_SECONDS = 240.0
PAUSE = (0.2, 1.2)  # seconds between two blows
TARGETS = {"portal": 5, "worker": 4, "customs": 3, "session": 4, "database": 2, "card": 1}
"""How often each is struck, in proportion; `session` is a process of the database's that serves somebody."""
UNDER_WAY = ("1", "2")
GONE = ("deleted",)
Result = TypeVar("Result")


@dataclass
class Ledger:
    """What was acknowledged, outside the system: number → what, the last word counts."""

    file: Path
    said: dict[str, str] = field(default_factory=dict)
    plates: dict[str, str] = field(default_factory=dict)

    def write(self, number: str, what: str, plate: str) -> None:
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"number": number, "what": what, "plate": plate}) + "\n")
            out.flush()
            os.fsync(out.fileno())
        self.said[number], self.plates[number] = what, plate


@dataclass
class Haulier:
    """A company's program that repeats what was cut off, and never does a thing twice."""

    person: Applicant
    ledger: Ledger
    chance: random.Random
    refused: Counter[str] = field(default_factory=Counter)

    async def work(self, serials: Iterator[int], over: asyncio.Event) -> None:
        """One trip after the other until it is over."""
        while not over.is_set():
            await self.trip(next(serials), over)

    async def trip(self, serial: int, over: asyncio.Event) -> None:
        """A trip: half are declared and stay, some are revoked after that, some stay drafts, some are deleted."""
        body, key = trip_content(serial), uuid4().hex
        plate = json.loads(body)["content"]["bind_key_info"]
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        view = await self.patiently(lambda: self.person._call("POST", TRIPS, content=body, headers=headers))
        number = view["number"]
        self.ledger.write(number, "draft", plate)
        fate = self.chance.choices(("declared", "revoked", "draft", "deleted"), (6, 2, 1, 1))[0]
        if fate == "deleted":
            await self.patiently(lambda: self._delete(number))
            self.ledger.write(number, "deleted", plate)
        if fate in ("declared", "revoked"):
            await self.patiently(lambda: self._sign(number, "declare", lambda v: v["status"]["code"] != "0"))
            self.ledger.write(number, "declared", plate)
        if fate == "revoked" and await self._accepted(number, over):
            await self.patiently(lambda: self._sign(number, "revoke", _is_revoking))
            self.ledger.write(number, "revoked", plate)

    async def _accepted(self, number: str, over: asyncio.Event) -> bool:
        """Wait until customs have accepted it; False where the end came first."""
        while True:
            view = await self.patiently(lambda: self.person._call("GET", f"{TRIPS}/{number}"))
            if view["status"]["code"] == "10":
                return True
            if over.is_set():
                return False
            await asyncio.sleep(0.5)

    async def _delete(self, number: str) -> None:
        answer = await self.person.http.delete(f"{TRIPS}/{number}")
        if answer.status_code == 503:
            raise Away(answer.text)
        # An answer that was lost told of a deletion: now the document is absent.
        assert answer.status_code in (204, 404), f"delete: {answer.status_code} {answer.text}"

    async def _sign(self, number: str, action: str, done: Callable[[dict[str, Any]], bool]) -> None:
        """Sign an action, unless the answer of an earlier try was lost and it is done."""
        view = await self.person._call("GET", f"{TRIPS}/{number}")
        if not done(view):
            await self.person._do(f"{TRIPS}/{number}", view["version"], action)

    async def patiently(self, step: Callable[[], Awaitable[Result]]) -> Result:
        """Try until it is done. A refusal that the next look explains (the version has moved on) is one more try."""
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            try:
                return await step()
            except (httpx.TransportError, Away):
                self.refused["away"] += 1
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            except AssertionError as problem:
                if " 409 " not in str(problem) or time.monotonic() > deadline:
                    raise
                self.refused["409"] += 1
                await asyncio.sleep(0.2)


def _is_revoking(view: dict[str, Any]) -> bool:
    """Whether 删单 is with customs or has been accepted."""
    return view["marker"] is not None


@dataclass
class Chaos:
    """Whoever strikes."""

    system: System
    chance: random.Random
    disk: Path | None
    blows: Counter[str] = field(default_factory=Counter)
    before: float = field(default_factory=time.monotonic)

    async def strike(self, kills: int) -> None:
        """So many kills; in between the database stands still, its disk is full, and the clock jumps."""
        acts = {
            kills // 4: self.stand_still,
            kills // 2: self.fill,
            kills // 3: self.jump,
            2 * kills // 3: self.jump,
        }
        for done in range(kills):
            if done in acts:
                await acts[done]()
            await asyncio.sleep(self.chance.uniform(*PAUSE))
            await asyncio.to_thread(eventually, self.kill, STEP_SECONDS)

    def kill(self) -> bool:
        """`kill -9` something that runs; False where just that does not."""
        target = self.chance.choices(list(TARGETS), list(TARGETS.values()))[0]
        pids = self._sessions() if target == "session" else self.system.pids_of(target)
        if not pids:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.chance.choice(pids), signal.SIGKILL)
            self.blows[target] += 1
            return True
        return False

    def _sessions(self) -> list[int]:
        """The database's processes that serve somebody: each killed makes all others end too."""
        return [
            pid
            for pid in self._database()[1:]
            if " [local] " in command_of(pid) or "postgres: sw_" in command_of(pid)
        ]

    def _database(self) -> list[int]:
        """The postmaster and its children."""
        main = self.system.pid_of("database")
        return [] if main is None else [main, *(pid for pid in processes() if parent_of(pid) == main)]

    async def stand_still(self) -> None:
        """The database stops for 30 s, without a word."""
        stopped = self._database()
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(30)
        for pid in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.blows["stood still"] += 1

    async def fill(self) -> None:
        """The disk is full for 15 s."""
        if self.disk is None:
            return
        heap = self.disk / "heap"
        with suppress(OSError), heap.open("wb") as file:
            while True:
                file.write(b"\0" * 2**16)
        await asyncio.sleep(15)
        heap.unlink()
        self.blows["disk full"] += 1

    async def jump(self) -> None:
        """The business clock jumps an hour on, and at the next call back."""
        span = "-1h" if self.blows["clock"] % 2 else "+1h"
        for _ in range(100):
            command = [sys.executable, "-m", "singlewindow", "clock", "shift", span]
            moved = await asyncio.to_thread(
                subprocess.run,
                command,
                env=self.system.environment(),
                cwd=CLONE,
                capture_output=True,
                check=False,
            )
            if moved.returncode == 0:
                self.blows["clock"] += 1
                return
            await asyncio.sleep(1)


TRIP_ROWS = """
select d.number, d.status, d.hidden, d.last_submission, d.content ->> 'bind_key_info' as plate, d.amending, d.ended_by,
       (select count(*) from submission s where s.document_id = d.id) as submissions,
       (select count(*) from event e where e.document_id = d.id and e.kind = 'submitted') as told,
       (select array_agg(s.sequence || ':' || r.seq || ':' || r.code order by s.sequence, r.seq) from receipt r
        join submission s on s.id = r.submission_id where r.document_id = d.id and r.seq > 0) as heard
from document d where d.type = 'gate.trip'"""
THEIRS = """
select s.number, s.sequence, count(*) over (partition by s.number, s.sequence) as times,
       (select array_agg(s.sequence || ':' || r.seq || ':' || r.code order by r.seq) from receipt r
        where r.submission_id = s.id) as said
from submission s where s.type = 'gate.trip'"""


@dataclass
class Verdict:
    """The comparison of what was acknowledged with what both sides hold: kind of damage → document numbers."""

    damage: dict[str, list[str]]
    counted: dict[str, int]

    @classmethod
    async def of(cls, system: System, ledger: Ledger) -> Verdict:
        ours = {row["number"]: row for row in await system.sql("singlewindow", TRIP_ROWS)}
        theirs: dict[str, list[Any]] = {}
        for row in await system.sql("customs", THEIRS):
            theirs.setdefault(row["number"], []).append(row)
        damage: dict[str, list[str]] = {
            "lost": [
                n
                for n, what in ledger.said.items()
                if what not in GONE and (n not in ours or ours[n]["hidden"])
            ],
            "came back": [
                n for n, what in ledger.said.items() if what in GONE and n in ours and not ours[n]["hidden"]
            ],
            "doubled": [n for n, plate in cls._more(ours) if plate]
            + [n for n, rows in theirs.items() if rows[0]["times"] > 1],
            "half": [n for n, row in ours.items() if not cls._whole(row, theirs.get(n, []))],
            "wrong final state": [
                n for n, row in ours.items() if not cls._right(row, ledger.said.get(n, "draft"))
            ],
        }
        return cls(damage, {"trips": len(ours), "acknowledged": len(ledger.said), "at customs": len(theirs)})

    @staticmethod
    def _more(ours: dict[str, Any]) -> list[tuple[str, str]]:
        """Each vehicle makes one trip, however often its program repeated the request."""
        plates = Counter(row["plate"] for row in ours.values())
        return [(number, row["plate"]) for number, row in ours.items() if plates[row["plate"]] > 1]

    @staticmethod
    def _whole(row: Any, theirs: list[Any]) -> bool:
        """As many submissions as the history tells and customs have, and the same receipts on both sides."""
        said = sorted(each for one in theirs for each in one["said"] or ())
        counts = {row["submissions"], row["told"], row["last_submission"], len(theirs)}
        return len(counts) == 1 and sorted(row["heard"] or ()) == said

    @staticmethod
    def _right(row: Any, acknowledged: str) -> bool:
        """What was begun may have gone further than its last acknowledgement; never less far."""
        reached = "revoked" if row["ended_by"] else {"0": "draft", "10": "declared"}.get(row["status"], "?")
        order = ("draft", "declared", "revoked")
        return row["hidden"] or (reached in order and order.index(reached) >= order.index(acknowledged))


async def run(
    options: argparse.Namespace, system: System, disk: Path | None, ledger: Ledger
) -> dict[str, Any]:
    """Work, strike, let settle, compare; the report."""
    chance = random.Random(options.seed)
    chaos, over, began = Chaos(system, chance, disk), asyncio.Event(), time.monotonic()
    serials = iter(range(1, 10**9))
    async with applicants(system) as people:
        workers = [
            Haulier(people[at % len(people)], ledger, random.Random(at)) for at in range(options.people)
        ]
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.work(serials, over))
            await chaos.strike(options.kills)
            over.set()
    seconds = time.monotonic() - began
    settled = await asyncio.to_thread(eventually, lambda: asyncio.run(_settled(system)), SETTLE_SECONDS)
    verdict = await Verdict.of(system, ledger)
    history = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-m", "singlewindow", "verify-history"],
        env=system.environment(), cwd=CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for part in ("portal", "worker", "customs") for line in _bugs(system, part)]
    good = settled and history.returncode == 0 and not any(verdict.damage.values()) and not errors
    return {
        "good": good, "kills": sum(chaos.blows[name] for name in TARGETS), "blows": dict(chaos.blows),
        "seed": options.seed, "seconds": round(seconds), "settled": settled, **verdict.counted,
        "acknowledged as": dict(Counter(ledger.said.values())),
        "repeated": dict(sum((each.refused for each in workers), Counter())),
        **{name: len(numbers) for name, numbers in verdict.damage.items()},
        "damaged": {name: numbers[:20] for name, numbers in verdict.damage.items() if numbers},
        "history": history.stdout.strip().splitlines()[-1:], "unexpected": errors[:20],
        "disk": "left out: needs root" if disk is None else "filled once",
    }  # fmt: skip


async def _settled(system: System) -> bool:
    """Nothing is under way on either side."""
    asked = {
        "singlewindow": (
            "select 1 from outbox where state = 'queued' limit 1",
            "select 1 from inbox where state = 'received' limit 1",
            f"""select 1 from document where type = 'gate.trip' and not hidden
                and (status in {UNDER_WAY} or amending <> '') limit 1""",
        ),
        "customs": ("select 1 from outgoing where state <> 'sent' limit 1",),
    }
    try:
        return not any(
            [await system.sql(side, each) for side, statements in asked.items() for each in statements]
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


def _bugs(system: System, part: str) -> list[str]:
    """Lines of a log that tell of what nobody expected: away is expected, a defect is not."""
    return [line[:300] for line in system.log(part).splitlines() if '"event": "unexpected"' in line]


def _keep(system: System, ledger: Ledger) -> None:
    """What is needed to find out why: all logs, and what was acknowledged."""
    kept = Path("var/torture")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(system.data / "log", kept / "log")
    shutil.copy(system.folder / "launcher.log", kept)
    if ledger.file.exists():
        shutil.copy(ledger.file, kept)


@contextmanager
def own_disk() -> Iterator[Path | None]:
    """A folder on a file system of its own that can be full, or None where one may not mount any."""
    with tempfile.TemporaryDirectory(prefix="sw-disk-") as name:
        mounted = (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", name], check=False
            ).returncode
            == 0
        )
        try:
            yield Path(name) if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", name], check=True)


def main() -> int:
    """Run it as the arguments say; prints the report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    with own_disk() as disk, tempfile.TemporaryDirectory(prefix="sw-ledger-") as notes:
        ledger = Ledger(Path(notes) / "acknowledged.jsonl")
        with running(
            place=disk, CAPTCHA_FIXED="TEST", CUSTOMS_MODE="automatic", CUSTOMS_DELAY="0", CUSTOMS_DELAY_MAX="1",
            LOG_FORMAT="json", **FAULTS,
        ) as system:  # fmt: skip
            report: dict[str, Any] = {"good": False}
            try:
                report = asyncio.run(run(options, system, disk, ledger))
            finally:
                if not report["good"]:
                    _keep(system, ledger)
    text = json.dumps(report, ensure_ascii=False, indent=1)
    print(text)
    if options.report:
        options.report.write_text(text + "\n", encoding="utf-8")
    return 0 if report["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
