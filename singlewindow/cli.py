"""The command `singlewindow`: everything at once, or one part of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from singlewindow.client import importing
from singlewindow.client.bridge import runner as bridging
from singlewindow.client.card import CARD
from singlewindow.client.importing import Errand
from singlewindow.client.window import PORTAL
from singlewindow.launch import backup as backups
from singlewindow.launch import rolling, sealed_files
from singlewindow.launch.clock import move
from singlewindow.launch.errors import LaunchError, said_of
from singlewindow.launch.launcher import Launcher
from singlewindow.launch.parts import all_parts
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.seals import check, keys_of
from singlewindow.launch.settings import LaunchSettings

app = typer.Typer(no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False)
_console = Console()


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """A single window for international trade; without a command, everything runs."""
    if context.invoked_subcommand is None:
        run()


@app.command()
def run() -> None:
    """Database, portal, worker, customs and card service; the first start also makes a demonstration world."""
    _do(lambda launcher: launcher.run())


@app.command()
def portal() -> None:
    """The portal's pages and API alone."""
    _do(lambda launcher: launcher.run_one("portal"))


@app.command()
def worker() -> None:
    """The worker alone: sends to customs, applies what comes back."""
    _do(lambda launcher: launcher.run_one("worker"))


@app.command()
def customs() -> None:
    """Customs' side alone."""
    _do(lambda launcher: launcher.run_one("customs"))


@app.command()
def card() -> None:
    """The card service of this computer alone."""
    _do(lambda launcher: launcher.run_one("card"))


@app.command()
def migrate() -> None:
    """Bring the tables of both databases up to date."""
    _do(lambda launcher: launcher.setup(migrations_only=True))


@app.command()
def setup() -> None:
    """Prepare everything for `run` and end: tables, demonstration world, certificates, cards."""
    _do(lambda launcher: launcher.setup())


@app.command()
def roll() -> None:
    """Put new processes in place of the running ones, one after the other, while requests go on; migrates first."""
    _do(lambda _: _Commands(LaunchSettings(), _console).roll())


_passed_on = app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
"""A command of the portal's or customs' program, with the databases of this installation."""


@_passed_on
def verify_history(context: typer.Context) -> None:
    """Check every document's history for entries that were changed, taken out or moved; `verify-history --help`."""
    _ask("singlewindow.kernel", "verify-history", *context.args)


@_passed_on
def verify_signatures(context: typer.Context) -> None:
    """Check by their signatures that no submission, file or answer of customs was changed: `verify-signatures`."""
    _ask("singlewindow.kernel", "verify-signatures", *context.args)


@_passed_on
def codes(context: typer.Context) -> None:
    """Code tables of the portal: `codes import FILE`, `codes import --help`."""
    _ask("singlewindow.kernel", "codes", *context.args)


@_passed_on
def registers(context: typer.Context) -> None:
    """Registers: `registers import KIND FILE` into those of customs, `registers reindex [KIND]` for searches."""
    side = "singlewindow.kernel" if context.args[:1] == ["reindex"] else "singlewindow.customs"
    _ask(side, "registers", *context.args)


@_passed_on
def send_again(context: typer.Context) -> None:
    """Customs send the portal once more what it refused; `send-again --since MOMENT`: and what was sent since."""
    _ask("singlewindow.customs", "send-again", *context.args)


@_passed_on
def understand_again(context: typer.Context) -> None:
    """Customs try all messages once more that they could not understand (异常报文)."""
    _ask("singlewindow.customs", "understand-again", *context.args)


@_passed_on
def unread(context: typer.Context) -> None:
    """Customs' messages that the portal could not understand: `unread` lists them, `unread --again ID` tries anew."""
    _ask("singlewindow.kernel", "unread", *context.args)


@_passed_on
def add_administrator(context: typer.Context) -> None:
    """Make a system administrator of the portal, or with `--replace` give one another password; asks for it."""
    _ask("singlewindow.kernel", "add-administrator", *context.args)


@_passed_on
def add_officer(context: typer.Context) -> None:
    """Make an officer of customs, or give one another password; asks for it: `add-officer NAME --name 姓名`."""
    _ask("singlewindow.customs", "add-officer", *context.args)


KEY = typer.Option(help="the portal's public key, portal-seal.pem; it may hold several")


@app.command()
def check_seal(
    seal: Annotated[str, typer.Argument(help="the text of a print's QR code, a file that holds it, or -")],
    key: Annotated[Path, KEY],
    at: Annotated[
        datetime | None, typer.Option(help="another moment than now, in this computer's time")
    ] = None,
) -> None:
    """Check a print's QR code without server, database and network: exit code 0 valid, 1 forged, 2 expired, 9 not
    checked."""
    try:
        raise typer.Exit(check(seal, keys_of(key), (at or datetime.now(UTC)).astimezone(), typer.echo))
    except LaunchError as error:
        _not_checked(error)


