"""Bring a database to the newest schema: the kernel's migrations and every document type's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from singlewindow.kernel.subsystem import migration_folders

HERE = Path(__file__).parent


def migrate(url: str) -> None:
    """Upgrade the database at a postgresql:// address (the owner's role) to all heads."""
    asyncio.run(migrate_async(url))


async def migrate_async(url: str) -> None:
    """The same inside a running event loop."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def alembic_config() -> Config:
    """Alembic's configuration: the kernel's folder and those of the subsystems, found by walking."""
    config = Config()
    folders = [HERE / "migrations" / "versions", *migration_folders()]
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", ":".join(str(folder) for folder in folders))
    return config


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")
