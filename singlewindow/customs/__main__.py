"""python -m singlewindow.customs migrate | seed WORLD.json | add-officer NAME | serve | send-again | understand-again
| skip-numbers | end-sessions | registers describe | import | publish"""

from __future__ import annotations

from singlewindow.contract import garbage

garbage.loading()

import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from singlewindow.contract.background import give_way
from singlewindow.contract.environment import check_all
from singlewindow.contract.files import keys_in
from singlewindow.contract.postgres import work_on
from singlewindow.contract.serving import Server
from singlewindow.customs import logs, numbers, register_docs, register_import
from singlewindow.customs.database import Database
from singlewindow.customs.exchange import again, understanding
from singlewindow.customs.keys import Keys
from singlewindow.customs.officers import adding, sessions
from singlewindow.customs.problems import Refused
from singlewindow.customs.register_catalogue import all_registers
from singlewindow.customs.register_files import Unreadable, read_file
from singlewindow.customs.register_import import Difference
from singlewindow.customs.register_kinds import Register
from singlewindow.customs.seed import World, read_world
from singlewindow.customs.seed import seed as load_world
from singlewindow.customs.settings import CustomsSettings

T = TypeVar("T")
program = typer.Typer(help="The customs side of the single window.", no_args_is_help=True)
registers = typer.Typer(help="The registers that customs keep and publish.", no_args_is_help=True)
program.add_typer(registers, name="registers")


@program.command()
def migrate() -> None:
    """Bring customs' database to the newest schema."""
    from singlewindow.customs.migrate import migrate_async

    url = CustomsSettings().customs_database_url
    work_on("CUSTOMS_DATABASE_URL", url, lambda: migrate_async(url))


@program.command()
def seed(world: Path) -> None:
    """Load the demonstration world from a file and publish it; a second run does nothing."""
    url = CustomsSettings().customs_database_url
    loaded = work_on("CUSTOMS_DATABASE_URL", url, lambda: _seed(url, read_world(world)))
    typer.echo("customs: world loaded" if loaded else "customs: world was loaded before")


@program.command()
def add_officer(
    username: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    name: Annotated[str, typer.Option(help="the officer's name on the screen")] = "关员",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="one who is there gets this name and password, and is logged out"),
    ] = False,
) -> None:
    """Make a customs officer, or give one another password."""
    url = CustomsSettings().customs_database_url
    try:
        work_on("CUSTOMS_DATABASE_URL", url, lambda: _add_officer(url, username, password, name, replace))
    except Refused as refused:
        for violation in refused.violations:
            typer.echo(f"{violation.message}，{violation.advice}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{username}: customs officer")


async def _add_officer(url: str, username: str, password: str, name: str, replace: bool) -> None:
    database = await Database.connect(url)
    try:
        await adding.add(database, username, password, name, replace=replace)
    finally:
        await database.close()


@program.command()
def serve() -> None:
    """Run the customs program."""
    from singlewindow.customs.app import create_app

    settings = CustomsSettings()
    logs.configure(settings.log_format)
    app = create_app(settings)
    check_all()
    url = settings.customs_database_url
    work_on("CUSTOMS_DATABASE_URL", url, lambda: _has_tables(url))
    with keys_in(settings.pki_folder):
        Keys.load(settings.pki_folder)
    garbage.loaded()
    give_way(settings.background_niceness)
    given = settings.listening_socket
    server = Server(app, settings.host, settings.customs_port, settings.drain_seconds)
    server.run(None if given is None else [socket.socket(fileno=given)])


@program.command()
def send_again(
    since: Annotated[
        datetime | None, typer.Option(help="also what was sent since this moment, in this computer's time")
    ] = None,
) -> None:
    """Send the portal's messages once more that it refused, and those sent since a moment: after a restore."""
    url = CustomsSettings().customs_database_url
    moment = since and since.astimezone()
    sent = work_on(
        "CUSTOMS_DATABASE_URL", url, lambda: _with(url, lambda base: again.send_again(base, moment))
    )
    typer.echo(f"customs: {sent} messages go to the portal again")


@program.command()
def understand_again() -> None:
    """Try all messages once more that customs could not understand: the page 异常报文 tries one at a time."""
    url = CustomsSettings().customs_database_url
    count = work_on("CUSTOMS_DATABASE_URL", url, lambda: _with(url, understanding.understand_all_again))
    typer.echo(f"customs: {count} messages will be tried again")


