"""Samples of the files that an import takes, derived from a type's definition: one document with every name in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from singlewindow.contract.batch_files import DOCUMENT, ROOT, ROW
from singlewindow.kernel.definition.elements import xml_names
from singlewindow.kernel.definition.fields import Content, Field
from singlewindow.kernel.documents.senders import FIELD
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.spreadsheets.layout import Sheet, sheets_of
from singlewindow.kernel.spreadsheets.workbook import Names
from singlewindow.kernel.subsystem import DocumentType

SENDER = "YANGLI-1"
_CODES_SHOWN = 5


def json_sample(type: DocumentType, names: Names, now: datetime) -> bytes:
    """One line; `names` are the entries of the type's code tables, `now` gives the sample's dates."""
    header, *tables = sheets_of(type)
    content: dict[str, Any] = _values(header, names, now)
    content |= {table.table: [_values(table, names, now)] for table in tables}
    line = {"sender_number": SENDER, "type": type.name, "content": content}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def xml_sample(type: DocumentType, names: Names, now: datetime) -> bytes:
    """The same with the messages' element names; beside each stands what it is."""
    header, *tables = sheets_of(type)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{ROOT} type="{type.name}">']
    lines += [f'  <{DOCUMENT} senderNumber="{SENDER}">']
    lines += ["    " + line for line in _elements(type.form.content, header, names, now)]
    for table in tables:
        row = type.form.content.tables[table.table].row
        lines += [f"    <{table.table}>{_remark(table.title)}", f"      <{ROW}>"]
        lines += ["        " + line for line in _elements(row, table, names, now)]
        lines += [f"      </{ROW}>", f"    </{table.table}>"]
    return "\n".join([*lines, f"  </{DOCUMENT}>", f"</{ROOT}>", ""]).encode()


def _elements(content: type[Content], sheet: Sheet, names: Names, now: datetime) -> Iterator[str]:
    elements = xml_names(content)
    for spec in _fields(sheet):
        element = elements[spec.name]
        yield f"<{element}>{escape(_value(spec, names, now))}</{element}>{_remark(_about(spec, names))}"


def _values(sheet: Sheet, names: Names, now: datetime) -> dict[str, Any]:
    return {spec.name: _value(spec, names, now) for spec in _fields(sheet)}


def _fields(sheet: Sheet) -> list[Field]:
    """The fields of a sheet, without the sender's number, which is said beside the content."""
    return [head.field for head in sheet.heads if head.field.name != FIELD]


def _value(spec: Field, names: Mapping[str, Any], now: datetime) -> str:
    """A value of the right shape; "" where only who fills it in can know one."""
    today = now.astimezone(CHINA)
    if spec.codes:
        return str(next(iter(names.get(spec.codes, ())), "")).partition(" ")[0]
    return {"date": f"{today:%Y-%m-%d}", "moment": f"{today:%Y-%m-%d} 10:00", "decimal": "1"}.get(
        spec.kind, ""
    )


def _about(spec: Field, names: Names) -> str:
    """What a field is, for who reads the file."""
    parts = [
        spec.label,
        *(["必填"] if spec.required is True else []),
        *([f"至多 {spec.length} 字"] if spec.length else []),
    ]
    if spec.codes:
        entries = names.get(spec.codes, ())
        more = "……" if len(entries) > _CODES_SHOWN else ""
        parts.append(f"代码：{'、'.join(entries[:_CODES_SHOWN])}{more}")
    return "；".join(parts)


def _remark(text: str) -> str:
    """A comment; XML allows no two hyphens in it."""
    return f" <!-- {text.replace('--', '－－')} -->"
