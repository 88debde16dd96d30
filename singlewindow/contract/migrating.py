"""Migrations of a database while it is in use, for both sides (decision 0061).

Each migration is a transaction of its own, and waits LOCK_TIMEOUT at most for the lock on a table: who waits for that
lock makes everybody wait who comes later. What did not get it is tried again, as long as PATIENCE lasts. One program at
a time migrates; the next one finds nothing to do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import structlog
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from singlewindow.contract.postgres import PASSING, connect

LOCK_TIMEOUT = (
    "500ms"  # less than deadlock_timeout: what waits crosswise with a migration goes on, and it gives up
)
PATIENCE = 600.0  # seconds in which locks are tried for
PAUSE = 1.0  # seconds between two tries: those who waited get their turn
TURN = 7_411_003  # whoever has this lock of the database migrates it
TURN_SECONDS = 0.2  # between two looks whether one has it: who waits inside the database holds up indexes
log = structlog.get_logger()


def config_of(script: Path, folders: list[Path]) -> Config:
    """Alembic's configuration: the folder with `env.py`, and those with migrations."""
    config = Config()
    config.set_main_option("script_location", str(script))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", ":".join(str(folder) for folder in folders))
    return config


async def upgrade(url: str, config: Config, to: str = "heads") -> None:
    """Bring the database at an owner's address to these revisions.

    Raises DBAPIError where a migration fails, one of PASSING where the database does, and LockNotAvailableError where a
    table was in use all the time.
    """
    async with _our_turn(url):
        until = time.monotonic() + PATIENCE
        while True:
            try:
                await _upgrade(url, config, to)
                return
            except DBAPIError as error:
                cause = _cause(error)
                in_use = isinstance(cause, asyncpg.LockNotAvailableError)
                if not in_use or time.monotonic() > until:
                    if cause and (in_use or isinstance(cause, PASSING)):
                        raise cause from None
                    raise
                log.warning("a table is in use, migrating again soon", why=str(error.orig))
                await asyncio.sleep(PAUSE)


def build_index(name: str, on: str, *, unique: bool = False) -> None:
    """Inside a migration: an index on a table that is in use, `on` as in "document (company_id, seen_on)".

    It is built beside all work, outside of a transaction. What an earlier try left half-built goes first.
    """
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")  # it waits for transactions, and nobody waits for it
        op.execute(f"drop index concurrently if exists {name}")
        op.execute(f"create {'unique ' if unique else ''}index concurrently {name} on {on}")
        op.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")


async def _upgrade(url: str, config: Config, to: str) -> None:
    settings = {"lock_timeout": LOCK_TIMEOUT, "application_name": "singlewindow migrate"}
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect(url, server_settings=settings),
        poolclass=NullPool,
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run, config, to)
    finally:
        await engine.dispose()


def _run(connection: Connection, config: Config, to: str) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@asynccontextmanager
async def _our_turn(url: str) -> AsyncIterator[None]:
    """Wait until no other program migrates this database."""
    connection = await connect(url)
    try:
        while not await connection.fetchval("select pg_try_advisory_lock($1)", TURN):  # noqa: ASYNC110
            await asyncio.sleep(TURN_SECONDS)
        yield
    finally:
        await connection.close()


def _cause(error: DBAPIError) -> BaseException | None:
    """What PostgreSQL said: SQLAlchemy wraps it twice."""
    return error.orig.__cause__ if error.orig else None
