"""What a print is made of: plain texts, ready to be shown. Codes carry the names of the document's own day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

from singlewindow.kernel.codes.names import names_of
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.fields import Content, Field, Lines, Section, enabled_values
from singlewindow.kernel.documents.history import NEWEST_FIRST
from singlewindow.kernel.documents.record import AttachmentRecord, Document
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.subsystem import DocumentType

Names = Mapping[tuple[str, str], str]
Values = Mapping[str, Any]
NOT_TOLD = {"name": "", "code": ""}  # another company's
NARROWEST, WIDEST = 5, 40  # letters in a column of a table
RECEIPTS = 200  # the newest; more than any document has
_LONG = re.compile(r"[!-~]{25,}")  # without a blank: may break anywhere, or it would run out of its box
_PIECE = re.compile(r"[!-~]{8}(?=[!-~])")


async def print_data(
    transaction: Transaction,
    type: DocumentType,
    person: Person,
    document: Document,
    files: Sequence[AttachmentRecord],
) -> dict[str, Any]:
    """Everything that a template may show (the recipe in CONTRIBUTING.md lists it); `print` is added by the caller."""
    content = enabled_values(type.form.content, document.content)
    names = await names_of(transaction, _codes(type.form.content, content), document.filed_on)
    company = await transaction.row(
        "select name, customs_code from company where id = $1", document.company_id
    )
    values = {
        "number": document.number,
        "status": _status(type, document),
        "filed_on": document.filed_on.isoformat(),
        **document.returned,
        **_shown(type.form.content, content, names),
    }
    tables = {name: _table(table, content, names) for name, table in type.form.content.tables.items()}
    shown_files = [_file(type, file) for file in files]
    data: dict[str, Any] = breakable(
        {
            "title": type.title,
            "number": document.number,
            "version": await _version(transaction, document),
            "status": values["status"],
            "company": {"name": company["name"], "code": company["customs_code"]} if company else NOT_TOLD,
            "printed_at": _moment(transaction.now),
            "printed_by": person.display_name,
            "values": values,
            "sections": _sections(type, document, content, values, tables, shown_files),
            "tables": list(tables.values()),
            "rest": _rest(type, tables, shown_files),
            "takes_attachments": type.form.attachments is not None,
            "categories": _categories(type),
            "attachments": shown_files,
            "receipts": await _receipts(transaction, type, document),
        }
    )
    return data


def _status(type: DocumentType, document: Document) -> str:
    """The status and what stands beside it: while a change is with customs, the paper shows what is in force."""
    name = type.lifecycle.form_name_of(document.status)
    marker = type.lifecycle.marker(document.marks)
    if marker is None:
        return name
    return f"{name}（{marker[1]}）" if document.ended_by else f"{name}（{marker[1]}，本件为现行内容）"


async def _version(transaction: Transaction, document: Document) -> int:
    """The version of what is printed: that of what was submitted, where something else is being worked on beside it."""
    if document.amendment is None and not document.amending and not document.follow_up:
        return document.version
    version: int = await transaction.value(
        """select s.version from submission s join document d on d.id = s.document_id
           where d.id = $1 and (s.id = d.in_force_submission or (d.in_force_submission is null and not s.amends))
           order by s.id desc limit 1""",
        document.id,
    )
    return version


def breakable(value: Any) -> Any:
    """The same data, in which long words without a blank may break after every eighth character."""
    if isinstance(value, str):
        return _LONG.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), value)
    if isinstance(value, Mapping):
        return {name: breakable(each) for name, each in value.items()}
    return [breakable(each) for each in value] if isinstance(value, list) else value


def _codes(content: type[Content], values: Values) -> dict[str, set[str]]:
    """Every code of the document, by its table."""
    found: dict[str, set[str]] = {}
    for spec, each in _fields(content, values):
        if spec.codes and each.get(spec.name):
            found.setdefault(spec.codes, set()).add(each[spec.name])
    return found


def _fields(content: type[Content], values: Values) -> Iterator[tuple[Field, Values]]:
    yield from ((spec, values) for spec in content.fields.values())
    for name, table in content.tables.items():
        for row in values.get(name, []):
            yield from ((spec, row) for spec in table.row.fields.values())


def _shown(content: type[Content], values: Values, names: Names) -> dict[str, str]:
    return {name: _text(spec, values.get(name, ""), names) for name, spec in content.fields.items()}


def _text(spec: Field, value: str, names: Names) -> str:
    name = names.get((spec.codes, value), "") if spec.codes else ""
    return f"{value} {name}" if name and name != value else value


def _sections(
    type: DocumentType,
    document: Document,
    content: Values,
    values: Mapping[str, str],
    tables: Mapping[str, Any],
    files: Sequence[Values],
) -> list[dict[str, Any]]:
    """The sections that the document's status shows, each with its boxes, tables and files."""
    there = {file["category_code"] for file in files}
    return [
        {
            "title": section.title,
            "fields": _boxes(type, section, content, values),
            "tables": [tables[name] for name in section.tables],
            "takes_attachments": bool(section.attachments),
            "attachments": [file for file in files if file["category_code"] in section.attachments],
        }
        for section in type.form.sections
        if section.shown(document.status, content, there)
    ]