PDF = typer.Argument(help="the PDF file")
CA = typer.Option(help="the CA's certificate; default: this installation's, pki/ca.pem", show_default=False)
CRL = typer.Option(help="its revocation list; default: crl.pem beside it", show_default=False)


@app.command()
def check_pdf(
    file: Annotated[Path, PDF],
    ca: Annotated[Path | None, CA] = None,
    crl: Annotated[Path | None, CRL] = None,
    at: Annotated[
        datetime | None, typer.Option(help="another moment than now, in this computer's time")
    ] = None,
) -> None:
    """Check the seal of a PDF file without server, database and network: exit code 0 valid, 1 changed, 3 not sealed,
    4 another certificate, 5 expired, 6 revoked, 7 not known whether revoked, 9 not checked."""
    moment = (at or datetime.now(UTC)).astimezone()
    trusted = ca or LaunchSettings().pki_folder / "ca.pem"
    try:
        raise typer.Exit(sealed_files.check(file, trusted, crl, moment, typer.echo))
    except LaunchError as error:
        _not_checked(error)


def _not_checked(error: LaunchError) -> NoReturn:
    typer.echo(f"Cannot check. {error}", err=True)
    raise typer.Exit(sealed_files.NOT_CHECKED) from error


BACKUPS = typer.Argument(help="default: SINGLEWINDOW_BACKUP_FOLDER", show_default=False)


@app.command()
def backup(folder: Annotated[Path | None, BACKUPS] = None) -> None:
    """Back up the embedded database and the data folder while everything runs."""
    _do(lambda _: _Commands(LaunchSettings(), _console).backup(folder))


@app.command()
def restore(
    folder: Annotated[Path | None, BACKUPS] = None,
    to: Annotated[
        datetime | None,
        typer.Option(help="a moment, in this computer's time; default: the last that is known"),
    ] = None,
) -> None:
    """Bring a backup back into an empty data folder and verify the history of every document in it."""
    _do(lambda _: _Commands(LaunchSettings(), _console).restore(folder, to and to.astimezone()))


class ReceiptFormat(StrEnum):
    """How receipts are written."""

    JSON = "json"
    XML = "xml"


class ClockChange(StrEnum):
    """What can be done to the business clock."""

    SHOW = "show"
    SET = "set"
    SHIFT = "shift"
    FREEZE = "freeze"
    REAL = "real"


@app.command(context_settings={"ignore_unknown_options": True})
def clock(change: ClockChange, value: Annotated[str, typer.Argument(help="a moment or a span")] = "") -> None:
    """The business clock of portal and customs: show, set MOMENT, shift +3d, freeze [MOMENT], real."""
    _do(lambda _: _Commands(LaunchSettings(), _console).clock(change, value))


FOLDER = typer.Option(help="the folder; OutBox, SentBox, InBox and FailBox are made in it")
PORTAL_ADDRESS = typer.Option(help="the portal's address")
CARD_ADDRESS = typer.Option(help="the card service's address")
RECEIPTS = typer.Option(help="how receipts are written: json or xml")
ALL_EVENTS = typer.Option("--all-events", help="also what is done while a document is filled in")
ONCE = typer.Option("--once", help="do what lies there and end: exit code 1 when something waits")


@app.command()
def bridge(
    folder: Annotated[Path, FOLDER],
    portal: Annotated[str, PORTAL_ADDRESS] = PORTAL,
    card: Annotated[str, CARD_ADDRESS] = CARD,
    receipts: Annotated[ReceiptFormat, RECEIPTS] = ReceiptFormat.JSON,
    all_events: Annotated[bool, ALL_EVENTS] = False,
    once: Annotated[bool, ONCE] = False,
) -> None:
    """Documents as files: sends what lies in OutBox and writes receipts to InBox, for a company's own system.

    Token from SINGLEWINDOW_TOKEN, the card's PIN from SINGLEWINDOW_CARD_PIN or the terminal. Exit code 3: another
    bridge has the folder, 4: the token does not count, 5: the card refused the PIN."""
    raise typer.Exit(
        bridging.run(folder, portal, card, format=receipts.value, all_events=all_events, once=once)
    )


IMPORTED = typer.Argument(
    exists=True, dir_okay=False, help="workbook (.xlsx), JSON (.jsonl, .json) or XML", show_default=False
)
TYPE = typer.Option(help="the document type, such as gate.trip")
CHECK_ONLY = typer.Option(help="only check; nothing is saved")
AGAIN = typer.Option(help="also a file that the company has sent before")
RESUME = typer.Option(help="let a job that was stopped go on, instead of a file", show_default=False)
RESULT = typer.Option(help="where what became of each document is written", show_default=False)


