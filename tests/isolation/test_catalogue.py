"""What PostgreSQL itself says of the fence between companies: tables, policies, roles, and functions that pass it by
(PORT-10)."""

from __future__ import annotations

from typing import Any

import pytest

from singlewindow.contract.postgres import Unreachable
from singlewindow.kernel.database.bound import connect_bound, reach_bound
from singlewindow.kernel.database.connection import AT_ONCE, NOBODY, Actor, Database
from singlewindow.kernel.database.writing import WRITING_FUNCTIONS
from singlewindow.kernel.exchange.worker import work
from singlewindow.kernel.settings import Settings
from tests.isolation.standpoint import DATABASE, Standpoint

OF_NO_COMPANY = {
    "alembic_version": "which migrations ran",
    "challenge": "who logs in is not known yet; ids that nobody guesses",
    "checkpoint": "signed digests of the whole history, which are published",
    "clock": "the business time",
    "code_entry": "code tables, which are everybody's",
    "feed_place": "how far the sequencer is",
    "inbox": "envelopes of customs as they came; the web role adds, and reads nothing but their ids",
    "outbox": "ids of what is to be sent; the web role adds, and reads nothing",
    "register_entry": "what customs publish; what of it is a company's own is searched in find tables with policies",
    "stamp": "that code tables changed",
}
"""Tables without row-level security, and why."""

EVERYBODYS = {"company", "find_appointment_calendar", "login_attempt"}
"""Of these a new company sees its own row, what customs publish for all, and nobody the tries of who logs in."""

PASS_BY = {
    "appointment_unanswered(text,timestamp with time zone)": "which of a company's are unanswered: ids, and if own",
    "consolidated_free()": "that the worker gives back the lists of what is deleted, whoever has them",
    "consolidated_has_account(text)": "whether an agent has an account here",
    "document_party_follows()": "parties see the new status, whoever made it",
    "event_chain()": "each entry's digest covers the one before it",
    "event_live()": "which companies are to hear of an entry",
    "feed_left()": "what is still to be told of a draft that goes",
    "feed_restored()": "the worker's, after a restore",
    "people_stay()": "no key leads from documents to people",
    "sw_card(text)": "whose card logs in",
    "sw_received_again(text[],text[],text[])": "messages of customs instead of themselves, where they were not opened",
    "sw_claimed(text,text,bigint)": "whether a key is claimed, not by whom",
    "sw_drawn(text,text,bigint)": "how much of a quota is drawn, not by whom",
    "sw_figures()": "counts for /metrics",
    "sw_login(text)": "whose password is tried",
    "sw_register(text,text,text,text,text,text,text,text,text,text)": "a company that is not known yet",
    "sw_registered(text,text)": "whether code or user name are taken",
    "sw_session(bytea)": "whose session it is",
    "sw_system()": "whether a system administrator asks",
    "sw_token(bytea)": "whose token it is",
    "sw_token_refused(bigint,text)": "a line of the token's log",
    "sw_token_used(bytea,text,text,text,text)": "whose token it is, with a line in its log",
    "sw_unread(integer)": "what nobody understood, for a system administrator",
    "sw_unread_again(bigint[])": "the same, once more",
    "sw_waiting()": "counts for /metrics",
}
"""Functions that run as the tables' owner, and what they tell."""


async def test_every_table_of_companies_has_row_level_security(standpoint: Standpoint) -> None:
    """PORT-10: a new table has it from its first migration on, or stands above with a reason."""
    rows = await standpoint.world.house.sql(
        """select relname, relrowsecurity, exists (select from pg_policy where polrelid = c.oid) as policies
           from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"""
    )
    assert {row["relname"] for row in rows if not row["relrowsecurity"]} == set(OF_NO_COMPANY)
    assert [row["relname"] for row in rows if row["relrowsecurity"] and not row["policies"]] == []
    assert len(rows) > 50


async def test_who_has_no_rows_sees_none(standpoint: Standpoint) -> None:
    """PORT-10: a query that asks for everything, as nobody, and as a company that has just registered."""
    house = standpoint.world.house
    await house.company("新来的公司")
    [new] = await house.sql("select max(id) as id from company")
    rows = await house.sql(
        """select relname from pg_class where relkind = 'r' and relrowsecurity
               and relnamespace = 'public'::regnamespace and has_table_privilege('sw_web', oid, 'select')"""
    )
    assert len(rows) > 45
    filled = 0
    for table in {row["relname"] for row in rows} - EVERYBODYS:
        filled += bool((await house.sql(f"select exists (select from {table}) as any"))[0]["any"])
        for actor in (NOBODY, Actor(new["id"], 0)):
            async with house.web.transaction(actor) as transaction:
                assert await transaction.value(f"select count(*) from {table}") == 0, table
    assert filled > 35


