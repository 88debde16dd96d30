"""What stands behind declarations: manifests, licences with quantities, handbooks and account books with items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from singlewindow.demo.companies import Company
from singlewindow.demo.containers import container_number
from singlewindow.demo.declarations import OPEN
from singlewindow.demo.goods import GOODS, MODELS, Good

BOOKS = (("B", "0214"), ("C", "0615"), ("H", "0615"))
NATURE = 5  # the character of the customs code that a book's number repeats
LICENCE_NAMES = {"7": "自动进口许可证", "4": "出口许可证"}


def make_manifests(random: Random, bills: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """A manifest for each bill of lading: the vessel, packages and weights that a list must agree with."""
    return [_manifest(random, at, bill) for at, bill in enumerate(bills)]


def make_licences(random: Random, anchor: date, companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Import licences of this year for the goods that need one; every eighth has ended."""
    needing = [good for good in GOODS if good.licence]
    return [
        _licence(random, anchor, at, company, needing)
        for at, company in enumerate([*list(companies[:3]) * 4, *companies[3:]])
    ]


def make_books(random: Random, anchor: date, companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Handbooks (B 来料, C 进料) and account books (H) with items, part of them used up; the last has ended."""
    owners = [
        *list(companies[:3]) * 3,
        *(company for company in companies[3:] if company.customs_code[NATURE] != "8"),
    ][:30]
    return [_book(random, anchor, at, company, at == len(owners) - 1) for at, company in enumerate(owners)]


def _manifest(random: Random, at: int, bill: Mapping[str, str]) -> dict[str, Any]:
    packages = random.randrange(20, 900)
    net = packages * random.randrange(8, 24)
    return {
        "key": bill["number"],
        "data": {
            "ie_flag": "IE"[at % 5 == 4],
            "transport_mode": "2",
            "vessel": bill["vessel"],
            "voyage": bill["voyage"],
            "port": bill["inspection_district"],
            "packages": str(packages),
            "gross_weight": f"{net * 1.05:.2f}",
            "net_weight": str(net),
            "containers": [{"no": container_number(f"COSU{700000 + at:06d}"), "spec": "11"}],
        },
    }


def _licence(
    random: Random, anchor: date, at: int, company: Company, needing: Sequence[Good]
) -> dict[str, Any]:
    good = needing[at % len(needing)]
    ended = at % 8 == 7
    return {
        "key": f"{anchor.year % 100:02d}-AE-{100001 + at}",
        "from": (anchor - timedelta(days=200)).isoformat(),
        "to": (anchor + timedelta(days=-10 if ended else 150)).isoformat(),
        "data": {
            "code": good.licence,
            "code_name": LICENCE_NAMES[good.licence],
            "company": company.customs_code,
            "company_name": company.name,
            "goods": [
                {"no": "1", "code": good.code, "name": good.name, "unit": good.unit,
                 "quantity": str(random.randrange(5, 80) * 1000)}
            ],
        },
    }  # fmt: skip


def _book(random: Random, anchor: date, at: int, company: Company, ended: bool) -> dict[str, Any]:
    letter, trade_mode = BOOKS[at % len(BOOKS)]
    district = OPEN[at % len(OPEN)]
    return {
        "key": f"{letter}{district}{anchor.year % 10}{company.customs_code[NATURE]}{at + 1:05d}",
        "from": (anchor - timedelta(days=120)).isoformat(),
        "to": (anchor + timedelta(days=-1 if ended else 245)).isoformat(),
        "data": {
            "kind": letter,
            "company": company.customs_code,
            "company_name": company.name,
            "district": district,
            "trade_mode": trade_mode,
            "items": [_item(random, number, GOODS[(at + number) % len(GOODS)]) for number in range(1, 7)],
        },
    }


def _item(random: Random, number: int, good: Good) -> dict[str, str]:
    quantity = random.randrange(10, 100) * 1000
    return {
        "no": str(number), "code": good.code, "name": good.name, "model": MODELS[good.code], "unit": good.unit,
        "unit1": good.unit, "price": good.price, "currency": "USD", "country": good.origin,
        "quantity": str(quantity), "remaining": str(quantity - random.randrange(0, quantity // 2)),
    }  # fmt: skip


SITES = (
    ("2248", "CNSHA224801", "外高桥港区"), ("2202", "CNSHA220203", "吴淞港区"), ("5301", "CNSZX530101", "皇岗口岸"),
    ("3104", "CNNGB310402", "北仑港区"),
)  # fmt: skip
TOLERANCES = {"5301": "3", "3104": "8"}  # the others have the default


def make_lanes() -> list[dict[str, Any]]:
    """Gate lanes of supervised sites: two to enter by, one to leave by, one that is closed."""
    lanes = (
        ("WI01", "I", "进场 1 号通道"), ("WI02", "I", "进场 2 号通道"), ("WE01", "E", "出场 1 号通道"),
        ("WE02", "E", "出场 2 号通道（停用）"),
    )  # fmt: skip
    return [
        {
            "key": area + lane,
            "data": {
                "name": f"{site}{name}",
                "district": district,
                "direction": way,
                "enabled": lane != "WE02",
            },
        }
        for district, area, site in SITES
        for lane, way, name in lanes
    ]


def make_tolerances() -> list[dict[str, Any]]:
    """How far weights may lie from the declared ones, in percent by district."""
    return [{"key": district, "data": {"percent": percent}} for district, percent in TOLERANCES.items()]
