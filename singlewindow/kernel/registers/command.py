"""`python -m singlewindow.kernel registers reindex`: the tables in which chapters search registers, made anew."""

from __future__ import annotations

from typing import Annotated

import typer

from singlewindow.contract.postgres import work_on
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.registers.found import register_indexes
from singlewindow.kernel.registers.notices import reindex as make_anew
from singlewindow.kernel.settings import settings

cli = typer.Typer(no_args_is_help=True, help="Registers.")


@cli.callback()
def registers() -> None:
    """Registers."""


@cli.command()
def reindex(
    kind: Annotated[str, typer.Argument(help="a register's name; else all that are searched")] = "",
) -> None:
    """Make the tables in which registers are searched anew, while everything goes on."""
    known = register_indexes()
    if kind and kind not in known:
        typer.echo(
            f"no chapter searches the register {kind}; those that are searched: {', '.join(known) or 'none'}",
            err=True,
        )
        raise typer.Exit(1)
    url = settings().worker_database_url
    work_on("WORKER_DATABASE_URL", url, lambda: _reindex(url, [kind] if kind else sorted(known)))


async def _reindex(url: str, kinds: list[str]) -> None:
    database = await Database.connect(url, size=1)
    try:
        for index in (index for kind in kinds for index in register_indexes()[kind]):
            typer.echo(f"{index.kind}: {await make_anew(database, index)} entries in {index.table}")
    finally:
        await database.close()
