"""集报报关单查询 (manual 5.3; CONS-14), by 报关申报单位 or by 境内收发货人, and 列表导出 for the latter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.spreadsheets.export_parts import Column, Part
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.declaration.document import CLAUSE
from singlewindow.subsystems.consolidated.declaration.lifecycle import CLOSED
from singlewindow.subsystems.consolidated.merging.asking import (
    COUNTED,
    FLAGS,
    Names,
    Span,
    Terms,
    names_for,
    refused,
    sort_of,
)

DECLARANT, CONSIGNEE = "A", "B"  # 企业类别: 报关申报单位, 境内收发货人
OWN = "f.company_id = {}"
NAMED = "f.consignee_code = {} and (f.shown or f.company_id = {})"
"""The application's own check of whose declarations are found; row-level security is the second fence."""
MOST_EXPORTED = 50_000
AT_ONCE = 500  # rows of an export that are read together
SORTS = ("number", "entry_no", "declared_on", "filed_on", "updated_at", "status")
TABLES = {
    "district": "customs_districts", "trade_mode": "trade_modes", "transport_mode": "transport_modes",
    "nature": "consolidated_natures", "entry_type": "entry_types",
}  # fmt: skip
MEMBERS = ("consignee_name", "declarant_name", "port", "bill_no", "vessel", "contract_no", "month")

PARTS = (
    Part(
        "集报报关单",
        "",
        tuple(
            Column(head, member, "number" if member in ("lists", "items", "packages", "total") else "text", width)
            for head, member, width in (
                ("统一编号", "number", 22), ("海关编号", "entry_no", 22), ("状态", "status_name", 14),
                ("进出口标志", "ie_flag_name", 10), ("货物性质", "nature_name", 16),
                ("申报地海关", "district_name", 18),
                ("监管方式", "trade_mode_name", 18), ("运输方式", "transport_mode_name", 14), ("备案号", "book_no", 14),
                ("境内收发货人代码", "consignee_code", 14), ("境内收发货人", "consignee_name", 30),
                ("申报单位代码", "declarant_code", 14), ("申报单位", "declarant_name", 30), ("清单份数", "lists", 10),
                ("商品项数", "items", 10), ("件数", "packages", 10), ("毛重（千克）", "gross_weight", 14),
                ("净重（千克）", "net_weight", 14), ("总价", "total", 16), ("币制", "currency", 8),
                ("生成日期", "filed_on", 12), ("申报日期", "declared_on", 12), ("结关日期", "closed_on", 12),
            )
        ),
    ),
)  # fmt: skip
"""The columns of 列表导出."""


@dataclass(frozen=True)
class Asked:
    """The conditions of the page; an empty text is not asked. `closed` is "", yes or no."""

    company_kind: str
    declared: Span
    filed: Span
    closed: str
    texts: Mapping[str, str]  # entry_type, ie_flag, number, entry_no, district, status
    sort: str = "-updated_at"
    page: int = 1
    size: int = 20


def _terms(person: Person, asked: Asked) -> Terms:
    terms = Terms()
    if asked.company_kind == CONSIGNEE:
        terms.add(NAMED, person.customs_code, person.company_id)
    else:
        terms.add(OWN, person.company_id)
    terms.add("not f.hidden")
    terms.equal(DECLARATION.form.content, **asked.texts)
    terms.within("f.declared_on", asked.declared)
    if asked.filed.first:
        terms.add("f.filed_on >= {}", asked.filed.first)
    if asked.filed.last:
        terms.add("f.filed_on <= {}", asked.filed.last)
    if asked.closed:
        terms.add("f.status = {}" if asked.closed == "yes" else "f.status <> {}", CLOSED)
    return terms


