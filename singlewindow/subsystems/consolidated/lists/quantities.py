"""What a list uses up of licences and account books, and what is left of them: pure functions (CONS-10, FA 3.5).

What is used is kept for every list by the kernel (`Draw`); the keys name what is used up and in which unit it is
counted. Quantities are decimals, compared by value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from singlewindow.subsystems.consolidated.lists.document import BONDED

LICENCE = "consolidated.licence"
ACCOUNT_BOOK = "consolidated.account_book"
TOLERANCE = Decimal("0.01")  # of a total, for one item (FA 3.5)
PLAIN = r"[0-9]{1,19}(\.[0-9]{1,5})?"
Row = Mapping[str, Any]


def amount_of(text: str) -> Decimal:
    """A plain decimal text's value; 0 for what is none, however it came there."""
    return Decimal(text) if re.fullmatch(PLAIN, text) else Decimal()


def total_differs(price: str, quantity: str, total: str) -> bool:
    """Whether a total is further from price × quantity than the tolerance."""
    return abs(amount_of(price) * amount_of(quantity) - amount_of(total)) > TOLERANCE


def licence_of(row: Row, licence_no: str) -> str:
    """The number of the licence under which a good passes: the header's, else that of its booklet item; "" for none.
    Customs' register has capital letters alone, an approved booklet may have others."""
    return (licence_no or str(row.get("licence", "")).partition(":")[2]).upper()


def measures(row: Row) -> dict[str, Decimal]:
    """A good's quantities by unit: as declared, and in the legal units; by "" that which counts where a licence names
    no unit, the declared one."""
    found = {"": amount_of(row["quantity"])} if row.get("quantity") else {}
    for quantity, unit in (("quantity", "unit"), ("quantity1", "unit1"), ("quantity2", "unit2")):
        if row.get(unit) and row.get(quantity):
            found.setdefault(row[unit], amount_of(row[quantity]))
    return found


def licence_key(number: str, code: str, unit: str) -> str:
    """What is used of a licence: its number, the goods code, and the unit in which it is counted."""
    return f"{number}/{code}/{unit}"


def account_key(book_no: str, record_no: str) -> str:
    """What is used of an account book or handbook: its number and the item."""
    return f"{book_no}/{record_no}"


def licence_amounts(content: Mapping[str, Any]) -> dict[str, Decimal]:
    """What a list uses of licences, by key. Each good counts in each of its units, for the licence says in which one
    it is measured."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in content.get("goods", []):
        if number := licence_of(row, content.get("licence_no", "")):
            for unit, amount in measures(row).items():
                found[licence_key(number, row.get("code", ""), unit)] += amount
    return dict(found)


def account_amounts(content: Mapping[str, Any]) -> dict[str, Decimal]:
    """What a list of bonded goods uses of its account book or handbook, by key."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    if content.get("list_kind") in BONDED and content.get("book_no"):
        for row in content.get("goods", []):
            if row.get("record_no"):
                key = account_key(content["book_no"], row["record_no"])
                found[key] += amount_of(row.get("quantity", ""))
    return dict(found)


def totals(rows: list[Row]) -> tuple[str, str]:
    """The sum of all totals and its currency; "" and 多币制 where the goods have several, for these cannot be added."""
    currencies = {row.get("currency", "") for row in rows} - {""}
    if len(currencies) != 1:
        return "", "多币制" if currencies else ""
    total = sum((amount_of(row.get("total", "")) for row in rows), Decimal())
    return plain(total) if total else "", currencies.pop()


def plain(amount: Decimal) -> str:
    """An amount as a text without exponent and without zeros at its end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def weights_fit(gross: str, net: str) -> bool:
    """Whether 毛重 is not below 净重."""
    return amount_of(gross) >= amount_of(net)


def exceeding(
    used: Mapping[str, Decimal], granted: Mapping[str, Decimal], by_others: Mapping[str, Decimal]
) -> Iterator[tuple[str, Decimal]]:
    """Every key of which a list uses more than is left, and what is left of it (not less than nothing)."""
    for key, amount in used.items():
        if key in granted and amount > (left := granted[key] - by_others.get(key, Decimal())):
            yield key, max(left, Decimal())
