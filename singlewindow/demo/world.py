"""The world as one JSON object: who there is, and what customs know of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from random import Random
from typing import Any

from singlewindow.demo.appointments import (
    ADVANCED_AT,
    BROKER_AT,
    UNQUALIFIED_AT,
    make_appointments,
    make_duty_officers,
)
from singlewindow.demo.calendars import make_calendars
from singlewindow.demo.companies import Company, make_companies
from singlewindow.demo.consolidated import make_consolidated
from singlewindow.demo.declarations import (
    CLOSED,
    ENDED,
    NOT_BEGUN,
    OLD,
    OPEN,
    OUTSIDE,
    STATES,
    SWITCHED_OFF,
    Maker,
    make_bills,
    make_pilots,
)
from singlewindow.demo.papers import make_books, make_lanes, make_licences, make_manifests, make_tolerances
from singlewindow.demo.printing import DISCREDITED_AT, make_print_registers, make_printable

SEED = 20180101
COMPANIES = 48
DECLARATIONS = 2400
BILLS = 300
SUN = "孙磊"  # has a card of his company that is not bound to his account yet
APPLICABLE = ("11", "7", "4")  # accepted and not released: these may be applied for
PIN, OTHER_PIN = "88888888", "66886688"
UNREGISTERED = (
    3,
    4,
)  # companies that customs know and the portal does not: their cards play the registration


def make_world(anchor: date) -> dict[str, Any]:
    """Everything, relative to `anchor`; equal anchors give equal worlds."""
    random = Random(SEED)  # noqa: S311 a world to play in, no secrets
    companies = make_companies(random, COMPANIES)
    cards = _cards(companies)
    bills = make_bills(random, BILLS)
    declarations, examples = _declarations(random, anchor, companies, bills)
    printable, to_print = make_printable(anchor, companies)
    appointments, to_appoint = make_appointments(anchor, companies, bills)
    consolidated = make_consolidated(anchor, companies)
    examples |= _bill_examples(bills) | to_print | to_appoint | consolidated.examples
    return {
        "anchor": anchor.isoformat(),
        "companies": [asdict(company) for company in companies],
        "unregistered": [companies[at].customs_code for at in UNREGISTERED],
        "cards": cards,
        "accounts": _accounts(companies, cards),
        "administrators": [{"username": "sysadmin", "password": "Sysadmin-2026", "name": "系统管理员"}],
        "officers": [
            {"username": "guan01", "password": "Guan01-2026", "name": "关正"},
            {"username": "guan02", "password": "Guan02-2026", "name": "方明"},
        ],
        "pilot_districts": make_pilots(anchor),
        "bills_of_lading": bills + consolidated.bills,
        "registers": {
            "manifest": make_manifests(random, bills) + consolidated.registers["manifest"],
            "licence": make_licences(random, anchor, companies) + consolidated.registers["licence"],
            "account_book": make_books(random, anchor, companies) + consolidated.registers["account_book"],
            "port_calendar": make_calendars(anchor),
            "gate_lane": make_lanes(),
            "gate_tolerance": make_tolerances(),
            "duty_officer": make_duty_officers(),
            **make_print_registers(),
        },
        "declarations": declarations + printable + appointments,
        "examples": examples,
    }


def _cards(companies: list[Company]) -> list[dict[str, str]]:
    holders = (
        (0, "8930L0000A011", "操作员卡", "王芳", PIN), (0, "8930L0000A029", "操作员卡", "李强", PIN),
        (0, "8930L0000A037", "法人卡", "陈南", PIN), (1, "8930L0000B018", "操作员卡", "赵敏", OTHER_PIN),
        (2, "8930L0000C016", "操作员卡", SUN, PIN), (3, "8930L0000D014", "法人卡", "周洁", PIN),
        (3, "8930L0000D022", "操作员卡", "吴涛", PIN), (4, "8930L0000E012", "操作员卡", "郑凯", PIN),
        (1, "8930L0000B026", "法人卡", "钱程", OTHER_PIN), (DISCREDITED_AT, "8930L0000F019", "法人卡", "何伟", PIN),
        (BROKER_AT, "8930L0000G017", "操作员卡", "谭云", PIN), (ADVANCED_AT, "8930L0000H015", "操作员卡", "罗琪", PIN),
        (UNQUALIFIED_AT, "8930L0000J014", "操作员卡", "叶岚", PIN),
    )  # fmt: skip
    return [
        {
            "card_no": card_no, "kind": kind, "holder": holder, "customs_code": companies[at].customs_code,
            "scc": companies[at].scc, "company_name": companies[at].name, "pin": pin,
        }
        for at, card_no, kind, holder, pin in holders
    ]  # fmt: skip


def _accounts(companies: list[Company], cards: list[dict[str, str]]) -> list[dict[str, Any]]:
    people = (
        ("wangfang", "Wang-2026", "王芳", 0, "operator"), ("liqiang", "Liqiang-2026", "李强", 0, "operator"),
        ("chennan", "Chen-2026", "陈南", 0, "administrator"), ("zhaomin", "Zhao-2026", "赵敏", 1, "operator"),
        ("sunlei", "Sunlei-2026", SUN, 2, "operator"), ("qiancheng", "Qian-2026", "钱程", 1, "administrator"),
        ("hewei", "Hewei-2026", "何伟", DISCREDITED_AT, "administrator"),
        ("tanyun", "Tanyun-2026", "谭云", BROKER_AT, "operator"),
        ("luoqi", "Luoqi-2026", "罗琪", ADVANCED_AT, "operator"),
        ("yelan", "Yelan-2026", "叶岚", UNQUALIFIED_AT, "operator"),
    )  # fmt: skip
    card_of = {card["holder"]: card["card_no"] for card in cards if card["holder"] != SUN}
    return [
        {
            "username": username, "password": password, "display_name": name,
            "customs_code": companies[at].customs_code, "role": role, "card_no": card_of.get(name),
        }
        for username, password, name, at, role in people
    ]  # fmt: skip


def _bill_examples(bills: list[dict[str, str]]) -> dict[str, Any]:
    in_district = {district: [b["number"] for b in bills if b["inspection_district"] == district] for district in
                   (*OPEN, OUTSIDE[0], SWITCHED_OFF)}  # fmt: skip
    return {
        "bill_applicable": [in_district[district][0] for district in OPEN],
        "bill_outside_pilot": in_district[OUTSIDE[0]][0],
        "bill_switched_off": in_district[SWITCHED_OFF][0],
        "bill_unknown": "XXXX0000000001",
    }


def _declarations(
    random: Random, anchor: date, companies: list[Company], bills: list[dict[str, str]]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    maker = Maker(random, anchor, [c for c in companies if c.customs_code[5] == "8"], bills)
    made: list[dict[str, Any]] = []
    numbers: dict[str, Any] = {}

    def add(company: Company, status: str, district: str) -> str:
        made.append(maker.make(company, status, district))
        return str(made[-1]["number"])

    for name, company in (("applicable", companies[0]), ("applicable_2", companies[1])):
        numbers[name] = [add(company, "11", OPEN[at % 4]) for at in range(300)][:20]
    for company in companies[:3]:
        for status in STATES:
            for at in range(60 if status in (*APPLICABLE, CLOSED) else 12):
                add(company, status, OPEN[at % len(OPEN)])
    first = companies[0]
    numbers |= {
        "released": add(first, "9", OPEN[0]),
        "closed": add(first, "10", OPEN[0]),
        "returned": add(first, "6", OPEN[0]),
        "foreign": numbers["applicable_2"][-1],
        "outside_pilot": add(first, "11", OUTSIDE[0]),
        "switched_off": add(first, "11", SWITCHED_OFF),
        "not_begun": add(first, "11", NOT_BEGUN),
        "ended": add(first, "11", ENDED),
        "unknown": f"{OPEN[0]}{anchor.year}1999999999",
    }
    made += [maker.make_old(company, *old) for company in companies[:2] for old in OLD]
    everywhere = (*OPEN, *OUTSIDE, SWITCHED_OFF, NOT_BEGUN, ENDED)
    while len(made) < DECLARATIONS:
        add(random.choice(companies[3:]), random.choice(list(STATES)), random.choice(everywhere))
    return made, numbers
