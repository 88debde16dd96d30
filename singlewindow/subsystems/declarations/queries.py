"""自助打印申请: the company's closed declarations (PRNT-01), found by the register's index.

Asked for by number (at most 50), they are all read at once and judged by `rules.py`, which also says of each that is
not in the answer why. Asked for by days alone, the same judgement is part of the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from singlewindow.kernel.codes.meanings import names
from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.search import TOTAL_CAP, sort_problems, sorted_by
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Refused
from singlewindow.kernel.registers.index import IndexColumn, RegisterIndex
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.keeping import USUAL_YEARS, KeepingPeriods, earliest_closing
from singlewindow.subsystems.declarations.months import beginning_of, day_of, end_of

TABLE = "find_closed_declaration"
TEXTS = (
    "status", "status_name", "ie_flag", "pre_entry_no", "consignee_code", "consignee_name", "declarant_name",
    "district", "trade_mode", "duty_nature", "bill_no", "packages", "gross_weight",
)  # fmt: skip
MOMENTS = ("declared_at", "closed_at")
INDEX = RegisterIndex(
    "declaration",
    TABLE,
    (*(IndexColumn(each, each) for each in TEXTS), *(IndexColumn(each, each, "moment") for each in MOMENTS)),
    company="consignee_code",
)
SORTS = {
    "number": "key",
    **{each: each for each in ("declared_at", "closed_at", "district", "ie_flag", "trade_mode", "bill_no")},
}
OWN = "consignee_code = {}"
"""The application's own check of whose declarations are found; row-level security is the second fence."""
Placed = Callable[[object], str]  # takes a parameter in and answers its place
COLUMNS = ", ".join(("key as number", *TEXTS, *MOMENTS))


