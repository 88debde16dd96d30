"""集报清单汇总, the query (manual 4.1; CONS-13): the company's lists that are 已结关, and until when each is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.lifecycle import CLOSED
from singlewindow.subsystems.consolidated.merging.asking import (
    COUNTED,
    NATURES,
    Span,
    Terms,
    names_for,
    sort_of,
)
from singlewindow.subsystems.consolidated.merging.checking import MERGED_IN, not_now, standing
from singlewindow.subsystems.consolidated.merging.periods import CLAUSE

OWN = "f.company_id = {}"
"""The application's own check of whose lists are found; row-level security is the second fence."""
FOUND = (
    "number", "list_no", "ie_flag", "nature", "district", "book_no", "trade_mode", "transport_mode", "declared_on",
    "accepted_on", "items", "packages", "gross_weight", "net_weight", "total", "currency", "status",
)  # fmt: skip
"""What a candidate has of the find table."""
_FOUND = ", ".join(f"f.{name}" for name in FOUND)
_OF_PAGE = ", ".join(f"p.{name}" for name in FOUND)
SORTS = {
    "declared_on": "declared_on",
    "accepted_on": "accepted_on",
    "number": "number",
    "merge_by": "accepted_on",
}


@dataclass(frozen=True)
class Asked:
    """The conditions of the page; an empty text is not asked."""

    goods_nature: str
    ie_flag: str
    declared: Span
    texts: Mapping[str, str]  # number, list_no, district, book_no, transport_mode
    sort: str = "declared_on"
    page: int = 1
    size: int = 20


@dataclass(frozen=True)
class Candidate:
    """A list that may be ticked, or why it may not; `standing` is "", overdue or refused."""

    row: Row
    names: Mapping[str, str]
    merge_by: str
    standing: str
    message: str
    why: str


async def find_candidates(
    transaction: Transaction, person: Person, asked: Asked
) -> tuple[int, list[Candidate]]:
    """How many there are (at most one more than COUNTED), and a page of them. Raises Refused for an unknown sort."""
    terms = Terms()
    terms.add(OWN, person.company_id)
    terms.add("not f.hidden and f.status = {} and f.ie_flag = {}", CLOSED, asked.ie_flag)
    terms.add("f.nature = any({})", list(NATURES[asked.goods_nature]))
    terms.within("f.declared_on", asked.declared)
    terms.equal(LIST.form.content, **asked.texts)
    name, down = sort_of(asked.sort, SORTS, CLAUSE)
    order = f'order by f.{SORTS[name]} collate "C" {down}, f.document_id {down}'
    rows = await transaction.rows(
        f"""with counted as (
                select count(*) as found from (
                    select from find_consolidated_list f where {terms} limit {COUNTED + 1}) as c
            ), page as (
                select f.document_id, {_FOUND}, row_number() over ({order}) as place from find_consolidated_list f
                where {terms}
                {order} limit {asked.size} offset {(asked.page - 1) * asked.size}
            )
            select c.found, {_OF_PAGE}, d.amending, d.ended_by, {MERGED_IN.format("p.document_id")}
            from counted c left join (page p join document d on d.id = p.document_id) on true order by p.place""",
        *terms.values,
    )
    return rows[0]["found"], await _candidates(transaction, [row for row in rows if row["number"]])


async def _candidates(transaction: Transaction, rows: list[Row]) -> list[Candidate]:
    today = transaction.now.astimezone(CHINA).date()
    names = await names_for(
        transaction,
        {
            "customs_districts": [row["district"] or "" for row in rows],
            "consolidated_natures": [row["nature"] or "" for row in rows],
            "transport_modes": [row["transport_mode"] or "" for row in rows],
            "trade_modes": [row["trade_mode"] or "" for row in rows],
        },
        today,
    )
    found = []
    for row in rows:
        period = standing(row["accepted_on"] or "", row["nature"] or "", today)
        stands = period.standing if period else "refused"
        why = not_now(row) or (period.message if period and stands == "refused" else "")
        shown = {
            "district_name": names.of("customs_districts", row["district"] or ""),
            "nature_name": names.of("consolidated_natures", row["nature"] or ""),
            "transport_mode_name": names.of("transport_modes", row["transport_mode"] or ""),
            "trade_mode_name": names.of("trade_modes", row["trade_mode"] or ""),
        }
        until = period.last_day.isoformat() if period else ""
        found.append(Candidate(row, shown, until, stands, period.message if period else "", why))
    return found
