"""The portal's processes: `python -m singlewindow.kernel serve | worker | migrate | seed FILE`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer
import uvicorn

from singlewindow.kernel.database.migrate import migrate as migrate_database
from singlewindow.kernel.exchange.worker import work
from singlewindow.kernel.http.logs import configure
from singlewindow.kernel.seed import seed_portal
from singlewindow.kernel.settings import settings

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.command()
def serve() -> None:
    """Answer pages and the API at SINGLEWINDOW_HOST:SINGLEWINDOW_PORT."""
    uvicorn.run(
        "singlewindow.kernel.http.app:create_app",
        factory=True,
        host=settings().host,
        port=settings().port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )


@cli.command()
def worker() -> None:
    """Send to customs, take in what customs answer."""
    configure(settings().log_format)
    asyncio.run(work(settings()))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    migrate_database(settings().database_url)


@cli.command()
def seed(world: Path) -> None:
    """Put in the shipped code tables and a world's companies, accounts and cards; again does nothing."""
    asyncio.run(seed_portal(settings().database_url, world))


if __name__ == "__main__":
    cli()
