"""Requests that write with one statement at most do without a transaction around it: nothing can be half done, and
nobody works on as whoever had the connection before (PORT-10, OPER-04)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from singlewindow.kernel.database.connection import NOBODY, Actor, Database, Transaction
from singlewindow.kernel.database.writing import what_it_does
from singlewindow.kernel.people.session_store import digest
from tests.house import House, Member

FORGET = "delete from autosave where account_id = $1"
WHO = "select coalesce(sw_company(), 0), coalesce(sw_account(), 0), current_setting('plan_cache_mode')"


@pytest.fixture
async def one(house: House) -> AsyncIterator[Database]:
    """A pool of one connection, which everybody gets in turns."""
    database = await Database.connect(house.owner_url.replace("sw_migrate", "sw_web"), size=1)
    yield database
    await database.close()


async def actor_of(house: House, member: Member) -> Actor:
    [row] = await house.sql("select company_id, account_id from card where card_no = $1", member.card_no)
    return Actor(row["company_id"], row["account_id"])


async def who(transaction: Transaction) -> tuple[int, int, str]:
    row = await transaction.row(WHO)
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize(
    ("sql", "does"),
    [
        ("select updated_at from document order by updated_at", "reads"),
        ("with page as (select 1) select * from page", "reads"),
        ("insert into prepared (token) values ($1)", "writes"),
        ("with p as (DELETE from autosave returning 1) select set_config('a', 'b', true) from p", "writes"),
        ("select nextval('document_number')", "writes"),
        ("select pg_notify('waiting', '')", "writes"),
        ("select * from sw_token_used($1, $2, $3, $4, $5)", "writes"),
        ("select number from document for update", "lasts"),
        ("select status from document\n  for share skip locked", "lasts"),
        ("select pg_advisory_xact_lock(1)", "lasts"),
        ("set transaction read only", "lasts"),
    ],
)
def test_statements_are_told_apart(sql: str, does: str) -> None:
    assert what_it_does(sql) == does


async def test_a_second_statement_that_writes_is_not_sent(house: House) -> None:
    """Loudly, and reading goes on: what was written first is whole."""
    actor = await actor_of(house, await house.member())
    async with house.web.work_transaction(actor, one_write=True) as work:
        await work.run(FORGET, actor.account_id)
        with pytest.raises(RuntimeError, match="second statement"):
            await work.run(FORGET, actor.account_id)
        with pytest.raises(RuntimeError, match="second statement"):
            await work.run_many(FORGET, [[actor.account_id]])
        assert await work.value("select id from company") == actor.company_id


async def test_what_would_last_until_a_commit_is_refused(house: House) -> None:
    """A lock would be gone with its own statement, and a part could not be undone."""
    async with house.web.work_transaction(NOBODY, one_write=True) as work:
        with pytest.raises(RuntimeError, match="until a commit"):
            await work.rows("select id from document for update")
        with pytest.raises(RuntimeError, match="savepoint"):
            async with work.savepoint():
                pass


async def test_nobody_works_on_as_who_had_the_connection_before(house: House, one: Database) -> None:
    """Whoever takes it next says first who asks: by session, by token, as nobody, and with a session that is over."""
    first, second = await house.member(), await house.member()
    before, after = await actor_of(house, first), await actor_of(house, second)
    token = next(iter(second.http.cookies.values()))
    minute = timedelta(minutes=1)

    async def leave() -> None:
        async with one.work_transaction(before, one_write=True) as work:
            assert await who(work) == (before.company_id, before.account_id, "force_generic_plan")

    for one_write in (True, False):
        await leave()
        async with one.session_transaction(digest(token), minute, one_write=one_write) as (work, row):
            assert row is not None
            assert await who(work) == (after.company_id, after.account_id, "force_generic_plan")
        await leave()
        async with one.session_transaction(digest("no"), minute, one_write=one_write) as (work, row):
            assert row is None
            assert (await who(work))[:2] == (0, 0)
        await leave()
        async with one.work_transaction(after, one_write=one_write, finds=True) as work:
            assert await who(work) == (after.company_id, after.account_id, "auto")
    for actor, company in ((after, after.company_id), (NOBODY, 0)):
        await leave()
        async with one.transaction(actor) as work:
            assert await who(work) == (company, actor.account_id or 0, "auto")


async def test_who_cannot_be_told_leaves_nobody_else(house: House, one: Database) -> None:
    """A first statement that fails does nothing as the one before, and the next says again who asks."""
    actor = await actor_of(house, await house.member())
    async with one.work_transaction(actor, one_write=True):
        pass
    with pytest.raises(Exception, match="invalid input"):
        async with one.work_transaction(Actor("x", None), one_write=True):  # type: ignore[arg-type]
            raise AssertionError("nobody gets so far")
    async with one.transaction() as work:
        assert await work.value("select count(*) from company") == 0
