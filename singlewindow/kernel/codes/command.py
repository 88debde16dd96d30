"""`python -m singlewindow.kernel codes import FILE`: code tables from a file, with a look beforehand (OPER-02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from singlewindow.contract.postgres import work_on
from singlewindow.kernel.codes.difference import Change, Difference, said
from singlewindow.kernel.codes.files import Unreadable, read_file
from singlewindow.kernel.codes.importing import ImportRefused, Order, Outcome, import_tables
from singlewindow.kernel.codes.schema import ALWAYS
from singlewindow.kernel.settings import settings

cli = typer.Typer(no_args_is_help=True, help="Code tables.")


@cli.callback()
def codes() -> None:
    """Code tables."""


@cli.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV or JSON; UTF-8 or GB18030; code, name, …")],
    table: Annotated[str | None, typer.Option(help="the table's name; else the file's")] = None,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day; else today in China")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the differences, import nothing")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="entries that the file lacks stay")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="forget what stood there, past too")] = False,
    show: Annotated[int, typer.Option(min=0, help="how many differences of each kind to print")] = 20,
) -> None:
    """Take in the code tables of a file: what it lacks or changes ends on the day before."""
    if replace and (begins or partial):
        raise typer.BadParameter("--replace goes neither with --from nor with --partial")
    order = Order(begins.date() if begins else None, partial, replace)
    outcomes = _outcomes(file, table, order, dry_run)
    for outcome in outcomes:
        typer.echo(_counts(outcome))
    for outcome in outcomes:
        for line in _differences(outcome.difference, show):
            typer.echo(line)
    typer.echo("Dry run: nothing was imported." if dry_run else "Imported.")


def _outcomes(file: Path, table: str | None, order: Order, dry_run: bool) -> list[Outcome]:
    try:
        tables = read_file(file, table)
        url = settings().database_url
        return work_on("DATABASE_URL", url, lambda: import_tables(url, tables, order, dry_run=dry_run))
    except Unreadable as unreadable:
        for problem in unreadable.problems:
            typer.echo(f"{file.name}: {problem}", err=True)
        if unreadable.count > len(unreadable.problems):
            typer.echo(f"… and {unreadable.count - len(unreadable.problems)} more", err=True)
        typer.echo(f"Problems: {unreadable.count}. Nothing was imported.", err=True)
    except (ImportRefused, OSError) as refused:
        typer.echo(f"{refused}\nNothing was imported.", err=True)
    raise typer.Exit(1)


def _counts(outcome: Outcome) -> str:
    d = outcome.difference
    since = "for all days" if outcome.begins == ALWAYS else f"from {outcome.begins}"
    counts = f"{len(d.new)} new, {len(d.changed)} changed, {len(d.ended)} ended, {d.unchanged} unchanged"
    forgotten = f"; {outcome.forgotten} former entries are forgotten" if outcome.forgotten else ""
    return f"{d.table}: {counts}, {since}{forgotten}"


def _differences(difference: Difference, most: int) -> Iterator[str]:
    new = (f"{each.code} {each.name}" for each in difference.new)
    changed = (_change(each) for each in difference.changed)
    ended = (f"{each.entry.code} {each.entry.name}" for each in difference.ended)
    kinds = (
        ("new", new, len(difference.new)),
        ("changed", changed, len(difference.changed)),
        ("ended", ended, len(difference.ended)),
    )
    for kind, texts, count in kinds:
        for text in islice(texts, most):
            yield f"  {difference.table} {kind}: {text}"
        if count > most:
            yield f"  {difference.table} {kind}: … and {count - most} more"


def _change(change: Change) -> str:
    """What an entry was → what it becomes."""
    before, after = change.before.entry, change.after
    parts = [f"{before.name} → {after.name}"] if before.name != after.name else [after.name]
    old, new = said(before), said(after)
    parts += [
        f"{name}: {_text(old.get(name))} → {_text(new.get(name))}"
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    return f"{after.code} {', '.join(parts)}"


def _text(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "–" if value is None else str(value)
