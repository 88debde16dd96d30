"""Amendments as their company finds and reads them: 修撤状态查询 (CONS-12)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from singlewindow.kernel.codes.meanings import names
from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.definition.check import find_day, find_unprintable
from singlewindow.kernel.documents.amendments import STATUSES
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.documents.search import TOTAL_CAP, Page, Where, sort_problems, sorted_by
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.documents.view import ActionView, View
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.lifecycle import Action
from singlewindow.kernel.people import refusals
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, NotFound, Refused, Violation
from singlewindow.kernel.subsystem import DocumentType

DRAFT = "draft"
NEWEST_FIRST = "-asked_at"
SORTS = {
    "number": "number",
    "document": "document_number",
    "status": "status",
    "asked_at": "asked_at",
    "settled_at": "settled_at",
}
"""What the list can be ordered by (UI-07), as the API names it, and its column."""


@dataclass(frozen=True)
class Asked:
    """What is looked for; "" is not asked. `action` is obligatory; days are YYYY-MM-DD, both counted."""

    action: str = ""
    status: str = ""
    number: str = ""
    document: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Amendment:
    """A row of the list. `asked` are label and text of what was typed for it alone; `answer` is what customs said."""

    number: str
    document: str
    action: Action
    status: str
    asked: Sequence[tuple[str, str]]
    asked_at: datetime
    settled_at: datetime | None
    answer: str

    @property
    def status_name(self) -> str:
        """The word for what became of it."""
        return STATUSES[self.status]


@dataclass(frozen=True)
class Result:
    """A page of amendments; `capped`: there are more than TOTAL_CAP in all."""

    total: int
    capped: bool
    rows: Sequence[Amendment]


def own(person: Person) -> tuple[str, object]:
    """The application's own check of whose amendments are found; row-level security is the second fence."""
    return "company_id = {}", person.company_id


async def find(desk: Desk, asked: Asked, page: Page) -> Result:
    """The company's amendments of the type that fit, in the order of a column (SORTS).

    Raises Refused for what is missing or wrong, Forbidden for an account without a card (PORT-04).
    """
    if desk.person.bound_card is None:
        raise refusals.unbound_account()
    where = _where(desk, asked, page.sort)
    rows = await desk.transaction.rows(_page_sql(where, page), *where.values)
    found = [row for row in rows if row["number"] is not None]
    words = await _names(desk, found)
    amendments = [_amendment(desk.type, row, words) for row in found]
    return Result(min(rows[0]["total"], TOTAL_CAP), rows[0]["total"] > TOTAL_CAP, amendments)


async def open_amendment(desk: Desk, number: str) -> View:
    """The form as that amendment has it, to be looked at: what it asked for, and (`in_force`) what was in force then.

    Raises NotFound for absent and foreign ones alike.
    """
    where = Where(own(desk.person), "not dropped")
    where.add("type = {} and number = {}", desk.type.name, number)
    row = await desk.transaction.row(
        f"""select document_id, action, status, before,
                (select content from submission where id = submission_id) as sent
            from amendment where {where}""",
        *where.values,
    )
    action = desk.type.lifecycle.find_action(row["action"]) if row else None
    if row is None or action is None:
        raise NotFound(f"没有编号为 {number} 的申请")
    [document] = await desk.transaction.rows(
        f"select {COLUMNS} from document where id = $1", row["document_id"]
    )
    why = f"「{action.word}」{number}（{STATUSES[row['status']]}）在此只能查看"
    return await _as_it_was(desk, Document.of(document), action, row, why)


async def _as_it_was(desk: Desk, document: Document, action: Action, row: Row, why: str) -> View:
    view = await desk.view(document)
    saved = document.content if document.amendment is None else document.amendment
    content: Mapping[str, Any] = saved if row["status"] == DRAFT else json.loads(row["sent"])
    before = document.content if row["before"] is None else row["before"]
    return view.model_copy(
        update={
            "content": dict(content),
            "in_force": dict(before),
            "amendment": action.name,
            "editable": [],
            "actions": {name: ActionView(allowed=False, why=why) for name in view.actions},
        }
    )


