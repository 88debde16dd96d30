"""A run: a system with customs that lose, double, delay and shuffle receipts, companies at work in a process of their
own, blows by plan; then everything may settle, and the verdict is given."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from benchmarks.conditions import commit
from singlewindow.contract.pdf_seals import Trust
from tests.ports import free_ports
from tests.system.applicant import with_card
from tests.system.integrator import CHEN, QIAN
from tests.system.prepared import PORTS
from tests.system.running import CHINA, CLONE, System, running
from tests.system.torture.chaos import Chaos, Pace, plan
from tests.system.torture.ledger import Tail
from tests.system.torture.report import Ran, moments_of, report_of
from tests.system.torture.verdict import MARKS, Verdict
from tests.system.torture.wire import Wire, wired
from tests.system.torture.world import World

FAULTS = {
    "CUSTOMS_LOST": "0.1", "CUSTOMS_DOUBLED": "0.2", "CUSTOMS_DELAYED": "0.2", "CUSTOMS_SHUFFLED": "0.2",
    "CUSTOMS_LOST_SECONDS": "3", "CUSTOMS_HOLD_SECONDS": "1.5", "CUSTOMS_FAULT_SEED": "torture",
}  # fmt: skip
REFUSED = 0.15  # the share that customs refuse, once the first filings are in force
DISK = "2g"  # of the file system that is filled
SETTLE_SECONDS = 400.0  # an event that could not be delivered three times waits two minutes
FINISH_SECONDS = 300.0  # until everybody has finished what was begun
KEPT = Path("var/torture")
ANNOUNCED = b'"phase": "sent"', b'"kind": "signed"'  # in the ledger, just before a request that writes
FEED_PAGE = 500
PATIENCE = 400.0  # until everything is ready


@dataclass(frozen=True)
class Options:
    """How much: kills, the plan's seed, operators at work, their seconds between two steps; how fast one strikes."""

    kills: int = 300
    seed: int = 1
    people: int = 5
    think: tuple[float, float] = (0.3, 1.2)
    pace: Pace = field(default_factory=Pace)


@dataclass
class Tortured:
    """A system after a run: the driver's notes, the report, the world as it was judged, and how
    it went."""

    system: System
    notes: Path
    report: dict[str, Any]
    world: World
    ran: Ran


