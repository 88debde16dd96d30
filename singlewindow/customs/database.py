"""Customs' own database: a pool and transactions that carry the business moment."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from singlewindow.contract.postgres import connect

Row = asyncpg.Record
POOL_SIZE = 8
_JSONB_VERSION = b"\x01"


class Transaction:
    """A connection inside a transaction, and the business moment at which it began."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy[Row], now: datetime) -> None:
        self._connection = connection
        self.now = now

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query with $1, $2 … parameters."""
        return list(await self._connection.fetch(sql, *values))

    async def row(self, sql: str, *values: object) -> Row | None:
        """The first row, or None."""
        return await self._connection.fetchrow(sql, *values)

    async def value(self, sql: str, *values: object) -> Any:
        """The first column of the first row, or None."""
        return await self._connection.fetchval(sql, *values)

    async def run(self, sql: str, *values: object) -> None:
        """A statement without result."""
        await self._connection.execute(sql, *values)

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """One statement for many rows of parameters."""
        await self._connection.executemany(sql, rows)

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Many rows into a table by COPY."""
        await self._connection.copy_records_to_table(table, columns=list(columns), records=rows)

    async def wake(self, channel: str) -> None:
        """Wake the loop that listens on a channel, once this transaction is committed."""
        await self.run("select pg_notify($1, '')", channel)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can be undone by an exception without losing the rest."""
        async with self._connection.transaction():
            yield


class Database:
    """A pool of connections."""

    def __init__(self, pool: asyncpg.Pool[Row]) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str) -> Database:
        """Open the pool at a postgresql:// address; raises OSError or asyncpg.PostgresError."""
        pool = await asyncpg.create_pool(
            url, connect=connect, min_size=1, max_size=POOL_SIZE, init=_json_codecs, reset=_leave_as_it_is
        )
        return cls(pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One transaction; everything in it uses the same business moment."""
        async with self._pool.acquire() as connection, connection.transaction():
            yield Transaction(connection, await connection.fetchval("select business_now()"))

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()


async def _leave_as_it_is(connection: asyncpg.Connection[Row]) -> None:
    """A connection goes back to the pool without a question to the server: no transaction leaves anything behind."""


async def _json_codecs(connection: asyncpg.Connection[Row]) -> None:
    """JSON as Python values, in the binary form that COPY needs; `json` keeps the order of members."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary",
        encoder=lambda value: _JSONB_VERSION + _dump(value), decoder=lambda data: json.loads(data[1:]),
    )  # fmt: skip
    await connection.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=_dump, decoder=json.loads
    )


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
