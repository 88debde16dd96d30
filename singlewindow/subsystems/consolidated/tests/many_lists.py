"""Closed lists by the thousand, stored as customs' answers leave them: for tests of what is done with many, and for
`make bench`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.lifecycle import CLOSED, DECLARED
from singlewindow.subsystems.consolidated.merging.merge import Listed

Sql = Callable[..., Awaitable[Sequence[Any]]]
"""Runs a statement with $1, $2 … as the tables' owner."""

_COLUMNS = [name for name in LIST.columns if name not in LIST.answers]
_STORED = f"""
    with given as (
        select * from unnest($3::text[], $4::text[]) with ordinality as g (content, accepted, place)
    ), numbered as (
        select content::jsonb as content, accepted, place, nextval('document_number') as serial
        from given order by place
    ), d as (
        insert into document (type, number, company_id, created_by, status, content, returned, filed_on, created_at,
            updated_at, last_submission, answered)
        select '{LIST.name}', '2026' || lpad(serial::text, 14, '0'), $1, $2, '{CLOSED}', content,
            jsonb_build_object('list_no', '57292026I' || right(lpad(serial::text, 9, '0'), 9), 'accepted_on', accepted,
                'declared_on', accepted), accepted::date, $5, $5, 1, true
        from numbered returning *
    ), p as (
        insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
        select id, company_id, company_id, 'declarant', type, status, updated_at from d
    ), f as (
        insert into {LIST.find_table} (document_id, company_id, number, status, filed_on, updated_at,
            {", ".join(_COLUMNS)}, list_no, declared_on, accepted_on)
        select id, company_id, number, status, filed_on, updated_at,
            {", ".join(f"content->>'{name}'" for name in _COLUMNS)}, returned->>'list_no', returned->>'declared_on',
            returned->>'accepted_on' from d
    ), s as (
        insert into submission (document_id, company_id, sequence, action, version, start_status, content, statement,
            signature, certificate, card_no, account_id, request_id, submitted_at)
        select id, company_id, 1, 'declare', 1, '{DECLARED}', convert_to(content::text, 'UTF8'), '', '', '', '', $2, '',
            $5 from d returning id, document_id
    ), r as (
        insert into receipt (submission_id, document_id, seq, code, text, data, at)
        select s.id, s.document_id, seq, code, code, case when code = 'APPROVED' then d.returned else '{{}}' end, $5
        from s join d on d.id = s.document_id,
            unnest(array[0, 1, 2, 3], array['SENT', 'RECEIVED', 'APPROVED', 'CLOSED']) as said (seq, code)
    )
    select number, id from d order by id"""


async def store_lists(
    sql: Sql, company: int, account: int, lists: Sequence[tuple[str, dict[str, Any]]], at: datetime
) -> list[str]:
    """Store closed lists of (day of acceptance, content); their numbers, in this order. `at`: the moment of all."""
    rows = await sql(
        _STORED,
        company,
        account,
        [json.dumps(content) for _, content in lists],
        [day for day, _ in lists],
        at,
    )
    await sql(
        f"""update document d set in_force_submission = s.id from submission s
            where s.document_id = d.id and d.company_id = $1 and d.in_force_submission is null
                and d.type = '{LIST.name}'""",
        company,
    )
    return [row["number"] for row in rows]


def stored(listed: Listed, consignee: str, **more: str) -> tuple[str, dict[str, Any]]:
    """A list of the samples as it would be stored for a company."""
    own = {f"{who}_code": consignee for who in ("consignee", "owner", "declarant")}
    goods = listed.content["goods"]
    kind = {"I1": "GI", "E1": "GE", "I2": "BI", "E2": "BE"}
    content = {**listed.content, **own, "items": str(len(goods)), "currency": "USD", **more}
    content["total"] = f"{sum(float(row['total']) for row in goods):.2f}"
    general = "2" if content["nature"] == "2" else "1"
    return listed.accepted_on, {**content, "list_kind": kind[content["ie_flag"] + general]}


def noon(day: date) -> datetime:
    """A moment of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)
