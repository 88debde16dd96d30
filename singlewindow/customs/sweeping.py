"""What desks have noted besides submissions is swept when older than `customs_note_days`, by the business clock."""

from __future__ import annotations

from datetime import timedelta

from singlewindow.customs.database import Database
from singlewindow.customs.desks import desks

CHANNEL = "sweeping"  # nobody calls it: the loop looks now and then
SECONDS = 300.0
BATCH = 10_000  # rows of one statement, so that lanes wait for none


async def sweep(database: Database, days: float) -> int:
    """Take away up to BATCH old rows of each table; answers how many there were."""
    return sum([await _sweep(database, table, days) for desk in desks().values() for table in desk.noted])


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
