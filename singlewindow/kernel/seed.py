"""What every portal needs before anybody logs in: the code tables that ship (OPER-02)."""

from __future__ import annotations

import json

from singlewindow.contract.postgres import connect
from singlewindow.kernel.codes.load import load_shipped_tables


async def seed_codes(owner_url: str) -> None:
    """Put in the shipped code tables, and correct what was shipped differently before.

    A table that anything was imported into is its owner's: it stays as it is, whatever ships later.
    """
    connection = await connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("lock table code_entry in share row exclusive mode")
            owned = await connection.fetch("select distinct table_name from code_entry where not shipped")
            tables = {row["table_name"] for row in owned}
            await connection.executemany(
                """insert into code_entry (table_name, code, name, initials, position, extra)
                   values ($1, $2, $3, $4, $5, $6)
                   on conflict (table_name, code, valid_from) do update
                   set name = excluded.name, initials = excluded.initials, position = excluded.position,
                       extra = excluded.extra""",
                [
                    (e.table, e.code, e.name, e.initials, e.position, json.dumps(e.extra, ensure_ascii=False))
                    for e in load_shipped_tables()
                    if e.table not in tables
                ],
            )
    finally:
        await connection.close()
