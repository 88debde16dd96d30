"""Closed declarations to be printed: enough of them, whole, and every code with a name (PRNT-01, PRNT-09, PRNT-10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from singlewindow.demo.containers import container_number
from singlewindow.demo.printable import FIRST_SERIAL
from singlewindow.demo.printing import DISCREDITED_AT
from singlewindow.kernel.codes.load import load_shipped_tables
from tests.demo.test_world import ANCHOR, WORLD

Declaration = dict[str, Any]
DECLARATIONS: list[Declaration] = WORLD["declarations"]
BY_NUMBER = {each["number"]: each for each in DECLARATIONS}
FIRST, SECOND = (each["customs_code"] for each in WORLD["companies"][:2])
EXAMPLES = WORLD["examples"]
DISTRICTS = {each["key"] for each in WORLD["registers"]["print_district"]}
THREE_MONTHS_AGO = date(2026, 8, 21)
HEADER = {
    "district": "customs_districts", "port": "customs_districts", "inspection_district": "customs_districts",
    "transport_mode": "transport_modes", "trade_mode": "trade_modes", "duty_nature": "duty_nature",
    "trade_country": "countries", "trade_area": "countries", "transit_port": "ports", "departure_port": "ports",
    "entry_port": "entry_ports", "terms": "transaction_modes", "packing": "packing",
    "entry_type": "entry_types", "freight_mark": "fee_marks", "insurance_mark": "fee_marks",
    "other_mark": "fee_marks", "freight_currency": "currencies", "insurance_currency": "currencies",
    "other_currency": "currencies",
}  # fmt: skip
GOODS = {
    "code": "goods", "unit": "units", "unit1": "units", "unit2": "units", "currency": "currencies",
    "origin": "countries", "destination": "countries", "place": "domestic_regions",
    "ciq_place": "administrative_divisions", "duty_mode": "duty_mode", "usage": "goods_usages",
}  # fmt: skip
"""Members that hold codes, with the table that names them."""
OPTIONAL = {
    "departure_port", "freight_mark", "insurance_mark", "other_mark", "freight_currency", "insurance_currency",
    "other_currency",
}  # fmt: skip
FORM = (HEADER.keys() - OPTIONAL) | {
    "pre_entry_no", "ie_date", "declared_at", "consignee_scc", "consignee_name", "foreign_party", "owner_name",
    "declarant_scc", "declarant_name", "filer_name", "filer_no", "filer_phone", "contract_no", "packages",
    "gross_weight", "net_weight", "marks", "promises", "self_paid", "documents",
}  # fmt: skip
"""What stands on every printed form; the rest depends on direction, terms and mode (FG 3.2)."""


def printable() -> list[Declaration]:
    """Those of the first company that can simply be printed, closed within three months."""
    return [
        each
        for each in DECLARATIONS
        if each["consignee_code"] == FIRST
        and each["status"] == "10"
        and each["district"][:2] in DISTRICTS
        and each["declared_at"] >= THREE_MONTHS_AGO.isoformat()
        and not each.get("open_process")
        and each.get("goods")
    ]


def codes(declaration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every code with its table."""
    yield from ((table, declaration[name]) for name, table in HEADER.items() if declaration.get(name))
    for row in declaration.get("goods", ()):
        yield from ((table, row[name]) for name, table in GOODS.items() if row.get(name))
        attributes = row.get("attribute", "")
        yield from (("goods_attributes", code) for code in attributes.split(",") if code)
    yield from (("container_specs", row["spec"]) for row in declaration.get("containers", ()))
    for row in declaration.get("documents", ()):
        yield ("edocs" if len(row["code"]) == 8 else "supporting_documents"), row["code"]


def test_there_are_enough_for_a_batch_of_a_thousand() -> None:
    """PRNT-11: in both directions, by every mode of transport, with 1 to 50 goods."""
    found = printable()
    assert len(found) >= 1100
    assert all(each["declared_at"] < each["released_at"] < each["closed_at"] for each in found)
    ours = [each for each in found if int(each["number"][9:]) >= FIRST_SERIAL]
    assert max(each["closed_at"] for each in ours) < f"{ANCHOR.isoformat()}T01"
    modes = {entry.code for entry in load_shipped_tables() if entry.table == "transport_modes"}
    assert {each["transport_mode"] for each in found} == modes
    assert min(Counter(each["ie_flag"] for each in found).values()) >= 300
    sizes = {len(each["goods"]) for each in found}
    assert {1, 2, 3, 50} <= sizes <= set(range(1, 51))
    assert any(each["declared_at"].startswith(ANCHOR.isoformat()) for each in found)


