"""A document as it came out of a JSON or XML file: its content, and what is wrong with it, by line and path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.definition.elements import xml_names
from singlewindow.kernel.definition.fields import Content, Field, Lines
from singlewindow.kernel.documents import senders
from singlewindow.kernel.jobs.kind import Item
from singlewindow.kernel.problems import API, Violation
from singlewindow.kernel.spreadsheets.batch_reading import FAULTS, Format
from singlewindow.kernel.spreadsheets.draft import CellFinding, Judged
from singlewindow.kernel.spreadsheets.layout import HEADER_SHEET
from singlewindow.kernel.subsystem import DocumentType

_LONGEST = 200  # characters of a value that are repeated
_SHAPE = "请对照样例文件改正；各栏均为文本，代码栏填写代码"
_CODE = "请填写代码表中的代码"


@dataclass
class BatchDraft(Judged):
    """A document of a file without cells."""

    form: type[Content] = Content
    format: Format = "json"

    @classmethod
    def of(cls, type: DocumentType, item: Item, format: Format) -> BatchDraft:
        """The document of a line that `batch_child.py` wrote."""
        data = item.data
        made = cls(item.no, str(item.no), data, dict(data["content"]), form=type.form.content, format=format)
        for path, reason, line, figures in data["faults"]:
            message, advice = (words.format(**figures) for words in FAULTS[reason])
            made.findings.append(made._finding(path, message, advice, API, line))
        if data["type"] not in (None, type.name):
            message, advice = (words.format(name=data["type"]) for words in FAULTS["type"])
            made.findings.append(made._finding("", message, advice, API))
        made.sent_as(data["sender"] or "")
        return made

    def refuse(self, violations: Iterable[Violation]) -> None:
        """Put what a verdict has against the document to its paths."""
        for each in violations:
            advice = {"field.shape": _SHAPE, "field.code": _CODE}.get(each.rule, each.advice)
            self.findings.append(self._finding(each.path, each.message, advice, each.clause))

    def warn(self, violations: Iterable[Violation]) -> None:
        """Put what a verdict doubts to its paths."""
        for each in violations:
            self.warnings.append(self._finding(each.path, each.message, each.advice, each.clause))

    def in_reading_order(self) -> list[CellFinding]:
        """The findings line by line; in one line in the order in which they were found."""
        return sorted(self.findings, key=lambda finding: finding.row)

    def _finding(self, path: str, message: str, advice: str, clause: str, line: int = 0) -> CellFinding:
        name, _, rest = path.partition("/")
        table = self.form.tables.get(name)
        number, _, cell = rest.partition("/")
        spec = (table.row if table else self.form).fields.get(cell if table else name)
        line = line or self._line(path)
        shown = self._shown(path, table, number, cell)
        return CellFinding(
            name if table else "", spec.name if spec else "", table.label if table else HEADER_SHEET, line, shown,
            _head(path, spec, table), self._value(path), message, advice, clause or API,
            f"第 {line} 行 {shown}".rstrip(),
        )  # fmt: skip

    def _line(self, path: str) -> int:
        """Where a path begins, or what it is in."""
        lines: Mapping[str, int] = self.source["lines"]
        while path:
            if path in lines:
                return lines[path]
            path = path.rpartition("/")[0]
        at: int = self.source["at"]
        return at

    def _shown(self, path: str, table: Lines | None, number: str, cell: str) -> str:
        """A path in the file's own names."""
        if path == senders.FIELD:
            return "senderNumber" if self.format == "xml" else senders.FIELD
        if self.format == "json":
            return f"content/{path}" if path else ""
        if table is None:
            return xml_names(self.form).get(path, path)
        row = f"{table.name}/Row[{number}]" if number.isdigit() else table.name
        return f"{row}/{xml_names(table.row).get(cell, cell)}" if cell else row

    def _value(self, path: str) -> str:
        """What stands there, if it is one value."""
        if path == senders.FIELD:
            return str(self.source["sender"] or "")[:_LONGEST]
        value: Any = self.source["content"]
        for part in filter(None, path.split("/")):
            if isinstance(value, list):
                value = value[int(part) - 1] if part.isdigit() and 0 < int(part) <= len(value) else None
            else:
                value = value.get(part) if isinstance(value, dict) else None
        return "" if value is None or isinstance(value, dict | list) else str(value)[:_LONGEST]


def _head(path: str, spec: Field | None, table: Lines | None) -> str:
    if path == senders.FIELD:
        return senders.LABEL
    return spec.label if spec else table.label if table else ""
