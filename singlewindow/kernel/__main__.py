"""The portal's processes: `python -m singlewindow.kernel serve | worker | migrate | seed FILE | codes
| registers | unread | send-submissions-again | add-administrator NAME | skip-numbers | end-sessions | verify-history
| verify-signatures`.

Each process loads what it does alone: the worker no routes, none but `migrate` the tool that migrates.
"""

from __future__ import annotations

from singlewindow.contract import garbage

garbage.loading()

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from fastapi import FastAPI

from singlewindow.contract.background import give_way
from singlewindow.contract.checkpoints import UNKNOWN, Book
from singlewindow.contract.environment import check_all
from singlewindow.contract.files import keys_in
from singlewindow.contract.key_files import read_certificate
from singlewindow.contract.postgres import reach, work_on
from singlewindow.contract.serving import Server
from singlewindow.kernel.codes.command import cli as codes
from singlewindow.kernel.database.bound import reach_bound
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.exchange.keys import CUSTOMS_CERTIFICATE
from singlewindow.kernel.http.logs import configure
from singlewindow.kernel.problems import Refused
from singlewindow.kernel.registers.command import cli as registers
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import document_types

cli = typer.Typer(no_args_is_help=True, add_completion=False)
cli.add_typer(codes, name="codes")
cli.add_typer(registers, name="registers")


@cli.command()
def serve() -> None:
    """Answer pages and the API at SINGLEWINDOW_HOST:SINGLEWINDOW_PORT, or on the launcher's socket."""
    from singlewindow.kernel.http.app import create_app

    app, given = create_app(), settings().listening_socket
    check_all()  # those of the chapters too, before anybody asks
    asyncio.run(reach_bound("WEB_DATABASE_URL", settings().web_database_url))
    with keys_in(settings().pki_folder):
        read_certificate(settings().pki_folder / CUSTOMS_CERTIFICATE)
    answer_requests(app, settings().port, None if given is None else socket.socket(fileno=given))


def answer_requests(app: FastAPI, port: int, listening: socket.socket | None = None) -> None:
    """Serve the application until a signal ends it, on a port or a socket that listens already."""
    server = Server(app, settings().host, port, settings().drain_seconds)
    app.state.leaving = lambda: server.should_exit
    garbage.loaded()
    server.run(None if listening is None else [listening])


@cli.command()
def worker() -> None:
    """Send to customs, take in what customs answer."""
    from singlewindow.kernel.exchange.worker import work

    configure(settings().log_format)
    document_types()
    check_all()
    asyncio.run(reach("WORKER_DATABASE_URL", settings().worker_database_url))
    asyncio.run(reach_bound("WEB_DATABASE_URL", settings().web_database_url))
    garbage.loaded()
    give_way(settings().background_niceness)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(settings()))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema, and its code tables to what this version ships."""
    from singlewindow.kernel.database.migrate import migrate_async
    from singlewindow.kernel.seed import seed_codes

    url = settings().database_url
    work_on("DATABASE_URL", url, lambda: migrate_async(url))
    work_on("DATABASE_URL", url, lambda: seed_codes(url))


@cli.command()
def seed(world: Path) -> None:
    """Put in a world's companies, accounts and cards; again does nothing."""
    from singlewindow.kernel.people.seed import seed_people

    url = settings().database_url
    work_on("DATABASE_URL", url, lambda: seed_people(url, world))


@cli.command()
def add_administrator(
    username: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    name: Annotated[str, typer.Option(help="the person's name on the screen")] = "系统管理员",
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="one who is there gets this name and password, is unlocked, and logged out"
        ),
    ] = False,
) -> None:
    """Make a system administrator, who changes the password at the first log-in, or give one another password."""
    from singlewindow.kernel.people.system_accounts import add_checked

    url = settings().database_url
    try:
        work_on("DATABASE_URL", url, lambda: add_checked(url, username, password, name, replace=replace))
    except Refused as refused:
        for violation in refused.violations:
            typer.echo(f"{violation.message}，{violation.advice}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{username}: system administrator")


@cli.command()
def skip_numbers() -> None:
    """After a restore: go on with numbers of documents and events that were given to nobody."""
    from singlewindow.kernel.database import skipping

    _as_owner(skipping.skip_numbers)


@cli.command()
def end_sessions() -> None:
    """Everybody has to log in again: after a restore sessions count again that had been ended."""
    from singlewindow.kernel.people import session_store

    _as_owner(session_store.end_all)


def _as_owner(work: Callable[[Database], Awaitable[None]]) -> None:
    """Do it on the portal's database, as the tables' owner."""
    url = settings().database_url

    async def do() -> None:
        owner = await Database.connect(url, size=1)
        try:
            await work(owner)
        finally:
            await owner.close()

    work_on("DATABASE_URL", url, do)


ACCEPT_BOOK = typer.Option(
    "--accept-book",
    help="the folder of the checkpoints was restored or moved away on purpose: it counts as it is",
)


@cli.command()
def verify_history(accept_book: Annotated[bool, ACCEPT_BOOK] = False) -> None:
    """Check every document's history by its hash chain and the checkpoints; exit code 1 when one is broken."""
    owners, workers = settings().database_url, settings().worker_database_url
    if accept_book:
        work_on("DATABASE_URL", owners, lambda: _accept_book(owners))
    if work_on("WORKER_DATABASE_URL", workers, lambda: _verify_history(workers)):
        raise typer.Exit(1)


