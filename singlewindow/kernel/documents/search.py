"""Find documents by the real columns of the type's find table (UI-07, UI-09)."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from singlewindow.kernel.codes.meanings import names
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.database.searched import find_table
from singlewindow.kernel.definition.check import (
    MAX_UNKNOWN,
    NAME_LENGTH,
    find_day,
    find_unprintable,
    tidied,
)
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.documents.senders import tidy
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.documents.view import ActionView, actions_of, party_of
from singlewindow.kernel.lifecycle import Marks
from singlewindow.kernel.people import refusals
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, Refused, Violation
from singlewindow.kernel.subsystem import Condition, DocumentType, Whose

Names = Mapping[tuple[str, str, date], str]

TOTAL_CAP = 10_000  # counting further costs more than anybody reads

SENT_AS = """document_id = (select d.id from sender_number s join document d using (number)
    where s.company_id = {} and s.type = {} and s.sender_number = {})"""


@dataclass(frozen=True)
class Page:
    """Which page of what size (at most 100), sorted by which column; "-" before it means descending."""

    number: int = 1
    size: int = 20
    sort: str = "-updated_at"


@dataclass(frozen=True)
class Found:
    """One row: the document and what may be done with it. `marker` is the word beside the status, if any."""

    document: Document
    status_name: str
    marker: str
    actions: dict[str, ActionView]
    values: dict[str, str]


@dataclass(frozen=True)
class Result:
    """A page of rows; `capped` says that there are more than TOTAL_CAP in all."""

    total: int
    capped: bool
    rows: Sequence[Found]


async def search(
    transaction: Transaction,
    type: DocumentType,
    person: Person,
    asked: Mapping[str, str],
    page: Page,
    amends: str = "",
    sender_number: str = "",
) -> Result:
    """The documents that fit all conditions; an empty condition counts as not asked. With `amends` only those for which
    that action may be begun; raises NotInThisState for one without a form of its own. With `sender_number` the
    company's own that it sent under that number, whatever the other conditions.

    Spans come as `<name>_from` and `<name>_to`, dates YYYY-MM-DD in Chinese time, both inclusive.
    Raises Refused for a missing, wrong or too wide condition, Forbidden for an unbound account (PORT-04).
    """
    if person.bound_card is None:
        raise refusals.unbound_account()
    if number := tidy(sender_number):
        where = Where(own_rows(person))
        where.add(SENT_AS, person.company_id, type.name, number)
    else:
        where = filters(type, type.queries.conditions, asked, Where(whose_rows(type, person, asked)))
    if amends:
        _to_be_amended(type, amends, person, where)
    rows = await transaction.rows(_page_sql(type, where, page), *where.values)
    total = rows[0]["total"]
    documents = [Document.of(row) for row in rows if row["id"] is not None]
    names = await _names_of_codes(transaction, type, documents)
    actions = _actions(transaction, type, person, documents)
    found = [_found(type, document, names, may) for document, may in zip(documents, actions, strict=True)]
    return Result(min(total, TOTAL_CAP), total > TOTAL_CAP, found)


class Where:
    """What rows of a find table must fulfil: SQL with the parameters' numbers, and their values."""

    def __init__(self, first: tuple[str, *tuple[object, ...]], shown: str = "not hidden") -> None:
        self.values: list[object] = []
        self.terms = [shown]
        self.add(*first)

    def add(self, term: str, *values: object) -> None:
        """A further term, with {} for the place of each value."""
        places = [f"${len(self.values) + at}" for at, _ in enumerate(values, 1)]
        self.values += values
        self.terms.append(term.format(*places))

    def __str__(self) -> str:
        return " and ".join(self.terms)


def own_rows(person: Person) -> tuple[str, object]:
    """The application's own check of whose rows are found; row-level security is the second fence."""
    return "company_id = {}", person.company_id


def party_rows(person: Person, column: str) -> tuple[str, object, object]:
    """The same of rows in which that column names the person's company: what was submitted, or is its own."""
    return f"({column} = {{}} and (shown or company_id = {{}}))", person.customs_code, person.company_id


