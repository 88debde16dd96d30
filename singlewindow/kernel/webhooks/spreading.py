"""Of each event in a company's feed one delivery for each of its endpoints that wants it.

An endpoint remembers up to which number of the feed it has deliveries (`reached`), in the same statement that makes
them: nothing is left out and nothing made twice, whoever dies in between. A replay sets that number back; then what was
delivered already waits anew, under the same id, and nothing behind that number is sent before its turn (courier.py).
Who is the least behind is served first, so that a long replay holds up nobody else.

A document from before a restored moment counts its entries anew, to which receivers know other events: from the first
restore on (`skipping.py`) an id has the feed's number too, which is never given again.
"""

from __future__ import annotations

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.skipping import SKIPPED
from singlewindow.kernel.subsystem import subsystems

ENDPOINTS = 20  # in one round
EVENTS = 500  # of one endpoint in one round
CHANNEL = "feed"
"""Called when a feed has grown, or is to be gone through again."""
DUE = """exists (select from webhook w join feed_head h on h.company_id = w.company_id and h.last > w.reached
    where w.active)"""
"""Whether an endpoint is behind: SQL, asked by the worker now and then."""

_SPREAD = f"""
    with behind as (
        select w.id, w.company_id, w.reached, w.applications, w.closed from webhook w
        join company c on c.id = w.company_id and c.active
        join feed_head h on h.company_id = w.company_id and h.last > w.reached
        where w.active order by h.last - w.reached, w.id limit {ENDPOINTS} for update of w skip locked
    ), ahead as (
        select b.id as webhook_id, b.company_id, b.applications, b.closed, f.no, f.document_id, f.type,
               'evt_' || f.number || '_' || f.event_no || case when f.no > {SKIPPED} then '_' || f.no else '' end
                   as event_id
        from behind b cross join lateral (
            select no, document_id, type, number, event_no from feed
            where company_id = b.company_id and no > b.reached order by no limit {EVENTS}
        ) f
    ), moved as (
        update webhook w set reached = coalesce((select max(no) from ahead where webhook_id = w.id), h.last)
        from behind b join feed_head h using (company_id) where w.id = b.id
    ), wanted as (
        select ahead.* from ahead join unnest($1::text[], $2::text[]) as t (type, application) using (type)
        where (applications is null or application = any(applications)) and application <> all(closed)
    ), made as (
        insert into webhook_delivery (webhook_id, company_id, no, document_id, event_id)
        select webhook_id, company_id, no, document_id, event_id from wanted order by webhook_id, no
        on conflict (webhook_id, no) do update set
            state = 'waiting', tries = 0, lease = webhook_delivery.lease + 1, leased_until = '-infinity',
            next_at = clock_timestamp(), first_at = null, fault = '', status = null
        returning 1
    )
    select (select count(*) from behind) as endpoints, (select count(*) from made) as deliveries"""


async def spread(database: Database) -> tuple[int, int]:
    """One round; how many endpoints were behind, and how many deliveries were made."""
    pairs = [(type.name, chapter.name) for chapter in subsystems().values() for type in chapter.documents]
    async with database.transaction() as transaction:
        row = await transaction.row(_SPREAD, [type for type, _ in pairs], [chapter for _, chapter in pairs])
    assert row is not None
    return row["endpoints"], row["deliveries"]
