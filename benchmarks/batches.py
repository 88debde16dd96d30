"""The figure `batch`: 10,000 trips of ten rows with senders' numbers, from a workbook, JSON and XML (INTG-02)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

from benchmarks.importing import SAMPLE, TYPE
from singlewindow.kernel.definition.elements import xml_names
from singlewindow.kernel.spreadsheets.workbook import Book
from singlewindow.kernel.subsystem import get_document_type

TRIPS = 10_000
Format = Literal["xlsx", "json", "xml"]
FORMATS: tuple[Format, ...] = ("xlsx", "json", "xml")
TABLE = "bodies"


def file_of(format: Format, mark: str, trips: int = TRIPS) -> bytes:
    """A file with so many trips; `mark` tells their senders' numbers from those of another file."""
    made = {"xlsx": _workbook, "json": _json, "xml": _xml}
    return made[format](mark, trips)


def trips_of(mark: str, trips: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sample's trip with its five rows twice, again and again, each with another vehicle: number and content."""
    content = json.loads(Path(SAMPLE).read_text("utf-8"))["content"]
    rows = content[TABLE] * 2
    for at in range(1, trips + 1):
        yield f"{mark}-{at}", {**content, "bind_key_info": f"粤B{at:05d}", TABLE: rows}


def _workbook(mark: str, trips: int) -> bytes:
    book = Book(get_document_type(TYPE), {})
    for at, (number, content) in enumerate(trips_of(mark, trips), start=1):
        book.sheets[""].add(str(at), {**content, "sender_number": number})
    for at, (_, content) in enumerate(trips_of(mark, trips), start=1):
        for row in content[TABLE]:
            book.sheets[TABLE].add(str(at), row)
    return book.finish()


def _json(mark: str, trips: int) -> bytes:
    lines = ({"sender_number": number, "content": content} for number, content in trips_of(mark, trips))
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


def _xml(mark: str, trips: int) -> bytes:
    content = get_document_type(TYPE).form.content
    header, cells = xml_names(content), xml_names(content.tables[TABLE].row)
    documents = (
        f"<Document senderNumber={quoteattr(number)}>"
        + _elements(header, {n: v for n, v in trip.items() if n != TABLE})
        + f"<{TABLE}>{''.join(f'<Row>{_elements(cells, row)}</Row>' for row in trip[TABLE])}</{TABLE}></Document>"
        for number, trip in trips_of(mark, trips)
    )
    return "\n".join([f'<Documents type="{TYPE}">', *documents, "</Documents>"]).encode()


def _elements(names: Mapping[str, str], values: Mapping[str, str]) -> str:
    return "".join(f"<{names[name]}>{escape(value)}</{names[name]}>" for name, value in values.items())