@dataclass(frozen=True)
class Asked:
    """A query as it was checked: numbers in the order in which they were given, without doubles; days or None."""

    numbers: tuple[str, ...]
    days: rules.Days | None
    page: int = 1
    size: int = 20
    sort: str = "-declared_at"

    @property
    def first(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size


@dataclass(frozen=True)
class Missing:
    """A number that was asked for and is not in the answer, and why."""

    number: str
    reason: rules.Reason


@dataclass(frozen=True)
class Found:
    """A page of rows, with how many there are in all (more than TOTAL_CAP where `capped`)."""

    total: int
    capped: bool
    rows: Sequence[Row]
    missing: Sequence[Missing] = ()


@dataclass(frozen=True)
class FoundNumbers:
    """How many there are in all, and the first numbers of them."""

    total: int
    capped: bool
    numbers: Sequence[str]


def asked_for(
    numbers: Sequence[str], days: tuple[str, str], page: int = 1, size: int = 20, sort: str = "-declared_at"
) -> Asked:
    """The query that these parameters make. Raises Refused with all that is wrong with them."""
    tidied = tuple(dict.fromkeys(filter(None, map(rules.tidy_number, numbers))))
    span, violations = rules.read_days(
        ("declared_from", "declared_to"), days, needed=not tidied, clause=rules.APPLYING
    )
    violations = [*rules.number_problems(tidied, rules.MOST_NUMBERS, rules.APPLYING), *violations]
    violations += sort_problems(sort, SORTS)
    if violations:
        raise Refused.because(violations)
    return Asked(tidied, span, page, size, sort)


async def search(transaction: Transaction, person: Person, asked: Asked, known: rules.Known) -> Found:
    """The page that was asked for."""
    if asked.numbers:
        admitted, missing = await _by_number(transaction, person, asked, known)
        return Found(len(admitted), False, admitted[asked.first : asked.first + asked.size], missing)
    sql, values = by_days_sql(person, asked, known, COLUMNS, asked.size, asked.first)
    rows = await transaction.rows(sql, *values)
    return Found(*_capped(rows), [row for row in rows if row["number"] is not None])


async def all_numbers(
    transaction: Transaction, person: Person, asked: Asked, known: rules.Known, most: int
) -> FoundNumbers:
    """The numbers of the whole result, at most so many, in the list's order (PRNT-11)."""
    if asked.numbers:
        admitted, _ = await _by_number(transaction, person, asked, known)
        return FoundNumbers(len(admitted), False, [row["number"] for row in admitted][:most])
    sql, values = by_days_sql(person, asked, known, "key as number", most, 0)
    rows = await transaction.rows(sql, *values)
    numbers = [row["number"] for row in rows if row["number"] is not None]
    return FoundNumbers(*_capped(rows), numbers)


async def find_own(transaction: Transaction, person: Person, numbers: Sequence[str]) -> dict[str, Row]:
    """The company's own declarations among these numbers, whatever their state: one query for any number of them."""
    rows = await transaction.rows(
        f"select {COLUMNS} from {TABLE} where key = any($1::text[]) and {OWN.format('$2')}",
        list(numbers),
        person.customs_code,
    )
    return {row["number"]: row for row in rows}


def declaration_of(row: Row) -> rules.Declaration:
    """What the rules look at."""
    return rules.Declaration(
        number=row["number"],
        status=row["status"] or "",
        status_name=row["status_name"] or "",
        district=row["district"] or "",
        trade_mode=row["trade_mode"] or "",
        duty_nature=row["duty_nature"] or "",
        declared_on=rules.declared_on(row["declared_at"]),
        closed_on=None if row["closed_at"] is None else day_of(row["closed_at"]),
    )


async def names_of(transaction: Transaction, rows: Sequence[Row]) -> Mapping[tuple[str, str, date], str]:
    """(table, code, day) → name of the districts and trade modes, as they were when it was declared (OPER-02)."""
    wanted = {
        (table, row[column], day_of(row["declared_at"]))
        for row in rows
        for table, column in (("customs_districts", "district"), ("trade_modes", "trade_mode"))
        if row[column] and row["declared_at"]
    }
    return await names(transaction, wanted) if wanted else {}


async def _by_number(
    transaction: Transaction, person: Person, asked: Asked, known: rules.Known
) -> tuple[list[Row], list[Missing]]:
    """The rows that may be had, sorted, and why the other numbers may not."""
    own = await find_own(transaction, person, asked.numbers)
    admitted, missing = [], []
    for number in asked.numbers:
        row = own.get(number)
        reason = rules.why_not(declaration_of(row) if row else None, known, asked.days)
        if reason is None and row is not None:
            admitted.append(row)
        elif reason is not None:
            missing.append(Missing(number, reason))
    column, direction = sorted_by(asked.sort)
    admitted.sort(key=lambda row: (_comparable(row[column]), row["number"]), reverse=direction == "desc")
    return admitted, missing


def _capped(rows: Sequence[Row]) -> tuple[int, bool]:
    total = rows[0]["total"]
    return min(total, TOTAL_CAP), total > TOTAL_CAP


def _comparable(value: str | datetime | None) -> tuple[bool, str]:
    """Empty values come last, as the database sorts them; moments compare as texts of one offset."""
    return value is None, value.isoformat() if isinstance(value, datetime) else value or ""


def by_days_sql(
    person: Person, asked: Asked, known: rules.Known, columns: str, most: int, first: int
) -> tuple[str, list[object]]:
    """The statement for count and page, with its parameters: one row at least, with no number where none is found."""
    assert asked.days
    values: list[object] = []

    def placed(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    where = " and ".join(
        (
            OWN.format(placed(person.customs_code)),
            f"status = '{rules.CLOSED}'",
            f"declared_at >= {placed(beginning_of(asked.days.first))}::timestamptz",
            f"declared_at < {placed(end_of(asked.days.last))}::timestamptz",
            f"left(district, 2) = any({placed(sorted(known.districts))}::text[])",
            f"closed_at >= {_earliest(known.periods, known.today, placed)}",
        )
    )
    column, direction = sorted_by(asked.sort)
    order = f"{SORTS[column]} {direction}, key {direction}"
    return (
        f"""with counted as (
                select count(*) as total from (select from {TABLE} where {where} limit {TOTAL_CAP + 1}) as c
            ), page as (
                select {columns}, row_number() over (order by {order}) as place from {TABLE} where {where}
                order by {order} limit {most} offset {first}
            )
            select counted.total, page.* from counted left join page on true order by place""",
        values,
    )


def _earliest(periods: KeepingPeriods, today: date, placed: Placed) -> str:
    """SQL for the first moment of 结关 whose declarations are still kept, by the row's two codes."""
    cases = [
        f"when trade_mode = any({placed(modes)}::text[]) or duty_nature = any({placed(natures)}::text[]) "
        f"then {placed(beginning_of(earliest_closing(today, years)))}::timestamptz"
        for years, modes, natures in periods.longer_than_usual()
    ]
    usual = f"{placed(beginning_of(earliest_closing(today, USUAL_YEARS)))}::timestamptz"
    return f"case {' '.join(cases)} else {usual} end" if cases else usual
