"""What 报关单证查询打印 is played with: who may print, and closed declarations of every sort (PRNT-01, PRNT-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from singlewindow.demo.companies import Company
from singlewindow.demo.printable import (
    KINDS,
    LONG_MODEL,
    LONG_NAME,
    LONG_NOTE,
    MANY,
    OPEN_PROCESSES,
    Kind,
    PrintableMaker,
    Wanted,
)
from singlewindow.demo.routes import NOT_ADMITTED, PLACES, SEA

Declaration = dict[str, Any]
DISTRICTS = {
    "01": "北京海关", "06": "满洲里海关", "35": "福州海关", "37": "厦门海关", "42": "青岛海关", "49": "长沙海关",
    "51": "广州海关", "52": "黄埔海关", "64": "海口海关", "72": "南宁海关",
}  # fmt: skip
"""The pilot customs of the notice of 2025-07-08, by the first two digits of their districts."""
PILOT_SINCE, LAYOUT_SINCE = date(2025, 8, 1), date(2018, 8, 1)
MINE, OTHERS, DISCREDITED = 1150, 60, 12  # recent ones of the first, the second and the discredited company
DISCREDITED_AT = 6  # the place of a company of grade 4
SHOWN = 20
EXEMPT = next(kind for kind in KINDS["I"] if kind.trade_mode == "0320")  # kept for eleven years
PROCESSING = Kind("0615", "503", "3", "C", 0)  # for five
GENERAL = Kind("0110", "101", "1", "", 0)  # for three
HARBOUR = PLACES[SEA][0]


def make_print_registers() -> dict[str, list[dict[str, Any]]]:
    """The districts that admit self-service printing, and when the layout in force began."""
    return {
        "print_district": [
            {"key": key, "data": {"name": name, "enabled": True, "since": PILOT_SINCE.isoformat()}}
            for key, name in DISTRICTS.items()
        ],
        "print_layout": [{"key": "declaration", "data": {"since": LAYOUT_SINCE.isoformat()}}],
    }


def make_printable(anchor: date, companies: Sequence[Company]) -> tuple[list[Declaration], dict[str, Any]]:
    """Closed declarations, and the numbers to try among them by what they are."""
    maker = PrintableMaker(anchor, [each for each in companies if each.customs_code[5] == "8"])
    first, second, discredited = companies[0], companies[1], companies[DISCREDITED_AT]
    recent = [maker.recent(first) for _ in range(MINE)] + [maker.of_today(first) for _ in range(6)]
    theirs = [maker.recent(second) for _ in range(OTHERS)]
    refused = [maker.recent(discredited) for _ in range(DISCREDITED)]
    special = _special(maker, anchor, first)
    examples = {f"closed_{name}": [each["number"] for each in made] for name, made in special.items()}
    examples["closed_foreign"] = theirs[0]["number"]
    examples["closed_discredited"] = refused[0]["number"]
    shown = {"closed_printable": [each["number"] for each in recent[:SHOWN]]}
    made = [each for group in special.values() for each in group]
    return [*recent, *theirs, *refused, *made], shown | examples


def _special(maker: PrintableMaker, anchor: date, company: Company) -> dict[str, list[Declaration]]:
    """What is not simply printed, by what it is: open at customs, old, expired, elsewhere, without goods, long."""
    return {
        "open_process": [
            maker.recent(company) | {"open_process": True, "open_process_name": OPEN_PROCESSES[at % 3]}
            for at in range(9)
        ],
        "old_layout": [
            maker.of_day(company, LAYOUT_SINCE - timedelta(days=20 * at + 5), Wanted(2 + at, HARBOUR, EXEMPT))
            for at in range(4)
        ],
        "kept": [
            maker.of_day(company, anchor - timedelta(days=365 * years), Wanted(3, HARBOUR, kind))
            for years, kind in ((2, GENERAL), (4, PROCESSING), (7, EXEMPT))
        ],
        "beyond_keeping": [
            maker.of_day(company, anchor - timedelta(days=365 * years), Wanted(3, HARBOUR, kind))
            for years, kind in ((4, GENERAL), (6, PROCESSING))
        ],
        "not_admitted": [maker.recent(company, Wanted(place=NOT_ADMITTED, mode="4")) for _ in range(6)],
        "without_goods": [_without_goods(maker.recent(company)) for _ in range(4)],
        "many_goods": [maker.recent(company, Wanted(MANY, mode=SEA)) for _ in range(3)],
        "long_texts": [_long(maker.recent(company, Wanted(3, mode=SEA))) for _ in range(3)],
    }


def _without_goods(declaration: Declaration) -> Declaration:
    """What customs sent without its goods: nothing can be exported."""
    return {name: value for name, value in declaration.items() if name not in ("goods", "containers")}


def _long(declaration: Declaration) -> Declaration:
    """Rare characters, and texts as long as the form lets them be."""
    first, *others = declaration["goods"]
    return declaration | {
        "goods": [first | {"name": LONG_NAME, "model": LONG_MODEL}, *others],
        "note": LONG_NOTE,
        "owner_name": "深圳镕喆龘实业发展有限公司",
        "marks": "ZHERONG 喆镕\n龘 C/NO.1-240\nSHENZHEN VIA QINGDAO\nMADE IN CHINA",
    }
