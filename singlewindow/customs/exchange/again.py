"""What the portal may lack is sent once more: after a restore of one side, or where it refused what it should take. The
portal takes each message once, whatever comes again.
"""

from __future__ import annotations

from datetime import datetime

from singlewindow.customs import registers
from singlewindow.customs.database import Database
from singlewindow.customs.exchange.outgoing import CHANNEL, queue_notices

MESSAGES = 10_000  # that one transaction looks at
ENTRIES = 5_000  # that one transaction publishes


async def send_again(database: Database, since: datetime | None = None) -> int:
    """Queue what the portal refused, and what was sent since a moment; answers how many messages that were.

    Notices that were emptied long ago (`sweeping.py`) stay: `publish` sends what they said.
    """
    last: int | None = 0
    queued = 0
    while last is not None:
        async with database.transaction() as transaction:
            row = await transaction.row(
                """with next as (select id from outgoing where id > $1 order by id limit $2),
                   again as (
                       update outgoing o set state = 'queued', again_at = null, problem = '', attempts = 0,
                           next_at = clock_timestamp()
                       from next where o.id = next.id and o.payload::text <> '{}'
                           and (o.state = 'refused' or (o.state = 'sent' and o.sent_at >= $3))
                       returning 1
                   )
                   select (select max(id) from next) as last, (select count(*) from again) as queued""",
                last,
                MESSAGES,
                since,
            )
            assert row is not None
            last, queued = row["last"], queued + row["queued"]
            if row["queued"]:
                await transaction.wake(CHANNEL)
    return queued


async def publish(database: Database) -> int:
    """Publish every entry of every register once more, with numbers beyond all that were ever given, by this database
    or by one that was lost; answers how many entries.

    What is changed meanwhile is published as ever: whoever publishes holds the row that says how far ahead the numbers
    are, so that none goes out with a lower number after this.
    """
    async with database.transaction() as transaction:
        await transaction.run(
            """update publication set ahead =
                   greatest(ahead + 1000, (extract(epoch from clock_timestamp()) * 1000)::bigint)"""
        )
    after, published = ("", ""), 0
    while True:
        async with database.transaction() as transaction:
            entries = await registers.after(transaction, *after, ENTRIES)
            if not entries:
                return published
            await queue_notices(transaction, [entry.notice() for entry in entries])
        after, published = (entries[-1].kind, entries[-1].key), published + len(entries)
