"""A document as it came out of a file: its content, and what is wrong with it; of a workbook, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from singlewindow.kernel.definition.fields import Field
from singlewindow.kernel.documents import senders
from singlewindow.kernel.jobs.kind import Item
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.spreadsheets.cells import LOST_ZEROS, Damaged, is_number, text_of
from singlewindow.kernel.spreadsheets.layout import CODES_SHEET, KEY, KEY_HINT, Sheet, sheets_of
from singlewindow.kernel.spreadsheets.reading import CLAUSE
from singlewindow.kernel.subsystem import DocumentType

CODE_ADVICE = f"请填写「{CODES_SHEET}」工作表中的代码或名称"
Columns = Mapping[str, Mapping[str, str]]
"""Table → field → the letters of its column in the workbook that was read; the field "" is 序号."""


@dataclass(frozen=True)
class CellFinding:
    """What is wrong in a cell, what to do about it and where that is written; `row` counts from 1 as on the screen."""

    table: str
    field: str
    sheet: str
    row: int
    column: str
    head: str
    value: str
    message: str
    advice: str
    clause: str
    place: str = ""  # all of it in one word, as a person looks for it


@dataclass
class Judged:
    """A document of a file on its way: what it holds, what is wrong with it, and what became of it."""

    no: int
    key: str
    source: Mapping[str, Any]
    content: dict[str, Any] = field(
        default_factory=dict
    )  # as a form would send it; once judged, as it is stored
    findings: list[CellFinding] = field(default_factory=list)
    warnings: list[CellFinding] = field(default_factory=list)  # what is doubtful, and refuses nothing
    sender: str = ""  # the sender's own number
    digest: str = ""  # of what was sent
    number: str = ""
    existing: bool = False  # the document was there before

    def refuse(self, violations: Iterable[Violation]) -> None:
        """Put what a verdict has against the document to the places in which it stands."""
        raise NotImplementedError

    def warn(self, violations: Iterable[Violation]) -> None:
        """Put what a verdict doubts to its places."""
        raise NotImplementedError

    def in_reading_order(self) -> list[CellFinding]:
        """The findings as they stand in the file."""
        raise NotImplementedError

    def sent_as(self, sender: str) -> None:
        """Take the sender's number, or refuse what is none."""
        self.sender = senders.tidy(sender)
        if self.sender and (fault := senders.find_fault(self.sender)):
            self.refuse([fault])
            self.sender = ""


@dataclass(frozen=True)
class Place:
    """A field of the header or of a row, and the row of the workbook in which it stands."""

    table: str
    field: str
    row: int


