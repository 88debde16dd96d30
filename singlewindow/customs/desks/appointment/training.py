"""A declaration that fits an appointment, entered by an officer so that its feedback can be played (APPT-10).

In earnest such declarations come from the declaration system. Here a trainer makes one for any appointment, whatever
its ports and parties, declared at this moment of the business clock.
"""

from __future__ import annotations

from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs import registers
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.entries import Data, find_entries
from singlewindow.customs.exchange.verification import content_of
from singlewindow.customs.numbers import next_serials
from singlewindow.customs.problems import NotFound
from singlewindow.customs.register_kinds import COMPANY, DECLARATION, DECLARATION_STATUSES
from singlewindow.customs.registers import Entry
from singlewindow.customs.times import local_day

RELEASED = "9"
MOST_GOODS = 50


async def declare(transaction: Transaction, book_id: int) -> str:
    """Add and publish one declaration for an appointment; answers its number. Raises NotFound."""
    book = await transaction.row("select * from appointment_book where id = $1", book_id)
    if book is None:
        raise NotFound("没有这份预约")
    received = await transaction.value("select received from submission where id = $1", book["submission_id"])
    companies = await find_entries(transaction, COMPANY, (book["company"], book["consignee"]))
    number = await _number(transaction, book)
    data = _data(transaction, book, companies) | {"goods": _goods(Submission.model_validate(received))}
    await registers.add_one(transaction, Entry(DECLARATION.name, number, 1, data))
    return number


async def _number(transaction: Transaction, book: Row) -> str:
    """District, year, direction, and of this world's serials those that begin with the day of the year."""
    [serial] = await next_serials(transaction, f"declaration/{book['declare_port']}", 1)
    day = local_day(transaction.now)
    return f"{book['declare_port']}{day.year}{'1' if book['ie_flag'] == 'I' else '0'}{day:%j}{serial:06d}"


def _data(transaction: Transaction, book: Row, companies: dict[str, Data]) -> Data:
    now = transaction.now.isoformat()
    return {
        "status": RELEASED,
        "status_name": DECLARATION_STATUSES[RELEASED],
        "ie_flag": book["ie_flag"],
        "district": book["declare_port"],
        "port": book["entry_port"],
        "inspection_district": book["declare_port"],
        "declared_at": now,
        "released_at": now,
        **_party("consignee", book["consignee"], companies),
        **_party("declarant", book["company"], companies),
    }


def _party(role: str, code: str, companies: dict[str, Data]) -> Data:
    company = companies.get(code, {})
    return {
        f"{role}_code": code,
        f"{role}_name": company.get("name") or code,
        f"{role}_scc": company.get("scc", ""),
        f"{role}_ciq": company.get("ciq_code", ""),
    }


def _goods(submission: Submission) -> list[dict[str, Any]]:
    """The goods of the application."""
    rows = content_of(submission).get("goods")
    return [
        {"no": str(at), "code": str(row.get("hs_code") or ""), "name": str(row.get("name") or "")}
        for at, row in enumerate(rows if isinstance(rows, list) else (), 1)
        if isinstance(row, dict)
    ][:MOST_GOODS]
