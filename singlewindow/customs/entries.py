"""What desks look up in customs' own registers to judge by: one query for a batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from singlewindow.customs.database import Transaction
from singlewindow.customs.register_kinds import Register

Data = dict[str, Any]


async def find_entries(
    transaction: Transaction,
    register: Register,
    keys: Iterable[str],
    *,
    ended: bool = False,
    lock: bool = False,
) -> dict[str, Data]:
    """The data of those entries of a register that are in force now, or with `ended` of all of them, by key.

    With `lock` they are locked in the order of their keys.
    """
    rows = await transaction.rows(
        f"""select key, data from entry where kind = $1 and key = any($2) and data is not null
             and ($4 or (valid_from is null or valid_from <= $3) and (valid_to is null or valid_to > $3))
             order by key {"for update" if lock else ""}""",
        register.name,
        sorted(set(keys)),
        transaction.now,
        ended,
    )
    return {row["key"]: row["data"] for row in rows}
