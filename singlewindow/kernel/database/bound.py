"""Who works for companies does so as a role that row-level security binds, or not at all (PORT-10)."""

from __future__ import annotations

from singlewindow.kernel.database.connection import Database


async def connect_bound(url: str, *, size: int) -> Database:
    """Connections as in `Database.connect`, for what companies ask for: a portal's requests, a worker's jobs.

    Raises RuntimeError where policies do not count for that role: the tables' owner, a superuser, one with BYPASSRLS.
    With such an address everything would work, and one fence between companies would be gone.
    """
    database = await Database.connect(url, size=size)
    async with database.transaction() as transaction:
        row = await transaction.row(
            "select current_user::text as role, row_security_active('document') as bound"
        )
    assert row is not None
    if not row["bound"]:
        await database.close()
        raise RuntimeError(
            f"row-level security does not bind the role {row['role']}: SINGLEWINDOW_WEB_DATABASE_URL must name sw_web"
        )
    return database