def _boxes(
    type: DocumentType, section: Section, content: Values, values: Mapping[str, str]
) -> list[dict[str, Any]]:
    specs = type.form.content.fields
    labels = {box.name: box.label for box in type.form.header}
    labels |= {name: specs[name].spoken(content).label for name in section.fields if name in specs}
    return [
        {
            "label": labels[name],
            "value": values.get(name, ""),
            "wide": name in specs and specs[name].span == 3,
        }
        for name in section.fields
    ]


def _rest(type: DocumentType, tables: Mapping[str, Any], files: Sequence[Values]) -> dict[str, Any]:
    """The tables and files that stand in no section."""
    in_sections = {name for section in type.form.sections for name in section.tables}
    placed = {code for section in type.form.sections for code in section.attachments}
    spec = type.form.attachments
    return {
        "tables": [table for name, table in tables.items() if name not in in_sections],
        "takes_attachments": spec is not None and any(each.code not in placed for each in spec.categories),
        "attachments": [file for file in files if file["category_code"] not in placed],
    }


def _table(table: Lines, content: Values, names: Names) -> dict[str, Any]:
    """A table's rows; a column is called what the header alone decides."""
    specs = [spec.spoken({}, content) for spec in table.row.fields.values()]
    rows: Sequence[Values] = content.get(table.name, [])
    labels = ["序号", *(spec.label for spec in specs)]
    shown = [
        [str(at), *(_text(spec, row.get(spec.name, ""), names) for spec in specs)]
        for at, row in enumerate(rows, 1)
    ]
    columns = [
        {"label": label, "width": _column_width(label, [row[at] for row in shown])}
        for at, label in enumerate(labels)
    ]
    return {"label": table.label, "columns": columns, "rows": shown}


def _column_width(label: str, cells: Sequence[str]) -> int:
    """In letters (a Chinese character is two): what the cells need; the label may stand on two lines."""
    longest = max((_letters(cell) for cell in cells), default=0)
    return min(max(longest, (_letters(label) + 1) // 2, NARROWEST), WIDEST)


def _letters(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _categories(type: DocumentType) -> list[dict[str, str]]:
    spec = type.form.attachments
    return [{"code": each.code, "name": each.name} for each in spec.categories] if spec else []


def _file(type: DocumentType, file: AttachmentRecord) -> dict[str, Any]:
    spec = type.form.attachments
    name = (spec.name_of(file.category) or "") if spec else ""
    return {
        "category_code": file.category,
        "category": f"{file.category} {name}",
        "name": file.name,
        "pages": file.pages,
        "size": file.size,
    }


async def _receipts(transaction: Transaction, type: DocumentType, document: Document) -> list[dict[str, Any]]:
    """The receipts that count, oldest first, each with the action that it answers, and whether customs said it: that it
    was sent, or was not, the portal says itself."""
    rows = await transaction.rows(
        f"""select r.at, r.code, r.text, r.seq, s.action from receipt r join submission s on s.id = r.submission_id
            where r.document_id = $1 and not s.superseded order by {NEWEST_FIRST} limit $2""",
        document.id,
        RECEIPTS,
    )
    return [
        {
            "at": _moment(row["at"]),
            "code": f"{row['code']} {type.messages.name_of(row['code'])}",
            "text": row["text"],
            "action": row["action"],
            "customs": row["seq"] > 0,
        }
        for row in reversed(rows)
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
