"""The generated world: well-formed, repeatable, and large enough to play the chapters in."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from singlewindow.demo.calendars import hours, works
from singlewindow.demo.companies import social_credit_code
from singlewindow.demo.containers import container_number
from singlewindow.demo.declarations import STATES
from singlewindow.demo.goods import GOODS
from singlewindow.demo.world import make_world

ANCHOR = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
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
    assert Counter(card["kind"] for card in cards.values()) == {"操作员卡": 9, "法人卡": 4}
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


def test_working_days_of_2026_are_the_official_ones() -> None:
    """CUST-02 (APPT-08): holidays on weekdays, make-up days at weekends (FA 2.8)."""
    off = [
        "2026-01-02",
        "2026-02-16",
        "2026-02-23",
        "2026-04-06",
        "2026-05-05",
        "2026-06-19",
        "2026-09-25",
        "2026-10-07",
    ]
    on = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10", "2026-10-08"]
    assert not [day for day in off if works(date.fromisoformat(day))]
    assert [day for day in on if works(date.fromisoformat(day))] == on
    assert not works(date(2026, 11, 28))
    assert not works(date(2027, 2, 8))


def test_calendars_of_ports() -> None:
    """CUST-02: this year and, provisional, the next; lunch gaps, Saturday mornings, a port that works on Sundays."""
    calendars = {each["key"]: each["data"] for each in WORLD["registers"]["port_calendar"]}
    assert calendars["5301-202611"]["days"]["26"] == ["09:00-17:00"]
    assert "28" not in calendars["5301-202611"]["days"]
    assert not calendars["5301-202612"]["provisional"]
    assert calendars["5301-202701"]["provisional"]
    assert hours("5304", date(2026, 9, 20)) == ["09:00-17:00"]
    assert hours("2202", date(2026, 11, 26)) == ["09:00-12:00", "13:30-17:00"]
    assert hours("0904", date(2026, 11, 28)) == ["09:00-12:00"]
    assert hours("5710", date(2026, 11, 29)) == ["09:00-12:00"]
    assert not [key for key in calendars if key.startswith("5317")]
    assert len({key[:4] for key in calendars}) >= 15


def test_papers_fit_together() -> None:
    """CUST-02 (CONS-09, CONS-10): manifests for all bills, licences with quantities, books with what remains."""
    registers = WORLD["registers"]
    assert {m["key"] for m in registers["manifest"]} == {b["number"] for b in WORLD["bills_of_lading"]}
    known = Path("singlewindow/kernel/codes/tables/goods.csv").read_text(encoding="utf-8").splitlines()
    codes = {row[0] for row in csv.reader(line for line in known if not line.startswith("#"))}
    assert {good.code for good in GOODS} <= codes
    assert len({each["key"] for each in registers["licence"]}) == len(registers["licence"]) >= 40
    for book in registers["account_book"]:
        assert re.fullmatch(r"[BCH][0-9]{11}", book["key"])
        assert all(0 < int(i["remaining"]) <= int(i["quantity"]) for i in book["data"]["items"])
    assert container_number("CSQU305438") == "CSQU3054383"  # the standard's own example


def test_closed_declarations_within_and_beyond_the_keeping_periods() -> None:
    """CUST-02 (PRNT-01): closed ones have the moment; some were closed four and six years ago."""
    closed = [d for d in WORLD["declarations"] if d["status"] == "10"]
    assert all(d["closed_at"] > d["released_at"] > d["declared_at"] for d in closed)
    years = Counter(ANCHOR.year - int(d["closed_at"][:4]) for d in closed)
    assert years[4] >= 4
    assert years[6] >= 4
    assert len([d for d in closed if d["consignee_code"] == WORLD["companies"][0]["customs_code"]]) >= 60
