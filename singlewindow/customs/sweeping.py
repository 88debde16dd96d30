"""What desks have noted besides submissions is swept when older than `customs_note_days`, by the business clock. Old
messages are emptied: what was understood stands in `submission`, what was published in `entry`.

Their rows stay: a message that comes twice is known by its id, and submissions point at theirs. Receipts keep all, for
officers send them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from singlewindow.customs.database import Database
from singlewindow.customs.desks import desks

CHANNEL = "sweeping"  # nobody calls it: the loop looks now and then
SECONDS = 300.0
BATCH = 10_000  # rows of one statement, so that lanes wait for none
MESSAGE_DAYS = 30.0


@dataclass(frozen=True)
class Emptied:
    """Messages of a table in the order of their ids: which of them go no further while they wait or are young ($2 is
    the moment), which are emptied then, and how."""

    table: str
    waits: str
    done: str
    empty: str


MESSAGES = (
    Emptied(
        "incoming",
        "state = 'waiting' or received_at >= $2",
        "state in ('understood', 'doubled')",
        "body = ''",
    ),
    Emptied(
        "outgoing",
        "kind = 'notice' and (state = 'queued' or sent_at >= $2)",
        "kind = 'notice' and state = 'sent'",
        "payload = '{}', body = null",
    ),
)


async def sweep(database: Database, days: float) -> int:
    """Take away up to BATCH old rows of each table; answers how many there were. So many messages are passed besides,
    no more before the next look: where a million are old at once, that takes its time."""
    for each in MESSAGES:
        await _empty(database, each)
    return sum([await _sweep(database, table, days) for desk in desks().values() for table in desk.noted])


async def _empty(database: Database, what: Emptied) -> None:
    """Go on from where the last sweep has ended, up to the first message that waits."""
    async with database.transaction() as transaction:
        await transaction.run(
            f"""with next as (
                    select id, ({what.waits}) is true as waits, {what.done} as done from {what.table}
                    where id > coalesce((select last from swept where name = $1), 0) order by id limit {BATCH}
                ),
                passed as (
                    select id, done from next
                    where id < coalesce((select min(id) from next where waits), {2**63 - 1})
                ),
                emptied as (
                    update {what.table} m set {what.empty} from passed p where m.id = p.id and p.done
                )
                insert into swept select $1, max(id) from passed having count(*) > 0
                on conflict (name) do update set last = greatest(swept.last, excluded.last)""",
            what.table,
            transaction.now - timedelta(days=MESSAGE_DAYS),
        )


async def _sweep(database: Database, table: str, days: float) -> int:
    """Ids grow with the moments, so that only what stands before the first row that stays is looked at."""
    async with database.transaction() as transaction:
        swept: int = await transaction.value(
            f"""with stays as (select id from {table} where at >= $1 order by id limit 1),
                old as (
                    select id from {table} where at < $1 and id < coalesce((select id from stays), {2**63 - 1})
                    order by id limit {BATCH}
                ),
                gone as (delete from {table} where id in (select id from old) returning 1)
                select count(*) from gone""",
            transaction.now - timedelta(days=days),
        )
        return swept


async def idle() -> float:
    """Seconds between two looks."""
    return SECONDS