async def test_the_portals_roles_are_bound(standpoint: Standpoint) -> None:
    """PORT-10: they own nothing, pass by no policy, and become nobody else."""
    sql = standpoint.world.house.sql
    for role in ("sw_web", "sw_worker"):
        [can] = await sql("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles"
                          " where rolname = $1", role)  # fmt: skip
        assert not any(can.values())
        assert (
            await sql("select from pg_auth_members where member = $1::regrole or roleid = $1::regrole", role)
            == []
        )
        assert await sql("select from pg_class where relowner = $1::regrole", role) == []
        database = await Database.connect(standpoint.dsn(DATABASE, role), size=1)
        async with database.transaction() as transaction:
            for other in ("sw_migrate", "postgres", "sw_worker" if role == "sw_web" else "sw_web"):
                assert not await transaction.value("select pg_has_role(current_user, $1, 'member')", other)
        await database.close()


async def test_portal_and_worker_start_as_no_other_role(standpoint: Standpoint) -> None:
    """PORT-10: as the tables' owner or a superuser everything would work, with one fence less; a worker does companies'
    jobs, so it is refused too."""
    await (await connect_bound(standpoint.dsn(DATABASE, "sw_web"), size=1)).close()
    for role in ("sw_migrate", "postgres"):
        url = standpoint.dsn(DATABASE, role)
        for starting in (connect_bound(url, size=1), work(Settings(web_database_url=url))):
            with pytest.raises(RuntimeError, match=f"{role}.*sw_web"):
                await starting
        with pytest.raises(Unreachable, match=f"Cannot go on: .*{role}.*sw_web"):
            await reach_bound("WEB_DATABASE_URL", url)


async def test_a_database_without_tables_is_said_to_be_one(postgres: Any) -> None:
    """OPER-01: what a program that begins too early meets."""
    postgres.create_database("bare")
    with pytest.raises(Unreachable, match="SINGLEWINDOW_WEB_DATABASE_URL lacks tables"):
        await reach_bound("WEB_DATABASE_URL", postgres.dsn("bare"))


async def test_functions_that_pass_it_by_are_known(standpoint: Standpoint) -> None:
    """PORT-10: each with a fixed path, so that none can be given other tables and operators."""
    rows = await standpoint.world.house.sql(
        """select oid::regprocedure::text as name, proconfig, proowner::regrole::text as owner
           from pg_proc where prosecdef and pronamespace = 'public'::regnamespace and proname not like 'isolation_%'"""
    )
    assert {row["name"] for row in rows} == set(PASS_BY)
    for row in rows:
        assert row["proconfig"] == ["search_path=public, pg_temp"], row["name"]
        assert row["owner"] == "sw_migrate"


async def test_functions_that_write_are_known(standpoint: Standpoint) -> None:
    """OPER-04: what may write with one statement counts them; `sw_begin` sets who asks, and writes nothing."""
    rows = await standpoint.world.house.sql(
        """select proname from pg_proc where pronamespace = 'public'::regnamespace and provolatile = 'v'
               and prorettype <> 'trigger'::regtype and has_function_privilege('sw_web', oid, 'execute')
               and proname not like 'isolation_%'"""
    )
    assert {row["proname"] for row in rows} == {*WRITING_FUNCTIONS, "sw_begin"}


async def test_what_is_asked_before_anybody_is_known_asks_nothing_of_who_asks(standpoint: Standpoint) -> None:
    """PORT-10: a connection may still have the settings of whoever had it before."""
    rows = await standpoint.world.house.sql(
        """with recursive asked as (
               select oid, prosrc, prosecdef from pg_proc where proname = any($1)
               union select p.oid, p.prosrc, p.prosecdef from asked a join pg_proc p
                   on p.pronamespace = 'public'::regnamespace and a.prosrc like '%' || p.proname || '(%'
           ) select prosecdef, prosrc ~ 'sw_company|sw_account|sw_customs_code|current_setting' as asks from asked""",
        sorted(AT_ONCE),
    )
    assert len(rows) > len(AT_ONCE), "what they call is looked at too"
    assert all(row["prosecdef"] and not row["asks"] for row in rows)
