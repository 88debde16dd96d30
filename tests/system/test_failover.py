"""The database's machine is gone; the standby is promoted; all others go on by themselves (OPER-04, decision 0061).

Three portals, two workers, customs, PostgreSQL with a synchronous standby, started and operated by the commands of
docs/operations.md, "More than one machine". FAILOVERS=… does it more often (`make machines`).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.system.applicant import Applicant, applicants
from tests.system.machines import PORTALS, Machines, balance, machines
from tests.system.running import CLONE, eventually
from tests.system.steady import Ledger, Patient, report

pytestmark = pytest.mark.serial
FAILOVERS = int(os.environ.get("FAILOVERS", "1"))
PROGRAMS_AT_ONCE = 6
CHECKPOINT = "select pg_notify('checkpoint', '')"  # a worker vouches for the history now, not within a minute
ACKNOWLEDGED = 20  # before and after each blow
CUT_SECONDS = 3.0  # the primary works on without its standby before it is lost
WITHOUT_SECONDS = 2.0  # without any database, before the standby is promoted
RECOVERY_SECONDS = 30.0  # after its promotion all must work again; a machine that is shared by many is slow
SETTLE_SECONDS = 180.0


@dataclass
class Reader:
    """A company's program that follows the feed of events with one cursor, whatever happens."""

    person: Applicant
    cursor: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def read(self, over: asyncio.Event) -> None:
        """Until it is over and nothing more comes."""
        while True:
            ended = over.is_set()
            answer = await self.person.http.get(
                "/api/events", params={"after": self.cursor, "most": 500, "wait": 1}
            )
            if answer.status_code == 503:
                await asyncio.sleep(0.2)
                continue
            assert answer.is_success, answer.text
            page = answer.json()
            self.cursor = page["next"]
            self.seen += page["items"]
            if ended and not page["items"]:
                return

    def numbers(self) -> list[int]:
        """The numbers in the company's feed of what it has read."""
        return [int(event["cursor"].partition("-")[0]) for event in self.seen]


async def watch(person: Applicant, portal: str, told: dict[str, float]) -> None:
    """An open page at one portal: when it was last told of a change."""
    while True:
        try:
            url = f"{portal}/api/events/stream"
            async with httpx.AsyncClient(cookies=person.http.cookies) as browser:  # noqa: SIM117 - one inside the other
                async with browser.stream("GET", url, timeout=None) as stream:
                    async for line in stream.aiter_lines():
                        if line == "event: change":
                            told[portal] = time.monotonic()
        except httpx.TransportError:
            await asyncio.sleep(0.5)


async def until(question: Any, seconds: float) -> bool:
    return await asyncio.to_thread(eventually, question, seconds)


@dataclass
class Work:
    """Companies at work on the machines."""

    system: Machines
    people: list[Applicant]
    programs: list[Patient]

    def done_since(self, moment: float) -> int:
        return sum(each > moment for program in self.programs for each in program.done)

    async def goes_on(self, seconds: float) -> float:
        """Wait until enough more was acknowledged; seconds until the first of it."""
        began = time.monotonic()
        assert await until(lambda: self.done_since(began) >= ACKNOWLEDGED, seconds), self.wrong
        return min(each for program in self.programs for each in program.done if each > began) - began

    @property
    def wrong(self) -> list[str]:
        return [each for program in self.programs for each in program.wrong]


@pytest.fixture
def house() -> Any:
    with machines() as started:
        yield started


@pytest.mark.parametrize("turn", range(FAILOVERS))
async def test_the_primary_is_lost_and_nothing_that_was_acknowledged(
    house: Machines, tmp_path: Path, turn: int
) -> None:
    """OPER-04: the standby is cut off, `kill -9` of the primary with all its processes, promotion, then `kill -9` of a
    worker's machine; in the end there is a standby again."""
    ledger, serials = Ledger(tmp_path / "acknowledged.jsonl"), itertools.count(1_800_000)
    over, told = asyncio.Event(), dict[str, float]()
    async with applicants(house) as people:
        for person in people:
            await balance(house, person)
        programs = [Patient(people[at % len(people)], ledger, serials) for at in range(PROGRAMS_AT_ONCE)]
        work, reader = Work(house, people, programs), Reader(people[0])
        pages = [asyncio.create_task(watch(people[0], portal, told)) for portal in house.portals]
        tasks = [asyncio.create_task(each.work(over)) for each in programs]
        tasks.append(asyncio.create_task(reader.read(over)))
        try:
            await work.goes_on(60)
            await house.sql("singlewindow", CHECKPOINT)
            recovered = await lose_primary(work, told)
            await house.sql("singlewindow", CHECKPOINT)
            house.kill_machine("work1")
            await work.goes_on(60)
        finally:
            over.set()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for page in pages:
                page.cancel()
            await asyncio.gather(*pages, return_exceptions=True)
        assert not [each for each in results if isinstance(each, BaseException)], results
    assert await until(lambda: not asyncio.run(ledger.under_way(house)), SETTLE_SECONDS)
    refused = sum(len(program.away) for program in programs)
    assert not work.wrong
    damage = await ledger.damage(house)
    report(
        "the primary is lost", turn=turn, trips=len(ledger.said), told_to_come_again=refused,
        recovered_seconds=recovered, damage={kind: len(what) for kind, what in damage.items()}, wrong=len(work.wrong),
        events_read=len(reader.seen),
    )  # fmt: skip
    assert not any(damage.values()), damage
    await assert_feed_holds(house, ledger)
    assert reader.numbers() == list(range(1, len(reader.seen) + 1)), "an event is missing, or came twice"
    assert_history_holds(house)
    await assert_followed_again(house)
    assert not [name for name in PORTALS if "starting it again" in house.said(name)], (
        "a portal did not go on by itself"
    )
    assert '"unexpected"' not in house.log("portal") + house.log("worker") + house.log("customs")


