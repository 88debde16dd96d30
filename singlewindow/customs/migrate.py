"""Bring customs' database to the newest schema: the program's migrations and every desk's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from singlewindow.customs.desks import migration_folders

HERE = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Upgrade the database at a postgresql:// address to all heads."""
    asyncio.run(migrate_async(url))


async def migrate_async(url: str) -> None:
    """The same inside a running event loop."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    folders = [HERE / "versions", *migration_folders()]
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", ":".join(str(folder) for folder in folders))
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")
