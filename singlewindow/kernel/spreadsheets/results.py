"""What an import leaves behind: what became of each document, in the format of the file that was handed in.

Of a workbook that is one more workbook: lists, and the refused documents in the template's layout with the wrong cells
marked, to be corrected and handed in again. Of JSON it is one object a line, of XML one element for each document.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from singlewindow.kernel.jobs.files import XLSX
from singlewindow.kernel.jobs.kind import Item, Result, Work
from singlewindow.kernel.spreadsheets import workbook
from singlewindow.kernel.spreadsheets.draft import CellFinding
from singlewindow.kernel.spreadsheets.layout import DOUBTFUL, SAVED, WRONG
from singlewindow.kernel.subsystem import DocumentType

LISTED = 200  # items that are read at once
_BEFORE = "此前已导入，未重复保存"
CELL = (("序号", 8), ("工作表", 12), ("行", 6), ("列", 6), ("栏目", 20), ("填写内容", 24))
MORE = (("怎么办", 48), ("依据", 20))
LISTS = {
    WRONG: (*CELL, ("错误", 48), *MORE),
    SAVED: (("序号", 12), ("数据中心统一编号", 24), ("自编号", 24), ("说明", 24)),
    DOUBTFUL: (*CELL, ("提醒", 48), *MORE),
}  # fmt: skip


async def workbook_result(work: Work, type: DocumentType) -> Result:
    """The list of errors with the documents that it is about, and the numbers of those that were saved."""
    book = workbook.Book(type, await workbook.code_names(work.transaction, type), LISTS)
    await _write_all(
        work, lambda item: _write_failed(book, item) if _failed(item) else _write_saved(book, item)
    )
    return Result(f"{type.title}导入结果.xlsx", XLSX, await asyncio.to_thread(book.finish))


async def json_result(work: Work, type: DocumentType) -> Result:
    """One object a line, in the file's order; a refused document stands in its line as it was sent."""
    lines: list[bytes] = []
    await _write_all(work, lambda item: lines.append(_json_line(item)))
    return Result(f"{type.title}导入结果.jsonl", "application/jsonl", b"".join(lines))


async def xml_result(work: Work, type: DocumentType) -> Result:
    """One element for each document, in the file's order, with its findings."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<Results type={quoteattr(type.name)}>"]
    await _write_all(work, lambda item: lines.extend(_xml_lines(item)))
    made = "\n".join([*lines, "</Results>", ""])
    return Result(f"{type.title}导入结果.xml", "application/xml", made.encode())


async def _write_all(work: Work, write: Callable[[Item], None]) -> None:
    """Write what became of the documents, some at a time and beside the worker's other work."""

    def write_some(items: Sequence[Item]) -> None:
        for item in items:
            write(item)

    after = 0
    while items := await work.ended_items(None, after, LISTED):
        after = items[-1].no
        await asyncio.to_thread(write_some, items)


def _failed(item: Item) -> bool:
    return "findings" in item.data


def outcome_of(item: Item) -> str:
    """What became of a document, in a word for programs: refused, existing (sent before), saved, valid (checked)."""
    if _failed(item):
        return "refused"
    if item.data.get("existing"):
        return "existing"
    return "saved" if item.data["number"] else "valid"


def _json_line(item: Item) -> bytes:
    data = item.data
    said: dict[str, Any] = {
        "line": data["source"]["at"] if _failed(item) else data["at"],
        "sender_number": data["sender"] or None,
        "outcome": outcome_of(item),
        "number": data.get("number") or None,
        "findings": [_told(each) for each in data.get("findings", ())],
        "warnings": [_told(each) for each in data.get("warnings", ())],
    }
    if _failed(item):
        said["content"] = data["source"]["content"]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    """A finding for programs."""
    return {
        "line": found["row"],
        "path": found["column"],
        "label": found["head"],
        **{name: found[name] for name in ("value", "message", "advice", "clause")},
    }


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml_lines(item: Item) -> list[str]:
    data = item.data
    said = {
        "line": data["source"]["at"] if _failed(item) else data["at"],
        "senderNumber": data["sender"],
        "outcome": outcome_of(item),
        "number": data.get("number", ""),
    }
    found = [("Finding", each) for each in data.get("findings", ())]
    found += [("Warning", each) for each in data.get("warnings", ())]
    begin = "  <Document" + "".join(f" {name}={_quoted(value)}" for name, value in said.items() if value)
    if not found:
        return [begin + "/>"]
    return [begin + ">", *(_xml_finding(name, each) for name, each in found), "  </Document>"]


def _xml_finding(name: str, found: Mapping[str, Any]) -> str:
    said = {n: v for n, v in _told(found).items() if n != "message" and v}
    return f"    <{name}{''.join(f' {n}={_quoted(v)}' for n, v in said.items())}>{_plain(found['message'])}</{name}>"


def _quoted(value: object) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", str(value)))


def _plain(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _write_saved(book: workbook.Book, item: Item) -> None:
    """A saved document's number, and what is doubtful in it."""
    data = item.data
    if data["number"]:
        book.lists[SAVED].add(
            [data["key"], data["number"], data.get("sender", ""), _BEFORE if data.get("existing") else ""]
        )
    for warning in item.data.get("warnings", ()):
        book.lists[DOUBTFUL].add(_cells(item.data["key"], CellFinding(**warning)))


def _write_failed(book: workbook.Book, item: Item) -> None:
    """A refused document: what is wrong in which cell, and the document itself with those cells marked."""
    source, findings = item.data["source"], [CellFinding(**each) for each in item.data["findings"]]
    bad: dict[tuple[str, int], set[str]] = {}
    for each in findings:
        bad.setdefault((each.table, each.row), set()).add(each.field)
        book.lists[WRONG].add(_cells(source["key"], each))
    if source["at"] is not None:
        book.sheets[""].add(source["key"], source["values"], bad.get(("", source["at"]), ()))
    for table, rows in source["rows"].items():
        for row in rows:
            book.sheets[table].add(source["key"], row["values"], bad.get((table, row["at"]), ()))


def _cells(key: str, found: CellFinding) -> list[str]:
    """A line of a list of findings."""
    return [
        key, found.sheet, str(found.row), found.column, found.head, found.value, found.message, found.advice,
        found.clause,
    ]  # fmt: skip
