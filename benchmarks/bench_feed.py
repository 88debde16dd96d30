"""What the feed of events costs (decision 0052): JSON lines, each with its conditions.

    SINGLEWINDOW_WITH_TEMPLATE=1 .venv/bin/python -m benchmarks.bench_feed

In an embedded PostgreSQL of its own with fsync on:

- `entry`: an entry of a history, a statement and transaction each: CPU of PostgreSQL's session with what the feed
  needs (transaction id, its index, status and version) and without, in turns; medians.
- `sequencer`: 120,000 entries of 20,000 documents and 50 companies, each with a party, in transactions of 500
  documents, are numbered by one worker: rows of the feed by the clock, CPU of the worker and its session per row.
- `idle`: a round that finds nothing, as every worker does twice a second.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.alone import run_alone
from benchmarks.bench_moves import TYPE
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.migrate import migrate_async
from singlewindow.kernel.live.sequencer import sequence
from singlewindow.launch.postgres import Cluster

COMPANIES, DOCUMENTS, AT_ONCE = 50, 20_000, 500
ENTRIES, TURNS = 1_000, 7
KINDS = "array['created', 'uploaded', 'submitted', 'receipt', 'receipt', 'receipt']"

PEOPLE = """
    with c as (
        insert into company (customs_code, scc, name)
        select '4404' || lpad(n::text, 6, '0'), lpad(n::text, 18, '0'), '样例'
        from generate_series(1, $1) as n returning id
    )
    insert into account (company_id, username, password_hash, display_name, role)
    select id, 'bench' || id, '-', '王芳', 'operator' from c"""

STORED = f"""
    with o as (
        select c.id as company_id, a.id as account_id,
               lead(c.customs_code, 1, '4404000001') over (order by c.id) as code,
               row_number() over (order by c.id) as place
        from company c join account a on a.company_id = c.id
    ), d as (
        insert into document (type, number, company_id, created_by, status, content, filed_on, created_at, updated_at,
            last_submission)
        select '{TYPE}', '2026' || lpad(n::text, 14, '0'), company_id, account_id, '4', '{{}}', current_date, now(),
            now(), 1
        from generate_series($1::int, $2::int) as n join o on o.place = n % {COMPANIES} + 1 returning *
    ), p as (
        insert into document_party (document_id, owner_id, code, role, type, status, updated_at, shown)
        select d.id, d.company_id, o.code, 'agent', type, status, updated_at, true from d join o using (company_id)
    ), s as (
        insert into submission (document_id, company_id, sequence, action, version, start_status, content, statement,
            signature, certificate, card_no, account_id, request_id, submitted_at)
        select id, company_id, 1, 'apply', 1, '1', '', '', '', '', '', created_by, '', now() from d
        returning id, document_id
    ), r as (
        insert into receipt (submission_id, document_id, seq, code, text, at)
        select id, document_id, seq, code, '已接收', now()
        from s, (values (0, 'SENT'), (1, 'RECEIVED'), (2, 'APPROVED')) as said (seq, code)
    )
    insert into event (document_id, company_id, at, kind, who, data, status, version)
    select id, company_id, now(), kind, '', case when kind = 'receipt' then jsonb_build_object(
        'code', 'RECEIVED', 'submission', 1, 'seq', place - 4, 'from', '2', 'status', '3') else '{{}}' end, '4', 1
    from d, unnest({KINDS}) with ordinality as said (kind, place) order by id, place"""

ENTRY = """insert into event (document_id, company_id, at, kind, who, data{0})
    values ($1, $2, now(), 'saved', '王芳', '{{"version": 2}}'{1})"""


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, to the nanosecond (Linux)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


async def measure(cluster: Cluster) -> list[dict[str, Any]]:
    """All figures, in a new database."""
    await migrate_async(cluster.dsn("singlewindow", "sw_migrate"))
    owner = await asyncpg.connect(cluster.dsn("singlewindow"), statement_cache_size=100)
    await owner.execute(PEOPLE.replace("$1", str(COMPANIES)))
    for first in range(1, DOCUMENTS + 1, AT_ONCE):
        await owner.execute(STORED, first, first + AT_ONCE - 1)
    await owner.execute("analyze")
    worker = await Database.connect(cluster.dsn("singlewindow", "sw_worker"), size=1)
    lines = [await _sequencer(owner, worker), await _idle(worker), await _entry(owner)]
    await worker.close()
    await owner.close()
    return lines


async def _sequencer(owner: asyncpg.Connection, worker: Database) -> dict[str, Any]:
    began, cpu, session = time.perf_counter(), time.process_time(), await _session_cpu(worker)
    rounds = 1
    while await sequence(worker):
        rounds += 1
    seconds = time.perf_counter() - began
    rows = await owner.fetchval("select count(*) from feed")
    entries = await owner.fetchval("select count(*) from event")
    assert rows == entries * 10 // 6, "the owner is told of all six, the party of four"
    return {
        "benchmark": "sequencer", "entries": entries, "rows": rows, "rounds": rounds, "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds), "worker_cpu_us_per_row": _micro(time.process_time() - cpu, rows),
        "session_cpu_us_per_row": _micro(await _session_cpu(worker) - session, rows),
    }  # fmt: skip


async def _idle(worker: Database) -> dict[str, Any]:
    cpu, session = time.process_time(), await _session_cpu(worker)
    for _ in range(ENTRIES):
        await sequence(worker)
    return {
        "benchmark": "idle", "worker_cpu_us": _micro(time.process_time() - cpu, ENTRIES),
        "session_cpu_us": _micro(await _session_cpu(worker) - session, ENTRIES),
    }  # fmt: skip


async def _entry(owner: asyncpg.Connection) -> dict[str, Any]:
    """Each turn writes to documents of its own, so that no history is longer than another's."""
    documents = [tuple(row) for row in await owner.fetch("select id, company_id from document order by id")]
    pid = await owner.fetchval("select pg_backend_pid()")
    took: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(2 * TURNS):
        which = "without" if turn % 2 else "with"
        if turn % 2:
            await owner.execute("drop index event_by_xid; alter table event alter column xid drop default")
        else:
            await owner.execute("create index if not exists event_by_xid on event (xid)")
            await owner.execute("alter table event alter column xid set default pg_current_xact_id()")
        statement = ENTRY.format(*(("", "") if turn % 2 else (", status, version", ", '0', 2")))
        share = documents[turn * ENTRIES % DOCUMENTS :][:ENTRIES]
        took[which].append(await _cpu(pid, partial(_write, owner, statement, share)))
    return {"benchmark": "entry"} | {
        f"session_cpu_us_{which}": _micro(statistics.median(each), ENTRIES) for which, each in took.items()
    }


async def _write(owner: asyncpg.Connection, statement: str, documents: list[tuple[Any, ...]]) -> None:
    for document in documents:
        await owner.execute(statement, *document)


async def _cpu(pid: int, work: Callable[[], Awaitable[None]]) -> float:
    before = cpu_of(pid)
    await work()
    return cpu_of(pid) - before


async def _session_cpu(database: Database) -> float:
    async with database.transaction() as transaction:
        return cpu_of(await transaction.value("select pg_backend_pid()"))


def _micro(seconds: float, pieces: int) -> float:
    return round(seconds / pieces * 1e6, 1)


def main() -> None:
    """Print the lines."""
    run_alone(measure)


if __name__ == "__main__":
    main()
