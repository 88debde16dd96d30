"""归并 (令169 第13、14条; CONS-13): lists become declarations. A pure function of the lists and of how it is asked.

Lists whose heads agree in the group key go together; inside, goods whose item keys agree become one item whose
quantities and total are added up. Lists stay whole: in the order of acceptance each joins its group's open declaration
as long as that one holds no more items than it may, else it opens the next. So what was done of it already, a
beginning of the declarations, changes nothing of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from singlewindow.subsystems.consolidated.lists.quantities import licence_of

CLAUSE = "海关总署令第169号 第十四条"
MOST_ITEMS = 50
INSTEAD_OF_VESSEL = "集中申报"

HEAD_KEY = (
    "ie_flag", "nature", "district", "port", "consignee_code", "consignee_scc", "owner_code", "owner_scc",
    "owner_name", "trade_mode", "trade_country", "transit_port", "transport_mode", "book_no", "duty_nature",
    "licence_no", "terms", "trade_area", "departure_port", "entry_port", "packing",
)  # fmt: skip
"""What a declaration's head has once, and its lists must therefore agree in (facts FA 3.3). 申报单位 and the month of
acceptance come besides, and the fees that cannot be added up."""
ITEM_KEY = (
    "record_no", "code", "name", "model", "unit", "unit1", "unit2", "price", "currency", "origin", "destination",
    "place", "duty_mode",
)  # fmt: skip
ITEM_SUMS = ("quantity", "quantity1", "quantity2", "total")
HEAD_SUMS = ("packages", "gross_weight", "net_weight")
BY_VALUE = frozenset({"record_no", "price"})
FEES = ("freight", "insurance", "other")
SEVERAL = "多币制"
TOTAL_FEE = "3"  # 运费标记 3: a sum of money; 1 is a rate, 2 a price for each unit
PARTIES = ("code", "name", "scc", "ciq")
COMMON = ("vessel", "voyage", "bill_no", "contract_no", "marks", "note")
"""What may differ: a declaration says it where all its lists say the same."""
DIGITS = {"packages": 9, "total": 15}  # before the point (facts FA 3.5); all other amounts have 14
OTHER_DIGITS = 14

Key = tuple[object, ...]
Sums = dict[str, Decimal | None]
"""Amounts by name; None as long as nothing was given."""


@dataclass(frozen=True)
class Listed:
    """A list that is to be merged: its 清单中心统一编号, when customs accepted it (YYYY-MM-DD, or a moment that begins
    so), and its content (amounts are decimal texts)."""

    number: str
    accepted_on: str
    content: Mapping[str, Any]

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands among the others."""
        return self.accepted_on, self.number

    @property
    def goods(self) -> Sequence[Mapping[str, Any]]:
        """Its items, in their order."""
        rows: Sequence[Mapping[str, Any]] = self.content.get("goods", ())
        return rows


@dataclass(frozen=True)
class Merging:
    """How lists are merged. `declarant` are code, name, scc and ciq of the 报关单申报单位 that was named; none: the
    list's own. `rate_days` (YYYY-MM-DD) are days on which rates of duty changed within a month. `instead`:
    运输工具名称 is 集中申报, 提运单号 the first and last 进出口日期 (填制规范); else both as far as all lists agree."""

    declarant: Mapping[str, str] | None = None
    rate_days: tuple[str, ...] = ()
    instead: bool = True
    most_items: int = MOST_ITEMS


@dataclass(frozen=True)
class Relation:
    """归并关系: an item of a list, and the declaration's item that holds it. Items count from 1."""

    list_number: str
    list_item: int
    item: int


@dataclass(frozen=True)
class Merged:
    """A declaration, the lists in it, and where each of their items went."""

    content: dict[str, Any]
    lists: tuple[Listed, ...]
    relations: tuple[Relation, ...]

    @property
    def numbers(self) -> list[str]:
        """The lists' numbers."""
        return [each.number for each in self.lists]


class TooManyItems(ValueError):
    """A list alone has more items than a declaration holds."""


@dataclass
class _Open:
    """A declaration that still takes lists: its items by key, in the order of their first appearance."""

    lists: list[Listed] = field(default_factory=list)
    items: dict[Key, Sums] = field(default_factory=dict)
    places: dict[Key, int] = field(default_factory=dict)
    first: list[Mapping[str, Any]] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    head: Sums = field(default_factory=dict)

    def add(self, listed: Listed, most_items: int) -> bool:
        """Take a list in where its items fit and no sum has more digits than a declaration's; whether it did."""
        keys = [item_key(row) for row in listed.goods]
        if len(self.items.keys() | set(keys)) > most_items:
            return False
        head, items = _added(self.head, listed.content, HEAD_SUMS + FEES), dict[Key, Sums]()
        for key, row in zip(keys, listed.goods, strict=True):
            items[key] = _added(items.get(key) or self.items.get(key, {}), row, ITEM_SUMS)
        if not all(_fits(sums) for sums in (head, *items.values())):
            return False
        self.lists.append(listed)
        self.head = head
        self.items |= items
        for number, (key, row) in enumerate(zip(keys, listed.goods, strict=True), 1):
            if key not in self.places:
                self.places[key] = len(self.places) + 1
                self.first.append(row)
            self.relations.append(Relation(listed.number, number, self.places[key]))
        return True


def merge(lists: Iterable[Listed], how: Merging) -> list[Merged]:
    """The declarations that come of these lists, in the order in which their first lists were accepted.

    Raises TooManyItems for a list that no declaration holds.
    """
    opened: list[_Open] = []
    groups: dict[Key, _Open] = {}
    for listed in sorted(lists, key=lambda each: each.place):
        key = group_key(listed, how)
        current = groups.get(key)
        if current is None or not current.add(listed, how.most_items):
            groups[key] = _Open()
            opened.append(groups[key])
            if not groups[key].add(listed, how.most_items):
                raise TooManyItems(listed.number)
    return [_closed(each, how) for each in opened]


