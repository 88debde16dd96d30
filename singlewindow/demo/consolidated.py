"""What 集中申报 is played with: account books, licences and manifests for a month of lists, and who files for whom.

The districts: one of the pilot customs for self-service printing, so that a declaration that is closed can be printed;
one that offers 对外承包出口货物, one that offers 边境小额 (CONS-02).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from singlewindow.demo.companies import Company
from singlewindow.demo.containers import container_number
from singlewindow.demo.goods import GOODS, MODELS, Good

Entry = dict[str, Any]
SEED = 20080124
DISTRICT, PROJECTS, BORDER = "5169", "5729", "0708"
BONDED_AT, BROKER_AT, DISCREDITED_AT = 1, 7, 6
"""Places of the other company with bonded goods, of the agent and of a discredited company; all have accounts."""
FIRST_LICENCE, FIRST_BOOK, FIRST_BILL = 200_001, 50_001, 6_400_000_000
"""Beyond those of the other papers, so that their numbers stay."""
BEEF, MILK, CEMENT = GOODS[0], GOODS[2], GOODS[13]
IMPORTED, EXPORTED = GOODS[:8], (*GOODS[9:13], CEMENT)
SHIPS = ("远洋之星", "海润", "珠江晨光")
CARRIERS = ("COSU", "OOLU", "EGLV", "MSCU")


@dataclass(frozen=True)
class Consolidated:
    """What is added to the world: entries of registers by name, bills of lading, and what to try by what it is."""

    registers: Mapping[str, list[Entry]]
    bills: list[dict[str, str]]
    examples: dict[str, Any]


def make_consolidated(anchor: date, companies: Sequence[Company]) -> Consolidated:
    """Papers with a Random and numbers of their own, so that no other number of the world moves."""
    first, second, agent = (companies[at] for at in (0, BONDED_AT, BROKER_AT))
    books = _books(anchor, first, second)
    licences = _licences(anchor, first, second)
    manifests = [_manifest(at, "I" if at < 12 else "E") for at in range(18)]
    examples = {
        "consolidated_district": [DISTRICT, PROJECTS, BORDER],
        "consolidated_agent": agent.customs_code,
        "consolidated_agent_without_account": _without_account(companies),
        "consolidated_agent_discredited": companies[DISCREDITED_AT].customs_code,
        **_book_numbers(books),
        **_licence_numbers(licences),
        "consolidated_bill_import": [each["key"] for each in manifests if each["data"]["ie_flag"] == "I"],
        "consolidated_bill_export": [each["key"] for each in manifests if each["data"]["ie_flag"] == "E"],
        "consolidated_manifest": [_in_words(each) for each in manifests],
    }
    papers = {"manifest": manifests, "licence": list(licences.values()), "account_book": list(books.values())}
    return Consolidated(papers, [_bill(each) for each in manifests], examples)


def _without_account(companies: Sequence[Company]) -> str:
    """A 报关企业 in good standing whose people have no account at the portal."""
    brokers = (c for c in companies[BROKER_AT + 1 :] if c.customs_code[5] == "8" and c.grade not in "45")
    return next(each.customs_code for each in brokers if each.customs_qualified)


def _books(anchor: date, first: Company, second: Company) -> dict[str, Entry]:
    """By what they are: a handbook for imports and one for exports of each company, an account book, one that ended."""
    random = Random(SEED)  # noqa: S311 a world to play in, no secrets
    wanted = (
        ("import", first, "C", IMPORTED, False), ("export", first, "C", EXPORTED, False),
        ("account", first, "H", (*IMPORTED, *EXPORTED), False), ("ended", first, "C", IMPORTED, True),
        ("bonded_import", second, "B", IMPORTED, False), ("bonded_export", second, "B", EXPORTED, False),
    )  # fmt: skip
    return {
        name: _book(random, anchor, at, company, letter, goods, ended)
        for at, (name, company, letter, goods, ended) in enumerate(wanted)
    }


def _book(
    random: Random, anchor: date, at: int, company: Company, letter: str, goods: Sequence[Good], ended: bool
) -> Entry:
    return {
        "key": f"{letter}{DISTRICT}{anchor.year % 10}{company.customs_code[5]}{FIRST_BOOK + at}",
        "from": (anchor - timedelta(days=150)).isoformat(),
        "to": (anchor + timedelta(days=-1 if ended else 365)).isoformat(),
        "data": {
            "kind": letter,
            "company": company.customs_code,
            "company_name": company.name,
            "district": DISTRICT,
            "trade_mode": "0214" if letter == "B" else "0615",
            "items": [_item(random, number, good) for number, good in enumerate(goods, 1)],
        },
    }


def _item(random: Random, number: int, good: Good) -> dict[str, str]:
    quantity = random.randrange(20, 100) * 1000
    remaining = 100 if number == 2 else quantity - random.randrange(0, 10) * 1000
    return {
        "no": str(number), "code": good.code, "name": good.name, "model": MODELS[good.code], "unit": good.unit,
        "unit1": good.unit, "price": good.price, "currency": "USD", "country": good.origin,
        "quantity": str(quantity), "remaining": str(remaining),
    }  # fmt: skip


def _book_numbers(books: Mapping[str, Entry]) -> dict[str, Any]:
    own = [books[name]["key"] for name in ("import", "export", "account")]
    other = [books[name]["key"] for name in ("bonded_import", "bonded_export")]
    return {
        "consolidated_account_book": own,
        "consolidated_account_book_zhaomin": other,
        "consolidated_account_book_ended": books["ended"]["key"],
    }


def _licences(anchor: date, first: Company, second: Company) -> dict[str, Entry]:
    """By what they are: with plenty, with little, for exports, one that ended, another company's."""
    wanted = (
        ("beef", first, BEEF, "7", "自动进口许可证", "50000", False),
        ("milk", first, MILK, "7", "自动进口许可证", "20000", False),
        ("small", first, BEEF, "7", "自动进口许可证", "1000", False),
        ("export", first, CEMENT, "4", "出口许可证", "800000", False),
        ("ended", first, BEEF, "7", "自动进口许可证", "50000", True),
        ("foreign", second, BEEF, "7", "自动进口许可证", "50000", False),
    )
    return {
        name: {
            "key": f"{anchor.year % 100:02d}-AE-{FIRST_LICENCE + at}",
            "from": (anchor - timedelta(days=100)).isoformat(),
            "to": (anchor + timedelta(days=-10 if ended else 260)).isoformat(),
            "data": {
                "code": code, "code_name": code_name, "company": company.customs_code,
                "company_name": company.name,
                "goods": [
                    {"no": "1", "code": good.code, "name": good.name, "unit": good.unit, "quantity": quantity}
                ],
            },
        }
        for at, (name, company, good, code, code_name, quantity, ended) in enumerate(wanted)
    }  # fmt: skip


