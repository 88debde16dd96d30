"""The sequencer: what the history says is numbered into the feed of each company that is told (decision 0052).

Entries become visible when their transaction commits, in another order than their ids or times; who reads on from a
place must nevertheless never miss one. So each entry names its transaction, and a round takes the entries of those that
are over: all below the oldest one that still goes on (`pg_snapshot_xmin`). Nothing can come before them any more.

1. One sequencer at a time: an advisory lock until the round's commit. Any number of workers may try.
2. Of a document in the round all earlier entries are in it too, or in the feed: its entries stay in their order, also
   where a transaction that began early wrote late.
3. Numbers go on from `feed_head`, without gaps but for one after a restore (`skipping.py`). An entry is never told
   twice to one company: a unique key.
4. Rows, heads and the place up to which was read commit together: a round that is killed never was.
5. In another cluster than before (restored from a dump) transaction ids begin anew; what was not in the feed yet is
   then taken for written now (`feed_restored`).
6. `NOTIFY feed` at the commit names the companies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from singlewindow.kernel.database.connection import Database, Row
from singlewindow.kernel.documents.history import TOLD
from singlewindow.kernel.exchange import figures
from singlewindow.kernel.settings import settings

CHANNEL = "feed"
DUE = """(select xid from event where xid is not null order by xid desc limit 1) >= (select next from feed_place)
    or exists (select from feed_left)"""
"""Whether there is anything to tell: SQL, asked by the worker twice a second. Rounds are as far apart: many entries
cost hardly more than one."""
PORTION = 2_000  # entries of one round; those of one transaction stay together
SWEPT_AT_ONCE = 5_000
HELD_UP_SECONDS = 60.0
_LOCK: Final = 0x66656564  # the word feed
log = structlog.get_logger()


@dataclass
class HeldUp:
    """Entries wait, and none of them may be told: some transaction that writes goes on. Told about once a minute."""

    minutes: int = 0

    def note(self, seconds: float) -> None:
        """How long the oldest has waited so, 0 where none does."""
        before, self.minutes = self.minutes, int(seconds // HELD_UP_SECONDS)
        if self.minutes > before:
            log.warning(
                "the feed of events waits for a transaction that does not end",
                seconds=round(seconds),
                who="docs/operations.md, Events",
            )


held_up = HeldUp()


async def sequence(database: Database, portion: int = PORTION) -> int:
    """One round, as the worker; whether more waits already (1 or 0)."""
    async with database.transaction() as transaction:
        if not await transaction.value(_BEGIN, _LOCK):
            return 0
        look = await transaction.row(_LOOK, portion)
        assert look is not None
        figures.note_feed_behind(look["behind"] or 0.0)
        held_up.note(look["behind"] or 0.0 if look["first"] is None else 0.0)
        if look["elsewhere"]:
            log.warning("the feed goes on in another cluster")
            await transaction.run("select feed_restored()")
            return 1
        if look["deleted"]:
            await transaction.run(_OF_DELETED, look["until"], portion)
        if look["first"] is not None:
            await transaction.run(_ROUND, look["next"], _until(look))
        return int(look["beyond"] is not None)


async def sweep(database: Database) -> None:
    """Take away what is older than SINGLEWINDOW_FEED_DAYS, in portions."""
    kept = timedelta(days=settings().feed_days)
    while await _sweep_portion(database, kept) == SWEPT_AT_ONCE:
        pass


def _until(look: Row) -> int:
    """The first transaction that is not in the round: less than all that are over where there are many entries."""
    if look["beyond"] is None:
        return int(look["until"])
    return max(int(look["beyond"]), int(look["first"]) + 1)


async def _sweep_portion(database: Database, kept: timedelta) -> int:
    async with database.transaction() as transaction:
        gone: int = await transaction.value(_SWEEP, kept, SWEPT_AT_ONCE)
    return gone


_BEGIN = """
    select pg_try_advisory_xact_lock($1), set_config('plan_cache_mode', 'force_custom_plan', true),
           set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true)"""
"""Takes the lock, if it is free. A round is a few entries out of great tables, found by keys one by one: no estimate of
how many they are, which lags behind just then, may make PostgreSQL read a whole table; nor may a plan stay that was
made when the feed was empty."""

_LOOK = """
    select p.next, s.until,
           p.cluster <> c.system_identifier or p.next > s.beyond_all as elsewhere,
           (select xid from event where xid >= p.next and xid < s.until order by xid limit 1) as first,
           (select xid from event where xid >= p.next and xid < s.until order by xid offset $1 limit 1) as beyond,
           exists (select from feed_left where xid < s.until) as deleted,
           (select extract(epoch from now() - recorded_at) from event where xid >= p.next order by xid limit 1)::float8
               as behind
    from feed_place p, pg_control_system() c, lateral (
        select pg_snapshot_xmin(seen) as until, pg_snapshot_xmax(seen) as beyond_all
        from (select pg_current_snapshot() as seen) as snapshot) s"""
"""What there is to do: entries from `next` on whose transactions are over; the first one, and the first of the next
portion ($1). `behind` is the age in seconds of what waits, also for transactions that go on."""

_TELL = f"""
    placed as (
        select *, max(recorded_at) over (partition by document_id order by no) as place from entries
    ), told as (
        select e.*, e.company_id as whose, true as own from placed e
        union all
        select e.*, party.id, false from placed e cross join lateral (
            select distinct c.id from document_party p join company c on c.customs_code = p.code
            where p.document_id = e.document_id and p.shown) as party
        where party.id <> e.company_id and e.kind in ({TOLD}) and not e.hidden
    ), numbered as (
        select t.*, coalesce(h.last, 0)
                    + row_number() over (partition by t.whose order by t.place, t.document_id, t.no) as place_no
        from told t left join feed_head h on h.company_id = t.whose
        where not exists (select from feed f
                          where (f.company_id, f.document_id, f.event_no) = (t.whose, t.document_id, t.no))
    ), fed as (
        insert into feed (company_id, no, document_id, event_no, type, number, sender_number, version, kind, code,
                          amends, outcome, status, text, at)
        select n.whose, n.place_no, n.document_id, n.no, n.type, n.number, case when n.own then n.sender_number end,
               n.version, n.kind,
               coalesce(data->>'code', data->>'timer', data->>'move', data->>'action', data->>'category', ''),
               coalesce(data->>'amends', ''), coalesce(data->>'outcome', ''), coalesce(data->>'status', n.status),
               coalesce(r.text, case when n.own then data->>'text' end, ''), n.at
        from numbered n left join lateral (
            select r.text from submission s join receipt r on r.submission_id = s.id
            where n.kind in ('receipt', 'late receipt') and s.document_id = n.document_id
              and s.sequence = (n.data->>'submission')::int and r.seq = (n.data->>'seq')::int) r on true
        order by n.whose, n.place_no
        returning company_id, no
    ), heads as (
        insert into feed_head (company_id, last) select company_id, max(no) from fed group by company_id
        on conflict (company_id) do update set last = excluded.last
        returning company_id
    )"""
"""From `entries` to the feed: to the company that files the document, and of what other parties read to those that see
it now. What a chapter says of a move, and the sender's own number, are for the former."""

