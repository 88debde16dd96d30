"""How a person arranged the pages: small JSON values by key, each account's own (UI-07)."""

from __future__ import annotations

import json
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import SHAPE_ADVICE, Refused, Violation

MOST = 200  # keys of one account; the oldest go first
MAX_TEXT = 4_000  # characters of a value's JSON
CLAUSE = "手册 2.4.3 选择显示列"


async def find(transaction: Transaction, person: Person, key: str) -> Any:
    """What was remembered under a key, or None."""
    return await transaction.value(
        "select value from preference where account_id = $1 and company_id = $2 and key = $3",
        person.account_id,
        person.company_id,
        key,
    )


async def remember(transaction: Transaction, person: Person, key: str, value: Any) -> None:
    """Remember a JSON value. Raises Refused where it is too long or cannot be stored."""
    text = _text(value)
    await transaction.run(
        """insert into preference (account_id, company_id, key, value) values ($1, $2, $3, $4::text::jsonb)
           on conflict (account_id, key) do update set value = excluded.value, updated_at = clock_timestamp()""",
        person.account_id,
        person.company_id,
        key,
        text,
    )
    await transaction.run(
        """delete from preference where account_id = $1 and key in
           (select key from preference where account_id = $1 order by updated_at desc offset $2)""",
        person.account_id,
        MOST,
    )


def _text(value: Any) -> str:
    try:
        text = json.dumps(
            value, allow_nan=False
        )  # ASCII: what PostgreSQL cannot hold stands in it as an escape
    except ValueError:
        text = r"\u0000"
    if len(text) <= MAX_TEXT and r"\u0000" not in text and r"\ud" not in text:
        return text
    message = f"页面设置超过 {MAX_TEXT:,} 个字符或含有不能使用的字符"
    raise Refused.because([Violation("value", "preference.shape", message, SHAPE_ADVICE, CLAUSE)])