async def lose_primary(work: Work, told: dict[str, float]) -> float:
    """The primary's machine is gone, and before it the line to its standby: what is asked for in between is on one
    machine alone, and must not be acknowledged. Seconds from the standby's promotion to the next acknowledgement."""
    house = work.system
    await follow_no_more(house)
    cut = time.monotonic()
    await asyncio.sleep(CUT_SECONDS)
    house.servers[house.primary].kill()
    lost = time.monotonic()
    await asyncio.sleep(WITHOUT_SECONDS)
    answers = [await work.people[0].http.get("/readyz") for _ in house.portals]
    assert [(each.status_code, each.headers.get("retry-after")) for each in answers] == [(503, "2")] * 3
    await asyncio.to_thread(house.fail_over)
    promoted = time.monotonic()
    recovered = await work.goes_on(RECOVERY_SECONDS)
    done = [each for program in work.programs for each in program.done]
    assert not [each for each in done if cut + 1 < each < lost], "acknowledged, and on no other machine"
    assert not [each for each in done if lost + 1 < each < promoted - 1]
    assert await until(
        lambda: all(told.get(portal, 0) > promoted for portal in house.portals), RECOVERY_SECONDS
    )
    return round(recovered, 1)


async def follow_no_more(house: Machines) -> None:
    """The standby takes nothing more in from now on."""
    connection = await asyncpg.connect(
        f"postgresql://postgres@127.0.0.1:{house.servers['db2'].port}/postgres"
    )
    try:
        await connection.execute("alter system set primary_conninfo = ''")
        await connection.execute("select pg_reload_conf()")
        while await connection.fetchval("select count(*) from pg_stat_wal_receiver"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def assert_feed_holds(house: Machines, ledger: Ledger) -> None:
    """Every trip that was declared was told once as submitted, each receipt of it once, and in the end as accepted; the
    feed comes a moment after the document."""
    await until(lambda: not asyncio.run(told_wrongly(house, ledger)), SETTLE_SECONDS)
    wrong = await told_wrongly(house, ledger)
    assert not wrong, wrong


async def told_wrongly(house: Machines, ledger: Ledger) -> list[Any]:
    """The declared trips of which the feed tells something else."""
    rows = await house.sql(
        "singlewindow",
        """select d.number, count(*) filter (where f.kind = 'submitted') as submitted,
                  count(*) filter (where f.kind = 'receipt') - count(distinct f.code) filter (where f.kind = 'receipt')
                      as again, coalesce(bool_or(f.status = '10'), false) as accepted
           from document d left join feed f on f.number = d.number and f.company_id = d.company_id
           where d.number = any($1) group by d.number""",
        [number for number, what in ledger.said.items() if what == "declared"],
    )
    assert rows
    return [row for row in rows if (row["submitted"], row["again"], row["accepted"]) != (1, 0, True)]


def assert_history_holds(house: Machines) -> None:
    """`singlewindow verify-history` on a worker's machine: checkpoints written before and after the loss hold."""
    done = subprocess.run(
        [sys.executable, "-m", "singlewindow", "verify-history"],
        env=house.environment(MACHINE="work2"), cwd=CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout
    assert " 0 checkpoints" not in done.stdout


async def assert_followed_again(house: Machines) -> None:
    """A new standby of the promoted server, by the same commands with the names exchanged."""
    house.servers["again"] = await asyncio.to_thread(house.standby, "again", "again")
    streaming = "select 1 from pg_stat_replication where application_name = 'standby' and state = 'streaming'"
    assert await until(lambda: asyncio.run(house.sql("singlewindow", streaming)), RECOVERY_SECONDS)
