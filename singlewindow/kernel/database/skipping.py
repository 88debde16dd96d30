"""Numbers after a restore. What was numbered after the restored moment is known outside: documents at customs, cursors
of events in companies' programs. Given again, such a number would mean something else, and nobody would be told."""

from __future__ import annotations

from singlewindow.contract.postgres import RESTORES
from singlewindow.kernel.database.connection import Database

SKIPPED = 1_000_000  # more than are given between a backup and the loss of what came after it


async def skip_numbers(owner: Database) -> None:
    """Let every sequence, and each company's feed of events, go on beyond what may have been given, since any moment
    and after any other restore; all as the tables' owner."""
    async with owner.transaction() as transaction:
        skipped = SKIPPED * await transaction.value(f"select {RESTORES}")
        await transaction.rows(
            """select setval(format('%I.%I', schemaname, sequencename)::regclass, last_value + $1)
               from pg_sequences where schemaname = 'public' and last_value + $1 <= max_value""",
            skipped,
        )
        await transaction.run(
            """insert into feed_head (company_id, last) select id, $1 from company
               on conflict (company_id) do update set last = feed_head.last + excluded.last""",
            skipped,
        )