def _page_sql(where: Where, page: Page) -> str:
    """The count and a page, in one statement: one row at least, without a number where none is found."""
    name, direction = sorted_by(page.sort)
    order = f"order by {SORTS[name]} {direction}, id {direction}"
    return f"""
        with counted as (
            select count(*) as total from (select from amendment where {where} limit {TOTAL_CAP + 1}) as c
        ), page as (
            select * from amendment where {where} {order}
            limit {page.size} offset {(page.number - 1) * page.size}
        )
        select total, number, document_number, action, status, asked, asked_at, settled_at,
            (select text from receipt r where r.submission_id = page.submission_id order by seq desc limit 1) as answer
        from counted left join page on true {order}"""


def _where(desk: Desk, asked: Asked, sort: str) -> Where:
    words = desk.type.queries.amendments
    first, last = find_day(asked.first), find_day(asked.last)
    violations = [*_of_action(desk, asked.action), *_of_days(asked, first, last), *sort_problems(sort, SORTS)]
    if asked.status and asked.status not in STATUSES:
        known = "、".join(f"{code} {name}" for code, name in STATUSES.items())
        violations.append(_wrong("status", "没有这样的申请状态", f"请选择：{known}"))
    for name, label in (("number", words.number), ("document", words.document)):
        if find_unprintable(getattr(asked, name)) is not None:
            violations.append(_wrong(name, f"「{label}」含有不能使用的字符", "请删去后再查询"))
    if violations:
        raise Refused.because(violations)
    where = Where(own(desk.person), "not dropped")
    where.add("type = {} and action = {}", desk.type.name, asked.action)
    for column, value in (
        ("status", asked.status),
        ("number", asked.number),
        ("document_number", asked.document),
    ):
        if value:
            where.add(f"{column} = {{}}", value)
    if first:
        where.add("asked_at >= {}", datetime.combine(first, time(), CHINA))
    if last:
        where.add("asked_at < {}", datetime.combine(last + timedelta(days=1), time(), CHINA))
    return where


def _of_action(desk: Desk, action: str) -> list[Violation]:
    """The kind must be given, and be one of the type's."""
    known = desk.type.lifecycle.recorded
    label, choices = (
        desk.type.queries.amendments.kind,
        "、".join(f"{each.name} {each.word}" for each in known),
    )
    if not action:
        clause = desk.type.queries.amendments.clause
        return [_wrong("action", f"「{label}」不可为空", "请选择后再查询", "query.required", clause)]
    if action not in [each.name for each in known]:
        return [_wrong("action", f"没有这样的「{label}」", f"请选择：{choices}")]
    return []


def _of_days(asked: Asked, first: date | None, last: date | None) -> list[Violation]:
    violations = [
        _wrong(name, "「申请日期」不是有效的日期", "请按 YYYY-MM-DD 填写，年份为 1900 至 2200", "query.date")
        for name, given, day in (("asked_from", asked.first, first), ("asked_to", asked.last, last))
        if given and day is None
    ]
    if first and last and last < first:
        violations.append(
            _wrong("asked_to", "「申请日期」的截止日期早于起始日期", "请调换起止日期", "query.order")
        )
    return violations


def _wrong(path: str, message: str, advice: str, rule: str = "query.choice", clause: str = "") -> Violation:
    return Violation(path, rule, message, advice, clause or API)


async def _names(desk: Desk, rows: Sequence[Row]) -> Mapping[tuple[str, str, date], str]:
    """The names of codes among what was asked for, on the day of each."""
    fields = desk.type.form.content.fields
    wanted = {
        (fields[name].codes, code, row["asked_at"].astimezone(CHINA).date())
        for row in rows
        for name, code in row["asked"].items()
        if name in fields and fields[name].codes
    }
    return await names(desk.transaction, wanted) if wanted else {}


def _amendment(type: DocumentType, row: Row, words: Mapping[tuple[str, str, date], str]) -> Amendment:
    fields, day = type.form.content.fields, row["asked_at"].astimezone(CHINA).date()
    asked = []
    for name, text in row["asked"].items():
        if name in fields:
            meaning = words.get((fields[name].codes, text, day), "")
            asked.append((fields[name].label, f"{text} {meaning}" if meaning else text))
    return Amendment(
        row["number"], row["document_number"], type.lifecycle.action(row["action"]), row["status"], asked,
        row["asked_at"], row["settled_at"], row["answer"] if row["settled_at"] and row["answer"] else "",
    )  # fmt: skip
