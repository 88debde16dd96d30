"""The portal's web processes work as a role that row-level security binds, or not at all (PORT-10)."""

from __future__ import annotations

from singlewindow.kernel.database.connection import Database


async def require_bound(database: Database) -> None:
    """Raise RuntimeError where policies do not count for whoever these connections are: the tables' owner, a superuser,
    a role with BYPASSRLS. With such an address everything would work, and one fence between companies would be gone."""
    async with database.transaction() as transaction:
        row = await transaction.row(
            "select current_user::text as role, row_security_active('document') as bound"
        )
    assert row is not None
    if not row["bound"]:
        raise RuntimeError(
            f"row-level security does not bind the role {row['role']}: SINGLEWINDOW_WEB_DATABASE_URL must name sw_web"
        )
