"""Workbooks as people fill them in, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

Rows = Sequence[Sequence[Any]]
HEADER = ["*序号", "*申请事项编号", "*运输方式", "船名", "备注"]
GOODS = ["*序号", "*名称", "*重量", "舱位"]


def workbook(sheets: Mapping[str, Rows], *, numbers: bool = False, hidden: Sequence[str] = ()) -> bytes:
    """A workbook of sheets with these rows; texts as texts, numbers as numbers."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        if title in hidden:
            sheet.hide()
        for at, row in enumerate(rows):
            for where, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, where, cell)
                elif hasattr(cell, "isoformat"):
                    sheet.write_datetime(at, where, cell, moment if isinstance(cell, datetime) else day)
                elif cell is not None:
                    sheet.write(at, where, cell)
    book.close()
    return made.getvalue()


def letters(header: Rows, goods: Rows = ()) -> bytes:
    """A filled-in template of the invented document, without its row of hints."""
    return workbook({"表头": [HEADER, *header], "货物": [GOODS, *goods]})


def changed(data: bytes, **parts: bytes) -> bytes:
    """The workbook with further or other parts; __ in a name stands for /."""
    made = io.BytesIO()
    new = {name.replace("__", "/").replace("--", "."): content for name, content in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in old.namelist():
            if part not in new:
                archive.writestr(part, old.read(part))
        for name, content in new.items():
            archive.writestr(name, content)
    return made.getvalue()


def sheet_of(data: bytes, title: str) -> list[list[Any]]:
    """The rows of a sheet."""
    found: list[list[Any]] = (
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(title).to_python()
    )
    return found