def whose_rows(
    type: DocumentType, person: Person, asked: Mapping[str, str]
) -> tuple[str, *tuple[object, ...]]:
    """Whose documents are asked for (企业类别): the company's own, where the page has no such box."""
    box = next((each for each in type.queries.conditions if each.kind == "role"), None)
    chosen = find_choice(box, asked.get(box.name, "")) if box else None
    rows = chosen.rows if chosen else "own"
    if rows == "own":
        return own_rows(person)
    terms: list[tuple[str, *tuple[object, ...]]] = [
        party_rows(person, each.field) for each in type.parties if rows in ("all", each.role)
    ]
    terms += [own_rows(person)] if rows == "all" else []
    return f"({' or '.join(term for term, *_ in terms)})", *(
        value for _, *values in terms for value in values
    )


def find_choice(box: Condition, given: str) -> Whose | None:
    """The entry of a role box; the first where nothing was given and it need not be."""
    if not given.strip():
        return None if box.required else box.choices[0]
    return next((each for each in box.choices if each.code == given.strip()), None)


def sort_problems(sort: str, columns: Container[str], clause: str = API) -> list[Violation]:
    """What is wrong with the order that a list is asked for: a column of it, "-" before it for the greatest first."""
    name = sort.removeprefix("-")
    if name in columns:
        return []
    return [Violation("sort", "query.sort", f"不能按「{name[:40]}」排序", "请选择列表中的列", clause)]


def sorted_by(sort: str) -> tuple[str, str]:
    """The column that is meant, and asc or desc."""
    return sort.removeprefix("-"), "desc" if sort.startswith("-") else "asc"


def _to_be_amended(type: DocumentType, name: str, person: Person, where: Where) -> None:
    """Only the company's own documents whose status allows the action, and beside which nothing hinders it."""
    action, _ = type.lifecycle.amending(name)
    where.add("company_id = {} and status = any({}::text[])", person.company_id, sorted(action.from_states))
    busy = f"""not exists (select from document b where b.id = {type.find_table}.document_id
        and (b.amending <> '' or b.ended_by <> '' or (b.drafted <> '' and b.drafted <> {{}})))"""
    where.add(busy, action.name)


def _page_sql(type: DocumentType, where: Where, page: Page) -> str:
    """The count and a page of documents, in one statement: one row at least, with no document where none is found.

    Of the content only what the list shows is read.
    """
    if wrong := sort_problems(page.sort, find_table(type.find_table, type.columns).c.keys()):
        raise Refused.because(wrong)
    order = "order by {0} {1}, document_id {1}".format(*sorted_by(page.sort))
    return f"""
        with counted as (
            select count(*) as total from (select from {type.find_table} where {where} limit {TOTAL_CAP + 1}) as c
        ), page as (
            select document_id, row_number() over ({order}) as place from {type.find_table} where {where}
            {order} limit {page.size} offset {(page.number - 1) * page.size}
        )
        select total, {_shown(type)} from counted left join (page join document d on d.id = document_id) on true
        order by place"""


@cache
def _shown(type: DocumentType) -> str:
    names = [c.name for c in type.queries.columns if c.name in type.form.content.fields]
    names += [party.field for party in type.parties if party.field not in names]
    content = "'{}'::jsonb"
    if names:  # it is unpacked once, which each -> would do anew
        fields = ", ".join(f'"{name}" jsonb' for name in names)
        record = f"jsonb_to_record(d.content) as c ({fields})"
        content = f"(select jsonb_strip_nulls(to_jsonb(c)) from {record})"
    if type.lifecycle.looks_at_content:  # at any field, and of a table at whether it has a row
        first = "".join(
            f" || jsonb_build_object('{table}', jsonb_path_query_array(d.content, '$.{table}[0]'))"
            for table in sorted(type.lifecycle.needed_tables)
        )
        content = f"(d.content - '{{{','.join(type.form.content.tables)}}}'::text[]{first})"
    shown = COLUMNS.replace("content", f"{content} as content", 1)
    shown = shown.replace("follow_up", "'{}'::jsonb as follow_up", 1)
    return shown.replace("amendment", "null::jsonb as amendment", 1)


async def _names_of_codes(
    transaction: Transaction, type: DocumentType, documents: Sequence[Document]
) -> Names:
    """(field, code, day) → "code name" for the columns that hold codes: a list shows both, as the form does (UI-04).

    The day is the document's own: an old one keeps the meaning that its codes had (OPER-02).
    """
    fields = {c.name: type.form.content.fields.get(c.name) for c in type.queries.columns}
    tables = {name: spec.codes for name, spec in fields.items() if spec is not None and spec.codes}
    wanted = {
        (name, d.content[name], d.filed_on) for name in tables for d in documents if d.content.get(name)
    }
    if not wanted:
        return {}
    known = await names(transaction, {(tables[name], code, day) for name, code, day in wanted})
    return {
        (name, code, day): f"{code} {known[tables[name], code, day]}"
        for name, code, day in wanted
        if (tables[name], code, day) in known
    }


