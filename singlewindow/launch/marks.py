"""What set-up has done to a database, kept in the database itself: marks go, and come back, with the data.

Table `launch.step` (name, fingerprint), made with the first mark; the database's owner reads and writes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from singlewindow.launch.errors import LaunchError

if TYPE_CHECKING:
    import asyncpg

T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """The marks of a database (step → fingerprint), and the migrations that it has seen ("" for none)."""

    marks: dict[str, str]
    versions: str


@dataclass(frozen=True)
class Marks:
    """The marks of the database at an owner's address (postgresql://…). All raise LaunchError when it is away."""

    url: str

    def read(self) -> State:
        """What has been done to the database."""
        return self._with(_read)

    def write(self, step: str, fingerprint: str) -> None:
        """Put down that a step is done."""

        async def work(connection: asyncpg.Connection) -> None:
            async with connection.transaction():
                await connection.execute("create schema if not exists launch")
                await connection.execute(
                    "create table if not exists launch.step (name text primary key, fingerprint text not null)"
                )
                await connection.execute(
                    """insert into launch.step values ($1, $2)
                       on conflict (name) do update set fingerprint = excluded.fingerprint""",
                    step,
                    fingerprint,
                )

        self._with(work)

    def holds(self, table: str) -> bool:
        """Whether the database has such a table, and a row in it."""

        async def work(connection: asyncpg.Connection) -> bool:
            if not await _there(connection, f"public.{table}"):
                return False
            return bool(await connection.fetchval(f"select exists (select from public.{table})"))

        return self._with(work)

    def _with(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        return asyncio.run(_connected(self.url, work))


async def _connected(url: str, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    from singlewindow.contract.postgres import (  # noqa: PLC0415 - slow to import
        FAILURES,
        REACH_SECONDS,
        connect,
        place,
        unreachable,
    )

    try:
        connection = await connect(url, timeout=REACH_SECONDS)
    except FAILURES as error:
        said = unreachable(url, error)
        raise LaunchError(f"{said[0].upper()}{said[1:]}") from error
    try:
        return await work(connection)
    except FAILURES as error:
        raise LaunchError(
            f"The database {place(url)} broke off or refused what set-up looks for: {error!r}"
        ) from error
    finally:
        await connection.close()


async def _read(connection: asyncpg.Connection) -> State:
    marks: dict[str, str] = {}
    versions = ""
    if await _there(connection, "launch.step"):
        marks = {row["name"]: row["fingerprint"] for row in await connection.fetch("table launch.step")}
    if await _there(connection, "public.alembic_version"):
        versions = " ".join(
            row["version_num"]
            for row in await connection.fetch("select version_num from public.alembic_version order by 1")
        )
    return State(marks, versions)


async def _there(connection: asyncpg.Connection, table: str) -> bool:
    return await connection.fetchval("select to_regclass($1)", table) is not None