@dataclass
class Run:
    """A run on a system: the driver's process, the line between portal and customs, and where notes are kept."""

    system: System
    options: Options
    disk: Path | None
    notes: Path
    wires: list[Wire]
    began: float = field(default_factory=time.monotonic)
    blows: Counter[str] = field(default_factory=Counter)  # of the plan, by kind
    code: str = field(default_factory=commit)  # the commit that begins to run
    _driver: subprocess.Popen[str] | None = None
    _asked: float = 0.0

    async def work(self) -> Chaos:
        """Let people work, strike by plan, and let them finish."""
        chaos = Chaos(
            self.system,
            self.wires,
            self.disk,
            self.options.pace,
            self.notes / "blows.jsonl",
            self.acknowledged,
            self.writing,
        )
        blows = plan(self.options.seed, self.options.kills, self.options.pace)
        self.blows.update(blow.kind for blow in blows)
        driver = self._driver = self._drive()
        ready = await asyncio.to_thread(_line_of, driver)
        assert ready == "ready", (self.notes / "driver.log").read_text()
        await self.system.sql("customs", "update mode set refuse_share = $1", REFUSED)
        self.began = time.monotonic()
        await chaos.strike(blows)
        for wire in self.wires:
            wire.turn("open")
        self._tell("over")
        return chaos

    def acknowledged(self, since: float) -> bool:
        """Whether anything was acknowledged that was asked for since then."""
        for line in self._acknowledgements.lines():
            if b'"asked"' in line:
                self._asked = max(self._asked, json.loads(line).get("asked") or 0.0)
        return self._asked >= since

    def writing(self) -> bool:
        """Whether, since this was asked last, anybody announced what is about to be written."""
        return any(each in line for line in self._announcements.lines() for each in ANNOUNCED)

    @cached_property
    def _acknowledgements(self) -> Tail:
        return Tail(self.notes / "ledger.jsonl")

    @cached_property
    def _announcements(self) -> Tail:
        return Tail(self.notes / "ledger.jsonl")

    def _drive(self) -> subprocess.Popen[str]:
        command = [
            sys.executable, "-m", "tests.system.torture.driver", "--folder", str(self.system.folder),
            "--ports", json.dumps(self.system.ports), "--notes", str(self.notes), "--seed", str(self.options.seed),
            "--people", str(self.options.people), "--think", *map(str, self.options.think),
        ]  # fmt: skip
        with (self.notes / "driver.log").open("w") as log:
            return subprocess.Popen(
                command, cwd=CLONE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def _tell(self, word: str) -> None:
        if not self._driver:
            return
        assert self._driver.stdin
        with suppress(BrokenPipeError):
            self._driver.stdin.write(f"{word}\n")
            self._driver.stdin.flush()

    async def settle(self) -> bool:
        """Whether everybody has finished, and nothing is under way on either side any more, within bounds."""
        over = await self._until(self._finished, FINISH_SECONDS)
        return over and self._driver_runs() and await self._until(self._at_rest, SETTLE_SECONDS)

    async def _until(self, question: Any, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not await question():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.5)
        return True

    async def _finished(self) -> bool:
        """Whether the driver has come to its end, or to an end."""
        text = (self.notes / "ledger.jsonl").read_text("utf-8")
        return '"kind": "repeated"' in text or not self._driver_runs()

    def _driver_runs(self) -> bool:
        return self._driver is not None and self._driver.poll() is None

    async def _at_rest(self) -> bool:
        """Nothing under way. The portal is asked once more after customs: what these sent while they were asked is at
        the portal by then."""
        try:
            for side in ("singlewindow", "customs", "singlewindow"):
                for statement in RESTING[side]:
                    if await self.system.sql(side, statement):
                        return False
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    def end(self) -> int | None:
        """The driver's end: its exit code, None where it was never started."""
        self._tell("done")
        if not self._driver:
            return None
        try:
            return self._driver.wait(60)
        except subprocess.TimeoutExpired:
            self._driver.kill()
            return self._driver.wait()


RESTING = {
    "singlewindow": (
        "select from outbox where state = 'queued' limit 1",
        "select from inbox where state = 'received' limit 1",
        "select from job where state in ('queued', 'running') limit 1",
        "select from waiting limit 1",
        "select from document where amending <> '' limit 1",
        "select from webhook_delivery where state = 'waiting' limit 1",
        "select from webhook w join feed_head h using (company_id) where w.reached < h.last limit 1",
        """select from event e where not exists (select from feed f where (f.company_id, f.document_id, f.event_no)
           = (e.company_id, e.document_id, e.no)) and e.document_id >= (select min(document_id) from feed) limit 1""",
    ),
    "customs": (
        "select from incoming where state = 'waiting' limit 1",
        "select from outgoing where state <> 'sent' or again_at is not null limit 1",
        "select from submission where due_at is not null limit 1",
    ),
}


@asynccontextmanager
async def sides(system: System) -> AsyncIterator[tuple[Any, Any]]:
    """A connection to each database, past all row-level security."""
    portal = await asyncpg.connect(system.address("singlewindow"))
    customs = await asyncpg.connect(system.address("customs"))
    try:
        yield portal, customs
    finally:
        await portal.close()
        await customs.close()


async def look(system: System, notes: Path) -> World:
    """The world as both databases, the API, the history's check and the notes have it."""
    async with sides(system) as (portal, customs):
        world = await World.read(portal, customs, notes)
    world.first_books = {each["key"]: each["data"] for each in system.world["registers"]["account_book"]}
    for card in (CHEN, QIAN):
        async with with_card(system, card) as person:
            world.feeds[person.customs_code] = await _feed(person.http)
            for type in MARKS:
                world.answers |= await _list(person.http, type)
    for file in (system.data / "log").glob("*.log*"):
        world.logged += file.read_text("utf-8", errors="replace").splitlines()
    world.broken = await asyncio.to_thread(verify_history, system)
    pki = system.data / "pki"
    world.trust = Trust((pki / "ca.pem").read_bytes(), (pki / "crl.pem").read_bytes(), datetime.now(UTC))
    return world


async def _feed(http: httpx.AsyncClient) -> list[tuple[str, int]]:
    """All events of a company, from the oldest on."""
    events: list[tuple[str, int]] = []
    after = ""
    while True:
        page = (await http.get("/api/events", params={"after": after, "most": FEED_PAGE})).json()
        events += [(item["number"], item["no"]) for item in page["items"]]
        if not page["items"]:
            return events
        after = page["next"]


async def _list(http: httpx.AsyncClient, type: str) -> dict[str, dict[str, Any]]:
    """All rows of a result list, by number."""
    found: dict[str, dict[str, Any]] = {}
    for page in range(1, 1000):
        asked: dict[str, str | int] = {"page": page, "size": 100, **_obligatory(type)}
        answer = await http.get(f"/api/documents/{type}", params=asked)
        assert answer.is_success, answer.text
        items = answer.json()["items"]
        found |= {item["number"]: item for item in items}
        if len(items) < 100:
            return found
    raise AssertionError("a list without an end")


def _obligatory(type: str) -> dict[str, str]:
    """What a result list must be asked with."""
    if type == "appointment.application":
        return {"role": "A"}
    if type == "inspection.declaration":
        days = [datetime.now(CHINA).date() + timedelta(days=days) for days in (-1, 1)]
        return {"updated_from": str(days[0]), "updated_to": str(days[1])}
    return {}


def verify_history(system: System) -> list[str]:
    """What `singlewindow verify-history` says is broken."""
    done = subprocess.run(
        [sys.executable, "-m", "singlewindow", "verify-history"],
        env=system.environment(), cwd=CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).strip()
    return [] if done.returncode == 0 and vouched_for(said) else said.splitlines() or ["it said nothing"]


def vouched_for(said: str) -> bool:
    """Whether `verify-history` looked at something, and against checkpoints, and found nothing broken."""
    counted = re.search(r"^(\d+) documents, (\d+) entries, (\d+) checkpoints, 0 broken$", said, re.MULTILINE)
    return counted is not None and all(int(each) > 0 for each in counted.groups())


@contextmanager
def own_disk() -> Iterator[Path | None]:
    """A folder on a file system of its own that can be full, or None where one may not mount any."""
    with tempfile.TemporaryDirectory(prefix="sw-disk-") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", name]
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        try:
            yield Path(name) if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", name], check=True)


@contextmanager
def tortured(options: Options) -> Iterator[Tortured]:
    """A system after a run, still there. A bad one's logs are kept."""
    with own_disk() as disk, tempfile.TemporaryDirectory(prefix="sw-notes-") as name:
        notes, numbers = Path(name), free_ports(5)
        ports = dict(zip(PORTS, numbers[:3], strict=True))
        wires = [Wire(numbers[3], ports["PORT"]), Wire(numbers[4], ports["CUSTOMS_PORT"])]
        addresses = {
            name: f"http://127.0.0.1:{wire.port}"
            for name, wire in zip(("PORTAL_URL", "CUSTOMS_URL"), wires, strict=True)
        }
        with wired(*wires), running(
            place=disk, ports=ports, patience=PATIENCE, CAPTCHA_FIXED="TEST", CUSTOMS_MODE="automatic",
            CUSTOMS_DELAY="0", CUSTOMS_DELAY_MAX="1", LOG_FORMAT="json", WEBHOOK_PRIVATE="true", **addresses, **FAULTS,
        ) as system:  # fmt: skip
            good = False
            run = Run(system, options, disk, notes, wires)
            try:
                report, world, ran = asyncio.run(_play(run))
                good = report["good"]
                yield Tortured(system, notes, report, world, ran)
            finally:
                run.end()
                if not good:
                    _keep(system, notes)


async def _play(run: Run) -> tuple[dict[str, Any], World, Ran]:
    """All of it: the report, what it is about, and how it went."""
    chaos = await run.work()
    seconds = time.monotonic() - run.began
    settled = await run.settle()
    world = await look(run.system, run.notes)
    blows = run.notes / "blows.jsonl"
    ran = Ran(
        run.blows, chaos.blows, chaos.left_out, settled, run.end(), run.began, seconds, moments_of(blows), run.code
    )  # fmt: skip
    options = {"seed": run.options.seed, "asked for": run.options.kills}
    return report_of(ran, options, world, Verdict.of(world), blows), world, ran


def _line_of(driver: subprocess.Popen[str]) -> str:
    """The first thing that it says."""
    assert driver.stdout
    return driver.stdout.readline().strip()


def _keep(system: System, notes: Path) -> None:
    """What is needed to find out why: all logs, and what was acknowledged."""
    shutil.rmtree(KEPT, ignore_errors=True)
    shutil.copytree(system.data / "log", KEPT / "log")
    shutil.copytree(notes, KEPT / "notes")
    shutil.copy(system.folder / "launcher.log", KEPT)


def torture(options: Options) -> dict[str, Any]:
    """A run; its report."""
    with tortured(options) as tortured_system:
        return tortured_system.report
