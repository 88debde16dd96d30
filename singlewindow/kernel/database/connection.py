"""The only way to the database: `Database.transaction(actor)`, and its like.

One transaction is one actor's: `sw_begin` tells PostgreSQL which company asks, and row-level security
keeps the others' rows out of sight even where a query forgot to. It answers with the business clock's
moment, which everything in the transaction uses.

A request that writes with one statement at most needs no BEGIN and no COMMIT, each a round trip to PostgreSQL: then
who asks is set for the connection, and each statement is a transaction of its own (`OneWrite`). What is set so
stays until somebody else takes the connection, who says first who asks: no statement goes before one of BEGIN, WORK
and ENTER, which all set everything, whether the session is known or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NoReturn

import asyncpg
from pydantic_core import from_json, to_json
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler

from singlewindow.contract.postgres import connect
from singlewindow.kernel.database.pool import Pool
from singlewindow.kernel.database.remembered import Remembered
from singlewindow.kernel.database.writing import what_it_does

COMMAND_SECONDS = 30.0  # the longest that one statement may take
ACQUIRE_SECONDS = 5.0  # the longest wait for a connection
CLOSE_SECONDS = 5.0  # what is under way when the pool closes has so long to end

AT_ONCE = frozenset({"sw_token_used", "sw_token_refused"})
"""What is asked and written before it is known who asks."""

STAMP = "(select version from stamp where what = 'codes') as codes"
PLANNED = "set_config('plan_cache_mode', case when $3::boolean then 'auto' else 'force_generic_plan' end, $4)"
"""How the statements that follow are planned; with $4 until the commit, without for the connection."""
BEGIN = f"select sw_begin($1, $2) as business_now, {STAMP}, set_config('plan_cache_mode', 'auto', true)"
WORK = f"""select sw_begin($1, $2) as business_now, {STAMP}, {PLANNED},
               set_config('sw.company', coalesce($1::bigint::text, ''), $4),
               set_config('sw.account', coalesce($2::bigint::text, ''), $4)"""
ENTER = f"""select s.*, s.seen_at < now() - $2::interval as stale, business_now, {STAMP}, {PLANNED},
               set_config('sw.company', coalesce(s.company_id::text, ''), $4),
               set_config('sw.account', coalesce(s.account_id::text, ''), $4)
           from (select) as asked left join sw_session($1) s on true,
                lateral sw_begin(s.company_id, s.account_id) as business_now"""

Row = asyncpg.Record
_dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Actor:
    """Who asks: the ids of a company and of an account, both None before log-in and for the worker."""

    company_id: int | None = None
    account_id: int | None = None


NOBODY = Actor()


class Transaction:
    """A connection inside a transaction, whose it is, and the business moment at which it began.

    `codes` is what this process remembers of the code tables (`codes/meanings.py` alone reads and adds).
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        now: datetime,
        actor: Actor = NOBODY,
        codes: dict[Hashable, Any] | None = None,
    ) -> None:
        self._connection = connection
        self.now = now
        self.actor = actor
        self.codes = {} if codes is None else codes

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query with $1, $2 … parameters."""
        return list(await self._connection.fetch(sql, *values))

    async def look_up(self, sql: str, keys: Collection[tuple[Any, ...]], *more: object) -> list[Row]:
        """The rows that a query has for some keys: each column of the keys is an array parameter, `more` come after.

        The query begins with `unnest($1, $2 …)` and its rows begin with the key. Many look-ups at once then become
        one query (`Together` in `documents/together.py`).
        """
        return await self.rows(sql, *([list(column) for column in zip(*keys, strict=True)]), *more)

    async def row(self, sql: str, *values: object) -> Row | None:
        """The first row, or None."""
        row: Row | None = await self._connection.fetchrow(sql, *values)
        return row

    async def value(self, sql: str, *values: object) -> Any:
        """The first column of the first row, or None."""
        return await self._connection.fetchval(sql, *values)

    async def run(self, sql: str, *values: object) -> None:
        """A statement without result."""
        await self._connection.execute(sql, *values)

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """One statement for many rows of parameters."""
        await self._connection.executemany(sql, rows)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can be undone by an exception without losing the rest."""
        async with self._connection.transaction():
            yield

    async def select(self, statement: ClauseElement) -> list[Row]:
        """All rows of a SQLAlchemy Core statement."""
        compiled = statement.compile(dialect=_dialect, compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, SQLCompiler)
        order = compiled.positiontup or []
        return await self.rows(str(compiled), *(compiled.params[name] for name in order))


class OneWrite(Transaction):
    """What does without BEGIN and COMMIT: each statement is a transaction of its own, and one at most may write.

    A further one that writes, and what only lasts until a commit (locks, savepoints), raises RuntimeError before it is
    sent: what came before it could not be undone any more, and nothing can be half done where there is one only.
    """

    _wrote = False

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """As Transaction's."""
        self._let(sql)
        return await super().rows(sql, *values)

    async def row(self, sql: str, *values: object) -> Row | None:
        """As Transaction's."""
        self._let(sql)
        return await super().row(sql, *values)

    async def value(self, sql: str, *values: object) -> Any:
        """As Transaction's."""
        self._let(sql)
        return await super().value(sql, *values)

    async def run(self, sql: str, *values: object) -> None:
        """As Transaction's."""
        self._let(sql)
        await super().run(sql, *values)

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """As Transaction's: asyncpg sends all rows as one."""
        self._let(sql)
        await super().run_many(sql, rows)

    def savepoint(self) -> NoReturn:
        """Nothing could be undone: refused."""
        raise RuntimeError("a savepoint without a transaction")

    def _let(self, sql: str) -> None:
        does = what_it_does(sql)
        if does == "lasts":
            raise RuntimeError(f"nothing lasts until a commit where there is no transaction: {sql}")
        if does == "writes":
            if self._wrote:
                raise RuntimeError(f"a second statement that writes, without a transaction: {sql}")
            self._wrote = True


