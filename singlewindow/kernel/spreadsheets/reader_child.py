"""The child process that reads a stranger's file; `reader.py` starts it, bounds it and words its answer.

Run as a script of its own, isolated (`python -I -B reader_child.py`), so it imports nothing of this project. On stdin
comes one line of JSON, see `wanted_of`, then the file. On stdout goes one JSON object a line, at the end
`{"end": count}` of the lines before; or `{"refused": reason, "figures": {…}}`, or `{"failed": text}` when the reader
itself is at fault. Lines before the end:

- "documents" of a filled-in template: first `{"columns": {table: {field: column letter}}}`, then the documents, joined
  with their rows;
- "rows" of any workbook's visible sheets: `{"sheet": name, "row": 7, "cells": {"B": cell}}`, cells that hold something;
- "text": `{"row": 3, "text": line}`, lines that are not blank.

A cell is a text, a number, true or false, `{"d": text}` for what the program kept as a date or time, `{"e": 1}` for an
error value. What a document cannot be is left to the rules; what a spreadsheet may not be is refused here.
"""

from __future__ import annotations

import datetime
import html
import io
import json
import math
import re
import resource
import sys
import traceback
import unicodedata
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_CHUNK = 1_048_576
_FORBIDDEN = (
    ("macros", ("xl/vbaproject", "xl/macrosheets/")),
    ("external_links", ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")),
    ("embedded", ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")),
)
_ERROR_CELL = re.compile(rb"<c\b[^>]{0,200}\bt=\"e\"[^>]{0,200}>")
_REFERENCE = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_LONGEST = 300  # characters of what a file says that are repeated
_ERRORS = 10_000  # cells with error values that are remembered


@dataclass(frozen=True)
class Bounds:
    """What a file may be and what reading may cost: counts, bytes, processor seconds."""

    max_rows: int
    max_parts: int
    max_decoded_bytes: int
    cpu_seconds: int
    memory_bytes: int


@dataclass(frozen=True)
class Wanted(Bounds):
    """What is looked for in a template."""

    sheets: Sequence[
        Mapping[str, Any]
    ]  # {"table": "", "sheet": "表头", "heads": {head: field}, "needs": [head, …]}
    key: str  # head of the column that joins
    hint: str  # what stands in that column in the row of hints
    passed: Sequence[str]  # further sheets of ours, which nobody fills in
    max_documents: int


@dataclass(frozen=True)
class Rows(Bounds):
    """All rows of the visible sheets are wanted, in so many bytes of lines."""

    max_said_bytes: int


@dataclass(frozen=True)
class Text(Bounds):
    """All lines of a text file are wanted, likewise."""

    max_said_bytes: int


def wanted_of(line: bytes) -> Bounds:
    """What the first line asks for: {"what": "documents", "rows" or "text", and the members of the class}."""
    said = json.loads(line)
    kind: type[Bounds] = {"documents": Wanted, "rows": Rows, "text": Text}[said.pop("what")]
    return kind(**said)


class Refuse(Exception):
    """The file is not taken; `reason` is a key of the parent's messages, `figures` what stands in it."""

    def __init__(self, reason: str, **figures: int | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.figures = {n: v[:_LONGEST] if isinstance(v, str) else v for n, v in figures.items()}


def bind(wanted: Bounds) -> None:
    """Give up everything that reading does not need; it cannot be taken back."""
    # The soft limit ends it by a signal of its own, by which it is told from one that was killed.
    resource.setrlimit(resource.RLIMIT_CPU, (wanted.cpu_seconds, wanted.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (wanted.memory_bytes, wanted.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


wanted = wanted_of(sys.stdin.buffer.readline()) if __name__ == "__main__" else None
if wanted:
    bind(wanted)  # before the library that parses is loaded

import python_calamine  # noqa: E402

# --------------------------------------------------------------------------------- the archive, before it is believed


def look_into(archive: zipfile.ZipFile, wanted: Bounds) -> dict[str, set[tuple[int, int]]]:
    """Check parts and real sizes; the cells with error values, by part. Raises Refuse."""
    parts = archive.infolist()
    if len(parts) > wanted.max_parts:
        raise Refuse("too_complex")
    if any(part.flag_bits & 1 for part in parts):
        raise Refuse("encrypted")
    for reason, beginnings in _FORBIDDEN:
        if any(part.filename.lower().startswith(beginnings) for part in parts):
            raise Refuse(reason)
    left, errors = wanted.max_decoded_bytes, {}
    for part in parts:
        is_sheet = part.filename.lower().startswith("xl/worksheets/")
        size, errors[part.filename] = _scan(archive, part, left, wanted.max_rows if is_sheet else None)
        left -= size
    return errors


def _scan(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, max_rows: int | None
) -> tuple[int, set[tuple[int, int]]]:
    """A part's real size, and its cells with error values. Counts while it inflates, whatever the archive says."""
    size, rows, tail = 0, 0, b""
    errors: set[tuple[int, int]] = set()
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise Refuse("bomb")
            if max_rows is None:
                continue
            rows += chunk.count(b"<row")
            if rows > max_rows:
                raise Refuse("too_many_rows", limit=max_rows)
            text = tail + chunk
            if len(errors) < _ERRORS:
                errors.update(_error_cells(text))
            tail = text[-500:]
    return size, errors


def _error_cells(text: bytes) -> Iterator[tuple[int, int]]:
    for found in _ERROR_CELL.finditer(text):
        if where := _REFERENCE.search(found[0]):
            yield int(where[2]), column_number(where[1].decode())


def parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet's name → its part of the archive."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {
        _attribute(link, "Id"): _attribute(link, "Target")
        for link in re.findall(r"<Relationship\b[^<>]*>", links)
    }
    found = {}
    for sheet in re.findall(r"<(?:\w+:)?sheet\b[^<>]*>", book):
        target = targets.get(_attribute(sheet, r"\w+:id"), "")
        found[_attribute(sheet, "name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


# ------------------------------------------------------------------------------------------------ sheets and cells


def column_number(letters: str) -> int:
    """The number of a column, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letter(number: int) -> str:
    """The letters of a column, numbered from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def head(cell: object) -> str:
    """A head without the mark of obligatory columns and without white space."""
    return re.sub(r"\s+", "", str(cell)).lstrip("*＊")


def plain(cell: object) -> object:
    """A cell as it travels; "" for an empty one."""
    if isinstance(cell, str):
        return unicodedata.normalize(
            "NFC", cell.replace("\0", "\1")
        ).strip()  # a text with NUL has no JSON that is stored
    if isinstance(cell, float) and not math.isfinite(cell):
        return {"e": 1}
    if isinstance(cell, bool | int | float):
        return cell
    if isinstance(cell, datetime.datetime):
        return {"d": cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")}
    if isinstance(cell, datetime.date | datetime.time):
        return {"d": cell.isoformat()}
    return {"d": str(cell)}


def key_of(cell: object) -> str:
    """What joins: 1, 1.0 and the text 1 are the same."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, dict):
        cell = cell.get("d", "")
    return unicodedata.normalize("NFKC", str(cell)).strip()[:40]


@dataclass
class Row:
    """A row that is not empty: its number, its key, and the cells that hold something, by field."""

    at: int
    key: str
    values: dict[str, object]


class Table:
    """A sheet with its heads understood."""

    def __init__(
        self,
        sheet: python_calamine.CalamineSheet,
        spec: Mapping[str, Any],
        wanted: Wanted,
        errors: set[tuple[int, int]],
    ) -> None:
        self._sheet, self._errors, self._hint = sheet, errors, wanted.hint
        self._first = (
            sheet.start[1] if sheet.start else 0
        )  # rows begin with the sheet's first, columns with this one
        self.columns: dict[str, int] = {}
        self._name = spec["sheet"]
        heads = next(iter(sheet.iter_rows()), [])
        self._understand([head(cell) for cell in heads], spec, wanted.key)

    def _understand(self, heads: Sequence[str], spec: Mapping[str, Any], key: str) -> None:
        twice = [name for name, count in Counter(heads).items() if name and count > 1]
        if twice:
            raise Refuse("head_twice", sheet=self._name, head=twice[0])
        fields = {key: "", **spec["heads"]}
        for at, name in enumerate(heads):
            if name and name not in fields:
                raise Refuse(
                    "unknown_head", sheet=self._name, head=name, column=column_letter(self._first + at + 1)
                )
            if name:
                self.columns[fields[name]] = at
        missing = [name for name in (key, *spec["needs"]) if fields[name] not in self.columns]
        if missing:
            raise Refuse("head_missing", sheet=self._name, head=missing[0])

    def letters(self) -> dict[str, str]:
        """Field → its column's letters; "" is the column that joins."""
        return {name: column_letter(self._first + at + 1) for name, at in self.columns.items()}

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything. Raises Refuse for a cell without a head above it."""
        key_at = self.columns[""]
        named = {at: name for name, at in self.columns.items() if name}
        for at, cells in enumerate(self._sheet.iter_rows(), start=1):
            if at == 1 or (at == 2 and str(cells[key_at]).strip() == self._hint):
                continue
            found = {
                where: value
                for where, cell in enumerate(cells)
                if (value := self._cell(at, where, cell)) != ""
            }
            if not found:
                continue
            for where in found:
                if where != key_at and where not in named:
                    raise Refuse(
                        "no_head", sheet=self._name, row=at, column=column_letter(self._first + where + 1)
                    )
            key = key_of(found.pop(key_at, ""))
            yield Row(at, key, {named[where]: value for where, value in found.items()})

    def _cell(self, row: int, where: int, cell: object) -> object:
        if cell == "" and self._errors and (row, self._first + where + 1) in self._errors:
            return {"e": 1}
        return plain(cell)


# ----------------------------------------------------------------------------------------- documents of a template


def as_line(value: object) -> str:
    """One line of JSON; ASCII, so that any text comes through."""
    return json.dumps(value, separators=(",", ":"))


Errors = Mapping[str, set[tuple[int, int]]]
"""Part of the archive → its cells with error values."""


def opened(data: bytes, wanted: Bounds) -> tuple[python_calamine.CalamineWorkbook, Mapping[str, str], Errors]:
    """The book, its sheets' parts, its cells with error values. Raises Refuse before anything is parsed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        errors = look_into(archive, wanted)
        parts = parts_of_sheets(archive)
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)), parts, errors


def tables_of(data: bytes, wanted: Wanted) -> Iterator[tuple[str, Table]]:
    """The tables that the book has, the header first. Raises Refuse, also for a sheet that would be passed over."""
    book, parts, errors = opened(data, wanted)
    for spec in wanted.sheets:
        name = spec["sheet"]
        if name not in book.sheet_names and not spec["table"]:
            raise Refuse("no_sheet", sheet=name)
    _refuse_foreign_sheets(book, wanted)
    for spec in wanted.sheets:
        name = spec["sheet"]
        if name not in book.sheet_names:
            continue
        yield (
            spec["table"],
            Table(book.get_sheet_by_name(name), spec, wanted, errors.get(parts.get(name, ""), set())),
        )


def _refuse_foreign_sheets(book: python_calamine.CalamineWorkbook, wanted: Wanted) -> None:
    """Nothing that was typed is silently passed over: not even the rows of a table whose sheet somebody has renamed.

    A hidden sheet, which programs leave for lists of their own, counts only where a sheet of the template is missing.
    """
    ours = [spec["sheet"] for spec in wanted.sheets]
    whole = set(ours) <= set(book.sheet_names)
    foreign = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.name not in {*ours, *wanted.passed}
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        and (not whole or sheet.visible == python_calamine.SheetVisibleEnum.Visible)
        and any(cell != "" for row in book.get_sheet_by_name(sheet.name).iter_rows() for cell in row)
    ]
    if foreign:
        raise Refuse("foreign_sheet", sheets="」「".join(foreign), ours="」「".join(ours))


def documents(tables: Mapping[str, Table], wanted: Wanted) -> Iterator[str]:
    """The documents, each with its rows, then the rows that belong to none; each as a line."""
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    count = 0
    for name, table in tables.items():
        if name:
            for row in table.rows():
                count += 1
                key = row.key or f"\0{name}/{row.at}"  # a row without a key belongs to none
                rows[key][name].append(as_line({"at": row.at, "values": row.values}))
    if count > wanted.max_rows:
        raise Refuse("too_many_rows", limit=wanted.max_rows)
    places: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(tables[""].rows(), start=1):
        if at > wanted.max_documents:
            raise Refuse("too_many_documents", limit=wanted.max_documents)
        places[row.key].append(row.at)
    for row in tables[""].rows():
        twice = places[row.key] if row.key and len(places[row.key]) > 1 else []
        facts = {"key": row.key, "at": row.at, "twice": twice[:20], "values": row.values}
        yield _joined(facts, rows.get(row.key, {}) if row.key else {})
    for key, belonging in rows.items():
        if key not in places:
            yield _joined(
                {"key": "" if key.startswith("\0") else key, "at": None, "twice": [], "values": {}}, belonging
            )


def _joined(facts: Mapping[str, object], belonging: Mapping[str, Sequence[str]]) -> str:
    tables = ",".join(f"{as_line(name)}:[{','.join(lines)}]" for name, lines in belonging.items())
    return f'{as_line(facts)[:-1]},"rows":{{{tables}}}}}'


def documents_and_columns(data: bytes, wanted: Wanted) -> Iterator[str]:
    """The documents of a template, after the columns in which they stand. Raises Refuse."""
    tables = dict(tables_of(data, wanted))
    lines = documents(tables, wanted)
    first = next(lines, None)
    if first is None:
        raise Refuse("no_document")
    yield as_line({"columns": {name: table.letters() for name, table in tables.items()}})
    yield first
    yield from lines


# ------------------------------------------------------------------------------------------------- rows of any file


def rows_of_book(data: bytes, wanted: Rows) -> Iterator[str]:
    """The rows that hold anything, of the sheets that a person sees. Raises Refuse."""
    book, parts, errors = opened(data, wanted)
    for sheet in book.sheets_metadata:
        if (sheet.typ, sheet.visible) == _SEEN:
            wrong = errors.get(parts.get(sheet.name, ""), set())
            yield from _rows_of_sheet(book.get_sheet_by_name(sheet.name), sheet.name, wrong)


_SEEN = (python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible)


def _rows_of_sheet(
    sheet: python_calamine.CalamineSheet, name: str, wrong: set[tuple[int, int]]
) -> Iterator[str]:
    first = sheet.start[1] + 1 if sheet.start else 1
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        held = {
            column_letter(at): {"e": 1} if cell == "" else plain(cell)
            for at, cell in enumerate(cells, start=first)
            if cell != "" or (wrong and (row, at) in wrong)
        }
        if held:
            yield as_line({"sheet": name, "row": row, "cells": held})


def lines_of_text(data: bytes, wanted: Text) -> Iterator[str]:
    """The lines of a text file that hold anything. Raises Refuse."""
    text = decoded(data)
    if _CONTROL.search(text):
        raise Refuse("binary")
    lines = _LINE_END.split(text, wanted.max_rows)
    if len(lines) > wanted.max_rows and lines[-1]:
        raise Refuse("too_many_rows", limit=wanted.max_rows)
    yield from (as_line({"row": at, "text": line}) for at, line in enumerate(lines, 1) if line.strip())


_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")
_LINE_END = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(data: bytes) -> str:
    """A file's text: by its mark, else strict UTF-8, else GB 18030, which includes GBK. Raises Refuse."""
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    for encoding in marked or ("utf-8", "gb18030"):
        try:
            return (
                data.decode(encoding).removeprefix("\ufeff").rstrip("\x1a")
            )  # what DOS ended its texts with
        except UnicodeDecodeError:
            continue
    raise Refuse("encoding")


# ------------------------------------------------------------------------------------------------ the whole reading


def lines_wanted(data: bytes, wanted: Bounds) -> Iterator[str]:
    """The lines without the end. Raises Refuse."""
    if isinstance(wanted, Wanted):
        return documents_and_columns(data, wanted)
    assert isinstance(wanted, Rows | Text)
    lines = lines_of_text(data, wanted) if isinstance(wanted, Text) else rows_of_book(data, wanted)
    return _within(lines, wanted.max_said_bytes)


def _within(lines: Iterator[str], left: int) -> Iterator[str]:
    for line in lines:
        left -= len(line)
        if left < 0:
            raise Refuse("too_complex")
        yield line


def answer(data: bytes, wanted: Bounds) -> Iterator[str]:
    """What goes to stdout, line by line."""
    try:
        count = 0
        for line in lines_wanted(data, wanted):
            count += 1
            yield line
        yield as_line({"end": count})
    except Refuse as refused:
        yield as_line({"refused": refused.reason, "figures": refused.figures})
    except MemoryError:
        yield as_line({"refused": "too_complex", "figures": {}})
    except python_calamine.PasswordError:
        yield as_line({"refused": "encrypted", "figures": {}})
    except (
        python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, KeyError, UnicodeError, RecursionError, EOFError,
        NotImplementedError,
    ):  # fmt: skip
        yield as_line({"refused": "damaged", "figures": {}})
    except Exception:  # the reader's own fault: the parent reports it as such and refuses nothing
        yield as_line({"failed": traceback.format_exc(limit=-3)})


if wanted:
    for each in answer(sys.stdin.buffer.read(), wanted):
        sys.stdout.write(each + "\n")
