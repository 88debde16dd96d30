"""What lists take from licences and account books: one ledger, under the locks of the register's own entries (CONS-10).

A list counts from its approval until it is withdrawn. What it takes from an account book customs also write into the
register: `remaining` less, `deducted` more, their sum constant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from singlewindow.customs import registers
from singlewindow.customs.database import Transaction
from singlewindow.customs.desks.consolidated.contents import Content, amount, is_bonded_list, table, text
from singlewindow.customs.entries import Data
from singlewindow.customs.register_kinds import ACCOUNT_BOOK, LICENCE
from singlewindow.customs.registers import Entry


class Use(NamedTuple):
    """What is taken from: a register, an entry's key, and its item (商品编号 of a licence, 备案序号 of a book)."""

    kind: str
    key: str
    item: str


Taking = Mapping[Use, Decimal]
_MEASURES = (("unit", "quantity"), ("unit1", "quantity1"), ("unit2", "quantity2"))


@dataclass
class Ledger:
    """What entries allow, and what lists have taken so far; `others` grows as lists of one batch are let through."""

    entries: Mapping[tuple[str, str], Data]
    by_record: Mapping[int, Taking]
    others: dict[Use, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def knows(self, use: Use) -> bool:
        """Whether there is such an entry in force with such an item."""
        data = self.entries.get((use.kind, use.key), {})
        return bool(item_of(data, use.item) if use.kind == ACCOUNT_BOOK.name else _licensed(data, use.item))

    def left(self, use: Use, record: int) -> Decimal:
        """How much is left for a list besides what all others have taken."""
        own = self.by_record.get(record, {}).get(use, Decimal())
        data = self.entries.get((use.kind, use.key), {})
        if use.kind == ACCOUNT_BOOK.name:
            item = item_of(data, use.item) or {}
            return amount(item.get("remaining")) + own - self.others[use]
        licensed = sum((amount(row.get("quantity")) for row in _licensed(data, use.item)), Decimal())
        return licensed + own - self.others[use]

    def take(self, taking: Taking, record: int) -> None:
        """Count what a list takes that is let through."""
        own = self.by_record.get(record, {})
        for use, much in taking.items():
            self.others[use] += much - own.get(use, Decimal())


def licence_of(content: Content, row: Content, booked: Content) -> str:
    """The licence under which a good goes: the header's, else the row's, else the booklet's item's; "" if none. The
    register's numbers have capital letters, what companies file may have others."""
    own = text(row, "licence") or text(booked, "licence")
    return (text(content, "licence_no") or own.partition(":")[2]).upper()


def taking_of(
    content: Content, booked: Mapping[str, Content], licences: Mapping[str, Data]
) -> dict[Use, Decimal]:
    """What a list takes of account books and licences; `booked` are its booklet's or book's items by 备案序号. Pure.

    A licence is counted in its own unit: 成交数量, or a 法定数量 where that is in the unit.
    """
    taken: dict[Use, Decimal] = defaultdict(Decimal)
    for row in table(content):
        number = text(row, "record_no").lstrip("0")
        if is_bonded_list(content):
            taken[Use(ACCOUNT_BOOK.name, text(content, "book_no"), number)] += amount(row.get("quantity"))
        if licence := licence_of(content, row, booked.get(number, {})):
            code = text(row, "code")
            unit = licensed_unit(licences.get(licence, {}), code)
            taken[Use(LICENCE.name, licence, code)] += _in_unit(row, unit)
    return {use: much for use, much in taken.items() if much}


def licensed_unit(licence: Data | Mapping[str, Any], code: str) -> str:
    """The unit in which a good is licensed; "" where the licence does not say it: then 成交数量 counts."""
    return next((text(each, "unit") for each in _licensed(licence, code)), "")


def is_measured_in(row: Content, unit: str) -> bool:
    """Whether a good's quantity is declared in that unit, as 成交数量 or 法定数量."""
    return any(text(row, name) == unit and text(row, quantity) for name, quantity in _MEASURES)


def _licensed(data: Data | Mapping[str, Any], code: str) -> list[Content]:
    return [row for row in table(data) if row.get("code") == code]


def _in_unit(row: Content, unit: str) -> Decimal:
    for name, quantity in _MEASURES:
        if unit and text(row, name) == unit and text(row, quantity):
            return amount(row.get(quantity))
    return amount(row.get("quantity"))


def item_of(data: Data | Mapping[str, Any], number: str) -> Content | None:
    """The item of an account book under a 备案序号; None where there is none."""
    return next((row for row in table(data, "items") if number_of(row) == number), None)


def number_of(row: Content) -> str:
    """The 备案序号 of an account book's item, without zeros before it."""
    return str(row.get("no")).lstrip("0")


async def open_ledger(
    transaction: Transaction,
    wanted: Iterable[Use],
    records: Sequence[int],
    *,
    lock: bool,
    ended: bool = False,
) -> Ledger:
    """The ledger of these entries (in force, or with `ended` all), as far as it is taken from; with `lock` the entries
    are locked in one order."""
    uses = sorted(set(wanted))
    entries = await transaction.rows(
        f"""select e.kind, e.key, e.data from entry e
            where (e.kind, e.key) in (select * from unnest($1::text[], $2::text[])) and e.data is not null
              and ($4 or (valid_from is null or valid_from <= $3) and (valid_to is null or valid_to > $3))
            order by e.kind, e.key {"for update" if lock else ""}""",
        [use.kind for use in uses],
        [use.key for use in uses],
        transaction.now,
        ended,
    )
    used = await transaction.rows(
        f"""select kind, key, item, sum(amount) as amount from consolidated_use
            join unnest($1::text[], $2::text[], $3::text[]) as w (kind, key, item) using (kind, key, item)
            where kind = '{LICENCE.name}' group by kind, key, item""",
        *(list(column) for column in zip(*uses, strict=True)) if uses else ([], [], []),
    )
    ledger = Ledger(
        {(row["kind"], row["key"]): row["data"] for row in entries}, await taken_by(transaction, records)
    )
    for row in used:
        ledger.others[Use(row["kind"], row["key"], row["item"])] = row["amount"]
    return ledger


async def taken_by(transaction: Transaction, records: Sequence[int]) -> dict[int, dict[Use, Decimal]]:
    """What these lists have taken, by their records' ids."""
    found: dict[int, dict[Use, Decimal]] = {}
    for row in await transaction.rows(
        "select record_id, kind, key, item, amount from consolidated_use where record_id = any($1)",
        list(records),
    ):
        found.setdefault(row["record_id"], {})[Use(row["kind"], row["key"], row["item"])] = row["amount"]
    return found


async def write_uses(transaction: Transaction, takings: Mapping[int, Taking]) -> None:
    """Let these lists take so much instead of what they took before, and publish the account books that it changes."""
    before = await taken_by(transaction, list(takings))
    await transaction.run("delete from consolidated_use where record_id = any($1)", list(takings))
    rows = [(record, *use, much) for record, taking in takings.items() for use, much in taking.items()]
    await transaction.copy("consolidated_use", ("record_id", "kind", "key", "item", "amount"), rows)
    moved: dict[Use, Decimal] = defaultdict(Decimal)
    for record, taking in takings.items():
        for use, much in taking.items():
            moved[use] += much
        for use, much in before.get(record, {}).items():
            moved[use] -= much
    await _deduct(
        transaction, {use: much for use, much in moved.items() if use.kind == ACCOUNT_BOOK.name and much}
    )


async def _deduct(transaction: Transaction, moved: Taking) -> None:
    rows = await transaction.rows(
        """select kind, key, seq, data, valid_from, valid_to from entry where kind = $1 and key = any($2)
             and data is not null order by key for update""",
        ACCOUNT_BOOK.name,
        sorted({use.key for use in moved}),
    )
    entries = [Entry(**dict(row)) for row in rows]
    await registers.put_all(transaction, [_deducted(entry, moved) for entry in entries])


def _deducted(entry: Entry, moved: Taking) -> Entry:
    """The book's next entry. Pure."""
    data = entry.data or {}
    items = [
        _item(row, moved.get(Use(entry.kind, entry.key, number_of(row)), Decimal())) for row in data["items"]
    ]
    return Entry(
        entry.kind, entry.key, entry.seq + 1, {**data, "items": items}, entry.valid_from, entry.valid_to
    )


def _item(row: Content, much: Decimal) -> dict[str, Any]:
    if not much:
        return dict(row)
    remaining, deducted = amount(row.get("remaining")) - much, amount(row.get("deducted")) + much
    return {**row, "remaining": shown(remaining), "deducted": shown(deducted)}


def shown(much: Decimal) -> str:
    """A quantity as text, without zeros at its end."""
    return f"{much.normalize():f}" if much else "0"