FOUND = (
    "document_id", "company_id", "number", "status", "filed_on", "entry_no", "declared_on", "closed_on", "entry_type",
    "ie_flag", "nature", "district", "book_no", "consignee_code", "declarant_code", "transport_mode", "trade_mode",
    "packages", "gross_weight", "net_weight", "items", "lists", "total", "currency",
)  # fmt: skip
"""What page and export have of the find table."""
_FOUND = ", ".join(f"f.{name}" for name in FOUND)
_OF_PAGE = ", ".join(f"p.{name}" for name in FOUND)
_SHOWN = ", ".join(f"d.content->>'{name}' as {name}" for name in MEMBERS)


async def find_declarations(
    transaction: Transaction, person: Person, asked: Asked
) -> tuple[int, list[dict[str, Any]]]:
    """How many there are (at most one more than COUNTED), and a page of them."""
    terms = _terms(person, asked)
    name, down = sort_of(asked.sort, SORTS, CLAUSE)
    order = f"order by f.{name} {down}, f.document_id {down}"
    rows = await transaction.rows(
        f"""with counted as (
                select count(*) as found from (
                    select from find_consolidated_declaration f where {terms} limit {COUNTED + 1}) as c
            ), page as (
                select {_FOUND}, row_number() over ({order}) as place from find_consolidated_declaration f
                where {terms}
                {order} limit {asked.size} offset {(asked.page - 1) * asked.size}
            )
            select c.found, {_OF_PAGE}, {_SHOWN} from counted c
            left join (page p join document d on d.id = p.document_id) on true order by p.place""",
        *terms.values,
    )
    return rows[0]["found"], await _shown(transaction, [row for row in rows if row["number"]])


async def check_exportable(transaction: Transaction, person: Person, asked: Asked) -> None:
    """Raise Refused where nothing fits the conditions, or more than MOST_EXPORTED does."""
    terms = _terms(person, asked)
    found = await transaction.value(
        f"""select count(*) from (
                select from find_consolidated_declaration f where {terms} limit {MOST_EXPORTED + 1}) as c""",
        *terms.values,
    )
    clause = f"{CLAUSE} 列表导出"
    if not found:
        advice = "请调整查询条件后再导出"
        raise refused("", "declarations.none", "没有符合条件的集报报关单", advice, clause)
    if found > MOST_EXPORTED:
        message, advice = f"符合条件的集报报关单超过 {MOST_EXPORTED:,} 票", "请缩小申报日期的范围，分次导出"
        raise refused("", "declarations.many", message, advice, clause)


async def exported(database: Database, person: Person, asked: Asked) -> AsyncIterator[dict[str, Any]]:
    """All of them, some at a time, in the order in which they were made; no connection is held while they are
    written."""
    after = 0
    while True:
        terms = _terms(person, asked)
        terms.add("f.document_id > {}", after)
        async with database.transaction(person.actor) as transaction:
            rows = await transaction.rows(
                f"""select {_FOUND}, {_SHOWN} from find_consolidated_declaration f
                    join document d on d.id = f.document_id
                    where {terms} order by f.document_id limit {AT_ONCE}""",
                *terms.values,
            )
            shown = await _shown(transaction, rows)
        for each in shown:
            yield each
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["document_id"]


async def _shown(transaction: Transaction, rows: list[Row]) -> list[dict[str, Any]]:
    """Rows as the page shows them: codes with names."""
    wanted = {table: [row[name] or "" for row in rows] for name, table in TABLES.items()}
    names = await names_for(transaction, wanted, transaction.now.astimezone(CHINA).date())
    return [_view(row, names) for row in rows]


def _view(row: Row, names: Names) -> dict[str, Any]:
    said: dict[str, Any] = {name: value or "" for name, value in row.items() if isinstance(value, str | None)}
    said |= {f"{name}_name": names.of(table, row[name] or "") for name, table in TABLES.items()}
    said["ie_flag_name"] = FLAGS.get(said["ie_flag"], said["ie_flag"])
    said["status_name"] = DECLARATION.lifecycle.name_of(row["status"])
    return said | {"filed_on": row["filed_on"].isoformat(), "company_id": row["company_id"]}
