"""The two fences between companies, and how one of them is taken away: the application's own check in every statement,
and row-level security (PORT-10)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.pool import Pool
from tests.house import House

FENCES = ("both", "row-level security alone", "the application alone")
CHECK = re.compile(
    r"""(?P<column>(?:\b\w+\.)?\b(?P<name>company_id|account_id|owner_id|owner|consignee_code|username))
        \s=\s(?P<value>\$\d+|w\.company\b)""",
    re.VERBOSE,
)
"""A condition by which a statement asks for a company's, or an account's, own rows."""
TEXTS = frozenset({"owner", "consignee_code", "username"})


def leave_standing(house: House, fences: str) -> None:
    """Take one fence away from the house's application: the check out of its statements, or (as the tables' owner)
    row-level security. The next house has both again."""
    if fences == "row-level security alone":
        house.app.state.database = Passed(house.web, without_check)
    elif fences == "the application alone":
        house.app.state.database = house.owner


def without_check(sql: str) -> str:
    """The statement without the application's check: its conditions of whose the rows are hold for all rows."""
    return CHECK.sub(_always, sql)


def _always(found: re.Match[str]) -> str:
    kind = "text" if found["name"] in TEXTS else "bigint"
    cast = f"::{kind}" if found["value"].startswith("$") else ""
    return f"({found['column']} = {found['value']} or {found['value']}{cast} is not null)"


class Watched:
    """A connection as the application's transactions use it, whose statements are counted and may be rewritten."""

    def __init__(self, connection: asyncpg.Connection, rewrite: Callable[[str], str]) -> None:
        self._connection = connection
        self._rewrite = rewrite
        self.statements = 0
        self.rewritten: set[str] = set()

    def transaction(self, **options: Any) -> Any:
        """As the connection's, with its isolation; within another one a savepoint, which has none of its own."""
        within = self._connection.is_in_transaction()
        return self._connection.transaction(**({} if within else options))

    async def fetch(self, sql: str, *values: object) -> Any:
        return await self._connection.fetch(self._passed(sql), *values)

    async def fetchrow(self, sql: str, *values: object) -> Any:
        return await self._connection.fetchrow(self._passed(sql), *values)

    async def fetchval(self, sql: str, *values: object) -> Any:
        return await self._connection.fetchval(self._passed(sql), *values)

    async def execute(self, sql: str, *values: object) -> Any:
        return await self._connection.execute(self._passed(sql), *values)

    async def executemany(self, sql: str, rows: Any) -> Any:
        return await self._connection.executemany(self._passed(sql), rows)

    def _passed(self, sql: str) -> str:
        self.statements += 1
        passed = self._rewrite(sql)
        if passed != sql:
            self.rewritten.add(sql)
        return passed


class Passed(Database):
    """Another database's connections, whose statements pass through `rewrite`."""

    def __init__(self, behind: Database, rewrite: Callable[[str], str]) -> None:
        super().__init__(_PassedPool(behind._pool, rewrite))  # type: ignore[arg-type]


class _PassedPool:
    """What a database asks of its pool."""

    def __init__(self, behind: Pool, rewrite: Callable[[str], str]) -> None:
        self._behind = behind
        self._rewrite = rewrite

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Watched]:
        async with self._behind.connection() as connection:
            yield Watched(connection, self._rewrite)
