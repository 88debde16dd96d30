"""How fast documents are moved (`move_many`, decision 0041): a JSON line for each of three moves, with its conditions.

    SINGLEWINDOW_WITH_TEMPLATE=1 .venv/bin/python -m benchmarks.bench_moves

In an embedded PostgreSQL of its own with fsync on: 10,000 approved deliveries of the invented chapter, each with three
receipts and ten quantities that it draws on, are moved in one transaction of one worker, history and chain included.
"""

from __future__ import annotations

import json
import time
from typing import Any

import asyncpg

from benchmarks.alone import run_alone
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.migrate import migrate_async
from singlewindow.kernel.exchange.moves import move_many
from singlewindow.kernel.subsystem import get_document_type
from singlewindow.launch.postgres import Cluster

DOCUMENTS = 10_000
TYPE = "_deliveries"
GOODS = json.dumps({"goods": [{"shelf": f"B{at}", "quantity": "1"} for at in range(10)]})
STORED = f"""
    with c as (
        insert into company (customs_code, scc, name) values ('4404110001', '91440400000000000X', '样例') returning id
    ), a as (
        insert into account (company_id, username, password_hash, display_name, role)
        select id, 'bench', '-', '王芳', 'operator' from c returning id, company_id
    ), d as (
        insert into document (type, number, company_id, created_by, status, content, filed_on, created_at, updated_at,
            last_submission, answered)
        select '{TYPE}', '2026' || lpad(n::text, 14, '0'), company_id, a.id, '4', $1, current_date, now(), now(), 1,
            true
        from a, generate_series(1, $2) as n returning *
    ), f as (
        insert into find_{TYPE} (document_id, company_id, number, status, filed_on, updated_at)
        select id, company_id, number, status, filed_on, updated_at from d
    ), p as (
        insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
        select id, company_id, company_id, 'declarant', type, status, updated_at from d
    ), s as (
        insert into submission (document_id, company_id, sequence, action, version, start_status, content, statement,
            signature, certificate, card_no, account_id, request_id, submitted_at)
        select id, company_id, 1, 'apply', 1, '1', '', '', '', '', '', created_by, '', now() from d
        returning id, document_id
    ), r as (
        insert into receipt (submission_id, document_id, seq, code, text, at)
        select id, document_id, seq, code, '', now()
        from s, (values (0, 'SENT'), (1, 'RECEIVED'), (2, 'APPROVED')) as said (seq, code)
    ), w as (
        insert into draw (kind, key, document_id, company_id, amount)
        select '_deliveries.shelf', 'B' || n, id, company_id, 1 from d, generate_series(0, 9) as n
    )
    insert into event (document_id, company_id, at, kind, who)
    select id, company_id, now(), kind, ''
    from d, unnest(array['created', 'submitted', 'receipt', 'receipt']) as kind"""


async def measure(cluster: Cluster) -> list[dict[str, Any]]:
    """The figures of three moves, one after the other, in a new database."""
    await migrate_async(cluster.dsn("singlewindow", "sw_migrate"))
    owner = await asyncpg.connect(cluster.dsn("singlewindow"))
    await owner.execute(STORED.replace("$1", f"'{GOODS}'::jsonb").replace("$2", str(DOCUMENTS)))
    await owner.execute("analyze")
    ids = [row["id"] for row in await owner.fetch("select id from document")]
    worker = await Database.connect(cluster.dsn("singlewindow", "sw_worker"), size=1)
    lines = []
    for name in ("queue", "unqueue", "queue"):
        began, cpu = time.perf_counter(), time.process_time()
        async with worker.transaction() as transaction:
            await move_many(transaction, get_document_type(TYPE), ids, name, "第 1 批")
        took = {"seconds": time.perf_counter() - began, "worker_cpu_seconds": time.process_time() - cpu}
        lines.append(
            {"benchmark": f"move {name}", "documents": len(ids)} | {k: round(v, 2) for k, v in took.items()}
        )
    assert await owner.fetchval("select count(*) from document where status = '6'") == DOCUMENTS
    await worker.close()
    await owner.close()
    return lines


def main() -> None:
    """Print the lines."""
    run_alone(measure)


if __name__ == "__main__":
    main()
