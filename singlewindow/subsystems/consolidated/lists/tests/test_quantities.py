"""What a list uses of licences and account books, and its sums: pure (CONS-10, FA 3.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from singlewindow.subsystems.consolidated.lists.filling import reckoned
from singlewindow.subsystems.consolidated.lists.quantities import (
    account_amounts,
    amount_of,
    exceeding,
    licence_amounts,
    licence_of,
    total_differs,
    totals,
    weights_fit,
)


def good(**cells: str) -> dict[str, str]:
    return {"code": "0202300090", "quantity": "10", "unit": "035", "quantity1": "10", "unit1": "035"} | cells


@pytest.mark.parametrize(
    ("price", "quantity", "total", "differs"),
    [
        ("5.0000", "1000", "5000.00", False),
        ("5", "1000", "5000.01", False),
        ("5", "1000", "4999.99", False),
        ("5", "1000", "5000.0101", True),
        ("5", "1000", "4999.98", True),
        ("0.3333", "3", "1", False),
        ("0.3333", "300", "100", False),
        ("0.3333", "400", "133.34", True),
    ],
)
def test_a_total_may_differ_by_a_cent(price: str, quantity: str, total: str, differs: bool) -> None:
    """FA 3.5: total = price × quantity ± 0.01 for each item, compared by value."""
    assert total_differs(price, quantity, total) is differs


@pytest.mark.parametrize(
    ("price", "quantity", "total"),
    [
        ("5.2", "33.333", "173.33"),
        ("1", "0.005", "0.01"),
        ("5", "0.0005", "0.0025"),
        ("0.0001", "0.00001", ""),
    ],
)
def test_a_total_below_a_cent_is_reckoned_with_all_its_places(price: str, quantity: str, total: str) -> None:
    """CONS-09, FA 3.5: a total of nothing, which 申报 refuses, is never filled in."""
    assert reckoned({"price": price, "quantity": quantity}, "", "")["total"] == total


def test_gross_is_at_least_net() -> None:
    """FA 3.5: 毛重 ≥ 净重, by value."""
    assert weights_fit("10.0", "10")
    assert weights_fit("10.00001", "10")
    assert not weights_fit("9.99999", "10")


def test_the_headers_licence_counts_before_the_goods_own() -> None:
    """CONS-10: with a 许可证号 every good draws from it; else each from that of its booklet item."""
    rows = [good(licence="7:26-A"), good(licence="7:26-A", quantity="2.5"), good()]
    for number, much in (("", "12.5"), ("26-B", "22.5")):
        key = f"{number or '26-A'}/0202300090"
        found = licence_amounts({"licence_no": number, "goods": rows})
        assert found == {f"{key}/035": Decimal(much), f"{key}/": Decimal(much)}


def test_a_good_counts_in_each_of_its_units_once() -> None:
    """CONS-10: the licence says in which unit it is measured; the declared quantity counts before a legal one."""
    row = good(licence="7:26-A", unit="011", quantity="4", unit2="035", quantity2="99")
    assert licence_amounts({"goods": [row]}) == {
        "26-A/0202300090/011": Decimal(4),
        "26-A/0202300090/035": Decimal(10),
        "26-A/0202300090/": Decimal(4),  # of a licence that names no unit: as declared
    }


def test_a_licences_number_has_capital_letters() -> None:
    """CONS-10: customs' register has no others, whatever stands in a booklet that was approved."""
    assert licence_of(good(licence="7:26-ae-1"), "") == "26-AE-1"


def test_bonded_goods_draw_from_their_account_book() -> None:
    """FA 3.5: by item, over all rows; general goods draw from none."""
    content: dict[str, Any] = {"list_kind": "BI", "book_no": "B53016100001"}
    content["goods"] = [good(record_no="1"), good(record_no="2"), good(record_no="1", quantity="0.5")]
    assert account_amounts(content) == {"B53016100001/1": Decimal("10.5"), "B53016100001/2": Decimal(10)}
    assert account_amounts({**content, "list_kind": "GI"}) == {}


def test_what_others_use_is_not_there_any_more() -> None:
    """CONS-10: exactly what is left may be used, and not a trifle more; what nobody limits is free."""
    granted, others = {"a": Decimal(100)}, {"a": Decimal("99.5")}
    assert list(exceeding({"a": Decimal("0.5"), "b": Decimal(9)}, granted, others)) == []
    assert list(exceeding({"a": Decimal("0.50001")}, granted, others)) == [("a", Decimal("0.5"))]
    assert list(exceeding({"a": Decimal(1)}, granted, {"a": Decimal(200)})) == [("a", Decimal(0))]


def test_the_sum_of_a_list() -> None:
    """FA 3.5: exact, without zeros at its end; several currencies cannot be added."""
    usd = {"currency": "USD"}
    assert totals([{**usd, "total": "0.1"}, {**usd, "total": "0.20"}]) == ("0.3", "USD")
    assert totals([{**usd, "total": "1"}, {"currency": "EUR", "total": "1"}]) == ("", "多币制")
    assert totals([]) == ("", "")
    assert totals([{**usd, "total": "1000"}]) == ("1000", "USD")


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "1e9", "-1", "1.", "十", "1" * 30])
def test_what_is_no_plain_number_counts_as_nothing(text: str) -> None:
    """UI-16: whatever somebody sends, it is no exception; the field's own pattern refuses it."""
    assert amount_of(text) == 0