def group_key(listed: Listed, how: Merging) -> Key:
    """What the lists of one declaration agree in (art. 14): their heads, 申报单位, month and rates."""
    content = listed.content
    return (
        *(_text(content, name) for name in HEAD_KEY),
        *(part for fee in FEES for part in _fee_key(content, fee)),
        _text(_declarant(content, how), "declarant_code"),
        listed.accepted_on[:7],  # exchange rates are set for a month
        sum(day <= listed.accepted_on[:10] for day in how.rate_days),
    )


def item_key(row: Mapping[str, Any]) -> Key:
    """What the goods of one item agree in; amounts by value, texts as they are but for spaces around."""
    return tuple(_value(_text(row, name)) if name in BY_VALUE else _text(row, name) for name in ITEM_KEY)


def _fee_key(content: Mapping[str, Any], fee: str) -> Iterator[object]:
    """A sum of money is added up within one currency; a rate or a price for each unit must be the same."""
    mark, amount = _text(content, f"{fee}_mark"), _text(content, fee)
    yield mark
    yield _text(content, f"{fee}_currency")
    yield None if mark == TOTAL_FEE else _value(amount)


def _declarant(content: Mapping[str, Any], how: Merging) -> dict[str, str]:
    if how.declarant is None:
        return {f"declarant_{part}": _text(content, f"declarant_{part}") for part in PARTIES}
    return {f"declarant_{part}": how.declarant.get(part, "") for part in PARTIES}


def _closed(made: _Open, how: Merging) -> Merged:
    content: dict[str, Any] = {**_head(made, how), "goods": [*_goods(made)], "documents": _documents(made)}
    content |= _totals(content["goods"])
    return Merged(content, tuple(made.lists), tuple(made.relations))


def _head(made: _Open, how: Merging) -> dict[str, str]:
    contents = [each.content for each in made.lists]
    first = contents[0]
    head = {name: _text(first, name) for name in HEAD_KEY}
    head |= {
        f"{who}_{part}": _text(first, f"{who}_{part}") for who in ("consignee", "owner") for part in PARTIES
    }
    head |= _declarant(first, how) | _fees(made)
    head |= {name: _common(contents, name) for name in COMMON}
    if how.instead:
        head |= {"vessel": INSTEAD_OF_VESSEL, "voyage": "", "bill_no": _first_and_last(contents)}
    return head | {name: _said(made.head.get(name)) for name in HEAD_SUMS}


def _fees(made: _Open) -> dict[str, str]:
    """A rate as it is, a sum of money added up."""
    first, fees = made.lists[0].content, {}
    for fee in FEES:
        total = _text(first, f"{fee}_mark") == TOTAL_FEE
        fees[fee] = _said(made.head.get(fee)) if total else _text(first, fee)
        fees |= {name: _text(first, name) for name in (f"{fee}_mark", f"{fee}_currency")}
    return fees


def _goods(made: _Open) -> Iterator[dict[str, str]]:
    for row, sums in zip(made.first, made.items.values(), strict=True):
        yield {name: _text(row, name) for name in ITEM_KEY} | {name: _said(sum) for name, sum in sums.items()}


def _documents(made: _Open) -> list[dict[str, str]]:
    """随附单证: the licences from which its goods draw, each once; 证件代码 is that of the good's own cell. Where that
    has none, 许可证号 of the head says it alone."""
    named = dict.fromkeys(
        (_text(row, "licence").partition(":")[0], licence_of(row, _text(listed.content, "licence_no")))
        for listed in made.lists
        for row in listed.goods
    )
    return [{"code": code, "number": number} for code, number in named if code and number]


def _totals(goods: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """How many items, and what they are worth where that is of one currency."""
    currencies = {row["currency"] for row in goods}
    total = sum((_amount(row["total"]) or Decimal() for row in goods), Decimal())
    alone = len(currencies) == 1
    return {
        "items": str(len(goods)),
        "currency": currencies.pop() if alone else SEVERAL,
        "total": _said(total) if alone else "",
    }


def _common(contents: Sequence[Mapping[str, Any]], name: str) -> str:
    said = {_text(content, name) for content in contents}
    return said.pop() if len(said) == 1 else ""


def _first_and_last(contents: Sequence[Mapping[str, Any]]) -> str:
    """yyyyMMddyyyyMMdd of the lists' 进出口日期; "" where none has one."""
    days = sorted(day for content in contents if (day := _text(content, "ie_date").replace("-", "")[:8]))
    return days[0] + days[-1] if days else ""


def _added(sums: Sums, row: Mapping[str, Any], names: Sequence[str]) -> Sums:
    """The sums with a further row's."""
    return {name: _plus(sums.get(name), _amount(_text(row, name))) for name in names}


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def _fits(sums: Sums) -> bool:
    return all(
        amount is None or abs(amount) < 10 ** DIGITS.get(name, OTHER_DIGITS) for name, amount in sums.items()
    )


def _text(content: Mapping[str, Any], name: str) -> str:
    return str(content.get(name) or "").strip()


def _amount(text: str) -> Decimal | None:
    """A decimal text; None for none. Raises ValueError for what is no amount: nothing is lost silently."""
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"no amount: {text[:40]}") from None
    if not amount.is_finite():
        raise ValueError(f"no amount: {text[:40]}")
    return amount


def _value(text: str) -> object:
    """5 and 5.0000 are one value, also where it is written down; what is no number stands for itself."""
    try:
        amount = _amount(text)
    except ValueError:
        return text
    return None if amount is None else _said(amount.normalize())


def _said(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"
