"""Files with code tables, as they come: CSV, TSV or JSON, in UTF-8 or GB18030 (OPER-02).

CSV and TSV begin with a header `code,name[,…]`; further columns go along. A column `dict` splits the lines into one
table for each of its values. Lines before the header that begin with # are passed over. JSON is a list of objects with
the same names. Codes are texts: leading zeros count, and so does the case of letters.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from singlewindow.contract.files import read_at_most
from singlewindow.kernel.codes.load import extra_of

MOST_BYTES = 32 * 1024 * 1024
MOST_PROBLEMS = 20  # that are told one by one
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_CODE_LENGTH, _NAME_LENGTH = 40, 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Unreadable(Exception):
    """A file that cannot be taken in: `problems` are the first ones, by line, `count` is how many there are."""

    def __init__(self, problems: list[str], count: int | None = None) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.count = len(problems) if count is None else count


@dataclass(frozen=True)
class FileEntry:
    """One line: its code and name, and what its further columns say."""

    code: str
    name: str
    extra: Mapping[str, object]


@dataclass(frozen=True)
class TableFile:
    """What a file says about one table, in its order."""

    table: str
    entries: tuple[FileEntry, ...]


def read_file(file: Path, table: str | None = None) -> list[TableFile]:
    """The tables of a file; `table` names the only one, or chooses one of those that a column `dict` names.

    Without it the name is the file's. Raises Unreadable, OSError.
    """
    if (data := read_at_most(file, MOST_BYTES)) is None:
        raise Unreadable([f"larger than {MOST_BYTES:,} bytes"])
    text = _decoded(data)
    lines = _json_lines(text) if file.suffix.lower() == ".json" else _csv_lines(text, file.suffix.lower())
    gathering = _Gathering((table or file.stem).lower())
    for where, line in lines:
        gathering.take(where, line)
    found = gathering.tables()
    if table is None or not gathering.split:
        return found
    chosen = [each for each in found if each.table == table.lower()]
    if not chosen:
        raise Unreadable([f"no line belongs to a table {table}; there are {_names(found)}"])
    return chosen


def _names(tables: list[TableFile]) -> str:
    return ", ".join(each.table for each in tables)


def _decoded(data: bytes) -> str:
    """UTF-8, with its mark or without, or else GB18030, as Chinese office programs write it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as first:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            line = data.count(b"\n", 0, first.start) + 1
            raise Unreadable([f"line {line}: neither UTF-8 nor GB18030"]) from None


def _csv_lines(text: str, suffix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    before, text = _passed_over(text)
    first = text.split("\n", 1)[0]
    delimiter = "\t" if suffix == ".tsv" or ("\t" in first and "," not in first) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, before + 1)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield f"line {before + reader.line_num}", _named(header, row)
    except csv.Error as error:
        raise Unreadable([f"line {before + reader.line_num}: {error}"]) from error


def _passed_over(text: str) -> tuple[int, str]:
    """How many lines before the header begin with #, and what follows them."""
    before = 0
    while text.startswith("#"):
        text = text.partition("\n")[2]
        before += 1
    return before, text


def _check_header(header: list[str], line: int) -> None:
    if not {"code", "name"} <= set(header):
        raise Unreadable([f"line {line}: the header must name the columns code and name"])
    if len(set(header)) < len(header) or "" in header:
        raise Unreadable([f"line {line}: every column needs a name of its own"])


def _named(header: list[str], row: list[str]) -> dict[str, Any]:
    if len(row) != len(header):
        return {"problem": f"{len(row)} columns instead of {len(header)}"}
    columns = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    own = {name: columns.pop(name) for name in ("code", "name", "dict") if name in columns}
    return own | {"extra": extra_of(columns)}


def _json_lines(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable([f"line {error.lineno}: {error.msg}"]) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists in lists
        raise Unreadable(
            ["no JSON that can be read: nested too deeply, or a number that is too long"]
        ) from error
    if not isinstance(entries, list):
        raise Unreadable(["line 1: a list of objects is expected"])
    for number, entry in enumerate(entries, 1):
        yield f"entry {number}", _object(entry)


def _object(entry: object) -> dict[str, Any]:
    if not isinstance(entry, dict):
        return {"problem": "an object is expected"}
    own = {name: entry[name] for name in ("code", "name", "dict") if name in entry}
    if not all(isinstance(value, str) for value in own.values()):
        return {"problem": "code, name and dict are texts, in quotation marks"}
    texts = {name: value.strip() for name, value in own.items()}
    return texts | {"extra": {name: value for name, value in entry.items() if name not in own}}


@dataclass
class _Gathering:
    """Lines sorted into tables, and what is wrong with them."""

    table: str
    split: bool = False
    count: int = 0
    problems: list[str] = field(default_factory=list)
    found: dict[str, dict[str, FileEntry]] = field(default_factory=dict)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, where: str, line: Mapping[str, Any]) -> None:
        """One line, from the place `where`."""
        table = self.table
        if "dict" in line:
            self.split, table = True, line["dict"].lower()
        problems = list(self._problems(table, line))
        for problem in problems:
            self._complain(f"{where}: {problem}")
        if problems:
            return
        self.seen[table, line["code"]] = where
        entry = FileEntry(line["code"], line["name"], line["extra"])
        self.found.setdefault(table, {})[entry.code] = entry

    def _problems(self, table: str, line: Mapping[str, Any]) -> Iterable[str]:
        if "problem" in line:
            yield line["problem"]
            return
        code, name = line.get("code", ""), line.get("name", "")
        if not _TABLE.fullmatch(table):
            yield f"{table!r} cannot be a table's name: letters, digits and _, at most 60"
        if (table, code) in self.seen:
            yield f"code {code} stands at {self.seen[table, code]} already"
        yield from _about("code", code, _CODE_LENGTH)
        yield from _about("name", name, _NAME_LENGTH)
        if not _storable([code, name, line.get("extra")]):
            yield "a column holds what no text may hold: a zero character, half a character, no number"

    def tables(self) -> list[TableFile]:
        """What was gathered. Raises Unreadable when a line was wrong, or when there was none."""
        if self.problems:
            raise Unreadable(self.problems, self.count)
        if not self.found:
            raise Unreadable(["the file holds no entry"])
        return [TableFile(table, tuple(entries.values())) for table, entries in self.found.items()]

    def _complain(self, problem: str) -> None:
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self.problems.append(problem)


def _storable(value: object) -> bool:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        return False
    return "\\u0000" not in text


def _about(what: str, text: str, most: int) -> Iterable[str]:
    if not text:
        yield f"the {what} is missing"
    elif len(text) > most:
        yield f"the {what} is longer than {most} characters"
    elif _CONTROL.search(text):
        yield f"the {what} holds a control character"
