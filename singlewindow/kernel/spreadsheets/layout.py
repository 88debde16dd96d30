"""How a document type lies in a workbook: one sheet for the header, one for each line table, joined by 序号."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from singlewindow.kernel.definition.fields import Content, Field
from singlewindow.kernel.documents.senders import FIELD, LABEL, LENGTH
from singlewindow.kernel.subsystem import DocumentType

KEY = "序号"
KEY_HINT = "每份单据一个序号，各表相同"
"""What stands under the head 序号, and tells the row of hints from a first document."""
HEADER_SHEET = "表头"
CODES_SHEET = "代码表"
WRONG, SAVED, DOUBTFUL = "错误清单", "已暂存", "提醒"  # the lists of a result
NEVER_FILLED_IN = (CODES_SHEET, WRONG, SAVED, DOUBTFUL)
"""Sheets of templates and results in which nobody types anything."""
SENDER_HEAD = Field(
    LABEL,
    "text",
    name=FIELD,
    length=LENGTH,
    hint="本企业系统中该单据的编号，可不填；同一编号重复导入仍是同一份单据，内容不同时不予保存",
)
"""The last column of the header's sheet, which is no field of the content (INTG-02)."""
MARK = "*"  # before the head of an obligatory column
FIRST_ROW = 3  # below heads and hints


@dataclass(frozen=True)
class Head:
    """A column: its field and its head, which is the only one of its sheet."""

    field: Field
    text: str

    @property
    def shown(self) -> str:
        """The head with the mark of an obligatory column."""
        return MARK + self.text if self.field.required is True else self.text


@dataclass(frozen=True)
class Sheet:
    """A sheet: the header's (`table` is "") or a line table's."""

    table: str
    title: str
    heads: tuple[Head, ...]


@cache
def sheets_of(document: DocumentType) -> tuple[Sheet, ...]:
    """The sheets of a document type; grey fields are not filled in by anybody, and what is typed for follow-ups and
    amendments not in a draft, so they have no column."""
    content, others = document.form.content, document.lifecycle.never_drafted
    tables = {name: table for name, table in content.tables.items() if name not in others}
    titles = _titles([HEADER_SHEET, *(table.label for table in tables.values())])
    heads = [("", (*_heads(content, but_not=others), Head(SENDER_HEAD, LABEL)))]
    heads += [(name, _heads(table.row)) for name, table in tables.items()]
    return tuple(Sheet(name, title, kind) for (name, kind), title in zip(heads, titles, strict=True))


def _titles(labels: Sequence[str]) -> list[str]:
    """Names that a workbook takes: at most 31 characters, none of []:*?/\\, no two alike, not the codes' own."""
    titles: list[str] = []
    for label in labels:
        title = re.sub(r"[\[\]:*?/\\']", "", label)[:25]
        titles.append(title if title not in (*titles, CODES_SHEET) else f"{title}{len(titles)}")
    return titles


def _heads(content: type[Content], but_not: frozenset[str] = frozenset()) -> tuple[Head, ...]:
    fields = [spec for spec in content.fields.values() if not spec.system and spec.name not in but_not]
    labels = Counter(_squeezed(spec.label) for spec in fields) + Counter([KEY, LABEL])
    return tuple(
        Head(spec, label if labels[label] == 1 else f"{label}（{spec.element or spec.name}）")
        for spec in fields
        for label in [_squeezed(spec.label)]
    )


def _squeezed(label: str) -> str:
    """A label as it is compared: without white space and without a mark of its own."""
    return re.sub(r"\s+", "", label).lstrip("*＊")