class Database:
    """A pool of connections of one role."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._codes = Remembered()

    @classmethod
    async def connect(cls, url: str, *, size: int = 10) -> Database:
        """Open a pool of at most `size` connections to a postgresql:// address, one of them at once."""

        async def opened() -> asyncpg.Connection:
            connection = await connect(url, timeout=ACQUIRE_SECONDS, command_timeout=COMMAND_SECONDS)
            await connection.set_type_codec("jsonb", encoder=_encode, decoder=from_json, schema="pg_catalog")
            return connection

        pool = Pool(opened, size, ACQUIRE_SECONDS)
        async with pool.connection():  # an address that is wrong shows at once
            return cls(pool)

    async def close(self) -> None:
        """Give all connections back; what is still under way after CLOSE_SECONDS is cut off."""
        try:
            await asyncio.wait_for(self._pool.close(), CLOSE_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(
        self, actor: Actor = NOBODY, *, snapshot: bool = False
    ) -> AsyncIterator[Transaction]:
        """A transaction as `actor`: committed at the end, rolled back when an exception leaves it.

        `snapshot`: it only reads, and all its statements see the database as it was at one moment; else each sees what
        was committed before it, and what several of them read need not fit together.

        Raises TimeoutError when no connection is free within ACQUIRE_SECONDS, or a statement takes longer than
        COMMAND_SECONDS.
        """
        isolation: Literal["repeatable_read"] | None = "repeatable_read" if snapshot else None
        async with (
            self._pool.connection() as connection,
            connection.transaction(isolation=isolation, readonly=snapshot),
        ):
            [row] = await connection.fetch(BEGIN, actor.company_id, actor.account_id)
            yield self._transaction(connection, row, actor)

    @asynccontextmanager
    async def session_transaction(
        self, token_hash: bytes, seen_every: timedelta, *, finds: bool = False, one_write: bool = False
    ) -> AsyncIterator[tuple[Transaction, Row | None]]:
        """The same as the one whose session it is, who is looked up by the same statement that begins the work.

        The row is sw_session's, with `stale` where the session was last seen longer ago than `seen_every`; it is
        None, and the transaction nobody's, for a session that is absent or over.

        Statements are planned once for each connection, since what a request does with documents is found by keys;
        without that each is planned for its values five times, which costs as much as doing it. `finds`: it is a
        search, whose best plan depends on what is asked. `one_write`: it writes with one statement at most, and does
        without BEGIN and COMMIT (`OneWrite`).
        """
        async with self._pool.connection() as connection, _begun(connection, one_write):
            [entered] = await connection.fetch(ENTER, token_hash, seen_every, finds, not one_write)
            row = None if entered["account_id"] is None else entered
            actor = NOBODY if row is None else Actor(row["company_id"], row["account_id"])
            yield self._transaction(connection, entered, actor, one_write), row

    @asynccontextmanager
    async def work_transaction(
        self, actor: Actor, *, finds: bool = False, one_write: bool = False
    ) -> AsyncIterator[Transaction]:
        """The same as someone who is known without a session; `finds` and `one_write` as there."""
        async with self._pool.connection() as connection, _begun(connection, one_write):
            [entered] = await connection.fetch(WORK, actor.company_id, actor.account_id, finds, not one_write)
            yield self._transaction(connection, entered, actor, one_write)

    async def at_once(self, function: str, *values: object) -> Row | None:
        """The first row of a function of ours, which is a transaction of its own and does not wait for the disk.

        No other statement can be asked so: whoever had the connection before may still stand in its settings. Such a
        function runs as the tables' owner and asks nothing of who asks (`tests/isolation/test_catalogue.py` looks).
        """
        if function not in AT_ONCE:
            raise ValueError(f"{function} is not to be asked before who asks")
        places = ", ".join(f"${at}" for at, _ in enumerate(values, 1))
        sql = f"select found.*, set_config('synchronous_commit', 'off', true) from {function}({places}) as found"
        async with self._pool.connection() as connection:
            row: Row | None = await connection.fetchrow(sql, *values)
            return row

    def _transaction(
        self, connection: asyncpg.Connection, entered: Row, actor: Actor, one_write: bool = False
    ) -> Transaction:
        kind = OneWrite if one_write else Transaction
        return kind(connection, entered["business_now"], actor, self._codes.at(entered["codes"]))


def _begun(connection: asyncpg.Connection, one_write: bool) -> AbstractAsyncContextManager[Any]:
    """A transaction, or none."""
    return nullcontext() if one_write else connection.transaction()


def _encode(value: object) -> str:
    return to_json(value).decode()
