"""What goes with a closed declaration: terms and fees, containers, documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from singlewindow.demo.containers import container_number
from singlewindow.demo.routes import RAIL, SEA
from singlewindow.demo.trade_goods import TRADE_GOODS

CIF, C_AND_F, FOB, EXW = "1", "2", "3", "7"
RATE, UNIT, TOTAL = "1", "2", "3"
FREIGHT = {"I": (FOB, EXW), "E": (CIF, C_AND_F)}
INSURANCE = {"I": (FOB, EXW, C_AND_F), "E": (CIF,)}
"""Terms under which a fee is declared: for imports what the price lacks, for exports what it includes."""
SPECS = (("11", "3800"), ("11", "3900"), ("21", "2280"), ("21", "2250"), ("22", "2940"), ("12", "4600"))
"""Container 规格 with its own weight in kilograms."""
OWNERS = ("COSU", "OOLU", "EGHU", "MSCU", "TCLU")
BOX_KILOS = 22_000
MOST_BOXES = 12
EXPORT_DOCUMENT = {good.code: good.export_document for good in TRADE_GOODS if good.export_document}


def fees_of(random: Random, ie_flag: str, amount: Decimal, currency: str) -> dict[str, str]:
    """成交方式 and the fees that go with it."""
    terms = random.choices((CIF, C_AND_F, FOB, EXW), (55, 12, 25, 8) if ie_flag == "I" else (25, 13, 60, 2))[
        0
    ]
    found = {"terms": terms}
    if terms in FREIGHT[ie_flag]:
        found |= _freight(random, amount, currency)
    if terms in INSURANCE[ie_flag]:
        found |= {"insurance_mark": RATE, "insurance": "0.3"}
    if terms == EXW:
        found |= {"other_mark": TOTAL, "other": str(random.randrange(300, 4000)), "other_currency": "CNY"}
    return found


def _freight(random: Random, amount: Decimal, currency: str) -> dict[str, str]:
    mark = random.choices((RATE, UNIT, TOTAL), (25, 15, 60))[0]
    if mark == RATE:
        return {"freight_mark": RATE, "freight": str(random.choice((3, 5, 8)))}
    value = str(random.randrange(30, 260)) if mark == UNIT else f"{amount * Decimal('0.04') + 500:.0f}"
    return {"freight_mark": mark, "freight": value, "freight_currency": "USD" if mark == UNIT else currency}


def containers_of(random: Random, mode: str, net: Decimal, goods: int) -> dict[str, Any]:
    """The containers of what comes by sea or rail, with the numbers of the goods in each."""
    if mode not in (SEA, RAIL):
        return {}
    count = min(int(net / BOX_KILOS) + 1, MOST_BOXES)
    rows = []
    for at in range(count):
        spec, tare = random.choice(SPECS)
        number = container_number(f"{random.choice(OWNERS)}{random.randrange(10**6):06d}")
        lcl = count == 1 and net < BOX_KILOS / 4
        rows.append(
            {"no": number, "spec": spec, "tare": tare, "lcl": lcl, "goods": _numbers(goods, at, count)}
        )
    return {"containers": rows}


def _numbers(goods: int, at: int, count: int) -> str:
    """The goods in one of so many containers: in turn, or all where there are fewer goods than containers."""
    inside = range(at + 1, goods + 1, count) if goods >= count else range(1, goods + 1)
    return ",".join(map(str, inside))


def documents_of(contract: str, goods: Sequence[Mapping[str, str]], serial: int) -> list[dict[str, str]]:
    """监管证件 by their letters, then the electronic documents by their eight digits."""
    found = []
    export = goods[0]["origin"] == "CHN"
    if export and any(row["code"] in EXPORT_DOCUMENT for row in goods):
        found.append({"code": "B", "number": f"1{serial % 10**14:014d}000"})
    if not export and serial % 4 == 0:
        found.append({"code": "Y", "number": f"<22>RC{serial % 10**8:08d}"})
    if "record_no" in goods[0]:
        found.append({"code": "a", "number": f"QD53{serial % 10**14:014d}"})
    return [
        *found,
        {"code": "00000001", "number": f"INV{contract[2:]}"},
        {"code": "00000002", "number": f"PL{contract[2:]}"},
        {"code": "00000004", "number": contract},
        {"code": "10000001", "number": f"2{serial % 10**13:013d}"},
    ]
