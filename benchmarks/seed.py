"""Stored documents of the heaviest form and all that stands around them, put in by SQL past triggers: the background.

Half of them belong to the first company, whose people do the work that is measured; the rest to the others. Four of
five were submitted: beside each stand a submission, its receipts, its entries in outbox, inbox and history, and customs
have as much. Those carry no contents, signatures and messages (45 GB for a million, as a flow leaves them behind): what
costs a flow is how many rows and how deep indexes there are. The history of these documents does not verify.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.portal import TABLES

SAMPLE = Path(__file__).parents[1] / "singlewindow/subsystems/_load/samples/accepted/ten_rows.json"
AT_ONCE = 2  # connections for each side
MANY = 50_000  # documents from which on indexes are made anew behind them
WITHOUT_INDEXES = {"singlewindow": ("find__load", "event", "receipt"), "customs": ("submission", "decision")}
MINE = """
    create temporary table mine as
    with other as (select array_agg(id order by id) as ids, count(*) as many from company where id <> $3)
    select nextval(pg_get_serial_sequence('document', 'id')) as id,
        nextval(pg_get_serial_sequence('submission', 'id')) as submission, g,
        case when g % 2 = 0 then $3 else ids[1 + g / 2 % many] end as company,
        at, to_char(at, 'YYYY') || lpad(nextval('document_number')::text, 14, '0') as number,
        (array['4', '4', '4', '4', '4', '4', '4', '0', '0', '5'])[1 + g / 7 % 10] as status,
        (array['5301', '5304', '2202', '0204'])[1 + g / 3 % 4] as district,
        (array['2', '4', '5'])[1 + g / 11 % 3] as transport
    from (select g, now() - (g % 60) * interval '1 day' - (g % 86000) * interval '1 second' as at
          from generate_series($1::int, $2::int) as g) as spread, other"""
PORTAL = (
    """insert into document (id, type, number, company_id, status, content, filed_on, created_by, created_at,
           updated_at, last_submission) overriding system value
       select id, '_load', number, company, status, content || jsonb_build_object('reference',
           'OLD' || lpad(g::text, 9, '0'), 'district', district, 'transport', transport), at::date,
           (select min(id) from account), at, at, (status <> '0')::int
       from mine, seed_content""",
    """insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
       select id, company, company, 'declarant', '_load', status, at from mine""",
    """insert into find__load (document_id, company_id, number, status, filed_on, updated_at, reference, direction,
           district, transport, gross)
       select id, company, number, status, at::date, at, 'OLD' || lpad(g::text, 9, '0'),
           content ->> 'direction', district, transport, content ->> 'gross'
       from mine, seed_content""",
    """insert into event (document_id, company_id, no, at, recorded_at, kind, who, data, previous, hash, xid)
       select id, company, no, at, at, kind, '压测', coalesce(data, case status
           when '4' then '{"seq": 2, "code": "APPROVED", "from": "3", "status": "4", "submission": 1}'::jsonb
           else '{"seq": 2, "code": "REFUSED", "from": "3", "status": "5", "submission": 1}'::jsonb end),
           '', sha256(convert_to(number || no, 'UTF8')), null
       from mine, (values (1, 'created', '{}'::jsonb), (2, 'submitted', '{"action": "apply"}'::jsonb),
           (3, 'receipt', '{"seq": 0, "code": "SENT", "from": "1", "status": "2", "submission": 1}'::jsonb),
           (4, 'receipt', '{"seq": 1, "code": "RECEIVED", "from": "2", "status": "3", "submission": 1}'::jsonb),
           (5, 'receipt', null)) as said (no, kind, data)
       where no = 1 or status <> '0'""",
    """insert into submission (id, document_id, company_id, sequence, action, version, start_status, content, statement,
           signature, certificate, card_no, account_id, request_id, submitted_at) overriding system value
       select submission, id, company, 1, 'apply', 1, '0', '{}', '{}', '', '', '', (select min(id) from account), '', at
       from mine where status <> '0'""",
    """insert into receipt (submission_id, document_id, seq, code, text, at, received_at)
       select submission, id, seq, case when seq = 2 and status = '5' then 'REFUSED' else code end, '', at, at
       from mine, (values (0, 'SENT'), (1, 'RECEIVED'), (2, 'APPROVED')) as said (seq, code) where status <> '0'""",
    """insert into outbox (document_id, submission_id, message_id, state, attempts, sent_at)
       select id, submission, md5(number)::uuid::text, 'sent', 1, at from mine where status <> '0'""",
    """insert into inbox (message_id, kind, body, state, received_at)
       select md5(number || seq)::uuid::text, 'receipt', '', 'applied', at from mine, generate_series(1, 2) as seq
       where status <> '0'""",
)
THEIRS = """
    create temporary table mine as
    select nextval(pg_get_serial_sequence('incoming', 'id')) as incoming,
        nextval(pg_get_serial_sequence('submission', 'id')) as id, g, '9' || lpad(g::text, 17, '0') as number,
        now() - (g % 60) * interval '1 day' - (g % 86000) * interval '1 second' as at
    from generate_series($1::int, $2::int) as g where g / 7 % 10 not in (7, 8)"""
CUSTOMS = (
    """insert into incoming (id, message_id, kind, sender, body, received_at, state) overriding system value
       select incoming, md5(number)::uuid::text, 'submission', 'portal', '', at, 'understood' from mine""",
    """insert into submission (id, incoming_id, type, title, number, sequence, action_title, district, company,
           company_name, received, statement_sha256, state, request_id, received_at, last_seq, customs_no, decided_at,
           decided_by) overriding system value
       select id, incoming, '_load', '大表样例', number, 1, '申报', '5301', '4403110001', '', '{}',
           encode(sha256(convert_to(number, 'UTF8')), 'hex'), 'approved', '', at, 2, 'S' || number, at, '' from mine""",
    """insert into outgoing (message_id, kind, topic, payload, body, state, attempts, sent_at)
       select md5(number || seq)::uuid::text, 'receipt', '_load/' || number, '{}', '', 'sent', 1, at
       from mine, generate_series(1, 2) as seq""",
    """insert into receipt (submission_id, seq, code, text, data, at, message_id)
       select id, seq, (array['RECEIVED', 'APPROVED'])[seq], '', '{}', at, md5(number || seq)::uuid::text
       from mine, generate_series(1, 2) as seq""",
    """insert into decision (submission_id, name, title, remark, from_state, to_state, at, by)
       select id, 'approve', '同意', '', 'received', 'approved', at, '' from mine""",
)
INDEXES = """select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index
    where indrelid = any($1::text[]::regclass[])
    and not exists (select from pg_constraint where conindid = indexrelid) and not indisprimary"""


def sample_content() -> dict[str, Any]:
    """A filled-in heavy form: 25 boxes and ten rows."""
    content: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))["content"]
    return content


async def seed(addresses: Callable[[str], str], customs_code: str, documents: int) -> float:
    """Fill both databases (`addresses`: the superuser's, by database); the seconds that it took."""
    began = time.perf_counter()
    portal = await asyncpg.connect(addresses("singlewindow"))
    try:
        company = await portal.fetchval("select id from company where customs_code = $1", customs_code)
        for statement in (*TABLES, "create table seed_content (content jsonb not null)"):
            await portal.execute(statement)
        await portal.execute("insert into seed_content values ($1)", json.dumps(sample_content()))
        await asyncio.gather(
            _side(addresses("singlewindow"), "singlewindow", documents, (MINE, PORTAL), company),
            _side(addresses("customs"), "customs", documents, (THEIRS, CUSTOMS)),
        )
        await portal.execute("drop table seed_content")
        await portal.execute("checkpoint")
    finally:
        await portal.close()
    return time.perf_counter() - began


async def _side(
    address: str, database: str, documents: int, steps: tuple[str, Sequence[str]], *values: object
) -> None:
    """One database: several connections put rows in, then the indexes that were taken away are made."""
    connection = await asyncpg.connect(address)
    found = await connection.fetch(INDEXES, list(WITHOUT_INDEXES[database]))
    indexes = found if documents >= MANY else []
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    each = documents // AT_ONCE + 1
    spans = [(at * each + 1, min((at + 1) * each, documents)) for at in range(AT_ONCE)]
    await asyncio.gather(*(_put(address, steps, span, *values) for span in spans))
    await _together(address, [_executing(index["made"]) for index in indexes])
    await connection.execute("vacuum analyze")
    await connection.close()


async def _put(
    address: str, steps: tuple[str, Sequence[str]], span: tuple[int, int], *values: object
) -> None:
    mine, statements = steps
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")  # no triggers, no keys
            await connection.execute("set local work_mem = '64MB'")
            await connection.execute(mine, *span, *values)
            for statement in statements:
                await connection.execute(statement)
    finally:
        await connection.close()


def _executing(statement: str) -> Callable[[asyncpg.Connection], Awaitable[object]]:
    async def execute(connection: asyncpg.Connection) -> None:
        await connection.execute("set maintenance_work_mem = '256MB'")
        await connection.execute(statement)

    return execute


async def _together(address: str, work: Sequence[Callable[[asyncpg.Connection], Awaitable[object]]]) -> None:
    """So many at a time as connections are allowed."""
    waiting = list(work)

    async def one() -> None:
        connection = await asyncpg.connect(address)
        while waiting:
            await waiting.pop()(connection)
        await connection.close()

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