_CALL = f"""select pg_notify('{CHANNEL}', case when length(whose) < 7000 then whose else '' end)
    from (select string_agg(company_id::text, ',') as whose from heads) as called where whose is not null"""
"""Names the companies, or none where they are too many: then it may concern anybody."""

_ENTRY = """e.document_id, e.no, e.company_id, e.at, e.recorded_at, e.kind, e.data, d.type, d.number, d.hidden,
        (select sender_number from sender_number s where s.number = d.number),
        coalesce(e.status, d.status) as status, coalesce(e.version, d.version) as version"""

_ROUND = f"""
    with entries as materialized (
        select {_ENTRY} from event e join document d on d.id = e.document_id where e.xid >= $1 and e.xid < $2
        union all
        select {_ENTRY} from (
            select document_id, max(no) as no from event where xid >= $1 and xid < $2 group by document_id
        ) as w join document d on d.id = w.document_id cross join lateral (
            select * from event e where e.document_id = w.document_id and e.no < w.no and e.xid >= $2 offset 0) as e
    ), read as (
        update feed_place set next = $2, at = now()
    ), {_TELL}
    {_CALL}"""
"""The entries of the transactions from $1 to before $2, with those of the same documents that came before them."""

_OF_DELETED = f"""
    with taken as (
        delete from feed_left where (document_id, no) in (
            select document_id, no from feed_left where xid < $1 order by document_id, no limit $2)
        returning *
    ), entries as materialized (
        select document_id, no, company_id, at, recorded_at, kind, data, type, number, true as hidden, sender_number,
               status, version
        from taken
    ), {_TELL}
    {_CALL}"""

_SWEEP = """
    with expired as (
        select h.company_id, f.no
        from feed_head h cross join lateral (
            select made_at from feed where company_id = h.company_id order by no limit 1
        ) as oldest cross join lateral (
            select no, made_at from feed where company_id = h.company_id order by no limit $2
        ) as f
        where oldest.made_at < now() - $1::interval and f.made_at < now() - $1::interval
        limit $2
    ), gone as (
        delete from feed using expired where (feed.company_id, feed.no) = (expired.company_id, expired.no) returning 1
    )
    select count(*) from gone"""
"""The oldest rows of each company come first in its numbers."""
