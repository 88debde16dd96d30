"""The command `singlewindow`: everything at once, or one part of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import typer
from rich.console import Console

from singlewindow.launch.errors import LaunchError
from singlewindow.launch.launcher import Launcher
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


@app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def codes(context: typer.Context) -> None:
    """Code tables of the portal: `codes import FILE`, `codes import --help`."""
    _do(lambda _: _Portal(LaunchSettings(), _console).ask("codes", *context.args))


class _Portal(Launcher):
    """The portal's own commands, with the databases of this installation."""

    def ask(self, *arguments: str) -> None:
        """Run one of them to its end; its exit code becomes ours."""
        with self._databases(shared=True) as cluster:
            command = [sys.executable, "-m", "singlewindow.kernel", *arguments]
            code = subprocess.run(command, env=self._environment(cluster), check=False).returncode
        if code:
            raise typer.Exit(code)


def main() -> None:
    """The entry point of the command and of `python -m singlewindow`."""
    app()


def _do(work: Callable[[Launcher], None]) -> None:
    try:
        work(Launcher(LaunchSettings(), _console))
    except LaunchError as error:
        _console.print(f"[bold red]Cannot go on.[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
