"""What stands behind a list: the company's qualification, its booklet or account book, licences, the manifest.

Booklets and qualifications are documents of the company's own; account books, handbooks, licences and manifests are
what customs publish. A booklet and an account book are read in one shape, a `Book`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.registers.store import Entry
from singlewindow.subsystems.consolidated.limits import is_valid
from singlewindow.subsystems.consolidated.lists.quantities import account_key, amount_of

APPROVED = "7"  # 海关审批通过, of qualifications and booklets
BONDED_NATURE = "2"  # 保税货物
STOPPED = "1"  # 停用标志


@dataclass(frozen=True)
class Qualification:
    """企业资质备案 in a district; `nature` is its 集中申报货物性质, `valid_until` "" where customs named no day."""

    number: str
    district: str
    nature: str
    status: str
    valid_until: str = ""

    @property
    def bonded(self) -> bool:
        """Whether it is for bonded goods."""
        return self.nature == BONDED_NATURE

    def counts(self, today: date) -> bool:
        """Whether customs have approved it and it has not run out."""
        return self.status == APPROVED and in_force_until(self.valid_until, today)


@dataclass(frozen=True)
class Item:
    """A good of a booklet or an account book. `limit` is how much of it may be drawn altogether; None: no limit."""

    code: str
    name: str
    model: str = ""
    unit: str = ""
    price: str = ""
    currency: str = ""
    country: str = ""
    licence: str = ""
    stopped: bool = False
    limit: Decimal | None = None


@dataclass(frozen=True)
class Book:
    """What 备案号 names: a booklet (of a `qualification`), or an account book of bonded goods with its `trade_mode`.

    `usable` says whether customs have approved it and it has not run out.
    """

    number: str
    district: str
    usable: bool
    items: Mapping[str, Item] = field(default_factory=dict)
    nature: str = BONDED_NATURE
    qualification: str = ""
    trade_mode: str = ""

    @property
    def granted(self) -> dict[str, Decimal]:
        """How much of each item lists may draw altogether, by key."""
        limits = {account_key(self.number, no): item.limit for no, item in self.items.items()}
        return {key: limit for key, limit in limits.items() if limit is not None}


@dataclass(frozen=True)
class Licence:
    """A licence: its holder, whether it is in force, and the licensed quantity by goods code with the unit."""

    number: str
    code: str
    holder: str
    in_force: bool
    goods: Mapping[str, tuple[str, Decimal]]


def booklet_of(row: Mapping[str, Any], today: date) -> Book:
    """The book of an approved booklet's row (`known.BOOKLETS`)."""
    return Book(
        number=row["book_no"],
        district=row["district"] or "",
        usable=row["status"] == APPROVED and in_force_until(row["valid_until"] or "", today),
        items={str(at): _booklet_item(good) for at, good in enumerate(row["goods"] or (), 1)},
        nature=row["nature"] or "",
        qualification=row["qualification"] or "",
    )


def account_book_of(entry: Entry, now: datetime) -> Book:
    """The book of an account book's or handbook's entry."""
    data = entry.data
    return Book(
        number=entry.key,
        district=text_of(data, "district"),
        usable=entry.in_force(now),
        items={text_of(item, "no").lstrip("0"): _account_item(item) for item in data.get("items", [])},
        trade_mode=text_of(data, "trade_mode"),
    )


def licence_of_entry(entry: Entry, now: datetime) -> Licence:
    """A licence of customs' register; quantities of several rows of one code are added."""
    goods: dict[str, tuple[str, Decimal]] = {}
    for row in entry.data.get("goods", []):
        unit, before = goods.get(text_of(row, "code"), (text_of(row, "unit"), Decimal()))
        goods[text_of(row, "code")] = (unit, before + amount_of(text_of(row, "quantity")))
    return Licence(
        entry.key, text_of(entry.data, "code"), text_of(entry.data, "company"), entry.in_force(now), goods
    )


def best_of(
    found: Sequence[Qualification], district: str, today: date, *, bonded: bool
) -> Qualification | None:
    """The qualification of a district that counts for such goods; of none, one that says why not."""
    fitting = [each for each in found if each.district == district and each.bonded is bonded]
    return max(fitting, key=lambda each: (each.counts(today), each.status == APPROVED), default=None)


def in_force_until(valid_until: str, today: date) -> bool:
    """Whether a day YYYY-MM-DD has not passed; what names no day has no end."""
    last = find_day(valid_until)
    return last is None or is_valid(last, today)


def text_of(data: Mapping[str, Any], name: str) -> str:
    """A member of what customs published, as text."""
    return str(data.get(name) or "")


def _booklet_item(good: Mapping[str, Any]) -> Item:
    return replace(_item(good), licence=text_of(good, "licence"), stopped=text_of(good, "stopped") == STOPPED)


def _account_item(item: Mapping[str, Any]) -> Item:
    """What the portal may draw: what customs say is left, and what lists took of it already (register, `deducted`)."""
    limit = amount_of(text_of(item, "remaining")) + amount_of(text_of(item, "deducted"))
    return replace(_item(item), limit=limit)


def _item(data: Mapping[str, Any]) -> Item:
    return Item(
        code=text_of(data, "code"),
        name=text_of(data, "name"),
        model=text_of(data, "model"),
        unit=text_of(data, "unit"),
        price=text_of(data, "price"),
        currency=text_of(data, "currency"),
        country=text_of(data, "country"),
    )