def _actions(
    transaction: Transaction, type: DocumentType, person: Person, documents: Sequence[Document]
) -> list[dict[str, ActionView]]:
    """What may be done with each document. There are few kinds of standing in a page, and each is asked once, unless
    the content has a say too."""
    standings = [_standing(type, person, each) for each in documents]
    if type.lifecycle.looks_at_content:
        return [
            actions_of(type, person, *standing, in_list=True, content=each.facts, now=transaction.now)
            for standing, each in zip(standings, documents, strict=True)
        ]
    known = {standing: actions_of(type, person, *standing, in_list=True) for standing in set(standings)}
    return [known[standing] for standing in standings]


def _standing(type: DocumentType, person: Person, document: Document) -> tuple[str, str, Marks]:
    """What of a document decides what a person may do with it."""
    return document.status, party_of(type, person, document), document.marks


def _found(type: DocumentType, document: Document, names: Names, actions: dict[str, ActionView]) -> Found:
    """A row of the list: of what customs returned, of the content, and of what the kernel fills, its columns alone."""
    status = type.lifecycle.name_of(document.status)
    returned, content, day = document.returned, document.content, document.filed_on
    own = {
        "number": document.number,
        "filed_on": day.isoformat(),
        "updated_at": document.updated_at.astimezone(CHINA).replace(tzinfo=None).isoformat(" ", "seconds"),
        "status": status,
    }
    values: dict[str, str] = {}
    for column in type.queries.columns:
        name = column.name
        value = own.get(name) or returned.get(name) or content.get(name)
        if not isinstance(value, str):
            value = ""
        elif name in content and name not in returned:
            value = names.get((name, value, day), value)
        values[name] = value
    marker = type.lifecycle.marker(document.marks)
    return Found(document, status, marker[1] if marker else "", actions, values)


def filters(
    type: DocumentType, conditions: Sequence[Condition], asked: Mapping[str, str], where: Where
) -> Where:
    """`where` with what is asked added. Raises Refused for a missing, wrong, unknown or too wide condition."""
    known = {name for c in conditions for name in _names(c)}
    if unknown := sorted(set(asked) - known):
        raise Refused.because([_unknown(name[:NAME_LENGTH]) for name in unknown[:MAX_UNKNOWN]])
    violations: list[Violation] = []
    for condition in conditions:
        values = {name: asked.get(name, "").strip() for name in _names(condition)}
        if condition.kind == "own":
            continue
        if condition.kind == "span":
            _span(condition, where, values, violations)
        elif condition.kind == "role":
            violations += _role_problems(type, condition, asked)
        elif not (value := values[condition.name]):
            violations += [_missing(condition, condition.name)] if condition.required else []
        elif wrong := _wrong(type, condition, value):
            violations.append(wrong)
        else:
            spec = type.form.content.fields.get(condition.name)
            value = tidied(spec, value) if spec else unicodedata.normalize("NFKC", value)
            where.add(*_as_it_stands(condition, value))
    if violations:
        raise Refused.because(violations)
    return where


def _as_it_stands(condition: Condition, value: str) -> tuple[str, *tuple[object, ...]]:
    """What a row fulfils in which that stands which was asked for, in whatever way of writing."""
    if condition.spelled is None and condition.normal is None:
        return f"{condition.name} = {{}}", value
    spellings = condition.spelled(value) if condition.spelled else [value]
    ways = [(condition.name, spellings)]
    if condition.normal:
        column, keys = condition.normal
        ways.append((column, keys(value)))
    terms = " or ".join(f"{column} = any({{}}::text[])" for column, _ in ways)
    return f"({terms})", *(sorted(texts) for _, texts in ways)


def _wrong(type: DocumentType, condition: Condition, value: str) -> Violation | None:
    """What is wrong with the value of a box: characters nobody can read, or a status that the type does not have."""
    if find_unprintable(value) is not None:
        message, advice = f"「{condition.label}」含有不能使用的字符", "请删去后再查询"
        return Violation(condition.name, "query.characters", message, advice, condition.clause)
    if condition.kind == "status" and value not in {state.code for state in type.lifecycle.states}:
        known = "、".join(f"{state.code} {state.name}" for state in type.lifecycle.states)
        message = f"「{condition.label}」没有选项 {value[:NAME_LENGTH]}"
        return Violation(condition.name, "query.status", message, f"请选择：{known}", condition.clause)
    return None


