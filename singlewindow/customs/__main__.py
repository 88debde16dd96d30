"""python -m singlewindow.customs migrate | seed WORLD.json | serve | registers describe"""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer
import uvicorn

from singlewindow.customs import logs, register_docs
from singlewindow.customs.app import create_app
from singlewindow.customs.database import Database
from singlewindow.customs.database import migrate as migrate_database
from singlewindow.customs.seed import World, read_world
from singlewindow.customs.seed import seed as load_world
from singlewindow.customs.settings import CustomsSettings

program = typer.Typer(help="The customs side of the single window.", no_args_is_help=True)
registers = typer.Typer(help="The registers that customs keep and publish.", no_args_is_help=True)
program.add_typer(registers, name="registers")


@program.command()
def migrate() -> None:
    """Bring customs' database to the newest schema."""
    migrate_database(CustomsSettings().customs_database_url)


@program.command()
def seed(world: Path) -> None:
    """Load the demonstration world from a file and publish it; a second run does nothing."""
    loaded = asyncio.run(_seed(CustomsSettings().customs_database_url, read_world(world)))
    typer.echo("customs: world loaded" if loaded else "customs: world was loaded before")


@program.command()
def serve() -> None:
    """Run the customs program."""
    settings = CustomsSettings()
    logs.configure(settings.log_format)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.customs_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


@registers.command()
def describe() -> None:
    """Print docs/registers.md."""
    typer.echo(register_docs.describe(), nl=False)


async def _seed(url: str, world: World) -> bool:
    database = await Database.connect(url)
    try:
        return await load_world(database, world)
    finally:
        await database.close()


if __name__ == "__main__":
    program()
