"""归并关系查询 (manual 5.4; CONS-14): from a list to its declarations, and from a declaration to its lists."""

from __future__ import annotations

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.definition.check import tidied
from singlewindow.kernel.people.person import Person
from singlewindow.subsystems.consolidated.merging.asking import COUNTED, NUMBER, Terms, refused

CLAUSE = "手册 第六篇 5.4 归并关系查询"
OWN = "(r.company_id = {} or r.owner_id = {})"
"""The application's own check of whose relations are seen: the lists' company, and the one whose declaration it is.
Row-level security is the second fence."""
RELATED = (
    "list_number", "list_no", "list_item", "declaration_number", "declaration_item", "code", "name", "quantity", "unit",
    "total", "currency",
)  # fmt: skip
_RELATED = ", ".join(f"r.{name}" for name in RELATED)


async def find_relations(
    transaction: Transaction, person: Person, list_number: str, declaration_number: str, page: int, size: int
) -> tuple[int, list[Row]]:
    """How many there are (at most one more than COUNTED), and a page of them, with `own_list`, whether the list is the
    company's: its 申报单位 sees what became of it, not the list. Both numbers may be given.

    Raises Refused where none is.
    """
    numbers = {"list_number": list_number, "declaration_number": declaration_number}
    asked = {column: tidied(NUMBER, number) for column, number in numbers.items()}
    if not any(asked.values()):
        message = "请勾选集报清单统一编号或集报报关单统一编号，并填写编号"
        raise refused("list_number", "relation.required", message, "填写其中一项后再查询", CLAUSE)
    terms = Terms()
    terms.add(OWN, person.company_id, person.company_id)
    for column, number in asked.items():
        if number:
            terms.add(f"r.{column} = {{}}", number)
    order = "order by r.declaration_number, r.declaration_item, r.list_number, r.list_item"
    rows = await transaction.rows(
        f"""with counted as (
                select count(*) as found from (
                    select from consolidated_relation r where {terms} limit {COUNTED + 1}) as c
            ), page as (
                select {_RELATED}, r.declaration_id, r.company_id = $1 as own_list
                from consolidated_relation r where {terms} {order}
                limit {size} offset {(page - 1) * size}
            )
            select c.found, {_RELATED}, r.own_list, f.entry_no from counted c
            left join (page r left join find_consolidated_declaration f on f.document_id = r.declaration_id) on true
            {order}""",
        *terms.values,
    )
    return rows[0]["found"], [row for row in rows if row["list_number"]]
