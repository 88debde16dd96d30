"""The code tables that ship: the kernel's in `tables/*.csv`, a chapter's own in its folder `codes/*.csv`.

A file begins with lines `# title:`, `# source:`, `# date:` and perhaps `# note:`, then `code,name[,…]` in the order
of the screen. They are facts of public law, written down by us; complete and later tables are imported (OPER-02).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from singlewindow.kernel.codes.initials import initials_of
from singlewindow.kernel.subsystem import code_folders

FOLDER = Path(__file__).with_name("tables")
LISTS = frozenset({"elements"})
"""Columns that hold several values, separated by |: the declaration elements of goods."""

Extra = Mapping[str, object]


@dataclass(frozen=True)
class CodeEntry:
    """One line of a code table; `position` counts from 1 within its table, `extra` holds its further columns."""

    table: str
    code: str
    name: str
    initials: str
    position: int
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class TableFacts:
    """What a shipped table says of itself; `date` is the state of the facts, YYYY-MM."""

    table: str
    title: str
    source: str
    date: str
    note: str


def shipped_tables() -> list[str]:
    """The names of the tables, such as `customs_districts`. Raises ValueError where two files claim one name."""
    return sorted(table_files())


@cache
def table_files() -> Mapping[str, Path]:
    """Where each table stands. A table of a chapter is found by its name alone, so no two may share one: ValueError."""
    found: dict[str, Path] = {}
    for folder in (FOLDER, *code_folders()):
        for file in folder.glob("*.csv"):
            if file.stem in found:
                raise ValueError(f"two code tables {file.stem}: {found[file.stem]} and {file}")
            found[file.stem] = file
    return found


def facts_of(table: str) -> TableFacts:
    """Title, source and date of a shipped table. Raises FileNotFoundError, KeyError."""
    said = dict(line[2:].split(": ", 1) for line in _lines(table) if line.startswith("# "))
    return TableFacts(table, said["title"], said["source"], said["date"], said.get("note", ""))


def load_shipped_tables() -> Iterator[CodeEntry]:
    """Every entry of every table."""
    for table in shipped_tables():
        yield from load_table(table)


def load_table(table: str) -> Iterator[CodeEntry]:
    """The entries of one shipped table in its order. Raises FileNotFoundError."""
    rows = csv.DictReader(line for line in _lines(table) if not line.startswith("#"))
    for position, row in enumerate(rows, 1):
        code, name = row.pop("code"), row.pop("name")
        yield CodeEntry(table, code, name, initials_of(name), position, extra_of(row))


def extra_of(columns: Mapping[str, str]) -> dict[str, object]:
    """The further columns of a line as they are kept: text, or a list of texts for those in LISTS."""
    return {
        name: [part for part in value.split("|") if part] if name in LISTS else value
        for name, value in columns.items()
    }


def _lines(table: str) -> list[str]:
    file = table_files().get(table, FOLDER / f"{table}.csv")
    return file.read_text(encoding="utf-8").splitlines()
