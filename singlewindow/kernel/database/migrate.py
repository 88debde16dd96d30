"""Bring a database to the newest schema: the kernel's migrations and every document type's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic.config import Config

from singlewindow.contract.migrating import config_of, upgrade
from singlewindow.kernel.subsystem import migration_folders

HERE = Path(__file__).parent


def migrate(url: str) -> None:
    """Upgrade the database at a postgresql:// address (the owner's role) to all heads, also while it is in use."""
    asyncio.run(migrate_async(url))


async def migrate_async(url: str, *further: Path) -> None:
    """The same inside a running event loop; `further` folders hold migrations too."""
    await upgrade(url, alembic_config(*further))


def alembic_config(*further: Path) -> Config:
    """Alembic's configuration: the kernel's folder and those of the subsystems, found by walking."""
    return config_of(HERE / "migrations", [HERE / "migrations" / "versions", *migration_folders(), *further])
