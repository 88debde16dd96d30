"""The files of a data export, written record by record in constant memory: xlsx, csv (parts in one zip), json.

Rows wait in files beside the target, never in memory. Each `add` takes one record, `close` makes the file whole.
"""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, Protocol

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from singlewindow.kernel.spreadsheets.export_parts import (
    Part,
    Record,
    begins_like_formula,
    decimals_of,
    exact_number,
    neutral,
    without_controls,
    writable,
)

FileFormat = Literal["xlsx", "csv", "json"]
MOST_ROWS = 1_048_576  # of a sheet
MOST_UNITS = 32_767  # of a cell: UTF-16 code units
CUT = "…（超过单元格上限，已截断；完整内容请导出为 csv 或 json）"


class ExportFile(Protocol):
    """A file in the making."""

    def add(self, record: Record) -> None:
        """Write what the record has in each part."""

    def close(self) -> None:
        """Make the file whole."""


def open_file(
    format: FileFormat, target: Path, parts: Sequence[Part], folder: Path, made_at: Sequence[int]
) -> ExportFile:
    """A new file at `target`; what is not yet whole lies in `folder`. `made_at`: as `CsvFiles` says."""
    if format == "xlsx":
        return XlsxFile(target, parts, folder)
    return CsvFiles(target, parts, folder, made_at) if format == "csv" else JsonFile(target, parts)


# ------------------------------------------------------------------------------------------------------------ xlsx


def put_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text as a text, whatever it looks like.

    XlsxWriter in constant memory takes what stands between <r> and </r> for its own markup: such a text goes as
    three runs, which read as one.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, column, "<", "r>", text[3:], style)
    else:
        sheet.write_string(row, column, text, style)


def fitting(text: str) -> str:
    """A text that a cell holds; one that is too long says that it is cut."""
    if len(text) * 2 <= MOST_UNITS or len(text.encode("utf-16-le")) // 2 <= MOST_UNITS:
        return text
    room = MOST_UNITS - len(CUT)
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + CUT


class XlsxFile:
    """A workbook with a sheet for each part; of a part with more rows than a sheet has, as many as it needs."""

    def __init__(self, target: Path, parts: Sequence[Part], folder: Path, most_rows: int = MOST_ROWS) -> None:
        options = {"constant_memory": True, "tmpdir": str(folder), "use_zip64": True}
        self._book = xlsxwriter.Workbook(str(target), options)
        self._formats = _Formats(self._book)
        self._sheets = [_Sheet(self._book, self._formats, part, most_rows) for part in parts]

    def add(self, record: Record) -> None:
        """Write what the record has in each part."""
        for sheet in self._sheets:
            for cells in sheet.part.rows(record):
                sheet.write(cells)

    def close(self) -> None:
        """Make the file whole."""
        self._book.close()


class _Formats:
    """The book's formats; numbers by their decimals, so that 12.50 stays 12.50."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._base = {"font_name": "宋体", "font_size": 10}
        marked = {"bold": True, "bg_color": "#E6EBF2", "border": 1, "border_color": "#8D98A6"}
        self.head = book.add_format({**self._base, **marked, "num_format": "@"})
        self.text = book.add_format({**self._base, "num_format": "@"})
        self.quoted = book.add_format({**self._base, "num_format": "@", "quote_prefix": True})
        self._numbers: dict[int, Format] = {}

    def number(self, decimals: int) -> Format:
        """Of a number with so many decimals."""
        if decimals not in self._numbers:
            shown = "0." + "0" * decimals if decimals else "0"
            self._numbers[decimals] = self._book.add_format({**self._base, "num_format": shown})
        return self._numbers[decimals]


class _Sheet:
    """A part's present sheet."""

    def __init__(self, book: xlsxwriter.Workbook, formats: _Formats, part: Part, most_rows: int) -> None:
        self.part = part
        self._book, self._formats, self._most, self._count = book, formats, most_rows, 0
        self._are_numbers = [column.kind == "number" for column in part.columns]
        self._begin()

    def write(self, cells: Sequence[str]) -> None:
        """One row below the others."""
        if self._row == self._most:
            self._begin()
        for at, text in enumerate(cells):
            if text:
                self._put(at, text)
        self._row += 1

    def _put(self, at: int, text: str) -> None:
        if self._are_numbers[at] and (number := exact_number(text)) is not None:
            self._to.write_number(self._row, at, number, self._formats.number(decimals_of(text)))
            return
        style = self._formats.quoted if begins_like_formula(text) else self._formats.text
        put_text(self._to, self._row, at, fitting(writable(text)), style)

    def _begin(self) -> None:
        self._count += 1
        title = self.part.title if self._count == 1 else f"{self.part.title}({self._count})"
        self._to: Worksheet = self._book.add_worksheet(title)
        for at, column in enumerate(self.part.columns):
            self._to.set_column(at, at, column.width, self._formats.text)
            self._to.write_string(0, at, column.head, self._formats.head)
        self._to.freeze_panes(1, self.part.of_record or 1)
        if self.part.footer:
            self._to.set_footer("&C" + self.part.footer.replace("&", "&&"))
        self._row = 1


# ------------------------------------------------------------------------------------------------------------- csv


class CsvFiles:
    """A zip with a csv file for each part: UTF-8 with mark, CRLF, formulas neutralised. An archive's times have no
    zone: they are those of the clock on the wall, `made_at` as year to second."""

    def __init__(self, target: Path, parts: Sequence[Part], folder: Path, made_at: Sequence[int]) -> None:
        self._target, self._parts, self._open = target, parts, ExitStack()
        year, month, day, hour, minute, second = made_at
        self._made_at = (year, month, day, hour, minute, second)
        self._paths = [folder / f"{at}.csv" for at in range(len(parts))]
        files = [
            self._open.enter_context(path.open("w", encoding="utf-8-sig", newline="")) for path in self._paths
        ]
        self._writers = [csv.writer(file) for file in files]
        for writer, part in zip(self._writers, parts, strict=True):
            writer.writerow([column.head for column in part.columns])

    def add(self, record: Record) -> None:
        """Write what the record has in each part."""
        for writer, part in zip(self._writers, self._parts, strict=True):
            writer.writerows(
                [neutral(without_controls(cell)) for cell in cells] for cells in part.rows(record)
            )

    def close(self) -> None:
        """Make the file whole."""
        self._open.close()
        with zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, part in zip(self._paths, self._parts, strict=True):
                entry = zipfile.ZipInfo(f"{part.title}.csv", self._made_at)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(entry, "w") as goal:
                    shutil.copyfileobj(source, goal)


# ------------------------------------------------------------------------------------------------------------ json


class JsonFile:
    """A list of objects, one a line: the record's members, and a list for each further part. Nothing is changed."""

    def __init__(self, target: Path, parts: Sequence[Part]) -> None:
        self._own = next(part for part in parts if not part.member)
        self._lists = [part for part in parts if part.member]
        self._file = target.open("w", encoding="utf-8")
        self._before = "[\n"

    def add(self, record: Record) -> None:
        """Write the record's line."""
        picked = {**self._own.picked(record), **{part.member: part.picked(record) for part in self._lists}}
        self._file.write(self._before + json_text(picked))
        self._before = ",\n"

    def close(self) -> None:
        """Make the file whole."""
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        self._file.close()


def json_text(value: object) -> str:
    """JSON as people read it; escaped only where a text has no encoding."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
