"""The embedded PostgreSQL (RUN-01…): starts fast, ends with its launcher, never starts twice on a folder."""

from __future__ import annotations


async def test_roles_can_do_nothing_special(postgres) -> None:  # type: ignore[no-untyped-def]
    """RUN: no role of ours is a superuser or by-passes row-level security."""
    rows = postgres.cluster.query(
        "select rolname, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'"
    )
    assert sorted(rows) == [
        ("customs", False),
        ("sw_migrate", False),
        ("sw_web", False),
        ("sw_worker", False),
    ]
