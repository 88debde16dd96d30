"""What a data export consists of: parts with columns; and how a record's members become the cells of their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

Kind = Literal["text", "number", "moment"]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its head, the member that stands in it, and its width in characters.

    A `number` is a decimal text, a `moment` an ISO text with offset, which is shown as Chinese time.
    """

    head: str
    member: str
    kind: Kind = "text"
    width: int = 12


@dataclass(frozen=True)
class Part:
    """A sheet or file: one row for each record, or for each row of the record's list `member`.

    The first `of_record` columns are the record's own, so that rows of a list say to which record they belong. The
    `footer` stands beneath each page of the sheet that is printed.
    """

    title: str
    member: str
    columns: tuple[Column, ...]
    of_record: int = 0
    footer: str = ""

    def rows(self, record: Record) -> Iterator[list[str]]:
        """The cells of the rows that a record has here, each as a text."""
        if not self.member:
            yield [cell_text(record.get(column.member), column.kind) for column in self.columns]
            return
        own, others = self.columns[: self.of_record], self.columns[self.of_record :]
        before = [cell_text(record.get(column.member), column.kind) for column in own]
        for row in record.get(self.member) or ():
            yield before + [cell_text(row.get(column.member), column.kind) for column in others]

    def picked(self, record: Record) -> Any:
        """The same members as data: of the record an object, of a list a list of objects."""
        if not self.member:
            return {column.member: record.get(column.member, "") for column in self.columns}
        members = [column.member for column in self.columns[self.of_record :]]
        return [{member: row.get(member, "") for member in members} for row in record.get(self.member) or ()]


def parts_from(described: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts that `dataclasses.asdict` described."""
    return tuple(
        Part(**{**each, "columns": tuple(Column(**column) for column in each["columns"])})
        for each in described
    )


# -------------------------------------------------------------------------------------------------- texts of cells

_CHINA = timezone(timedelta(hours=8))
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_SURE_DIGITS = 15  # of a decimal number, which every spreadsheet keeps
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_QUOTE = "'"


def cell_text(value: Any, kind: Kind = "text") -> str:
    """A member as the text of a cell; "" where it is absent."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple):
        return ",".join(cell_text(each) for each in value)
    return chinese_time(str(value)) if kind == "moment" else str(value)


def chinese_time(text: str) -> str:
    """`2026-03-02T01:15:00+00:00` as `2026-03-02 09:15:00`; what is no moment with offset as it stands."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.astimezone(_CHINA):%Y-%m-%d %H:%M:%S}" if moment.tzinfo else text


def exact_number(text: str) -> float | None:
    """The number that a spreadsheet shows as just this text when told its decimals; None where it would lose any."""
    if not _DECIMAL.fullmatch(text):
        return None
    digits = text.lstrip("-0.").replace(".", "")
    if (
        len(digits) > _SURE_DIGITS
        or len(text) > 2 * _SURE_DIGITS
        or (text.startswith("-") and not digits.strip("0"))
    ):
        return None
    return float(text)


def decimals_of(text: str) -> int:
    """How many digits stand after the point."""
    return len(text.partition(".")[2])


def begins_like_formula(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula."""
    return text.startswith(_FORMULA)


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: such a one gets a ' before it, as does one that has one.

    `plain_again` gives it back. A decimal number stays as it is.
    """
    guarded = text.startswith((*_FORMULA, _QUOTE)) and not _DECIMAL.fullmatch(text)
    return _QUOTE + text if guarded else text


def plain_again(text: str) -> str:
    """The text of which `neutral` made this one."""
    return text.removeprefix(_QUOTE)


_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def writable(text: str) -> str:
    """A text for XML, with � for what has no encoding; control characters are the writer's matter."""
    return _UNWRITABLE.sub("\ufffd", text)


def without_controls(text: str) -> str:
    """A text for a plain file, with � for control characters too."""
    return _CONTROL.sub("\ufffd", text)