def _role_problems(type: DocumentType, box: Condition, asked: Mapping[str, str]) -> list[Violation]:
    """What is wrong with whose documents are asked for, and what of its conditions is missing."""
    chosen = find_choice(box, asked.get(box.name, ""))
    if chosen is None and not asked.get(box.name, "").strip():
        return [_missing(box, box.name)]
    if chosen is None:
        message, known = (
            f"没有这样的「{box.label}」",
            "、".join(f"{each.code} {each.name}" for each in box.choices),
        )
        return [Violation(box.name, "query.role", message, f"请选择：{known}", box.clause)]
    needed = (each for each in type.queries.conditions if each.name in chosen.needs)
    names = [(each, name) for each in needed for name in _names(each)]
    return [
        _missing(each, name) for each, name in names if not (each.required or asked.get(name, "").strip())
    ]


def _names(condition: Condition) -> tuple[str, ...]:
    """The parameters by which it is asked; none for a box that only shows something."""
    if condition.kind == "own":
        return ()
    return (
        (f"{condition.name}_from", f"{condition.name}_to") if condition.kind == "span" else (condition.name,)
    )


def _span(condition: Condition, where: Where, values: Mapping[str, str], violations: list[Violation]) -> None:
    days: dict[str, date] = {}
    for name, value in values.items():
        if day := find_day(value):
            days[name] = day
        elif value:
            message = f"「{condition.label}」不是有效的日期：{value[:NAME_LENGTH]}"
            advice = "请按 YYYY-MM-DD 填写，年份为 1900 至 2200"
            violations.append(Violation(name, "query.date", message, advice, condition.clause))
        elif condition.required:
            violations.append(_missing(condition, name))
    first, last = (days.get(name) for name in values)
    if first and last:
        violations += _span_problems(condition, first, last)
    elif condition.paired and any(values.values()) and not all(values.values()):
        violations.append(_half(condition, values))
    _add_span(condition, where, first, last)


def _add_span(condition: Condition, where: Where, first: date | None, last: date | None) -> None:
    """From the first day's beginning to the last day's end; a column of days has no hours."""
    if condition.name == "filed_on":
        if first:
            where.add("filed_on >= {}", first)
        if last:
            where.add("filed_on <= {}", last)
        return
    if condition.name != "updated":
        _add_text_span(condition.name, where, first, last)
        return
    if first:
        where.add(f"{condition.name}_at >= {{}}", _midnight(first))
    if last:
        where.add(f"{condition.name}_at < {{}}", _midnight(last + timedelta(days=1)))


def _add_text_span(column: str, where: Where, first: date | None, last: date | None) -> None:
    """The same of a column that holds days or moments as texts: they sort as they follow one another."""
    if first:
        where.add(f'{column} collate "C" >= {{}}', first.isoformat())
    if last:
        where.add(f'{column} collate "C" < {{}}', (last + timedelta(days=1)).isoformat())


def _half(condition: Condition, values: Mapping[str, str]) -> Violation:
    """One day of a span that wants both or none."""
    missing = next(name for name, value in values.items() if not value)
    message = f"「{condition.label}」需同时填写起始日期和截止日期，或都不填写"
    return Violation(missing, "query.paired", message, "请补填另一个日期，或清除后再查询", condition.clause)


def _span_problems(condition: Condition, first: date, last: date) -> list[Violation]:
    path = f"{condition.name}_to"
    if last < first:
        message = f"「{condition.label}」的截止日期早于起始日期"
        return [Violation(path, "query.order", message, "请调换起止日期", condition.clause)]
    span = (last - first).days
    if condition.max_days and span > condition.max_days:
        message = f"「{condition.label}」起止范围不能超过 {condition.max_days} 天，现为 {span} 天"
        return [Violation(path, "query.span", message, "请缩小起止范围后再查询", condition.clause)]
    return []


def _unknown(name: str) -> Violation:
    return Violation(name, "query.unknown", f"没有查询条件 {name}", "请去掉该条件", API)


def _missing(condition: Condition, name: str) -> Violation:
    return Violation(
        name, "query.required", f"「{condition.label}」不可为空", "请填写后再查询", condition.clause
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
