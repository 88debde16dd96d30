"""自助打印/导出: what became of each declaration (PRNT-04), its files, and who took them (PRNT-05 to PRNT-08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.search import TOTAL_CAP, sort_problems, sorted_by
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import StoredFile
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound, Refused, Violation
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.months import beginning_of, end_of
from singlewindow.subsystems.declarations.problems import Gone, NotReady
from singlewindow.subsystems.declarations.rules import Kind

Operation = Literal["export", "print", "archive"]
OPERATIONS: dict[str, str] = {"export": "导出", "print": "打印", "archive": "批量导出"}
ALL = {"print": "5", "export": "3"}  # 全部, as the manual numbers it
MOST_OPERATIONS = 200
SORTS = {
    "applied_at": "r.applied_at", "number": "r.declaration", "application": "r.application_id", "state": "r.state",
    "expires_at": "r.expires_at",
}  # fmt: skip
OWN = "r.company_id = $1"
"""The application's own check of whose results are seen; row-level security is the second fence."""
COLUMNS = """r.id, a.number as application, r.declaration as number, r.kind, a.sealed, r.state, r.why, r.applied_at,
    a.applied_by, r.expires_at, r.made_at, a.expires_at as ends_at, r.file_id, a.data_file_id is not null as written"""
FROM = "from declarations_result r join declarations_application a on a.id = r.application_id"


@dataclass(frozen=True)
class Asked:
    """A query over results as it was checked: of one kind; "" and () and None ask for nothing in particular."""

    kind: Kind
    application: str
    state: str
    numbers: tuple[str, ...]
    days: rules.Days | None
    page: int = 1
    size: int = 20
    sort: str = "-applied_at"


@dataclass(frozen=True)
class Found:
    """A page of results, and how many there are in all (more than TOTAL_CAP where `capped`)."""

    total: int
    capped: bool
    rows: Sequence[Row]


def asked_for(
    kind: Kind, application: str, state: str, numbers: Sequence[str], days: tuple[str, str], page: int, size: int,
    sort: str,
) -> Asked:  # fmt: skip
    """The query that these parameters make. Raises Refused with all that is wrong with them."""
    tidied = tuple(dict.fromkeys(filter(None, map(rules.tidy_number, numbers))))
    application, state = rules.tidy_number(application).upper(), "" if state == ALL[kind] else state
    narrowed = bool(tidied or application)
    span, violations = rules.read_days(
        ("applied_from", "applied_to"), days, needed=not narrowed, clause=rules.FETCHING
    )
    violations = [*rules.number_problems(tidied, rules.MOST_NUMBERS, rules.FETCHING), *violations]
    if state and state not in rules.STATES[kind]:
        message = f"「申请状态」没有选项 {state[:20]}"
        violations.append(Violation("state", "DECL-R09", message, "请从下拉列表中选择", rules.FETCHING))
    violations += sort_problems(sort, SORTS)
    if violations:
        raise Refused.because(violations)
    return Asked(kind, application, state, tidied, span, page, size, sort)


async def search(transaction: Transaction, person: Person, asked: Asked) -> Found:
    """The page that was asked for: count and rows in one statement."""
    sql, values = page_sql(person, asked)
    rows = await transaction.rows(sql, *values)
    total = rows[0]["total"]
    return Found(min(total, TOTAL_CAP), total > TOTAL_CAP, [row for row in rows if row["id"] is not None])


def page_sql(person: Person, asked: Asked) -> tuple[str, list[object]]:
    """The statement of a page with its parameters: one row at least, with no result where none is found."""
    where, values = _where(person, asked)
    column, direction = sorted_by(asked.sort)
    order = f"{SORTS[column]} {direction}, r.id {direction}"
    return (
        f"""with counted as (
                select count(*) as total from (select {FROM} where {where} limit {TOTAL_CAP + 1}) as c
            ), page as (
                select {COLUMNS}, row_number() over (order by {order}) as place {FROM} where {where}
                order by {order} limit {asked.size} offset {(asked.page - 1) * asked.size}
            )
            select counted.total, page.* from counted left join page on true order by place""",
        values,
    )


