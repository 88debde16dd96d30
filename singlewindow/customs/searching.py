"""How officers' lists are searched: only what is asked, so that the right index serves, and one page of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from singlewindow.customs.database import Row, Transaction

CAP = 10_000  # totals are counted up to here

Asked = tuple[str, object]
"""A comparison that lacks its right side ("state = ") and the value there."""


def begins_with(column: str, text: str) -> Asked:
    """That a column begins with these characters, whatever they are."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{column} like ", f"{escaped}%"


async def find_page(
    transaction: Transaction,
    table: str,
    asked: Sequence[Asked | list[Asked]],
    page: int,
    size: int,
    *,
    columns: str = "*",
    order: str = "id desc",
) -> tuple[int, list[Row]]:
    """How many rows of the table match (counted up to CAP), and one page of them in that order.

    All that is asked must hold, and one of what stands in a list.
    """
    groups = [each if isinstance(each, list) else [each] for each in asked]
    places = count(1)
    where = " and ".join(
        f"({' or '.join(f'{comparison}${next(places)}' for comparison, _ in group)})" for group in groups
    )
    where, values = where or "true", [value for group in groups for _, value in group]
    total = await transaction.value(
        f"select count(*) from (select from {table} where {where} limit {CAP}) as found", *values
    )
    rows = await transaction.rows(
        f"""select {columns} from {table} where {where} order by {order}
            limit {size} offset {(page - 1) * size}""",
        *values,
    )
    return total, rows
