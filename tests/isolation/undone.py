"""A database whose work is undone, request by request.

Every request of the matrix finds the same world: its transactions run inside one that is rolled back afterwards. All go
over one connection, whose statements pass through here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from pydantic_core import from_json

from singlewindow.kernel.database.connection import Database, _encode
from tests.fences import Watched

WRITES = """with counted as (select pg_stat_force_next_flush()), written as (
        select relname, pg_stat_get_xact_tuples_inserted(oid) as came, pg_stat_get_xact_tuples_updated(oid) as changed,
            pg_stat_get_xact_tuples_deleted(oid) as gone
        from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p'))
    select relname, came, changed, gone from counted left join written on came + changed + gone > 0 order by relname"""
"""The counts begin anew with the next transaction. (`pg_stat_xact_user_tables` says the same, after it looked at each
table's indexes.)"""


class Undone(Database):
    """A database of one connection; what happens within `request` leaves nothing behind."""

    def __init__(self, connection: asyncpg.Connection, rewrite: Callable[[str], str] = str) -> None:
        self.watched = Watched(connection, rewrite)
        super().__init__(_One(self.watched))  # type: ignore[arg-type]
        self._raw = connection

    @classmethod
    async def to(cls, url: str, rewrite: Callable[[str], str] = str) -> Undone:
        """Connect to a postgresql:// address; statements pass through `rewrite`."""
        connection = await asyncpg.connect(url)
        await connection.set_type_codec("jsonb", encoder=_encode, decoder=from_json, schema="pg_catalog")
        return cls(connection, rewrite)

    async def close(self) -> None:
        await self._raw.close()

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """One request, undone afterwards."""
        self.watched.statements = 0
        around = self._raw.transaction()
        await around.start()
        try:
            yield
        finally:
            await around.rollback()

    @asynccontextmanager
    async def without(self, company: int, kept: Sequence[str] = ()) -> AsyncIterator[int]:
        """The same world without everything of a company, but for those tables; gives how many rows went. Requests
        within it are undone each for itself, as ever."""
        async with self.request():
            yield await self.value("select isolation_away($1, $2)", company, list(kept))

    async def writes(self) -> tuple[tuple[Any, ...], ...]:
        """What the request wrote so far, or tried to: table, and how many rows came, changed and went."""
        found = await self._raw.fetch(WRITES)
        return tuple(tuple(row) for row in found if row["relname"])

    async def value(self, sql: str, *values: object) -> Any:
        """What a test asks within the request."""
        return await self._raw.fetchval(sql, *values)


class _One:
    """A pool of this connection alone."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Watched]:
        yield self._watched
