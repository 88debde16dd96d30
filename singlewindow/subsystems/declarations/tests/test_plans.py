"""Every query of both pages is answered by an index (PRNT-01, PRNT-04), as the web role with row-level security on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from singlewindow.kernel.people.person import Person
from singlewindow.subsystems.declarations import queries, results, rules
from singlewindow.subsystems.declarations.keeping import KeepingPeriods
from singlewindow.subsystems.declarations.results import Asked
from singlewindow.subsystems.declarations.tests.scene import today

if TYPE_CHECKING:
    from conftest import TestPostgres

COMPANIES, EACH = 200, 100
OWN = 1_000_001
FAR = 10**9  # ids that no other test has
CODE = "4403900001"
DAYS = rules.Days(today() - timedelta(days=20), today())
KNOWN = rules.Known(today(), KeepingPeriods({"0615": 5}, {"789": 11}), frozenset({"42"}))
PERSON = Person(
    account_id=1, company_id=OWN, username="u", display_name="用户", role="operator", level="card", csrf="",
    must_change=False, customs_code=CODE, scc="", company_name="", bound_card="T", card_kind="法人卡",
)  # fmt: skip
RESULTS = {
    "days": Asked("print", "", "", (), DAYS),
    "state": Asked("print", "", "0", (), DAYS),
    "numbers": Asked("print", "", "", ("420120261000000001", "420120261000000002"), None),
    "application": Asked("print", "ZZDY5", "", (), None),
}


@pytest.fixture
async def superuser(postgres: TestPostgres, portal_database: str) -> AsyncIterator[asyncpg.Connection]:
    """In a transaction that is never committed, with no triggers and no foreign keys, among many companies' rows."""
    connection = await asyncpg.connect(postgres.dsn("portal", "postgres"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("set local session_replication_role = replica")
    await connection.execute(
        f"""insert into company (id, customs_code, scc, name) overriding system value values ({OWN}, '{CODE}', '', '');
            insert into find_closed_declaration (key, consignee_code, status, district, trade_mode, declared_at,
                closed_at)
            select '42012026' || 100000000 + g, '44039' || lpad((g % {COMPANIES})::text, 5, '0'),
                case when g / {COMPANIES} % 3 = 0 then '9' else '10' end, '4201', '0110',
                now() - g % 90 * interval '1 day', now() - g % 90 * interval '1 day'
            from generate_series(1, {COMPANIES * EACH}) as g;
            insert into declarations_application (id, company_id, account_id, number, kind, sealed, applied_at,
                applied_by, total, refused, token, request_id, card_no, statement, content, signature, certificate)
            overriding system value
            select {FAR} + g, 1000000 + g % {COMPANIES}, 1, 'ZZDY' || g, 'print', false, now(), '', 10, '[]', 'T' || g,
                '', '', '', '', '', '' from generate_series(1, {COMPANIES * EACH // 10}) as g;
            insert into declarations_result (application_id, company_id, no, declaration, kind, applied_at, state)
            select {FAR} + 1 + g % {COMPANIES * EACH // 10},
                1000000 + (1 + g % {COMPANIES * EACH // 10}) % {COMPANIES}, g,
                '42012026' || 100000000 + g, 'print', now() - g % 90 * interval '1 day', (g % 5)::text
            from generate_series(1, {COMPANIES * EACH}) as g;
            analyze find_closed_declaration; analyze declarations_application; analyze declarations_result"""
    )
    await connection.execute("set local role sw_web")
    await connection.execute(f"select sw_begin({OWN}, null)")
    yield connection
    await transaction.rollback()
    await connection.close()


async def plan_of(connection: asyncpg.Connection, sql: str, values: list[object]) -> str:
    """How both a plan for these values and one for any values go about it."""
    plans = []
    for forced in ("auto", "force_generic_plan"):
        await connection.execute(f"set local plan_cache_mode = {forced}")
        plans += [str(row[0]) for row in await connection.fetch("explain " + sql, *values)]
    return "\n".join(plans)


async def test_declarations_are_found_by_number_and_by_days(superuser: asyncpg.Connection) -> None:
    """PRNT-01: fifty numbers, or the days of one company among all."""
    numbers: list[object] = [[f"42012026{100000000 + n}" for n in range(50)], CODE]
    by_number = (
        f"select * from find_closed_declaration where key = any($1::text[]) and {queries.OWN.format('$2')}"
    )
    by_days = queries.by_days_sql(PERSON, queries.Asked((), DAYS), KNOWN, queries.COLUMNS, 20, 0)
    for sql, values in ((by_number, numbers), by_days):
        plan = await plan_of(superuser, sql, values)
        assert "Index" in plan
        assert "Seq Scan on find_closed_declaration" not in plan, plan


@pytest.mark.parametrize("asked", RESULTS.values(), ids=RESULTS)
async def test_results_are_found_by_each_condition(superuser: asyncpg.Connection, asked: Asked) -> None:
    """PRNT-04."""
    plan = await plan_of(superuser, *results.page_sql(PERSON, asked))
    assert "Index" in plan
    assert "Seq Scan on declarations_result" not in plan, plan
