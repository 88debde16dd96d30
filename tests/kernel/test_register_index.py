"""Tables in which chapters search registers: kept with each notice, made anew, and seen by the company alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from singlewindow.contract.messages import Notice
from singlewindow.kernel.database.connection import Actor, Transaction
from singlewindow.kernel.registers import command, notices
from singlewindow.kernel.registers.found import register_indexes
from singlewindow.kernel.registers.index import SQL_TYPES, IndexColumn, RegisterIndex
from singlewindow.kernel.registers.notices import reindex, store_notices
from singlewindow.kernel.settings import Settings
from tests.house import House

if TYPE_CHECKING:
    from conftest import TestPostgres

PARCELS = next(each for each in register_indexes()["sample_parcel"] if each.table == "find_labels_parcel")
DATA = {"owner": "4499000001", "arrived_on": "2026-11-05", "weight": "12.50"}


async def row(house: House, key: str) -> dict[str, Any] | None:
    found = await house.sql("select * from find_labels_parcel where key = $1", key)
    return dict(found[0]) if found else None


def fresh() -> str:
    return f"P{uuid4().hex}"


async def test_a_notice_writes_the_register_and_its_index(house: House) -> None:
    """PRNT-01: what is searched are real columns; a later notice replaces them."""
    key = fresh()
    await house.register("sample_parcel", key, DATA)
    assert await row(house, key) == {
        "key": key, "owner": "4499000001", "arrived_on": date(2026, 11, 5), "weight": Decimal("12.50"),
    }  # fmt: skip
    await house.register("sample_parcel", key, {**DATA, "owner": "4499000002"}, seq=2)
    assert (await row(house, key) or {})["owner"] == "4499000002"


async def test_an_older_notice_changes_nothing(house: House) -> None:
    """CUST-05: whatever order they come in, the newest counts; also both in one batch."""
    key, other = fresh(), fresh()
    newer = house.customs.notice("sample_parcel", key, {**DATA, "weight": "2"}, seq=2)
    older = house.customs.notice("sample_parcel", key, {**DATA, "weight": "1"}, seq=1)
    await house.hear(newer)
    await house.hear(older)
    assert (await row(house, key) or {})["weight"] == 2
    await house.hear(
        house.customs.notice("sample_parcel", other, {**DATA, "weight": "2"}, seq=2),
        house.customs.notice("sample_parcel", other, {**DATA, "weight": "1"}, seq=1),
    )
    assert (await row(house, other) or {})["weight"] == 2


async def test_a_withdrawn_entry_has_no_row(house: House) -> None:
    key = fresh()
    await house.register("sample_parcel", key, DATA)
    await house.hear(house.customs.notice("sample_parcel", key, None, seq=2))
    assert await row(house, key) is None
    await house.register("sample_parcel", key, DATA, seq=3)
    assert await row(house, key)


@pytest.mark.parametrize("odd", ["", "2026-02-31", "today", "infinity", "99999-01-01", "NaN", "1e5", "二"])
async def test_a_member_that_is_no_value_is_empty(house: House, odd: str) -> None:
    """CUST-05: an odd member holds up neither the entry nor the notices beside it."""
    key, beside = fresh(), fresh()
    await house.hear(
        house.customs.notice("sample_parcel", key, {"owner": "4499000001", "arrived_on": odd, "weight": odd}),
        house.customs.notice("sample_parcel", beside, DATA),
    )
    assert await row(house, key) == {"key": key, "owner": "4499000001", "arrived_on": None, "weight": None}
    assert await row(house, beside)
    assert not await house.sql(
        "select from inbox where state = 'unreadable' and body like '%' || $1 || '%'", key
    )


async def test_other_registers_cost_no_statement(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement for a batch of notices, and one more only for the index of a register among them."""
    ran: list[str] = []
    run = Transaction.run

    async def counted(self: Transaction, sql: str, *values: object) -> None:
        ran.append(sql)
        await run(self, sql, *values)

    monkeypatch.setattr(Transaction, "run", counted)

    def of(kind: str) -> Notice:
        return Notice(message_id=str(uuid4()), kind=kind, key=fresh(), seq=1, data=DATA)

    async with house.worker.transaction() as transaction:
        await store_notices(transaction, [of("pilot_switch_x"), of("vessel_x")])
        assert len(ran) == 1
        await store_notices(transaction, [of("pilot_switch_x"), of("sample_parcel"), of("sample_parcel")])
        assert len(ran) == 3


