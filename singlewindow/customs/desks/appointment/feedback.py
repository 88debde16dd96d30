"""Customs compare the declarations of a feedback with their own (APPT-10, FA 2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desks.appointment import books
from singlewindow.customs.desks.appointment.contents import numbers_in
from singlewindow.customs.entries import Data, find_entries
from singlewindow.customs.kept import received
from singlewindow.customs.register_kinds import DECLARATION, DIRECTIONS
from singlewindow.customs.times import CHINA, local_day

NOT_DECLARED = ("1", "2", "3", "5", "6", "8")
"""States in which customs have no declaration (any more): draft, under way, failed, returned, deleted."""
COMPARED = (
    ("ie_flag", "ie_flag", "进出口标志"),
    ("declarant_code", "company", "申报单位"),
    ("consignee_code", "consignee", "收发货人"),
    ("district", "declare_port", "申报口岸"),
    ("port", "entry_port", "进出口岸"),
)
"""The declaration's member, the appointment's, and what both are called."""
MAY_LACK = ("district", "port")
"""What a declaration of the register need not have; the portal passes over it too."""


@dataclass(frozen=True)
class Difference:
    """Where a declaration differs: its row (from 1), its number, what differs, what was wanted, what was found."""

    row: int
    entry_no: str
    field: str
    label: str
    expected: str
    found: str

    @property
    def words(self) -> str:
        """One line for the company."""
        return f"第 {self.row} 票 {self.entry_no} {self.label}不一致：应为 {self.expected}，报关单为 {self.found}"


@dataclass(frozen=True)
class Known:
    """The declarations that customs have, and which of them count for another appointment already."""

    declarations: Mapping[str, Data]
    used: frozenset[str]


def differences(
    numbers: Sequence[str], book: Mapping[str, Any] | Row, known: Known, *, to_company: bool = False
) -> list[Difference]:
    """Every difference of every number, in the order of the rows. Pure.

    Those `to_company` say of another company's declaration nothing but that it is one (PORT-10).
    """
    return [
        each
        for at, number in enumerate(numbers, 1)
        for each in _of_number(at, number, numbers, book, known, to_company)
    ]


def _of_number(
    at: int,
    number: str,
    numbers: Sequence[str],
    book: Mapping[str, Any] | Row,
    known: Known,
    to_company: bool,
) -> Iterator[Difference]:
    if number in numbers[: at - 1]:
        yield Difference(at, number, "entry_no", "报关单号", "不重复的报关单号", "与前面一票相同")
        return
    declaration = known.declarations.get(number)
    if to_company and declaration is not None and _is_foreign(declaration, book):
        expected = f"{book['company']} 和 {book['consignee']}"
        yield Difference(at, number, "parties", "申报单位和收发货人", expected, "其他企业")
        return
    if number in known.used:
        yield Difference(at, number, "entry_no", "报关单号", "未反馈过的报关单", "已用于另一份预约")
    if declaration is None:
        yield Difference(at, number, "entry_no", "报关单号", "海关已接受申报的报关单", "海关没有这份报关单")
        return
    if declaration.get("status") in NOT_DECLARED:
        status = declaration.get("status_name") or "未申报"
        yield Difference(at, number, "status", "状态", "海关已接受申报的报关单", status)
    for name, booked, label in COMPARED:
        expected, found = str(book[booked]), _value(declaration, name, number)
        if found and expected != found:
            yield Difference(at, number, name, label, _said(name, expected), _said(name, found))
    declared = str(declaration.get("declared_at") or "")
    if not later(declared, book["submitted_at"]):
        expected = f"晚于预约申请提交时间 {shown(book['submitted_at'])}"
        yield Difference(at, number, "declared_at", "申报日期", expected, _declared(declared))


def _value(declaration: Data, name: str, number: str) -> str:
    """What customs compare of a declaration, "" for nothing: what their register may lack refuses nobody; a number
    begins with the district."""
    found = declaration.get(name)
    if name in MAY_LACK:
        return str(found or (number[:4] if name == "district" else ""))
    return str(found or "空")


def _is_foreign(declaration: Data, book: Mapping[str, Any] | Row) -> bool:
    """Whether neither party of a declaration is one of the appointment's."""
    parties = {declaration.get("declarant_code"), declaration.get("consignee_code")}
    return not parties & {book["company"], book["consignee"]}


def later(declared: str, submitted_at: datetime) -> bool:
    """Whether a declaration was declared after the application was submitted; by the day where that alone is known."""
    if len(declared) == len("2026-11-28"):
        return date.fromisoformat(declared) >= local_day(submitted_at)
    return bool(declared) and _aware(declared) > submitted_at


def shown(moment: datetime) -> str:
    """A moment in Chinese time."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _declared(declared: str) -> str:
    return declared if len(declared) <= len("2026-11-28") else shown(_aware(declared))


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _said(name: str, value: str) -> str:
    return f"{value} {DIRECTIONS[value]}" if name == "ie_flag" and value in DIRECTIONS else value


async def compared(
    transaction: Transaction, rows: Sequence[Row], *, to_company: bool
) -> list[list[Difference]]:
    """The differences of each feedback, as `differences` has them; one that has no appointment has none."""
    held = await books.held(transaction, rows)
    numbers = [numbers_in(each) for each in await received(transaction, rows)]
    wanted = {number for its in numbers for number in its}
    declarations = await find_entries(transaction, DECLARATION, wanted)
    used = await _used(transaction, wanted)
    found = []
    for book, its in zip(held, numbers, strict=True):
        mine = frozenset() if book is None else frozenset(n for n, by in used.items() if by != book["id"])
        known = Known(declarations, mine)
        found.append(differences(its, book, known, to_company=to_company) if book is not None else [])
    return found


async def _used(transaction: Transaction, numbers: set[str]) -> dict[str, int]:
    """The appointments for which numbers count already."""
    rows = await transaction.rows(
        "select entry_no, book_id from appointment_declaration where entry_no = any($1)", sorted(numbers)
    )
    return {row["entry_no"]: row["book_id"] for row in rows}


async def differences_data(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What a refused feedback's receipt carries: every difference, for machines."""
    found = await compared(transaction, rows, to_company=True)
    return [{"differences": [asdict(each) for each in its]} for its in found]


async def differences_words(transaction: Transaction, rows: Sequence[Row]) -> list[str]:
    """The same for the company to read."""
    found = await compared(transaction, rows, to_company=True)
    return ["；".join(each.words for each in its) for its in found]
