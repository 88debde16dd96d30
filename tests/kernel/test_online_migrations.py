"""Every migration since the baseline can run while the release before it works (OPER-04, decision 0061)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from singlewindow.contract import migrating
from singlewindow.contract.postgres import connect
from singlewindow.customs import migrate as customs
from singlewindow.kernel.database import migrate as portal
from tests.migration_rules import faults

BASELINE = {
    "portal": (
        "k0027_rest", "appointment_0003", "consolidated_0002", "consolidated_booklet_0002",
        "consolidated_declaration_0001", "consolidated_list_0001", "consolidated_qualification_0002",
        "declarations_0003", "gate_0001", "inspection_bill_0001", "inspection_declaration_0001",
    ),
    "customs": ("c0005", "appointment_0001", "consolidated_0001", "gate_0002"),
}  # fmt: skip
"""The last revisions before this was asked of migrations. They are not edited, so they stay as they are."""


@pytest.mark.parametrize(
    ("side", "config"), [("portal", portal.alembic_config), ("customs", customs.alembic_config)]
)
async def test_later_migrations_disturb_nobody(
    postgres: Any, side: str, config: Callable[[], Config]
) -> None:
    """Their statements as they are really sent, one migration after the other."""
    url = postgres.create_database(f"online_{side}", "customs" if side == "customs" else None)
    chosen, sent = config(), dict[str, list[str]]()
    waiting: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "alembic_version" not in statement:
            waiting.append(statement)
        elif found := re.search(r"(?:SET version_num=|VALUES \()'(\w+)'", statement):
            sent[found[1]] = list(waiting)
            waiting.clear()

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(url))
    async with engine.connect() as connection:
        for head in BASELINE[side]:
            await connection.run_sync(migrating._run, chosen, head)
            await connection.commit()
        event.listen(engine.sync_engine, "before_cursor_execute", hear)
        await connection.run_sync(migrating._run, chosen, "heads")
    await engine.dispose()
    modules = {each.revision: each.module for each in ScriptDirectory.from_config(chosen).walk_revisions()}
    made: set[str] = set()
    wrong = {
        revision: found
        for revision, statements in sent.items()
        if (found := faults(statements, made, unused=bool(getattr(modules[revision], "unused_since", ""))))
    }
    assert not wrong, wrong


GOOD = (
    "alter table document add column seen_on date",
    "alter table document add column seen boolean not null default false, add column note text default ''",
    "create or replace function f() returns int language sql as $$ update document set id = 1; select 1 $$",
    "alter table document add constraint seen check (seen_on > '2020-01-01') not valid",
    "alter table document validate constraint seen",
    "create table shelf (id bigint primary key, document_id bigint references document); create index on shelf (id)",
    "insert into clock (shift) values ('0')",
    "delete from event where id = any(array(select id from event order by id limit 1000))",
)
BAD = (
    "create index document_seen on document (company_id)",
    "drop index document_seen",
    "alter table document drop column returned",
    "alter table document add column kind text not null",
    "alter table document add column key uuid default gen_random_uuid()",
    "alter table document add column other bigint references company",
    "alter table document alter column content set not null",
    "alter table document alter column number type varchar(40)",
    "alter table document rename column number to no",
    "alter table document rename to paper",
    "alter table document add constraint seen check (id > 0)",
    "alter table document add constraint one unique (number)",
    "alter table gate_trip add column more text",
    "update document set status = '0'",
    "update find_gate_trip t set shown = true -- all of them",
    "drop function sw_begin(bigint, bigint)",
    "lock table document",
    "alter table document add column a text; alter table event add column a text",
    "set lock_timeout = 0; create index concurrently a on document (id); alter table document add column b text",
)


@pytest.mark.parametrize("statement", GOOD)
def test_what_only_adds_is_right(statement: str) -> None:
    assert faults([statement], set()) == []


@pytest.mark.parametrize("statement", BAD)
def test_what_takes_away_or_waits_is_wrong(statement: str) -> None:
    assert faults([statement], set())


def test_what_nothing_uses_any_more_may_go() -> None:
    """A migration says since when; what this release made itself may be changed."""
    assert faults(["drop function f()", "alter table document drop column b"], set(), unused=True) == []
    made: set[str] = set()
    assert faults(["create table shelf (id bigint)"], made) == []
    assert faults(["create index by_id on shelf (id)", "update shelf set id = 1"], made) == []


MIGRATIONS = {
    "x1": 'op.execute("alter table document add column seen_on date")',
    "x2": 'build_index("document_x", "document (company_id, seen_on)")',
}


def write(folder: Path) -> None:
    for at, (name, does) in enumerate(MIGRATIONS.items()):
        before = list(MIGRATIONS)[at - 1] if at else None
        (folder / f"{name}.py").write_text(
            "from alembic import op\nfrom singlewindow.contract.migrating import build_index\n"
            f"revision, down_revision, depends_on = {name!r}, {before!r}, ('k0001',)\n"
            f"def upgrade() -> None:\n    {does}\n"
        )


async def test_a_migration_waits_for_nobody_and_is_tried_again(
    postgres: Any, portal_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While someone has the table a migration gives up after a moment, so that nobody waits behind it, and comes back;
    an index that was left half-built is built anew. Two at once: one after the other."""
    postgres.cluster.query(f"create database waited template {portal_template} owner sw_migrate")
    url = postgres.dsn("waited")
    write(tmp_path)
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrating, "PAUSE", 0.05)
    holder, other = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await holder.execute("create index document_x on document (id)")  # as if it had been begun
        working = holder.transaction()
        await working.start()
        await holder.execute("lock table document in row exclusive mode")  # as who writes has it
        both = [asyncio.create_task(portal.migrate_async(url, tmp_path)) for _ in range(2)]
        for _ in range(10):
            async with asyncio.timeout(10):
                await other.fetch("select from document limit 1")
            await asyncio.sleep(0.05)
        assert not any(task.done() for task in both)
        await working.commit()
        async with asyncio.timeout(30):
            await asyncio.gather(*both)
        columns = await other.fetchval("select indexdef from pg_indexes where indexname = 'document_x'")
        assert columns.endswith("(company_id, seen_on)")
        assert await other.fetchval("select count(seen_on) from document") == 0
    finally:
        await holder.close()
        await other.close()
