"""What customs' officers need to read a content: labels of all fields and names of codes, beside what is signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from singlewindow.kernel.codes.meanings import names
from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.definition.fields import Content
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.subsystem import document_types


def labels_of(content: type[Content]) -> dict[str, str]:
    """Field → label in the form's order; a column of a line table stands as `lines/column`."""
    labels = {name: field.label for name, field in content.fields.items()}
    for name, lines in content.tables.items():
        labels[name] = lines.label
        labels |= {f"{name}/{column}": field.label for column, field in lines.row.fields.items()}
    return labels


async def code_names(transaction: Transaction, rows: Sequence[Row]) -> dict[int, dict[str, str]]:
    """For each outbox row: path of a code in the content → its name, in one query at most for all of them.

    Paths are `field` and `lines/index/column`. Rows carry id, type, content (bytes) and submitted_at.
    """
    wanted = [
        (row["id"], path, (table, code, day))
        for row in rows
        for day in [row["submitted_at"].astimezone(CHINA).date()]
        for path, table, code in _codes(row)
    ]
    name_of = await names(transaction, {code for _, _, code in wanted})  # the same ones stand in many lines
    named: dict[int, dict[str, str]] = {}
    for identifier, path, code in wanted:
        if code in name_of:
            named.setdefault(identifier, {})[path] = name_of[code]
    return named


def _codes(row: Row) -> Iterator[tuple[str, str, str]]:
    """(path, table, code) of every code in a row's content; none where the type is not known any more, or where the
    content cannot be read: it is that one's message alone that cannot be made then."""
    type = document_types().get(row["type"])
    try:
        content = from_json(row["content"])
    except ValueError:
        return
    if type is None:
        return
    shape = type.form.content
    yield from _codes_in(shape, content, "")
    for name, lines in shape.tables.items():
        for at, line in enumerate(content.get(name) or []):
            yield from _codes_in(lines.row, line, f"{name}/{at}/")


def _codes_in(shape: type[Content], values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in shape.fields.items():
        if field.codes and isinstance(values.get(name), str) and values[name]:
            yield f"{prefix}{name}", field.codes, values[name]
