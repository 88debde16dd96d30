"""The generated world: well-formed, repeatable, and large enough to play the chapters in."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from singlewindow.demo.companies import social_credit_code
from singlewindow.demo.declarations import STATES
from singlewindow.demo.world import make_world

ANCHOR = date(2026, 11, 21)
WORLD = make_world(ANCHOR)


def test_the_same_anchor_makes_the_same_world() -> None:
    assert make_world(ANCHOR) == WORLD
    assert make_world(date(2027, 1, 1)) != WORLD


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L"])
def test_the_check_character_of_known_codes(code: str) -> None:
    """GB 32100-2015, worked examples."""
    assert social_credit_code(code[:17]) == code


def test_codes_and_numbers_are_well_formed_and_unique() -> None:
    companies, declarations = WORLD["companies"], WORLD["declarations"]
    assert len(companies) >= 40
    assert len({c["customs_code"] for c in companies}) == len({c["scc"] for c in companies}) == len(companies)
    assert len({c["name"] for c in companies}) == len(companies)
    for company in companies:
        assert re.fullmatch(r"[0-9]{4}[0-9A-Z]{6}", company["customs_code"])
        assert social_credit_code(company["scc"][:17]) == company["scc"]
        assert len(company["ciq_code"]) == 10
    assert len(declarations) >= 2000
    assert len({d["number"] for d in declarations}) == len(declarations)
    for declaration in declarations:
        flag = "1" if declaration["ie_flag"] == "I" else "0"
        assert re.fullmatch(rf"[0-9]{{4}}20[0-9]{{2}}{flag}[0-9]{{9}}", declaration["number"])
        assert declaration["status_name"] == STATES[declaration["status"]]


def test_the_examples_are_what_they_say() -> None:
    """INSP-02, INSP-03: every refusal can be played."""
    by_number = {d["number"]: d for d in WORLD["declarations"]}
    examples, pilots = WORLD["examples"], {p["district"]: p for p in WORLD["pilot_districts"]}
    mine = WORLD["companies"][0]["customs_code"]
    now = ANCHOR.isoformat()
    for number in examples["applicable"]:
        assert by_number[number]["status"] == "11"
        assert by_number[number]["consignee_code"] == mine
        assert pilots[by_number[number]["inspection_district"]]["enabled"]
    assert by_number[examples["released"]]["status"] == "9"
    assert by_number[examples["foreign"]]["consignee_code"] != mine
    assert by_number[examples["outside_pilot"]]["inspection_district"] not in pilots
    assert not pilots[by_number[examples["switched_off"]]["inspection_district"]]["enabled"]
    assert pilots[by_number[examples["not_begun"]]["inspection_district"]]["from"] > now
    assert pilots[by_number[examples["ended"]]["inspection_district"]]["to"] < now
    assert examples["unknown"] not in by_number


def test_bills_of_lading_can_be_played() -> None:
    """INSP-09: known ones inside and outside the pilot, and one that nobody knows."""
    bills = {bill["number"]: bill["inspection_district"] for bill in WORLD["bills_of_lading"]}
    assert len(bills) == len(WORLD["bills_of_lading"]) >= 300
    pilots, examples = {p["district"]: p for p in WORLD["pilot_districts"]}, WORLD["examples"]
    assert all(pilots[bills[number]]["enabled"] for number in examples["bill_applicable"])
    assert bills[examples["bill_outside_pilot"]] not in pilots
    assert not pilots[bills[examples["bill_switched_off"]]]["enabled"]
    assert examples["bill_unknown"] not in bills


def test_accounts_and_cards_fit_together() -> None:
    """PORT-04: one account has no card; every other has one of its own company."""
    cards = {card["card_no"]: card for card in WORLD["cards"]}
    unbound = [account for account in WORLD["accounts"] if account["card_no"] is None]
    assert len(unbound) == 1
    for account in WORLD["accounts"]:
        if account["card_no"]:
            assert cards[account["card_no"]]["customs_code"] == account["customs_code"]
    assert Counter(card["kind"] for card in cards.values()) == {"操作员卡": 6, "法人卡": 2}
    assert all(re.fullmatch(r"[0-9A-Z]{13}", card_no) for card_no in cards)


def test_companies_to_be_registered() -> None:
    """PORT-09: two companies have cards and nothing else at the portal; one of them has a 法人卡 and an 操作员卡."""
    accounts = {account["customs_code"] for account in WORLD["accounts"]}
    kinds: dict[str, set[str]] = {code: set() for code in WORLD["unregistered"]}
    for card in WORLD["cards"]:
        if card["customs_code"] in kinds:
            kinds[card["customs_code"]].add(card["kind"])
    assert not accounts & set(kinds)
    assert list(kinds.values()) == [{"法人卡", "操作员卡"}, {"操作员卡"}]
