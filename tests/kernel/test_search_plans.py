"""Every condition of every query page is answered by an index that begins with the company (UI-07, UI-09)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from singlewindow.kernel.documents import amendment_list
from singlewindow.kernel.documents.amendment_list import Asked
from singlewindow.kernel.documents.search import (
    Page,
    Where,
    _page_sql,
    _shown,
    _to_be_amended,
    filters,
    whose_rows,
)
from singlewindow.kernel.subsystem import Condition, DocumentType, document_types

if TYPE_CHECKING:
    from conftest import TestPostgres

COMPANIES, EACH = 200, 25
SPAN = {"updated_from": str(date.today() - timedelta(days=20)), "updated_to": str(date.today())}  # noqa: DTZ011
TYPES = pytest.mark.parametrize("type", document_types().values(), ids=lambda each: each.name)
PLANS = ("auto", "force_generic_plan")


@pytest.fixture
async def superuser(postgres: TestPostgres, portal_database: str) -> AsyncIterator[asyncpg.Connection]:
    """In a transaction that is never committed, with no triggers and no foreign keys."""
    connection = await asyncpg.connect(postgres.dsn("portal", "postgres"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("set local session_replication_role = replica")
    yield connection
    await transaction.rollback()
    await connection.close()


async def fill(connection: asyncpg.Connection, type: DocumentType) -> None:
    """Many companies' documents, each column with some variety."""
    names = "".join(f", {name}" for name in type.columns)
    lengths = {name: type.form.content.fields[name].length or 10 for name in type.searched}
    lengths |= dict.fromkeys(type.answers, 10)
    values = "".join(f", left(md5((g / {COMPANIES})::text), {length})" for length in lengths.values())
    await connection.execute(
        f"""insert into {type.find_table} (document_id, company_id, number, status, filed_on, updated_at{names})
            select -g, 1000000 + g % {COMPANIES}, 'P' || g, (g / {COMPANIES} % 8)::text, current_date,
                now() - g % 90 * interval '1 day'{values}
            from generate_series(1, {COMPANIES * EACH}) as g"""
    )
    await connection.execute(f"analyze {type.find_table}")


def asked(type: DocumentType, condition: Condition | None) -> dict[str, str]:
    """A condition and, where the type has them, the span and the role that it wants."""
    spans = {each.name for each in type.queries.conditions if each.kind == "span"}
    value = {} if "updated" not in spans else SPAN
    value = value | {
        each.name: each.choices[0].code
        for each in type.queries.conditions
        if each.kind == "role" and each.required
    }
    if condition and condition.kind == "span":
        last = date.today()  # noqa: DTZ011
        first = last - timedelta(days=min(condition.max_days or 20, 20))
        return value | {f"{condition.name}_from": str(first), f"{condition.name}_to": str(last)}
    if condition and condition.kind == "status":
        return value | {condition.name: type.lifecycle.states[0].code}
    return value | ({condition.name: "1"} if condition and condition.kind != "own" else {})


def questions(type: DocumentType) -> list[tuple[object, dict[str, str]]]:
    """No condition, each one alone, and each choice of a role box with what it needs."""
    found: list[tuple[object, dict[str, str]]] = [(None, asked(type, None))]
    for each in type.queries.conditions:
        if each.kind != "role":
            found.append((each, asked(type, each)))
        for choice in each.choices:
            needs = dict.fromkeys(choice.needs, "4403000001")
            found.append((choice, asked(type, None) | {each.name: choice.code} | needs))
    return found