@program.command("skip-numbers")
def skip_numbers() -> None:
    """After a restore: go on with numbers (海关审核编号, 报关单号 …) that were given to no document."""

    async def skip(database: Database) -> None:
        async with database.transaction() as transaction:
            await numbers.skip_numbers(transaction)

    url = CustomsSettings().customs_database_url
    work_on("CUSTOMS_DATABASE_URL", url, lambda: _with(url, skip))


@program.command()
def end_sessions() -> None:
    """Every officer has to log in again: after a restore sessions count again that had been ended."""
    url = CustomsSettings().customs_database_url
    work_on("CUSTOMS_DATABASE_URL", url, lambda: _with(url, sessions.end_all))


async def _with(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = await Database.connect(url)
    try:
        return await work(database)
    finally:
        await database.close()


async def _has_tables(url: str) -> None:
    database = await Database.connect(url)
    try:
        async with database.transaction():
            pass
    finally:
        await database.close()


@registers.command()
def describe() -> None:
    """Print docs/registers.md."""
    typer.echo(register_docs.describe(), nl=False)


@registers.command()
def publish() -> None:
    """Publish every entry of all registers once more, beyond all numbers ever given: after a restore of one side."""
    url = CustomsSettings().customs_database_url
    published = work_on("CUSTOMS_DATABASE_URL", url, lambda: _with(url, again.publish))
    typer.echo(f"customs: {published} entries go to the portal")


@registers.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="a register's name, see docs/registers.md")],
    file: Annotated[Path, typer.Argument(help="CSV or JSON; UTF-8 or GB18030")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the differences, import nothing")] = False,
    complete: Annotated[bool, typer.Option("--complete", help="what the file lacks ends today")] = False,
    show: Annotated[int, typer.Option(min=0, help="how many differences of each kind to print")] = 20,
) -> None:
    """Take in entries of a register: differences are shown, applied in one transaction, and published."""
    if (register := all_registers().get(kind)) is None:
        raise typer.BadParameter(f"no register {kind!r}; there are {', '.join(all_registers())}")
    url = CustomsSettings().customs_database_url
    try:
        found = work_on(
            "CUSTOMS_DATABASE_URL",
            url,
            lambda: _import(url, register, file, apply=not dry_run, complete=complete),
        )
    except Unreadable as unreadable:
        for problem in unreadable.problems:
            typer.echo(f"{file.name}: {problem}", err=True)
        typer.echo(f"Problems: {unreadable.count}. Nothing was imported.", err=True)
        raise typer.Exit(1) from unreadable
    except OSError as error:
        typer.echo(f"{error}\nNothing was imported.", err=True)
        raise typer.Exit(1) from error
    for line in _said(kind, found, show, complete=complete):
        typer.echo(line)
    typer.echo("Dry run: nothing was imported." if dry_run else "Imported.")


async def _import(url: str, register: Register, file: Path, *, apply: bool, complete: bool) -> Difference:
    read = read_file(register, file)
    database = await Database.connect(url)
    try:
        async with database.transaction() as transaction:
            found = await register_import.compare(transaction, register, read)
            if apply:
                await register_import.apply(transaction, found, complete=complete)
        return found
    finally:
        await database.close()


def _said(kind: str, found: Difference, most: int, *, complete: bool) -> Iterator[str]:
    gone = (
        f"{len(found.gone)} gone, they end today"
        if complete
        else f"{len(found.gone)} not in the file, they stay"
    )
    ended = f", {len(found.ended)} in the file, but ended" if found.ended else ""
    yield f"{kind}: {len(found.new)} new, {len(found.changed)} changed, {gone}, {found.unchanged} unchanged{ended}"
    kinds = {
        "new": [entry.key for entry in found.new],
        "changed": [each.said() for each in found.changed],
        "gone": [entry.key for entry in found.gone] if complete else [],
        "in the file, but ended": [entry.key for entry in found.ended],
    }
    for word, texts in kinds.items():
        yield from (f"  {word}: {text}" for text in texts[:most])
        if len(texts) > most:
            yield f"  {word}: … and {len(texts) - most} more"


async def _seed(url: str, world: World) -> bool:
    return await _with(url, lambda database: load_world(database, world))


if __name__ == "__main__":
    program()
