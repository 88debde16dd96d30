"""Import of many documents of a type from a workbook, as a job: each judged as at 暂存, all or nothing for each.

A document that is wrong in one cell is not saved at all, and holds up none of the others. The saved ones are drafts.
Its findings name sheet, row, column and head, on the page and in the workbook with which the job ends; that workbook
holds the refused documents in the template's layout, so that it can be corrected and handed in again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.together import Together
from singlewindow.kernel.documents.verdict import judge
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.jobs.files import XLSX
from singlewindow.kernel.jobs.kind import Ended, Item, JobKind, Outcome, Result, Work
from singlewindow.kernel.lifecycle import NEW
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Refused
from singlewindow.kernel.settings import settings
from singlewindow.kernel.spreadsheets import workbook
from singlewindow.kernel.spreadsheets.draft import CellFinding, Draft
from singlewindow.kernel.spreadsheets.layout import sheets_of
from singlewindow.kernel.spreadsheets.names import resolve
from singlewindow.kernel.spreadsheets.reading import ReadLimits, read
from singlewindow.kernel.subsystem import get_document_type

BATCH = 100  # documents that are judged and saved at once
ROWS = 1_000  # of them with their headers; the worker sends and receives meanwhile
ROW = (
    '{"at":'  # so begins each row of a table in a line of `reader_child.py`; in a text the quotes are escaped
)
ITEMS = 200  # that are written at once
LISTED = 200  # items that are read at once for the result


def _check(
    transaction: Transaction, person: Person, about: str, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Whether this person may save documents of the type at all. Raises as 暂存 does."""
    _status(Desk(transaction, get_document_type(about), person))
    return {"check_only": bool(asked.get("check_only", False))}


def _status(desk: Desk) -> str:
    return desk.check(desk.type.lifecycle.action("save"), NEW)


async def _unfold(work: Work) -> None:
    """Read the workbook; each document is an item. Raises Refused for a workbook that is not taken."""
    source = await work.source()
    type = get_document_type(work.about)
    limits = ReadLimits(max_documents=settings().import_documents, max_rows=settings().import_rows)
    waiting: list[str] = []
    async with aclosing(read(source.content, sheets_of(type), limits)) as lines:
        work.facts["columns"] = json.loads(await anext(lines))["columns"]
        async for line in lines:
            waiting.append(line)
            if len(waiting) == ITEMS:
                await _add(work, waiting)
                waiting.clear()
    await _add(work, waiting)


async def _add(work: Work, lines: Sequence[str]) -> None:
    """Each document is an item as heavy as it has rows, the header's included."""
    await work.add_items(lines, [1 + line.count(ROW) for line in lines])


async def _step(work: Work, items: Sequence[Item]) -> list[Outcome]:
    """Judge a batch, and save those with which nothing is wrong in one statement."""
    desk = Desk(work.transaction, get_document_type(work.about), work.person)
    status = _status(desk)
    drafts = [Draft.of(desk.type, item, work.facts["columns"]) for item in items]
    await resolve(desk, drafts)
    together = Together(work.transaction)
    async with asyncio.TaskGroup() as group:
        for draft in drafts:
            group.create_task(_judge(together, desk, draft))
    good = [draft for draft in drafts if not draft.findings]
    numbers: dict[int, str] = {}
    if good and not work.asked["check_only"]:
        saved = await desk.create_sent(
            status, [draft.content for draft in good], [None] * len(good), {"job": work.job_id}
        )
        numbers = {draft.no: document.number for draft, document in zip(good, saved, strict=True) if document}
    return [_outcome(draft, item, numbers) for draft, item in zip(drafts, items, strict=True)]


async def _judge(together: Together, desk: Desk, draft: Draft) -> None:
    """The verdict on one document, the very same as at 暂存; what it is against is kept with its cells."""
    try:
        verdict = await judge(together, desk.type, desk.person, draft.content)
    except Refused as refused:
        draft.refuse(refused.violations)
        return
    draft.content = verdict.values
    draft.refuse(verdict.violations)
    draft.warn(verdict.warnings)


def _outcome(draft: Draft, item: Item, numbers: Mapping[int, str]) -> Outcome:
    if draft.findings:
        findings = [asdict(finding) for finding in draft.in_reading_order()]
        return Outcome(item.no, False, {"key": draft.key, "findings": findings, "source": dict(item.data)})
    data: dict[str, Any] = {"key": draft.key, "number": numbers.get(item.no, "")}
    if draft.warnings:
        data["warnings"] = [asdict(warning) for warning in draft.warnings]
    return Outcome(item.no, True, data)


WRONG, SAVED, DOUBTFUL = "错误清单", "已暂存", "提醒"
CELL = (("序号", 8), ("工作表", 12), ("行", 6), ("列", 6), ("栏目", 20), ("填写内容", 24))
MORE = (("怎么办", 48), ("依据", 20))
LISTS = {
    WRONG: (*CELL, ("错误", 48), *MORE),
    SAVED: (("序号", 12), ("数据中心统一编号", 24)),
    DOUBTFUL: (*CELL, ("提醒", 48), *MORE),
}  # fmt: skip


async def _finish(work: Work) -> Result | None:
    """The list of errors with the documents that it is about, and the numbers of those that were saved."""
    type = get_document_type(work.about)
    book = workbook.Book(type, await workbook.code_names(work.transaction, type), LISTS)
    await _write_all(work, book, "failed", _write_failed)
    await _write_all(work, book, "done", _write_saved)
    return Result(f"{type.title}导入结果.xlsx", XLSX, await asyncio.to_thread(book.finish))


async def _write_all(
    work: Work, book: workbook.Book, ended: Ended, write: Callable[[workbook.Book, Item], None]
) -> None:
    """Write what became of the documents, some at a time and beside the worker's other work."""

    def write_some(items: Sequence[Item]) -> None:
        for item in items:
            write(book, item)

    after = 0
    while items := await work.ended_items(ended, after, LISTED):
        after = items[-1].no
        await asyncio.to_thread(write_some, items)


def _write_saved(book: workbook.Book, item: Item) -> None:
    """A saved document's number, and what is doubtful in it."""
    if item.data["number"]:
        book.lists[SAVED].add([item.data["key"], item.data["number"]])
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


IMPORT = JobKind(
    name="import",
    title="批量导入",
    check=_check,
    unfold=_unfold,
    step=_step,
    finish=_finish,
    batch=BATCH,
    most_weight=ROWS,
    takes_file=True,
    once=lambda asked: not asked["check_only"],
)