def _licence_numbers(licences: Mapping[str, Entry]) -> dict[str, Any]:
    """许可证编号 as a booklet's row has it (code, colon, number), and 许可证号 as a list's header has it."""
    plenty = [licences[name] for name in ("beef", "milk", "export")]
    found = {
        "consolidated_goods_licence": [f"{each['data']['code']}:{each['key']}" for each in plenty],
        "consolidated_licence": [each["key"] for each in plenty],
    }
    return found | {
        f"consolidated_licence_{name}": licences[name]["key"] for name in ("small", "ended", "foreign")
    }


def _manifest(at: int, ie_flag: str) -> Entry:
    """What a list by sea must agree with, in round numbers: a package weighs 10 kilograms."""
    packages = 100 * (at % 6 + 1)
    return {
        "key": f"{CARRIERS[at % 4]}{FIRST_BILL + at * 41}",
        "data": {
            "ie_flag": ie_flag,
            "transport_mode": "2",
            "vessel": SHIPS[at % 3],
            "voyage": f"{101 + at}{'EW'[ie_flag == 'E']}",
            "port": DISTRICT,
            "packages": str(packages),
            "gross_weight": str(packages * 105 // 10),
            "net_weight": str(packages * 10),
            "containers": [{"no": container_number(f"COSU{800000 + at:06d}"), "spec": "11"}],
        },
    }


def _bill(manifest: Entry) -> dict[str, str]:
    data = manifest["data"]
    return {
        "number": manifest["key"],
        "inspection_district": DISTRICT,
        "vessel": data["vessel"],
        "voyage": data["voyage"],
    }


def _in_words(manifest: Entry) -> str:
    """What to type: bill, vessel and voyage, packages, gross and net weight."""
    data = manifest["data"]
    said = f"{manifest['key']}（{data['vessel']}，{data['voyage']}，{data['packages']} 件"
    return f"{said}，毛重 {data['gross_weight']}，净重 {data['net_weight']}）"
