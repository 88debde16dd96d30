"""Statistics on paper and as a workbook: the same figures as on the screen."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from singlewindow.kernel.documents.statistics import Figures, Line
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.printing.data import breakable
from singlewindow.kernel.subsystem import DocumentType

TEMPLATE = Path(__file__).parent / "templates" / "statistics.typ"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet program would calculate (CWE-1236)
BARS = 40  # on paper; more tell nothing


def print_data(
    type: DocumentType, figures: Figures, company: str, person: Person, now: datetime
) -> dict[str, Any]:
    """What the template shows: plain texts, and for the bars whole numbers."""
    data: dict[str, Any] = breakable(
        {
            "print": f"{type.title}业务统计",
            "by": "、".join(each.label for each in figures.by),
            "company": {"name": company},
            "printed_at": now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "printed_by": person.display_name,
            "conditions": [{"label": label, "value": value, "wide": False} for label, value in figures.shown],
            "head": heads(type, figures),
            "keys": len(figures.by),
            "rows": [cells(type, line) for line in figures.lines],
            "total": cells(type, figures.total),
            "capped": figures.capped,
            "bars": [{"name": "　".join(line.names), "count": line.count} for line in figures.lines[:BARS]],
        }
    )
    return data


def heads(type: DocumentType, figures: Figures) -> list[str]:
    """The words above the columns; a unit stands in brackets."""
    sums = type.queries.statistics.sums if type.queries.statistics else ()
    ended = [f"其中{type.lifecycle.ended}"] if type.lifecycle.ended else []
    units = [f"{each.label}（{each.unit}）" if each.unit else each.label for each in sums]
    return [*(each.label for each in figures.by), "票数", *ended, *units]


def cells(type: DocumentType, line: Line) -> list[str]:
    """A line as texts, one for each column."""
    ended = [str(line.ended)] if type.lifecycle.ended else []
    return [*line.names, str(line.count), *ended, *line.sums]


def workbook_of(type: DocumentType, figures: Figures) -> bytes:
    """The table with its total as a workbook (xlsx): figures are numbers and can be added up, texts stay texts."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("统计表")
    head = book.add_format({"bold": True, "bg_color": "#E6EBF2", "border": 1, "border_color": "#8D98A6"})
    texts = book.add_format({"num_format": "@"})
    quoted = book.add_format({"num_format": "@", "quote_prefix": True})
    table = heads(type, figures)
    sheet.set_column(0, len(table) - 1, 22)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, table, head)
    keys = len(figures.by)
    for row, line in enumerate([*figures.lines, figures.total], start=1):
        for column, cell in enumerate(cells(type, line)):
            if column < keys:
                sheet.write_string(row, column, cell, quoted if cell.startswith(FORMULA) else texts)
            else:
                sheet.write_number(row, column, float(cell))
    book.close()
    return made.getvalue()
