"""Bring customs' database to the newest schema: the program's migrations and every desk's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic.config import Config

from singlewindow.contract.migrating import config_of, upgrade
from singlewindow.customs.desks import migration_folders

HERE = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Upgrade the database at a postgresql:// address to all heads, also while it is in use."""
    asyncio.run(migrate_async(url))


async def migrate_async(url: str) -> None:
    """The same inside a running event loop."""
    await upgrade(url, alembic_config())


def alembic_config() -> Config:
    """Alembic's configuration: the program's folder and those of the desks, found by walking."""
    return config_of(HERE, [HERE / "versions", *migration_folders()])