@dataclass
class Draft(Judged):
    """A document of a workbook."""

    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    columns: Columns = field(default_factory=dict)
    _damaged: set[Place] = field(default_factory=set)

    @classmethod
    def of(cls, type: DocumentType, item: Item, columns: Columns) -> Draft:
        """The document of a line that `reader_child.py` wrote."""
        sheets = {sheet.table: sheet for sheet in sheets_of(type)}
        made = cls(item.no, item.data["key"], item.data, sheets=sheets, columns=columns)
        made._check_key()
        made.content |= made._texts("", item.data["at"] or 0, item.data["values"])
        for table, rows in item.data["rows"].items():
            made.content[table] = [made._texts(table, row["at"], row["values"]) for row in rows]
        made.sent_as(made.content.pop(senders.FIELD, ""))
        return made

    def refuse(self, violations: Iterable[Violation]) -> None:
        """Put what a verdict has against the document to the cells in which it stands."""
        found = list(violations)
        no_codes = {violation.path for violation in found if violation.rule == "field.code"}
        for violation in found:
            place = self._place(violation.path)
            said = place in self._damaged or (
                violation.path in no_codes
                and violation.rule != "field.code"  # of what is no code, that is enough
            )
            if not said:
                advice = self._advice(place, violation)
                self.findings.append(self._finding(place, violation.message, advice, violation.clause))

    def warn(self, violations: Iterable[Violation]) -> None:
        """Put what a verdict doubts to its cells."""
        for each in violations:
            found = self._finding(self._place(each.path), each.message, each.advice, each.clause)
            self.warnings.append(found)

    def rows_with(self, table: str) -> Iterable[tuple[int, dict[str, str]]]:
        """The values of the header ("") or of a table's rows, each with its row of the workbook."""
        if not table:
            yield self.source["at"] or 0, self.content
            return
        for row, values in zip(self.source["rows"].get(table, ()), self.content.get(table, ()), strict=True):
            yield row["at"], values

    def refuse_cell(self, place: Place, message: str, advice: str) -> None:
        """A cell whose meaning is not known; the verdict need not speak of it too."""
        self._damaged.add(place)
        self.findings.append(self._finding(place, message, advice, CLAUSE))

    def in_reading_order(self) -> list[CellFinding]:
        """The findings sheet by sheet, row by row, from left to right."""
        sheets = list(self.sheets)

        def place(finding: CellFinding) -> tuple[int, int, int, str]:
            return sheets.index(finding.table), finding.row, len(finding.column), finding.column

        return sorted(self.findings, key=place)

    def _advice(self, place: Place, violation: Violation) -> str:
        """What to do in a workbook, where the form's advice is about keys or the spreadsheet has done it."""
        advice = CODE_ADVICE if violation.rule == "field.code" else violation.advice
        zeros = violation.source == "field" and self._lost_zeros(place)
        return f"{advice}；{LOST_ZEROS}" if zeros else advice

    def _check_key(self) -> None:
        if self.source["at"] is None:
            self._refuse_orphan()
        elif not self.key:
            self.refuse_cell(Place("", "", self.source["at"]), f"「{KEY}」没有填写", KEY_HINT)
        elif self.source["twice"]:
            rows = "、".join(map(str, self.source["twice"]))
            message = f"「{KEY}」{self.key} 重复（第 {rows} 行）"
            self.refuse_cell(Place("", "", self.source["at"]), message, KEY_HINT)

    def _refuse_orphan(self) -> None:
        """Rows of tables to which there is no header."""
        title = self.sheets[""].title
        message = f"「{title}」中没有序号 {self.key}" if self.key else f"「{KEY}」没有填写"
        for table, rows in self.source["rows"].items():
            advice = f"请在「{title}」中补上该单据，或改正本行的序号"
            self.refuse_cell(Place(table, "", rows[0]["at"]), message, advice)

    def _texts(self, table: str, row: int, cells: Mapping[str, Any]) -> dict[str, str]:
        fields = {head.field.name: head.field for head in self.sheets[table].heads}
        texts = {}
        for name, cell in cells.items():
            try:
                texts[name] = text_of(cell, fields[name])
            except Damaged as damaged:
                self.refuse_cell(Place(table, name, row), damaged.message, damaged.advice)
        return texts

    def _place(self, path: str) -> Place:
        """Where a violation's path stands: a cell, a row's or the document's 序号 where it is about no cell."""
        name, _, rest = path.partition("/")
        header = self.source["at"] or 0
        if name not in self.sheets or not name:
            return Place("", name if self._has("", name) else "", header)
        rows = self.source["rows"].get(name, [])
        number, _, cell = rest.partition("/")
        if number.isdigit() and 0 < int(number) <= len(rows):
            return Place(name, cell if self._has(name, cell) else "", rows[int(number) - 1]["at"])
        return Place(name, "", rows[0]["at"]) if rows else Place("", "", header)

    def _has(self, table: str, name: str) -> bool:
        return any(head.field.name == name for head in self.sheets[table].heads)

    def _finding(self, place: Place, message: str, advice: str, clause: str) -> CellFinding:
        sheet = self.sheets[place.table]
        head = next((head.text for head in sheet.heads if head.field.name == place.field), KEY)
        column = self.columns.get(place.table, {}).get(place.field, "")
        value = _shown(self._cell(place)) if place.field else self.key
        return CellFinding(
            place.table, place.field, sheet.title, place.row, column, head, value, message, advice,
            clause or CLAUSE, f"{column}{place.row}",
        )  # fmt: skip

    def _cell(self, place: Place) -> Any:
        if not place.table:
            return self.source["values"].get(place.field, "")
        rows = self.source["rows"].get(place.table, ())
        return next((row["values"].get(place.field, "") for row in rows if row["at"] == place.row), "")

    def _lost_zeros(self, place: Place) -> bool:
        """Whether a cell that is no quantity was kept as a number."""
        spec: Field | None = next(
            (h.field for h in self.sheets[place.table].heads if h.field.name == place.field), None
        )
        return spec is not None and spec.kind != "decimal" and is_number(self._cell(place))


def _shown(cell: Any) -> str:
    if isinstance(cell, dict):
        return str(cell.get("d", "#错误值"))
    return f"{cell:.15g}" if is_number(cell) else str(cell)
