"""Lists: accepted with a number, moved along the road, amended and withdrawn, with what they take of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Taken
from singlewindow.customs.desks.consolidated import records
from singlewindow.customs.desks.consolidated.contents import is_bonded_list, text
from singlewindow.customs.desks.consolidated.grounds import Filed, judged
from singlewindow.customs.desks.consolidated.ledger import write_uses
from singlewindow.customs.desks.consolidated.numbers import list_numbers
from singlewindow.customs.desks.consolidated.states import (
    AGREED,
    AMENDABLE,
    BASE,
    CHANGE,
    PASSED,
    WITHDRAWAL,
    WITHDRAWN,
)
from singlewindow.customs.exchange.verification import content_of
from singlewindow.customs.kept import received
from singlewindow.customs.times import local_day

BY_ROAD = "4"
DETOUR = "公路运输的保税货物，由承运人承运过境"


def declared(function: str, now: datetime) -> dict[str, Any]:
    """What the first receipt of a list carries: 申报日期, the day on which customs have taken the data in."""
    return {"declared_on": local_day(now).isoformat()} if function in BASE else {}


async def why_not_accepted(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of a list's acceptance."""
    held = await records.held(transaction, rows, lock=lock)
    found = [records.superseded(row, record) for row, record in zip(rows, held, strict=True)]
    lists = [filed_in(record, record["content"]) for record in held if record]
    return await _with_grounds(transaction, found, held, lists, amending=False, lock=lock)


async def why_not_amended(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of an amendment: the list can be amended, and what it would say then is in order."""
    held = await records.held(transaction, rows, lock=lock)
    messages = await received(transaction, rows)
    found = [
        records.past_following(row, record, AMENDABLE) or records.moved(record, message)
        for row, record, message in zip(rows, held, messages, strict=True)
    ]
    lists = [
        filed_in(record, content_of(message))
        for record, message in zip(held, messages, strict=True)
        if record
    ]
    return await _with_grounds(transaction, found, held, lists, amending=True, lock=lock)


async def why_not_withdrawn(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of a withdrawal."""
    held = await records.held(transaction, rows, lock=lock)
    return [records.past_following(row, record, AMENDABLE) for row, record in zip(rows, held, strict=True)]


async def _with_grounds(
    transaction: Transaction,
    found: Sequence[str],
    held: Sequence[Row | None],
    lists: Sequence[Filed],
    *,
    amending: bool,
    lock: bool,
) -> list[str]:
    """The hindrances that are known, and for lists without one the grounds against them."""
    free = {record["id"] for why, record in zip(found, held, strict=True) if record and not why}
    open_lists = [each for each in lists if each.record in free]
    whys, _ = await judged(transaction, open_lists, amending=amending, lock=lock)
    by_record = dict(zip([each.record for each in open_lists], whys, strict=True))
    return [
        why or (by_record.get(record["id"], "") if record else "")
        for why, record in zip(found, held, strict=True)
    ]


def filed_in(record: Row, content: Any) -> Filed:
    """The list of a record, as this content would have it."""
    trader = text(content, "consignee_code") or record["trader"]
    return Filed(record["id"], trader, text(content, "district") or record["district"], content)


async def accepted(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What an acceptance carries: 清单海关编号, and the days that count for duty and for merging (art. 13, 16)."""
    held = await records.held(transaction, rows)
    numbers = await list_numbers(
        transaction, rows, [record["nature"][1:2] if record else "I" for record in held]
    )
    taken_in = await transaction.rows(
        "select id, received_at from submission where id = any($1)", [row["id"] for row in rows]
    )
    days = {row["id"]: local_day(row["received_at"]).isoformat() for row in taken_in}
    today = local_day(transaction.now).isoformat()
    return [
        {"customs_no": number, "list_no": number, "accepted_on": today, "declared_on": days[row["id"]]}
        for number, row in zip(numbers, rows, strict=True)
    ]


async def by_road(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The detour of closing: bonded goods on the road are entrusted, carried and cross the border first (FA 3.7)."""
    held = await records.held(transaction, rows, lock=lock)
    return [
        DETOUR if record is not None and _goes_by_road(row, record) else ""
        for row, record in zip(rows, held, strict=True)
    ]


def _goes_by_road(row: Row, record: Row) -> bool:
    content = record["content"]
    return row["state"] == PASSED and is_bonded_list(content) and text(content, "transport_mode") == BY_ROAD


async def follow(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """The effect on lists: state, content, the end, and what they take of licences and account books."""
    await records.move(transaction, [each for each in taken if each.row["function"] in BASE])
    agreed = [each.row for each in taken if each.decision.state == AGREED]
    await records.change(transaction, [row for row in agreed if row["function"] == CHANGE])
    withdrawn = [row for row in agreed if row["function"] == WITHDRAWAL]
    await records.end(transaction, withdrawn, WITHDRAWN, AMENDABLE)
    await _take(transaction, [each.row for each in taken if each.decision.state == PASSED] + agreed)


async def _take(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Write what the lists take now; one that is withdrawn takes nothing."""
    held = [record for record in await records.held(transaction, rows) if record] if rows else []
    current = [filed_in(record, record["content"]) for record in held if record["state"] != WITHDRAWN]
    if not held:
        return
    _, takings = await judged(transaction, current, amending=True, lock=False)
    by_record = dict(zip([each.record for each in current], takings, strict=True))
    await write_uses(transaction, {record["id"]: by_record.get(record["id"], {}) for record in held})