@app.command("import")
def import_(
    file: Annotated[Path | None, IMPORTED] = None,
    type: Annotated[str, TYPE] = "",
    portal: Annotated[str, PORTAL_ADDRESS] = PORTAL,
    check_only: Annotated[bool, CHECK_ONLY] = False,
    again: Annotated[bool, AGAIN] = False,
    resume: Annotated[int | None, RESUME] = None,
    result: Annotated[Path | None, RESULT] = None,
) -> None:
    """Many documents from one file, as drafts; the token comes from SINGLEWINDOW_TOKEN. Ctrl-C stops; what is done
    stays. Exit code 0: all, 1: some were refused or are left, 2: nothing was done."""
    if (file is None) == (resume is None) or (file and not type):
        raise typer.BadParameter("give FILE with --type, or --resume with a job's number")
    raise typer.Exit(importing.run(Errand(file, type, check_only, again, resume, result), portal))


class _Commands(Launcher):
    """Commands of one side or both, with the databases of this installation."""

    def clock(self, change: str, value: str) -> None:
        """Move or show the clock, and say how it stands."""
        if value and change in (ClockChange.SHOW, ClockChange.REAL):
            raise LaunchError(
                f'"{value}": `clock {change}` takes no moment; `clock set` and `clock freeze` do.'
            )
        with self._existing() as cluster:
            moved, real = move(self._environment(cluster), change, value)
        self._report(moved.said(real))

    def roll(self) -> None:
        """Bring the tables up to date, then have the launcher of the data folder put new processes in place."""
        launcher = rolling.launcher_of(self._settings.folder)
        self.setup()
        patience = rolling.patience(all_parts(self._settings), self._settings.start_seconds)
        rolling.ask(self._settings.folder, launcher, self._report, patience)

    def backup(self, folder: Path | None) -> None:
        """Back up the running database, or start it for that. Raises LaunchError, after the backup was made, where
        changes are not kept beside it."""
        into, kept = self._backups(folder), self._settings.backup_folder
        with self._existing(works=kept is not None and into == kept.resolve()) as cluster:
            assert cluster is not None
            backups.take(cluster, self._settings.folder, self._settings.places, into, self._report)
            if why := backups.not_kept(cluster):
                raise LaunchError(why)

    def restore(self, folder: Path | None, to: datetime | None) -> None:
        """Restore, then verify what was restored. Its files were copied before its database: checkpoints that came
        between are in the latter alone, and for those a restored book counts."""
        chosen, places = backups.choose(self._backups(folder), to, self._report), self._settings.places
        restored_book = backups.HISTORY not in backups.occupied_places(places)
        with backups.restored(chosen, self._settings.folder, places, to, self._report) as cluster:
            for side in ("singlewindow.kernel", "singlewindow.customs"):
                self._ask(cluster, side, "skip-numbers")
                self._ask(cluster, side, "end-sessions")
            if (
                chosen.holds_exchange
            ):  # what lay in InBox at the moment, or came there since, is not in the copy
                since = chosen.began.astimezone().strftime("%Y-%m-%dT%H:%M:%S")
                self._ask(cluster, "singlewindow.customs", "send-again", "--since", since)
            self._report(f"{self._settings.folder} is restored; its history:")
            options = ["--accept-book"] if restored_book else []
            self._ask(cluster, "singlewindow.kernel", "verify-history", *options)

    def _backups(self, folder: Path | None) -> Path:
        """The folder for backups. Raises LaunchError where none is named, and for databases that run elsewhere."""
        if self._settings.outside_databases:
            raise LaunchError("The databases are not ours: back them up where they run (docs/operations.md).")
        if found := folder or self._settings.backup_folder:
            return found.resolve()
        raise LaunchError("Name a folder, or set SINGLEWINDOW_BACKUP_FOLDER.")

    def ask(self, module: str, *arguments: str) -> None:
        """Run a module's command to its end; its exit code becomes ours."""
        with self._existing() as cluster:
            self._ask(cluster, module, *arguments)

    def _ask(self, cluster: Cluster | None, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, *arguments]
        if code := subprocess.run(command, env=self._environment(cluster), check=False).returncode:
            raise typer.Exit(code)


def main() -> None:
    """The entry point of the command and of `python -m singlewindow`. A terminal that lacks Chinese is told in escapes,
    for a traceback would end `check-seal` with the exit code of a forgery."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


def _do(work: Callable[[Launcher], None]) -> None:
    settings = LaunchSettings()
    try:
        work(Launcher(settings, _console))
    except LaunchError as error:
        _stop(str(error))
    except OSError as error:
        _stop(said_of(error, settings.data))


def _ask(module: str, *arguments: str) -> None:
    if "--help" in arguments:  # needs no installation, and starts no database
        raise typer.Exit(subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode)
    _do(lambda _: _Commands(LaunchSettings(), _console).ask(module, *arguments))


def _stop(why: str) -> NoReturn:
    _console.print("[bold red]Cannot go on.[/]", end=" ")
    _console.print(why, highlight=False, soft_wrap=True, markup=False)
    raise typer.Exit(1)