def test_every_code_has_a_name() -> None:
    """PRNT-09: whatever the form prints beside a code is in a table that ships."""
    known = {(entry.table, entry.code) for entry in load_shipped_tables()}
    assert {code for each in DECLARATIONS for code in codes(each)} - known == set()


def test_the_form_is_filled_in() -> None:
    """PRNT-09: no official cell is empty that an ordinary declaration fills; the amounts agree."""
    for each in printable():
        assert sorted(name for name in FORM if each.get(name) in (None, "", [])) == [], each["number"]
        assert Decimal(each["net_weight"]) < Decimal(each["gross_weight"])
        for row in each["goods"]:
            assert Decimal(row["total"]) == round(Decimal(row["price"]) * Decimal(row["quantity"]), 2)
        for box in each.get("containers", ()):
            assert container_number(box["no"][:10]) == box["no"]


def test_the_numbers_to_try_are_what_they_say() -> None:
    """PRNT-01, PRNT-07, PRNT-10: every refusal and every state can be played."""

    def of(name: str) -> list[Declaration]:
        numbers = EXAMPLES[f"closed_{name}"]
        return [BY_NUMBER[number] for number in ([numbers] if isinstance(numbers, str) else numbers)]

    every_one = [
        each for name in EXAMPLES if name.startswith("closed_") for each in of(name.removeprefix("closed_"))
    ]
    assert {each["status"] for each in every_one} == {"10"}
    assert {each["number"] for each in of("printable")} <= {each["number"] for each in printable()}
    assert all(each["open_process"] is True and each["open_process_name"] for each in of("open_process"))
    assert all(each["declared_at"] < "2018-08-01" for each in of("old_layout"))
    assert all(each["district"][:2] not in DISTRICTS for each in of("not_admitted"))
    assert all("goods" not in each for each in of("without_goods"))
    assert all(len(each["goods"]) == 50 for each in of("many_goods"))
    assert all("龘" in each["owner_name"] and "𬭎" in each["goods"][0]["model"] for each in of("long_texts"))
    assert [each["consignee_code"] for each in of("foreign")] == [SECOND]
    own = [each for each in every_one if each["consignee_code"] == FIRST]
    assert len(every_one) - len(own) == 2
    discredited = WORLD["companies"][DISCREDITED_AT]
    assert (discredited["grade"], of("discredited")[0]["consignee_code"]) == (
        "4",
        discredited["customs_code"],
    )


def test_the_keeping_periods_can_be_played() -> None:
    """PRNT-01 (FG 3.1): three years, five for 加工贸易, eleven for 不作价设备: one within each, one beyond two."""
    periods = {"0110": 3, "0615": 5, "0320": 11}

    def beyond(number: str) -> bool:
        declaration = BY_NUMBER[number]
        ends = date.fromisoformat(declaration["closed_at"][:10]) + timedelta(
            days=365.25 * periods[declaration["trade_mode"]]
        )
        return ends < ANCHOR

    assert [beyond(number) for number in EXAMPLES["closed_kept"]] == [False, False, False]
    assert [beyond(number) for number in EXAMPLES["closed_beyond_keeping"]] == [True, True]
    assert {BY_NUMBER[number]["trade_mode"] for number in EXAMPLES["closed_old_layout"]} == {"0320"}


def test_who_may_print() -> None:
    """PORT-06: two companies have an account with a 法人卡 and declarations to print; so has one that is refused."""
    cards = {each["card_no"]: each for each in WORLD["cards"]}
    holders = {
        each["customs_code"]: each["username"]
        for each in WORLD["accounts"]
        if each["card_no"] and cards[each["card_no"]]["kind"] == "法人卡"
    }
    discredited = WORLD["companies"][DISCREDITED_AT]["customs_code"]
    assert holders == {FIRST: "chennan", SECOND: "qiancheng", discredited: "hewei"}
    closed = Counter(each["consignee_code"] for each in DECLARATIONS if each["status"] == "10")
    assert all(closed[code] >= 10 for code in holders)
    assert len(DISTRICTS) == 10
