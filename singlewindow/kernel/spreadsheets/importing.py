"""Import of many documents of a type from a file, as a job: each judged as at 暂存, all or nothing for each.

The file is a workbook, JSON or XML. A document that is wrong in one place is not saved at all, and holds up none of the
others. The saved ones are drafts; what was sent before under its sender's number is answered with the draft of then.
Findings name cell or line and path, on the page and in the file with which the job ends (`results.py`).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Any, Literal

from singlewindow.contract.batch_files import kind_of
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.senders import digest_of_typed
from singlewindow.kernel.documents.together import Together
from singlewindow.kernel.documents.verdict import judge
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.jobs.kind import Item, JobKind, Outcome, Result, Work, switches
from singlewindow.kernel.lifecycle import NEW
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Refused
from singlewindow.kernel.settings import settings
from singlewindow.kernel.spreadsheets.batch_draft import BatchDraft
from singlewindow.kernel.spreadsheets.batch_reading import read_batch
from singlewindow.kernel.spreadsheets.draft import Draft, Judged
from singlewindow.kernel.spreadsheets.layout import sheets_of
from singlewindow.kernel.spreadsheets.names import resolve
from singlewindow.kernel.spreadsheets.reading import ReadLimits, read
from singlewindow.kernel.spreadsheets.results import json_result, workbook_result, xml_result
from singlewindow.kernel.spreadsheets.sent import SentBefore
from singlewindow.kernel.subsystem import get_document_type

BATCH = 100  # documents that are judged and saved at once
ROWS = 1_000  # of them with their headers; the worker sends and receives meanwhile
ROW = (
    '{"at":'  # so begins each row of a table in a line of `reader_child.py`; in a text the quotes are escaped
)
_WEIGHT = re.compile(r'\{"weight":([0-9]{1,7}),')  # so begins a line of `batch_child.py`
ITEMS = 200  # that are handed on at once


def _check(
    transaction: Transaction, person: Person, about: str, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Whether this person may save documents of the type at all. Raises as 暂存 and `switches` do."""
    _status(Desk(transaction, get_document_type(about), person))
    return switches(asked, "check_only")


def _status(desk: Desk) -> str:
    return desk.check(desk.type.lifecycle.saving, NEW)


async def _unfold(work: Work) -> None:
    """Read the file; each document is an item. Raises Refused for a file that is not taken."""
    source = await work.source()
    type = get_document_type(work.about)
    limits = ReadLimits(max_documents=settings().import_documents, max_rows=settings().import_rows)
    format = format_of(source.name, source.content)
    if format == "xlsx":
        reading = read(source.content, sheets_of(type), limits)
    else:
        reading = read_batch(source.content, type, format, limits)
    waiting: list[str] = []
    async with aclosing(reading) as lines:
        work.facts |= {"format": format, **json.loads(await anext(lines))}
        async for line in lines:
            waiting.append(line)
            if len(waiting) == ITEMS:
                await _add(work, waiting)
                waiting.clear()
    await _add(work, waiting)


def format_of(name: str, content: bytes) -> Literal["xlsx", "json", "xml"]:
    """The format of a file: by what is in it, else by its name; what is nothing of it is no workbook."""
    named = {".json": "json", ".jsonl": "json", ".ndjson": "json", ".xml": "xml"}
    found = kind_of(content) or named.get(PurePath(name).suffix.lower(), "")
    return "json" if found == "json" else "xml" if found == "xml" else "xlsx"


async def _add(work: Work, lines: Sequence[str]) -> None:
    """Each document is an item as heavy as it has rows, the header's included."""
    await work.add_items(lines, [_weight(line) for line in lines])


def _weight(line: str) -> int:
    weighed = _WEIGHT.match(line)
    return int(weighed[1]) if weighed else 1 + line.count(ROW)


async def _step(work: Work, items: Sequence[Item]) -> list[Outcome]:
    """Judge a batch, and save those with which nothing is wrong in one statement."""
    desk = Desk(work.transaction, get_document_type(work.about), work.person)
    drafts = await _drafts(desk, work, items)
    sent = SentBefore(desk, work)
    new = await sent.unknown(drafts)
    together = Together(work.transaction)
    async with asyncio.TaskGroup() as group:
        for draft in new:
            group.create_task(_judge(together, desk, draft))
    good = [draft for draft in new if not draft.findings]
    await (sent.compare(good) if work.asked["check_only"] else sent.save(_status(desk), good))
    return [_outcome(draft, item, work) for draft, item in zip(drafts, items, strict=True)]


async def _drafts(desk: Desk, work: Work, items: Sequence[Item]) -> Sequence[Judged]:
    """The documents of the items; in a workbook names stand for codes too."""
    format = work.facts.get("format", "xlsx")
    if format != "xlsx":
        return [BatchDraft.of(desk.type, item, format) for item in items]
    drafts = [Draft.of(desk.type, item, work.facts["columns"]) for item in items]
    await resolve(desk, drafts)
    return drafts


async def _judge(together: Together, desk: Desk, draft: Judged) -> None:
    """The verdict on one document, the very same as at 暂存; what it is against is kept with its place."""
    if draft.source.get("faults"):
        return
    try:
        verdict = await judge(together, desk.type, desk.person, draft.content)
    except Refused as refused:
        draft.refuse(refused.violations)
        return
    if draft.sender and not draft.digest and verdict.reading:
        draft.digest = digest_of_typed(verdict.reading.cleaned)
    draft.content = verdict.values
    draft.refuse(verdict.violations)
    draft.warn(verdict.warnings)


def _outcome(draft: Judged, item: Item, work: Work) -> Outcome:
    data: dict[str, Any] = {"key": draft.key, "sender": draft.sender}
    if draft.findings:
        findings = [asdict(finding) for finding in draft.in_reading_order()]
        return Outcome(item.no, False, {**data, "findings": findings, "source": dict(item.data)})
    data |= {"number": draft.number, "existing": draft.existing, "at": item.data["at"]}
    if work.asked["check_only"] and draft.sender:
        data["digest"] = draft.digest
    if draft.warnings:
        data["warnings"] = [asdict(warning) for warning in draft.warnings]
    return Outcome(item.no, True, data)


async def _finish(work: Work) -> Result | None:
    """What became of each document, in the format of the file that was handed in."""
    type = get_document_type(work.about)
    format = work.facts.get("format", "xlsx")
    results = {"json": json_result, "xml": xml_result}
    return replace(await results.get(format, workbook_result)(work, type), message=await _told(work))


async def _told(work: Work) -> str:
    """What the counts do not tell: documents that were there before are done, and nothing of them was saved."""
    existing = await work.transaction.value(
        "select count(*) from job_item where job_id = $1 and state = 'done' and data -> 'existing' = 'true'",
        work.job_id,
    )
    return f"其中 {existing} 份此前已收到（自编号和内容均相同），未重复暂存" if existing else ""


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
