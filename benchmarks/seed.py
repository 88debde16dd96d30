"""200,000 stored documents of the heaviest form, put in by SQL past triggers, then analysed: the figures' background.

Half of them belong to the first company, whose people do the work that is measured; the rest to the others.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.portal import TABLES

SAMPLE = Path(__file__).parents[1] / "singlewindow/subsystems/_load/samples/accepted/ten_rows.json"
SPREAD = """
    with other as (select id, row_number() over (order by id) - 1 as place, count(*) over () as all
                   from company where id <> $2)
    select g, case when g % 2 = 0 then $2 else (select id from other where place = g / 2 % other.all) end as company,
           now() - (g % 60) * interval '1 day' - (g % 86000) * interval '1 second' as at,
           (array['4', '4', '4', '4', '4', '4', '4', '0', '0', '5'])[1 + g / 7 % 10] as status,
           (array['5301', '5304', '2202', '0204'])[1 + g / 3 % 4] as district,
           (array['2', '4', '5'])[1 + g / 11 % 3] as transport
    from generate_series(1, $1::int) as g"""
STEPS = (
    """insert into document (type, number, company_id, status, content, filed_on, created_by, created_at, updated_at,
           last_submission)
       select '_load', to_char(at, 'YYYY') || lpad(nextval('document_number')::text, 14, '0'), company, status,
           $3::jsonb || jsonb_build_object('reference', 'OLD' || lpad(g::text, 9, '0'), 'district', district,
               'transport', transport), at::date, (select min(id) from account), at, at, (status <> '0')::int
       from spread""",
    """insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
       select id, company_id, company_id, 'declarant', type, status, updated_at from document where type = '_load'""",
    """insert into find__load (document_id, company_id, number, status, filed_on, updated_at, reference, direction,
           district, transport, gross)
       select id, company_id, number, status, filed_on, updated_at, content->>'reference', content->>'direction',
           content->>'district', content->>'transport', content->>'gross' from document where type = '_load'""",
    """insert into event (document_id, company_id, no, at, kind, who, previous, hash)
       select id, company_id, 1, created_at, 'created', '压测', '', sha256(convert_to(jsonb_build_array(id, 1,
           extract(epoch from created_at), 'created', '压测', '{}'::jsonb)::text, 'UTF8'))
       from document where type = '_load'""",
)


def sample_content() -> dict[str, Any]:
    """A filled-in heavy form: 25 boxes and ten rows."""
    content: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))["content"]
    return content


async def seed(portal: str, customs_code: str, documents: int) -> float:
    """Fill the portal's database (the superuser's address); the seconds that it took."""
    began = time.perf_counter()
    connection = await asyncpg.connect(portal)
    try:
        company = await connection.fetchval("select id from company where customs_code = $1", customs_code)
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")  # no triggers, no checks
            first = STEPS[0].replace("from spread", f"from ({SPREAD}) as spread")
            await connection.execute(first, documents, company, json.dumps(sample_content()))
            for step in STEPS[1:]:
                await connection.execute(step)
            for statement in TABLES:
                await connection.execute(statement)
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    return time.perf_counter() - began