async def _accept_book(url: str) -> None:
    """Let the database forget the checkpoints that the book has not; say from which on."""
    from singlewindow.kernel.documents import checkpoints

    owner = await Database.connect(url, size=1)
    try:
        first = await checkpoints.accept(owner, Book(settings().history))
    finally:
        await owner.close()
    if first:
        typer.echo(FORGOTTEN.format(first, folder=settings().history))


async def _verify_history(url: str) -> int:
    """Print every break; how many there are."""
    from singlewindow.kernel.documents import checkpoints, verification

    database = await Database.connect(url, size=1)
    checked, broken, missing, unknown = verification.Checked(), 0, False, False
    try:
        book = Book(settings().history)
        with keys_in(settings().pki_folder):
            key = read_certificate(settings().pki_folder / "portal-signing.pem") if book.last_line() else b""
        async for found in verification.breaks(database, checked, book, key):
            broken += 1
            missing |= found.kind == "checkpoint missing"
            unknown |= found.kind == "checkpoint broken" and UNKNOWN in found.number
            typer.echo(f"{found.number}  entry {found.entry}  {found.kind}")
        if late := await checkpoints.late(database):
            many = " or more" if late == checkpoints.MANY else ""
            typer.echo(LATE.format(f"{late}{many}", checkpoints.LATE.seconds // 60, folder=book.folder))
    finally:
        await database.close()
    if missing:
        typer.echo(MISSING.format(folder=book.folder))
    if unknown:
        typer.echo(UNKNOWN_KEY.format(folder=book.folder))
    counted = f"{checked.documents} documents, {checked.entries} entries, {checked.checkpoints} checkpoints"
    typer.echo(f"{counted}, {broken} broken")
    return broken


@cli.command()
def verify_signatures() -> None:
    """Check all submissions, their files and customs' answers by their signatures; exit code 1 when one differs."""
    workers = settings().worker_database_url
    if work_on("WORKER_DATABASE_URL", workers, lambda: _verify_signatures(workers)):
        raise typer.Exit(1)


async def _verify_signatures(url: str) -> int:
    """Print all that differs; how much it is."""
    from singlewindow.kernel.documents import signed

    database = await Database.connect(url, size=1)
    compared, different = signed.Compared(), 0
    try:
        with keys_in(settings().pki_folder):
            trust = signed.Trust.of(settings().pki_folder)
        async for found in signed.differences(database, trust, compared):
            different += 1
            typer.echo(f"{found.number}  submission {found.submission}  {found.what}")
    finally:
        await database.close()
    counted = (
        f"{compared.submissions} submissions, {compared.attachments} attachments, {compared.answers} answers"
    )
    typer.echo(f"{counted}, {different} different")
    return different


FORGOTTEN = """The database forgets checkpoint {0} and those after it, for {folder} does not have it.
The worker vouches anew for what they vouched for."""
LATE = """{0} entries are older than {1} minutes and come after the last checkpoint that the database knows. If it was
restored, {folder} may vouch for them all the same, and the worker does so anew. If not:
does a worker run, and what does its log say?"""
MISSING = """The database knows checkpoints that {folder} has not, or has otherwise; until that is settled nothing more
is vouched for. If it is the wrong folder, set SINGLEWINDOW_HISTORY_FOLDER right. If it was restored or moved away on
purpose: `singlewindow verify-history --accept-book`. If neither, somebody cut it off: compare it with a copy
(docs/operations.md, Checkpoints of the history)."""
UNKNOWN_KEY = """Checkpoints in {folder} were signed by a key whose certificate is not in portal-signing.pem. If it was
renewed, put the certificate before below the present one. If that key must not count any more, move the folder away
and say `singlewindow verify-history --accept-book`: the worker vouches anew for everything. If neither, somebody
changed them: compare the folder with a copy (docs/operations.md, Checkpoints of the history)."""


@cli.command()
def unread(again: Annotated[list[int], typer.Option(help="ids to try again")] = []) -> None:  # noqa: B006
    """List customs' messages that could not be understood, or let the worker try some again."""
    url = settings().worker_database_url
    work_on("WORKER_DATABASE_URL", url, lambda: _unread(url, again))


SINCE = typer.Option(help="the moment to which customs were restored, in this computer's time")


@cli.command()
def send_submissions_again(since: Annotated[datetime, SINCE]) -> None:
    """Send customs once more what they were sent since a moment: after they alone were restored to it."""
    url = settings().worker_database_url
    sent = work_on("WORKER_DATABASE_URL", url, lambda: _send_again(url, since.astimezone()))
    typer.echo(f"portal: {sent} submissions go to customs again")


async def _send_again(url: str, since: datetime) -> int:
    from singlewindow.kernel.exchange import outbox

    database = await Database.connect(url, size=1)
    try:
        return await outbox.send_again(database, since)
    finally:
        await database.close()


async def _unread(url: str, again: list[int]) -> None:
    from singlewindow.kernel.exchange import people_list

    database = await Database.connect(url, size=1)
    try:
        if again:
            typer.echo(f"{await people_list.again(database, again)} messages will be tried again")
            return
        for each in await people_list.waiting(database):
            typer.echo(
                f"{each.id}  {each.received_at:%Y-%m-%d %H:%M:%S}  {each.kind}  {each.message_id}  {each.problem}"
            )
    finally:
        await database.close()


if __name__ == "__main__":
    cli()
