"""New processes, and migrations in the midst of it, while companies work: not one request fails (OPER-04).

ROLLS=2 and more: so often, at 50 requests a second (`make machines`, by hand).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.system.applicant import Applicant, applicants
from tests.system.running import CLONE, System, eventually
from tests.system.steady import Ledger, Steady, report

pytestmark = pytest.mark.serial
ROLLS = int(os.environ.get("ROLLS", "1"))
RATE = 50 if ROLLS > 1 else 15  # pieces of work a second; beside other tests who asks does not come to more
LEAST = 0.9 * RATE if ROLLS > 1 else 6  # requests a second that must have been asked
SERIAL = 1_700_000  # of trips whose vehicles nobody else has
SETTLE_SECONDS = 120.0

MIGRATIONS = {  # what a release might bring for tables that every request uses
    "roll1": """
    op.execute("alter table document add column seen_on date")
    op.execute("alter table document add constraint seen_late check (seen_on > '2020-01-01') not valid")""",
    "roll2": 'op.execute("alter table event add column seen_on date")',
    "roll3": """op.execute("alter table submission add column seen_on date not null default '2026-01-01'")""",
    "roll4": 'op.execute("alter table find_gate_trip add column seen_on date")',
    "roll5": 'build_index("document_seen_on", "document (company_id, seen_on)")',
    "roll6": 'build_index("trip_seen_on", "find_gate_trip (company_id, seen_on)")',
    "roll7": """
    op.execute("alter table document validate constraint seen_late")
    op.execute("create table shelf (document_id bigint primary key references document on delete cascade)")
    op.execute('''create function shelve() returns trigger language plpgsql security definer as
                  $$ begin insert into shelf values (new.id) on conflict do nothing; return new; end $$''')
    op.execute("create trigger document_shelf after insert on document for each row execute function shelve()")""",
}
MIGRATE = """
import asyncio, sys
from pathlib import Path
from singlewindow.kernel.database.migrate import migrate_async
asyncio.run(migrate_async(sys.argv[1], Path(sys.argv[2])))
"""
UNDO = (  # the next start knows nothing of these revisions
    "delete from alembic_version where version_num like 'roll%'",
    "drop trigger document_shelf on document",
    "drop function shelve()",
    "drop table shelf",
    *(f"alter table {table} drop column seen_on" for table in ("document", "event", "submission", "find_gate_trip")),
)  # fmt: skip


@contextmanager
def migrations(folder: Path) -> Iterator[Path]:
    """A folder with them, one after the other."""
    before = None
    for name, does in MIGRATIONS.items():
        (folder / f"{name}.py").write_text(
            "from alembic import op\nfrom singlewindow.contract.migrating import build_index\n"
            f"revision, down_revision, depends_on = {name!r}, {before!r}, None\n"
            f"def upgrade():\n    {does.strip()}\n"
        )
        before = name
    yield folder


async def run(system: System, *command: str) -> str:
    """A command beside the system; what it said."""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, *command], env=system.environment(), cwd=CLONE, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def listen(system: System, person: Applicant, over: asyncio.Event, greeted: list[float]) -> None:
    """An open page: its stream ends with the process that serves it, and is opened again at once, on a new connection:
    the one before ends too, which nobody could say when it began, and who writes into it just then gets no answer."""
    own = {"Connection": "close"}
    while not over.is_set():
        async with person.http.stream(
            "GET", f"{system.portal}/api/events/stream", headers=own, timeout=None
        ) as stream:
            assert stream.status_code == 200
            async for line in stream.aiter_lines():
                if line == "event: hello":
                    greeted.append(time.monotonic())
                if over.is_set():
                    return


async def test_no_request_fails_while_everything_is_replaced(system: System, tmp_path: Path) -> None:
    """OPER-04: web processes, worker and customs are replaced and seven migrations run; every request is answered well,
    everything acknowledged is there once and arrives at its final state."""
    parts = ("portal", "worker", "customs")
    ledger = Ledger(tmp_path / "acknowledged.jsonl")
    over, greeted = asyncio.Event(), list[float]()
    async with applicants(system) as people:
        steady = Steady(people, ledger, itertools.count(SERIAL), RATE)
        began = time.monotonic()
        working = asyncio.create_task(steady.work(over))
        page = asyncio.create_task(listen(system, people[0], over, greeted))
        try:
            await asyncio.sleep(1)
            with migrations(tmp_path) as folder:
                owner = system._cluster().dsn("singlewindow", "sw_migrate")
                await run(system, "-c", MIGRATE, owner, str(folder))
            await system.sql("singlewindow", UNDO[0])
            for _ in range(ROLLS):
                old = {part: system.pids_of(part) for part in parts}
                assert "new processes: customs, worker, portal" in await run(
                    system, "-m", "singlewindow", "roll"
                )
                for part in parts:
                    new = system.pids_of(part)
                    assert len(new) == len(old[part]), part
                    assert not {*new} & {*old[part]}, part
            await asyncio.sleep(1)
        finally:
            over.set()
            await working
            page.cancel()
            [ended] = await asyncio.gather(page, return_exceptions=True)
        seconds = time.monotonic() - began
    for statement in UNDO[1:]:
        await system.sql("singlewindow", statement)
    asked = sum(steady.asked.values())
    report(
        "everything is replaced", rolls=ROLLS, migrations=len(MIGRATIONS), seconds=round(seconds), requests=asked,
        a_second=round(asked / seconds, 1), wrong=len(steady.wrong), slowest_seconds=round(steady.slowest, 2),
        begun_late_seconds=round(steady.late, 2), streams=len(greeted),
        trips=len(ledger.said), declared=sum(what == "declared" for what in ledger.said.values()),
    )  # fmt: skip
    assert steady.wrong == [], [line for line in system.log("portal").splitlines() if "database away" in line]
    assert asked >= LEAST * seconds, "the machine was too busy with other things to ask so often"
    assert len(greeted) >= 1 + ROLLS, f"the open page did not come back: {ended!r}"
    await assert_kept(system, ledger)


async def assert_kept(system: System, ledger: Ledger) -> None:
    """Everything acknowledged is there, once, whole, and in the end as customs have it."""
    assert "declared" in ledger.said.values()

    def settled() -> bool:
        return not asyncio.run(ledger.under_way(system))

    assert await asyncio.to_thread(eventually, settled, SETTLE_SECONDS)
    damage = await ledger.damage(system)
    assert not any(damage.values()), damage


def test_a_roll_needs_something_that_runs(system: System, tmp_path: Path) -> None:
    """OPER-04: in a folder where nothing runs the command says so, and does nothing."""
    environment = system.environment(DATA=str(tmp_path))
    command = [sys.executable, "-m", "singlewindow", "roll"]
    done = subprocess.run(command, env=environment, cwd=CLONE, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Nothing runs" in done.stdout
    assert httpx.get(f"{system.portal}/readyz", timeout=20).is_success
