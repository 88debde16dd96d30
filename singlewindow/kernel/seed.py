"""What a fresh portal needs before anybody logs in: code tables, and a demo world's people."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from singlewindow.kernel.codes.load import load_shipped_tables
from singlewindow.kernel.people.seed import seed_people


async def seed_portal(owner_url: str, world: Path) -> None:
    """Fill an empty portal; what is there already stays."""
    await seed_codes(owner_url)
    await seed_people(owner_url, world)


async def seed_codes(owner_url: str) -> None:
    """Put in the shipped code tables, and correct those that were shipped differently before.

    What was imported since stays.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.executemany(
            """insert into code_entry (table_name, code, name, initials, position) values ($1, $2, $3, $4, $5)
               on conflict (table_name, code) do update
               set name = excluded.name, initials = excluded.initials, position = excluded.position
               where code_entry.shipped""",
            [(e.table, e.code, e.name, e.initials, e.position) for e in load_shipped_tables()],
        )
    finally:
        await connection.close()
