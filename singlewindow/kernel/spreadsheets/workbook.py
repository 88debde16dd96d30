"""Writing workbooks: the template of a document type, and documents that are to be corrected, in the same layout.

Everything is written as text into columns formatted as text, so that a number with 18 digits stays one; a text that
begins like a formula carries the mark with which spreadsheets keep it a text.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.spreadsheets.export_files import put_text
from singlewindow.kernel.spreadsheets.export_parts import begins_like_formula
from singlewindow.kernel.spreadsheets.layout import (
    CODES_SHEET,
    FIRST_ROW,
    KEY,
    KEY_HINT,
    MARK,
    Head,
    Sheet,
    sheets_of,
)
from singlewindow.kernel.subsystem import DocumentType

CODES_SHOWN = 2_000  # entries of one table; of a longer one the first
_HINT_LENGTH = 255  # what a spreadsheet shows beside a cell

Names = Mapping[str, Sequence[str]]
"""Code table → its entries as "code name", in their order."""


async def code_names(transaction: Transaction, type: DocumentType) -> Names:
    """The entries, in force today, of the code tables that a document type uses."""
    tables = sorted({h.field.codes for sheet in sheets_of(type) for h in sheet.heads if h.field.codes})
    rows = await transaction.rows(
        """select table_name, entry from unnest($1::text[]) as w (table_name), lateral (
               select code || ' ' || name as entry from code_entry e
               where e.table_name = w.table_name and $2 between valid_from and valid_to
               order by position, code limit $3) as e""",
        tables,
        transaction.now.astimezone(CHINA).date(),
        CODES_SHOWN,
    )
    return {table: [row["entry"] for row in rows if row["table_name"] == table] for table in tables}


class Book:
    """A workbook in the making, written row by row."""

    def __init__(
        self, type: DocumentType, names: Names, lists: Mapping[str, Sequence[tuple[str, int]]] | None = None
    ) -> None:
        """`lists` are further sheets, which come first: title → heads with their widths in characters."""
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, {"constant_memory": True})
        self._names = {table: entries for table, entries in names.items() if entries}
        self._formats: dict[str, Format] = {
            "head": self._format(bold=True, bg_color="#E6EBF2", border=1, border_color="#8D98A6"),
            "needed": self._format(bold=True, bg_color="#FFF6CC", border=1, border_color="#8D98A6"),
            "hint": self._format(font_color="#55606E", italic=True),
            "text": self._format(),
            "wrong": self._format(bg_color="#FDECEA", font_color="#B3261E"),
            "quoted": self._format(quote_prefix=True),
            "wrong quoted": self._format(quote_prefix=True, bg_color="#FDECEA", font_color="#B3261E"),
        }
        self.lists = {
            title: ListWriter(self, self.new_sheet(title), heads) for title, heads in (lists or {}).items()
        }
        self.sheets = {sheet.table: SheetWriter(self, sheet) for sheet in sheets_of(type)}
        self._write_codes()

    def _format(self, **more: object) -> Format:
        return self._book.add_format({"num_format": "@", "font_name": "宋体", "font_size": 10, **more})

    def new_sheet(self, title: str) -> Worksheet:
        """An empty sheet with columns of text."""
        return self._book.add_worksheet(title)

    def format(self, name: str) -> Format:
        """A format by its name."""
        return self._formats[name]

    def put(self, sheet: Worksheet, row: int, column: int, cell: Any, *, wrong: bool = False) -> None:
        """Write a cell as `reader_child.py` read it; rows and columns count from 0. A number stays one, so that what a
        spreadsheet has damaged is found damaged again."""
        if isinstance(cell, dict):
            cell = cell.get("d", "")
        style = "wrong" if wrong else "text"
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self._formats[style])
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, self._formats[style])
        else:
            quoted = begins_like_formula(str(cell))
            name = f"{style} quoted".removeprefix("text ") if quoted else style
            put_text(sheet, row, column, str(cell), self._formats[name])

    def code_range(self, table: str) -> str | None:
        """Where a code table's entries stand, for a cell's list; None where there are none."""
        if table not in self._names:
            return None
        column = xl_col_to_name(list(self._names).index(table))
        return f"='{CODES_SHEET}'!${column}$2:${column}${len(self._names[table]) + 1}"

    def finish(self) -> bytes:
        """The file."""
        self._book.close()
        return self._bytes.getvalue()

    def _write_codes(self) -> None:
        if not self._names:
            return
        sheet = self._book.add_worksheet(CODES_SHEET)
        columns = list(self._names.values())
        labels = self._labels()
        for at, table in enumerate(self._names):
            sheet.set_column(at, at, 28, self._formats["text"])
            sheet.write_string(0, at, labels[table], self._formats["head"])
        for row in range(max(map(len, columns))):
            for at, entries in enumerate(columns):
                if row < len(entries):
                    self.put(sheet, row + 1, at, entries[row])
        sheet.freeze_panes(1, 0)

    def _labels(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for writer in self.sheets.values():
            for head in writer.sheet.heads:
                if head.field.codes and head.field.label not in found.setdefault(head.field.codes, []):
                    found[head.field.codes].append(head.field.label)
        return {table: "、".join(labels) for table, labels in found.items()}


class SheetWriter:
    """A sheet of the layout; rows are added below the hints."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self._book, self.sheet = book, sheet
        self._to = book.new_sheet(sheet.title)
        self._next = FIRST_ROW - 1
        self._columns = {head.field.name: at for at, head in enumerate(sheet.heads, start=1)}
        self._write_heads()

    def add(self, key: str, values: Mapping[str, Any], wrong: Collection[str] = ()) -> None:
        """A row with its key; cells of `wrong` fields are marked ("" is the key's own)."""
        self._book.put(self._to, self._next, 0, key, wrong="" in wrong)
        for name, at in self._columns.items():
            if name in values or name in wrong:
                self._book.put(self._to, self._next, at, values.get(name, ""), wrong=name in wrong)
        self._next += 1

    def _write_heads(self) -> None:
        to, text = self._to, self._book.format("text")
        to.set_column(0, 0, 8, text)
        to.write_string(0, 0, MARK + KEY, self._book.format("needed"))
        for at, head in enumerate(self.sheet.heads, start=1):
            to.set_column(at, at, max(12, min(30, 2 * len(head.shown) + 2)), text)
            style = "needed" if head.field.required is True else "head"
            to.write_string(0, at, head.shown, self._book.format(style))
        to.write_string(1, 0, KEY_HINT, self._book.format("hint"))
        for at, head in enumerate(self.sheet.heads, start=1):
            to.write_string(1, at, _below(head), self._book.format("hint"))
            self._explain(at, head)
        to.freeze_panes(FIRST_ROW - 1, 1)

    def _explain(self, at: int, head: Head) -> None:
        """The field's hint beside the chosen cell, and a list of codes to choose from; neither forbids anything."""
        codes = self._book.code_range(head.field.codes) if head.field.codes else None
        if codes or head.field.hint:
            told = {
                "input_title": head.text[:32],
                "input_message": head.field.hint[:_HINT_LENGTH] or head.text,
            }
            kind = {"validate": "list", "source": codes} if codes else {"validate": "any"}
            self._to.data_validation(
                FIRST_ROW - 1, at, 1_048_575, at, {**kind, **told, "show_error": False, "ignore_blank": True}
            )


class ListWriter:
    """A plain list."""

    def __init__(self, book: Book, to: Worksheet, heads: Sequence[tuple[str, int]]) -> None:
        self._book, self._to, self._next = book, to, 1
        for at, (title, width) in enumerate(heads):
            to.set_column(at, at, width, book.format("text"))
            to.write_string(0, at, title, book.format("head"))
        to.freeze_panes(1, 0)

    def add(self, cells: Sequence[Any]) -> None:
        """A row."""
        for at, cell in enumerate(cells):
            self._book.put(self._to, self._next, at, cell)
        self._next += 1


def template(type: DocumentType, names: Names) -> bytes:
    """The empty workbook of a document type, to be filled in from row 3."""
    return Book(type, names).finish()


def _below(head: Head) -> str:
    """The second line of a head: customs' element, else what the field takes."""
    field = head.field
    kinds = {
        "date": "YYYY-MM-DD",
        "moment": "YYYY-MM-DD HH:MM",
        "decimal": "数字",
        "code": "代码或名称",
    }
    return "；".join(part for part in (field.element, kinds.get(field.kind, "")) if part)
