"""How fast 集报清单 are merged, and counted (CONS-13, CONS-14): two JSON lines with their conditions.

    .venv/bin/python -m benchmarks.bench_merging        also as `make bench NAME=merging`

In an embedded PostgreSQL of its own with fsync on: 10,000 closed lists of ten items of one company are clicked and
built into declarations by one worker, database included, as `POST /api/consolidated/merges` and the chore do it; then
the statistics of 200,000 lists of that company are asked for, as `GET /api/consolidated/statistics` does it.
"""

from __future__ import annotations

import statistics as figures
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import asyncpg

from benchmarks.alone import run_alone
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.migrate import migrate_async
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.seed import seed_codes
from singlewindow.launch.postgres import Cluster
from singlewindow.subsystems.consolidated.merging import statistics
from singlewindow.subsystems.consolidated.merging.asking import Span
from singlewindow.subsystems.consolidated.merging.batches import Asked, click
from singlewindow.subsystems.consolidated.merging.chore import build_due
from singlewindow.subsystems.consolidated.merging.merge import Listed
from singlewindow.subsystems.consolidated.tests.many_lists import noon, store_lists, stored
from singlewindow.subsystems.consolidated.tests.merging_samples import DURIAN, good, listed

LISTS, ITEMS, COUNTED = 10_000, 10, 200_000
GOODS = 200  # different ones, so that a declaration of fifty items holds some six lists
CLICK = 5_000  # lists of one click
STORED_AT_ONCE = 2_000
TODAY = date(2026, 11, 9)
CODE = "4404110001"
ROUNDS = 5
COLUMNS = """select column_name from information_schema.columns
    where table_name = 'find_consolidated_list' and column_name <> 'document_id'"""


def lists(count: int) -> Iterator[Listed]:
    """So many lists of October: four groups, ten items each out of GOODS."""
    random = Random(20261109)
    for at in range(count):
        numbers = random.sample(range(1, GOODS + 1), ITEMS)
        goods = [good({**DURIAN, "record_no": str(number)}, "5", "12.5", "62.50") for number in numbers]
        day = date(2026, 10, 1) + timedelta(days=at % 31)
        content = listed(f"L{at}", day.isoformat(), goods=[], packages=10, gross=150).content
        head = {"transport_mode": "45"[at % 2], "port": ("5729", "5728")[at // 2 % 2], "net_weight": "125"}
        yield Listed(f"L{at}", day.isoformat(), {**content, **head, "goods": goods})


async def company_of(owner: asyncpg.Connection) -> Person:
    """A company with an account."""
    row = await owner.fetchrow(
        """with c as (
               insert into company (customs_code, scc, name) values ($1, '91440400000000000X', '珠海样例') returning id
           )
           insert into account (company_id, username, password_hash, display_name, role)
           select id, 'bench', '-', '王芳', 'operator' from c returning id, company_id""",
        CODE,
    )
    assert row
    return Person(
        row["id"],
        row["company_id"],
        "bench",
        "王芳",
        "operator",
        "card",
        "",
        False,
        CODE,
        "",
        "珠海样例",
        "card",
        None,
    )


async def store(owner: asyncpg.Connection, person: Person) -> list[str]:
    """Put closed lists in by SQL; their numbers."""
    numbers: list[str] = []
    waiting = [stored(each, CODE) for each in lists(LISTS)]
    for begin in range(0, LISTS, STORED_AT_ONCE):
        portion = waiting[begin : begin + STORED_AT_ONCE]
        numbers += await store_lists(owner.fetch, person.company_id, person.account_id, portion, noon(TODAY))
    await owner.execute("analyze")
    return numbers


async def spread(owner: asyncpg.Connection) -> None:
    """Copies of what statistics read of the lists, past triggers and checks, over the days of a year."""
    names = [row[0] for row in await owner.fetch(COLUMNS)]
    day = "(date '2026-01-01' + ((f.document_id + g) % 300)::int)::text"
    copied = ", ".join(day if name == "declared_on" else f"f.{name}" for name in names)
    for statement in (
        "set session_replication_role = replica",
        f"""insert into find_consolidated_list (document_id, {", ".join(names)})
            select f.document_id + g * 1000000, {copied}
            from find_consolidated_list f, generate_series(1, {COUNTED // LISTS - 1}) as g""",
        f"""insert into consolidated_batch_list
                (batch_id, document_id, company_id, group_id, number, accepted_on, state, declaration_id)
            select batch_id, document_id + g * 1000000, company_id, group_id, number, accepted_on, state,
                declaration_id + g * 1000000
            from consolidated_batch_list, generate_series(1, {COUNTED // LISTS - 1}) as g""",
        "set session_replication_role = origin",
        "vacuum analyze",
    ):
        await owner.execute(statement)


async def merging(web: Database, worker: Database, person: Person, numbers: list[str]) -> dict[str, Any]:
    """Click, and build until nothing waits."""
    began = time.perf_counter()
    for begin in range(0, len(numbers), CLICK):
        async with web.transaction(person.actor) as transaction:
            await click(transaction, person, Asked(numbers[begin : begin + CLICK], ""))
    clicked = time.perf_counter()
    while await build_due(worker):
        pass
    ended = time.perf_counter()
    return {
        "lists": len(numbers), "items": len(numbers) * ITEMS, "click_seconds": round(clicked - began, 2),
        "build_seconds": round(ended - clicked, 2), "seconds": round(ended - began, 2),
    }  # fmt: skip


async def counting(web: Database, person: Person) -> dict[str, Any]:
    """The statistics of the whole year, several times."""
    took = []
    asked = statistics.Asked(Span(date(2026, 1, 1), date(2026, 12, 31)))
    for _ in range(ROUNDS):
        began = time.perf_counter()
        async with web.transaction(person.actor) as transaction:
            _, total = await statistics.count(transaction, person, asked)
        took.append(time.perf_counter() - began)
    return {
        "lists": total.counts["lists"],
        "seconds": round(figures.median(took), 3),
        "slowest": round(max(took), 3),
    }


async def measure(cluster: Cluster) -> Iterator[dict[str, Any]]:
    """Both figures in a new database."""
    address = cluster.dsn("singlewindow", "sw_migrate")
    await migrate_async(address)
    await seed_codes(address)
    owner = await asyncpg.connect(cluster.dsn("singlewindow"))
    web = await Database.connect(cluster.dsn("singlewindow", "sw_web"), size=1)
    worker = await Database.connect(cluster.dsn("singlewindow", "sw_worker"), size=1)
    await owner.execute("update clock set frozen = $1, shift = '0'", noon(TODAY))
    person = await company_of(owner)
    merged = await merging(web, worker, person, await store(owner, person))
    made = await owner.fetchval("select count(*) from find_consolidated_declaration")
    kept = await owner.fetchval("select count(*) from consolidated_relation")
    assert kept == LISTS * ITEMS, kept
    await spread(owner)
    counted = await counting(web, person)
    assert counted["lists"] == COUNTED, counted
    for database in (web, worker, owner):
        await database.close()
    return iter(
        (
            {"benchmark": "merging", **merged, "declarations": made, "target_seconds": 60},
            {"benchmark": "merging statistics", **counted, "target_seconds": 1},
        )
    )


def main() -> None:
    """Print the lines."""
    run_alone(measure)


if __name__ == "__main__":
    main()
