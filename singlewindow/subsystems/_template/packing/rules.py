"""What must hold, and what the server fills in: an order's items and the units of goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.kernel.codes.meanings import details
from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems._template.packing.document import Packing

ORDER_ITEM = "_template.order"  # a register: key order/item, data goods_code, name, left


@dataclass(frozen=True)
class Known:
    """What the rules may know: the order's items by number, the goods' units by code, and which cell was left."""

    items: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str]
    packer: str
    asked: str

    def frozen(self) -> dict[str, Any]:
        """Nothing of it decides anything later."""
        return {}


async def gather(case: Case) -> Known:
    """Look up the order's items and the units of all goods, in one query each."""
    rows, order = case.values.get("items", []), case.values.get("order_no", "")
    numbers = sorted({row["item_no"] for row in rows if row.get("item_no")}) if order else []
    entries = await case.registers.find_many([(ORDER_ITEM, f"{order}/{number}") for number in numbers])
    items = {key.partition("/")[2]: entry.data for (_, key), entry in entries.items()}
    codes = {row.get("goods_code", "") for row in rows} | {
        item.get("goods_code", "") for item in items.values()
    }
    day = case.transaction.now.astimezone(CHINA).date()
    goods = await details(case.transaction, {("goods", each) for each in codes if each}, day)
    units = {code: str(extra.get("unit1", "")) for (_, code), extra in goods.items()}
    return Known(items, units, case.applicant.name, case.asked)


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields."""
    return {"packer": known.packer}


def fill_rows(content: Mapping[str, Any], known: Known) -> Mapping[str, list[dict[str, str]]]:
    """In each row what is left of the order's item, and the unit of the good. The item's good and name are typed in
    when its number is left, not when another cell is."""
    rows = enumerate(content.get("items", []), start=1)
    return {"items": [_cells(row, known, known.asked == f"items/{at}/item_no") for at, row in rows]}


def _cells(row: Mapping[str, str], known: Known, called: bool) -> dict[str, str]:
    item = known.items.get(row.get("item_no", ""), {})
    cells = {"left": item.get("left", ""), "unit": known.units.get(row.get("goods_code", ""), "")}
    if called and item:
        goods_code = item.get("goods_code", "")
        cells |= {
            "goods_code": goods_code,
            "name": item.get("name", ""),
            "unit": known.units.get(goods_code, ""),
        }
    return cells


@rule("TMPL-R11", clause="样例 4")
def items_are_ordered(content: Packing, known: Known) -> Iterator[Finding]:
    """What is packed must be in the order, and no more than is left of it."""
    for at, row in enumerate(content.items, start=1):
        item = known.items.get(row.item_no)
        if row.item_no and item is None:
            message = f"订单 {content.order_no} 中没有第 {row.item_no} 项"
            yield Finding(f"items/{at}/item_no", message, "请核对订单号和订单项号")
        elif item and row.quantity and Decimal(row.quantity) > Decimal(item["left"]):
            message = f"数量 {row.quantity} 超过订单余量 {item['left']}"
            yield Finding(f"items/{at}/quantity", message, "请减少数量")


RULES = (items_are_ordered,)