def _where(person: Person, asked: Asked) -> tuple[str, list[object]]:
    values: list[object] = [person.company_id, asked.kind]
    terms = [OWN, "r.kind = $2"]
    wanted: list[tuple[str, object]] = [
        ("a.number = {}", asked.application),
        ("r.state = {}", asked.state),
        ("r.declaration = any({}::text[])", list(asked.numbers)),
        ("r.applied_at >= {}", asked.days and beginning_of(asked.days.first)),
        ("r.applied_at < {}", asked.days and end_of(asked.days.last)),
    ]
    for term, value in wanted:
        if value:
            values.append(value)
            terms.append(term.format(f"${len(values)}"))
    return " and ".join(terms), values


async def get_layout_files(transaction: Transaction, person: Person, ids: Sequence[int]) -> list[Row]:
    """The results of these layout files, in this order, if all of them may be had now.

    Raises NotFound (absent, foreign, or data of an export: alike), NotReady, Gone.
    """
    rows = await transaction.rows(
        f"select {COLUMNS} {FROM} where {OWN} and r.id = any($2) and r.kind = 'print'",
        person.company_id,
        list(ids),
    )
    found = {row["id"]: row for row in rows}
    if any(id not in found for id in ids):
        raise NotFound("没有这份版式文件的申请记录；请重新查询", clause=rules.FETCHING)
    for row in rows:
        _check(row, transaction)
    return [found[id] for id in ids]


def is_gone(row: Row, now: datetime) -> bool:
    """Whether a result's month is over, or its file was swept already (by a clock that was ahead, for one).

    What nothing was done with has its application's month: then nothing will be done with it any more.
    """
    swept = row["state"] in rules.MADE[row["kind"]] and row["file_id"] is None
    return swept or rules.is_over(row["expires_at"] if row["made_at"] else row["ends_at"], now)


def _check(row: Row, transaction: Transaction) -> None:
    """Raise Gone or NotReady, in the grey button's words, where the file of a result may not be had."""
    may = rules.permissions("print", row["state"], expired=is_gone(row, transaction.now))["export"]
    if may.allowed:
        return
    words = f"报关单 {row['number']}：{may.why}"
    raise Gone(words) if may.why == rules.GONE else NotReady(words)


async def fetch(
    transaction: Transaction, person: Person, id: int, what: Operation, address: str
) -> tuple[Row, StoredFile]:
    """A layout file, of which is written who took it. Raises as `get_layout_files`."""
    [row] = await get_layout_files(transaction, person, [id])
    file = (await files.get_many(transaction, person, [row["file_id"]])).get(row["file_id"])
    if file is None:
        raise Gone(f"报关单 {row['number']}：{rules.GONE}")
    await log(transaction, person, [id], what, address)
    return row, file


async def log(
    transaction: Transaction, person: Person, ids: Sequence[int], what: Operation, address: str
) -> None:
    """Write 操作记录 of these results: who, when by the business clock, from which address, what."""
    await transaction.run(
        """insert into declarations_operation (result_id, company_id, at, what, who, username, address)
           select id, $1, $3, $4, $5, $6, $7 from unnest($2::bigint[]) as given (id)""",
        person.company_id,
        list(ids),
        transaction.now,
        what,
        person.display_name,
        person.username,
        address,
    )


async def operations_of(transaction: Transaction, person: Person, id: int) -> tuple[Row, int, list[Row]]:
    """A layout file's result, how many operations there were, and the last MOST_OPERATIONS of them, the newest first.

    Raises as `get_layout_files`.
    """
    [row] = await get_layout_files(transaction, person, [id])
    operations = await transaction.rows(
        f"""select r.at, r.what, r.who, r.username, r.address, count(*) over () as total from declarations_operation r
            where {OWN} and r.result_id = $2 order by r.id desc limit {MOST_OPERATIONS}""",
        person.company_id,
        id,
    )
    return row, operations[0]["total"] if operations else 0, operations
