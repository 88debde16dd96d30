"""What pages of the chapter ask for: days, flags and pages of rows, checked once for all of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from singlewindow.kernel.codes.names import names_of
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.check import find_day, tidied
from singlewindow.kernel.definition.fields import Content, Field, text
from singlewindow.kernel.documents.search import sort_problems, sorted_by
from singlewindow.kernel.problems import Refused, Violation

GoodsNature = Literal["general", "bonded"]
NATURES: Mapping[str, tuple[str, ...]] = {"general": ("1", "3", "4"), "bonded": ("2",)}
"""货物性质 of the queries: 一般贸易 includes 边境小额 and 对外承包出口货物 (CONS-13)."""
FLAGS: Mapping[str, str] = {"I": "进口", "E": "出口"}
COUNTED = 10_000  # the total stops here
NUMBER: Field = text("编号", length=18, pattern=r"[0-9A-Z]{1,18}")
"""How numbers are written that no form's content has: those of documents, and those that customs give."""


@dataclass(frozen=True)
class Span:
    """From one day to another, both counted; None: open."""

    first: date | None = None
    last: date | None = None

    @property
    def texts(self) -> tuple[str | None, str | None]:
        """As columns hold days; they sort as they follow one another."""
        return self.first.isoformat() if self.first else None, self.last.isoformat() if self.last else None


def span_of(name: str, label: str, given: tuple[str, str], clause: str, *, most_days: int = 0) -> Span:
    """The days that were asked for. Raises Refused for what is no day, a wrong order, or more than `most_days`."""
    days = [
        _day(f"{name}_{end}", label, text, clause) for end, text in zip(("from", "to"), given, strict=True)
    ]
    first, last = days
    if first and last and last < first:
        raise refused(
            f"{name}_to", "query.order", f"「{label}」的截止日期早于起始日期", "请调换起止日期", clause
        )
    if most_days:
        if not (first and last):
            missing = f"{name}_to" if first else f"{name}_from"
            raise refused(missing, "query.required", f"「{label}」不可为空", "请填写起止日期后再查询", clause)
        if (last - first).days > most_days:
            message = f"「{label}」起止范围不能超过 {most_days} 天"
            raise refused(f"{name}_to", "query.span", message, "请缩小起止范围后再查询", clause)
    return Span(first, last)


def _day(path: str, label: str, text: str, clause: str) -> date | None:
    if not text.strip():
        return None
    day = find_day(text.strip())
    if day is None:
        message = f"「{label}」不是有效的日期：{text.strip()[:40]}"
        raise refused(path, "query.date", message, "请按 YYYY-MM-DD 填写，年份为 1900 至 2200", clause)
    return day


def refused(path: str, rule: str, message: str, advice: str, clause: str) -> Refused:
    """A refusal with one reason."""
    return Refused.because([Violation(path, rule, message, advice, clause)])


def sort_of(asked: str, columns: Container[str], clause: str) -> tuple[str, str]:
    """By which column and which way; "-" before it means descending. Raises Refused for what is no such column."""
    if wrong := sort_problems(asked.strip(), columns, clause):
        raise Refused.because(wrong)
    return sorted_by(asked.strip())


@dataclass
class Terms:
    """What rows must fulfil: SQL with the parameters' numbers, and their values."""

    values: list[object] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(self, term: str, *values: object) -> None:
        """A further term, with {} for the place of each value."""
        places = [f"${len(self.values) + at}" for at, _ in enumerate(values, 1)]
        self.values += values
        self.said.append(term.format(*places))

    def equal(self, content: type[Content], **given: str) -> None:
        """Columns of a find table `f` that hold what was given, written as the content's fields hold it (small letters
        and full-width signs as in a form); what was not given is not asked."""
        for name, value in given.items():
            if value.strip():
                self.add(f"f.{name} = {{}}", tidied(content.fields.get(name, NUMBER), value))

    def within(self, column: str, span: Span) -> None:
        """A column of days as texts."""
        first, last = span.texts
        if first:
            self.add(f'{column} collate "C" >= {{}}', first)
        if last:
            self.add(f'{column} collate "C" <= {{}}', last)

    def __str__(self) -> str:
        return " and ".join(self.said)


@dataclass(frozen=True)
class Names:
    """Names of codes, as they are today."""

    known: Mapping[tuple[str, str], str]

    def of(self, table: str, code: str) -> str:
        """A code with its name, as forms and lists show it."""
        return f"{code} {self.known.get((table, code), '')}".strip()


async def names_for(transaction: Transaction, wanted: Mapping[str, Iterable[str]], on: date) -> Names:
    """The names of codes by table."""
    codes: Mapping[str, Sequence[str]] = {
        table: sorted({c for c in given if c}) for table, given in wanted.items()
    }
    return Names(await names_of(transaction, codes, on))
