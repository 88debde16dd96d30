"""Who works for companies does so as a role that row-level security binds, or not at all (PORT-10)."""

from __future__ import annotations

from singlewindow.contract.postgres import Unreachable, reach, told
from singlewindow.kernel.database.connection import Database


class Unbound(RuntimeError):
    """The role that an address names is one for which policies do not count."""


async def connect_bound(url: str, *, size: int) -> Database:
    """Connections as in `Database.connect`, for what companies ask for: a portal's requests, a worker's jobs.

    Raises Unbound where policies do not count for that role: the tables' owner, a superuser, one with BYPASSRLS.
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
        raise Unbound(
            f"row-level security does not bind the role {row['role']}: SINGLEWINDOW_WEB_DATABASE_URL must name sw_web"
        )
    return database


async def reach_bound(setting: str, url: str) -> None:
    """As `reach`, for the database of companies' work: whether its tables are there and its role is a bound one.

    Raises Unreachable with what to do.
    """
    await reach(setting, url)
    try:
        with told(setting, url):
            await (await connect_bound(url, size=1)).close()
    except Unbound as unbound:
        raise Unreachable(f"Cannot go on: {unbound}") from None