@TYPES
async def test_no_condition_reads_the_whole_table(superuser: asyncpg.Connection, type: DocumentType) -> None:
    """With row-level security on, as the web role, each condition alone and the first page by time."""
    await fill(superuser, type)
    await superuser.execute("set local role sw_web")
    await superuser.execute("select sw_begin(1000001, null)")
    person: Any = SimpleNamespace(company_id=1000001, customs_code="4403000001")
    for forced, (condition, wanted) in product(PLANS, questions(type)):
        await superuser.execute(f"set local plan_cache_mode = {forced}")
        first = Where(whose_rows(type, person, wanted))
        where = filters(type, type.queries.conditions, wanted, first)
        plan = await superuser.fetch("explain " + _page_sql(type, where, Page()), *where.values)
        lines = "\n".join(str(row[0]) for row in plan)
        assert f"Seq Scan on {type.find_table}" not in lines, (forced, condition, lines)


AMENDED = [type for type in document_types().values() if type.lifecycle.recorded]
ASKED = {"status": "agreed", "number": "P1-01", "document": "P1", "first": "2026-11-01", "last": "2026-11-30"}


async def amend(connection: asyncpg.Connection, type: DocumentType, action: str) -> None:
    """An amendment of each of these documents."""
    await connection.execute(
        f"""insert into amendment (document_id, company_id, type, place, number, document_number, action, status,
                asked_at)
            select -g, 1000000 + g % {COMPANIES}, $1, 1, 'P' || g || '-01', 'P' || g, $2, 'agreed',
                now() - g % 90 * interval '1 day'
            from generate_series(1, {COMPANIES * EACH}) as g""",
        type.name,
        action,
    )
    await connection.execute("analyze amendment")


@pytest.mark.parametrize("type", AMENDED, ids=lambda each: each.name)
async def test_no_question_about_amendments_reads_a_whole_table(
    superuser: asyncpg.Connection, type: DocumentType
) -> None:
    """CONS-12: 修撤状态查询 with its kind alone and with each further condition, and the documents to be amended."""
    action = type.lifecycle.recorded[0].name
    await fill(superuser, type)
    await amend(superuser, type, action)
    await superuser.execute("set local role sw_web")
    await superuser.execute("select sw_begin(1000001, null)")
    person: Any = SimpleNamespace(company_id=1000001, customs_code="4403000001")
    desk: Any = SimpleNamespace(type=type, person=person)
    sqls = [
        (amendment_list._page_sql(where, Page(sort=sort)), where)
        for sort in (amendment_list.NEWEST_FIRST, *amendment_list.SORTS)
        for n, v in [*ASKED.items(), ("status", "")]
        for where in [amendment_list._where(desk, Asked(action=action, **{n: v}), sort)]
    ]
    to_be_amended = Where(whose_rows(type, person, {}))
    _to_be_amended(type, action, person, to_be_amended)
    sqls.append((_page_sql(type, to_be_amended, Page()), to_be_amended))
    for forced, (sql, where) in product(PLANS, sqls):
        await superuser.execute(f"set local plan_cache_mode = {forced}")
        plan = "\n".join(str(row[0]) for row in await superuser.fetch("explain " + sql, *where.values))
        assert f"Seq Scan on {type.find_table}" not in plan, plan
        assert "Seq Scan on amendment" not in plan, plan


def test_every_type_has_conditions() -> None:
    """The test above asks something."""
    counts: dict[str, Any] = {name: len(type.queries.conditions) for name, type in document_types().items()}
    assert min(counts.values()) > 1, counts


async def test_a_list_may_show_nothing_of_the_content(superuser: asyncpg.Connection) -> None:
    """UI-07: a type whose columns are the kernel's own, number and status alone, has a list too."""
    type = document_types()["_load"]
    bare = replace(type, queries=replace(type.queries, columns=()), parties=())
    content = dict.fromkeys(type.form.content.fields, "1")
    shown = {c.name for c in type.queries.columns} & set(content)
    assert shown
    for each, names in ((type, shown), (bare, set())):
        row = await superuser.fetchrow(
            f"select {_shown(each)} from jsonb_populate_record(null::document, $1) as d",
            json.dumps({"content": content}),
        )
        assert row
        assert set(json.loads(row["content"])) == names
