"""All that both sides hold, read at one moment past all row-level security, and what companies' programs wrote down."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import asyncpg

from singlewindow.contract.pdf_seals import Trust
from tests.system.torture.ledger import Told

Row = Mapping[str, Any]
Rows = list[Row]

PORTAL = {
    "documents": """
        select d.id, d.type, d.number, d.company_id, d.status, d.version, d.content, d.returned, d.hidden, d.amending,
               d.ended_by, d.last_submission, c.customs_code as company,
               (select array_agg(e.kind order by e.no) from event e where e.document_id = d.id) as told,
               (select e.status from event e where e.document_id = d.id order by e.no desc limit 1) as told_status,
               (select count(*) from document_party p where p.document_id = d.id and p.company_id = d.company_id)
                   as owners
        from document d join company c on c.id = d.company_id""",
    "submissions": """
        select s.id, s.document_id, s.sequence, s.action, s.amends, s.superseded, s.attachments, d.number, d.type,
               encode(sha256(s.statement), 'hex') as statement, encode(sha256(s.content), 'hex') as content_sha256,
               (select count(*) from outbox o where o.submission_id = s.id) as outbox,
               (select count(*) from waiting w where w.submission_id = s.id) as waiting,
               (select a.status from amendment a where a.submission_id = s.id) as recorded,
               (select array_agg(a.sha256 order by a.sha256) from attachment a where a.id = any(s.attachments)) as files
        from submission s join document d on d.id = s.document_id""",
    "receipts": """
        select s.id as submission, d.number, s.sequence, r.seq, r.code from receipt r
        join submission s on s.id = r.submission_id join document d on d.id = r.document_id""",
    "attachments": """
        select d.number, a.category, a.sha256, a.superseded, encode(sha256(a.content), 'hex') as hashed
        from attachment a
        join document d on d.id = a.document_id""",
    "claims": "select kind, key, document_id from claim",
    "draws": "select kind, key, document_id, amount from draw",
    "schedule": "select document_id, timer, due_at from schedule",
    "keys": "select key, number, request from idempotency",
    "senders": "select sender_number, number from sender_number",
    "jobs": "select id, key, kind, state, total, done, failed from job",
    "tokens": "select id, name, revoked_at from api_token",
    "hooks": "select w.id, w.company_id, w.url, w.reached from webhook w",
    "deliveries": "select webhook_id, no, event_id, state from webhook_delivery where no is not null",
    "feed": "select company_id, no, document_id, event_no, number from feed order by company_id, no",
    "events": "select document_id, no, company_id from event",
    "parties": """
        select p.document_id, c.id as company_id from document_party p join company c on c.customs_code = p.code""",
    "prints": """
        select a.number, a.key, a.company_id, r.no, r.declaration, r.state, r.file_id, f.name as file,
               f.company_id as file_of, f.sha256, f.content as bytes
        from declarations_application a
        left join declarations_result r on r.application_id = a.id left join file f on f.id = r.file_id""",
    "books": "select key, seq, data from register_entry where kind = 'account_book'",
    "stuck": """
        select 'outbox ' || state as what, count(*) as many from outbox where state <> 'sent' group by 1
        union all select 'inbox ' || state, count(*) from inbox where state <> 'applied' group by 1
        union all select 'job ' || state, count(*) from job where state in ('queued', 'running', 'failed') group by 1
        union all select 'delivery ' || state, count(*) from webhook_delivery where state <> 'delivered' group by 1
        union all select 'waiting', count(*) from waiting having count(*) > 0""",
}
CUSTOMS = {
    "submissions": """
        select s.id, s.type, s.number, s.sequence, s.function, s.state, s.customs_no, s.last_seq, s.statement_sha256,
               s.received ->> 'action' as action,
               encode(sha256(decode(s.received ->> 'statement', 'base64')), 'hex') as statement,
               encode(sha256(decode(s.received ->> 'content', 'base64')), 'hex') as content_sha256,
               s.received -> 'attachments' as files, i.message_id, i.state as incoming,
               (select count(*) from receipt r where r.submission_id = s.id) as receipts,
               (select d.to_state from decision d where d.submission_id = s.id order by d.id desc limit 1) as decided
        from submission s join incoming i on i.id = s.incoming_id""",
    "receipts": """
        select s.number, s.sequence, r.seq, r.code, o.state from receipt r join submission s on s.id = r.submission_id
        left join outgoing o on o.message_id = r.message_id""",
    "trips": "select number, sequence, content_sequence, state, content from gate_trip",
    "appointments": """
        select number, sequence, state, answer_by, application_no, consignee, declare_port, entry_port, ie_flag,
               to_char(starts_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as start
        from appointment_book""",
    "records": """
        select id, type, number, sequence, content_sequence, state, content, customs_no from consolidated_record""",
    "uses": "select record_id, kind, key, item, amount from consolidated_use",
    "books": "select key, seq, data from entry where kind = 'account_book'",
    "files": "select sha256, encode(sha256(content), 'hex') as hashed from attachment",
    "struck": """
        select count(*) as receipts, count(*) filter (where roll(dice || '/lost') < lost) as lost,
               count(*) filter (where roll(dice || '/lost') >= lost and roll(dice || '/doubled') < doubled) as doubled,
               count(*) filter (where roll(dice || '/delayed') < delayed) as delayed,
               count(*) filter (where roll(dice || '/shuffled') < shuffled) as shuffled
        from fault cross join outgoing cross join lateral (
            select concat_ws('/', seed, split_part(topic, '#', 1), payload ->> 'submission', payload ->> 'seq') as dice
        ) as d where kind = 'receipt'""",
    "stuck": """
        select 'incoming ' || state as what, count(*) as many from incoming
            where state not in ('understood', 'doubled') group by 1
        union all select 'outgoing ' || state, count(*) from outgoing where state <> 'sent' group by 1
        union all select 'due', count(*) from submission where due_at < business_now() having count(*) > 0""",
}


@dataclass
class World:
    """Portal's and customs' rows by name, the ledger, what the receiver heard, what the API answers (number → row of
    the result list), and what it said of the feed (company → events)."""

    portal: dict[str, Rows]
    customs: dict[str, Rows]
    found: dict[str, int]  # find table rows: document number → how many
    told: Told
    heard: list[dict[str, Any]]
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    feeds: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)  # all parts' logs, as far as they are kept
    broken: list[str] = field(default_factory=list)  # what verify-history says
    first_books: dict[str, Any] = field(default_factory=dict)  # account books as the world began
    trust: Trust | None = None  # by whom seals are believed

    @classmethod
    async def read(
        cls, portal: asyncpg.Connection[Any], customs: asyncpg.Connection[Any], notes: Path
    ) -> World:
        """Everything, of these two databases and the driver's notes."""
        sides: list[dict[str, Rows]] = [
            {name: [_plain(row) for row in await side.fetch(sql)] for name, sql in statements.items()}
            for side, statements in ((portal, PORTAL), (customs, CUSTOMS))
        ]
        found: dict[str, int] = defaultdict(int)
        tables = """select table_name from information_schema.columns
            where table_name like 'find\\_%' and column_name = 'document_id'"""
        for table in await portal.fetch(tables):
            for row in await portal.fetch(
                f"select d.number from {table[0]} f join document d on d.id = f.document_id"
            ):
                found[row[0]] += 1
        hooks = notes / "hooks.jsonl"
        heard = [json.loads(line) for line in hooks.read_text().splitlines()] if hooks.exists() else []
        return cls(sides[0], sides[1], found, Told.of(notes / "ledger.jsonl"), heard)

    @cached_property
    def documents(self) -> dict[str, Row]:
        """The portal's, by number."""
        return {row["number"]: row for row in self.portal["documents"]}

    @cached_property
    def ours(self) -> dict[str, Rows]:
        """The portal's submissions, by document."""
        return _by_number(self.portal["submissions"])

    @cached_property
    def theirs(self) -> dict[str, Rows]:
        """Customs' submissions, by document."""
        return _by_number(self.customs["submissions"])

    @cached_property
    def lives(self) -> dict[str, Row]:
        """What customs' desks keep of a document's life, by number."""
        return {
            row["number"]: row for name in ("trips", "appointments", "records") for row in self.customs[name]
        }

    @cached_property
    def signed(self) -> dict[str, dict[str, Any]]:
        """What cards signed, by the statement's digest."""
        return {note["statement"]: note for note in self.told.noted("signed")}

    @cached_property
    def deleted(self) -> set[str]:
        """Documents of which a deletion was asked for, whatever became of it."""
        return {facts["number"] for facts in self.told.asked("delete")}


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    """JSON columns as what they hold."""
    return {
        name: json.loads(value) if isinstance(value, str) and value[:1] in "{[" and name in _JSON else value
        for name, value in row.items()
    }


_JSON = {"content", "returned", "data", "files"}


def _by_number(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in sorted(rows, key=lambda each: (each["number"], each["sequence"])):
        found[row["number"]].append(row)
    return found