async def test_reindexing_makes_the_table_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRNT-01: rows that are missing come, rows that differ are put right, rows of withdrawn entries go."""
    monkeypatch.setattr(notices, "PORTION", 2)
    missing, wrong, gone = fresh(), fresh(), fresh()
    for key in (missing, wrong, gone):
        await house.register("sample_parcel", key, DATA)
    await house.sql("delete from find_labels_parcel where key = $1", missing)
    await house.sql("update find_labels_parcel set owner = 'x' where key = $1", wrong)
    await house.sql("update register_entry set data = null where key = $1", gone)
    entries = (await house.sql("select count(*) from register_entry where kind = 'sample_parcel'"))[0][
        "count"
    ]
    assert await reindex(house.worker, PARCELS) == entries
    assert await row(house, missing)
    assert (await row(house, wrong) or {})["owner"] == "4499000001"
    assert await row(house, gone) is None


def test_the_command_says_what_it_did(
    postgres: TestPostgres, portal_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-02: one register or all; an unknown one is named with those that there are."""
    monkeypatch.setattr(
        command, "settings", lambda: Settings(worker_database_url=postgres.dsn("portal", "sw_worker"))
    )
    run = CliRunner().invoke
    for arguments in (["reindex"], ["reindex", "sample_parcel"]):
        done = run(command.cli, arguments)
        assert done.exit_code == 0, done.output
        assert re.search(r"sample_parcel: \d+ entries in find_labels_parcel", done.output)
    unknown = run(command.cli, ["reindex", "parcels"])
    assert unknown.exit_code == 1
    assert "sample_parcel" in unknown.output


async def test_the_policy_asks_once_and_uses_the_index(house: House) -> None:
    """PORT-10: the company's code is found once for a query, and the table's index begins with it."""
    member = await house.member()
    await house.sql(
        """insert into find_labels_parcel (key, owner, arrived_on)
           select 'P' || gen_random_uuid(), '44990' || lpad((n % 10)::text, 5, '0'), date '2026-01-01' + n % 300
           from generate_series(1, 20000) n"""
    )
    await house.sql("analyze find_labels_parcel")
    [me] = await house.sql("select company_id, account_id from card where card_no = $1", member.card_no)
    async with house.web.transaction(Actor(me["company_id"], me["account_id"])) as transaction:
        plan = await transaction.rows(
            "explain select key from find_labels_parcel where arrived_on between '2026-03-01' and '2026-03-09'"
        )
        by_key = await transaction.rows(
            "explain select arrived_on from find_labels_parcel where key = any($1)",
            [f"P{n}" for n in range(50)],
        )
    text = "\n".join(line[0] for line in plan)
    assert "find_labels_parcel_by_key" in "".join(line[0] for line in by_key)
    assert "InitPlan" in text
    assert "find_labels_parcel_by_arrived_on" in text
    assert "sw_customs_code" not in text.partition("InitPlan")[0]


async def test_every_declared_index_is_the_table_that_its_migrations_made(house: House) -> None:
    types = {"timestamptz": "timestamp with time zone"}
    for index in (index for kinds in register_indexes().values() for index in kinds):
        found = await house.sql(
            "select column_name, data_type from information_schema.columns where table_name = $1", index.table
        )
        declared = {c.name: types.get(SQL_TYPES[c.type], SQL_TYPES[c.type]) for c in index.columns}
        assert {row["column_name"]: row["data_type"] for row in found} == {"key": "text", **declared}


def test_a_mistake_in_a_declaration_shows_at_once() -> None:
    column = IndexColumn("owner", "owner")
    for wrong in (
        {"table": "find; drop table x", "columns": (column,)},
        {"table": "find_x", "columns": (IndexColumn("owner", "o'wner"),)},
        {"table": "find_x", "columns": (IndexColumn("key", "owner"),)},
        {"table": "find_x", "columns": (column,), "company": "ower"},
        {"table": "find_x", "columns": (column,), "kind": "a' or 'a' = 'a"},
    ):
        with pytest.raises(ValueError, match="find"):
            RegisterIndex(**{"kind": "x", **wrong})  # type: ignore[arg-type]


async def test_moments_keep_their_offset(house: House) -> None:
    async with house.worker.transaction() as transaction:
        read = await transaction.value("select sw_moment('2026-11-05T10:00:00+08:00')")
    assert read == datetime(2026, 11, 5, 2, tzinfo=UTC)
