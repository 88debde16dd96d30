"""Merging: the worked cases of FA 3.3 (CONS-13), and what must hold for any lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from singlewindow.subsystems.consolidated.merging.batches import digest
from singlewindow.subsystems.consolidated.merging.merge import (
    HEAD_SUMS,
    ITEM_SUMS,
    Listed,
    Merged,
    Merging,
    TooManyItems,
    group_key,
    item_key,
    merge,
)
from singlewindow.subsystems.consolidated.tests.merging_samples import (
    BANANA,
    DURIAN,
    good,
    listed,
    m1,
)

AS_IT_IS = Merging()


def changed(of: Listed, **content: Any) -> Listed:
    return replace(of, content={**of.content, **content})


def rows(made: Merged) -> list[tuple[str, str, str, str, str]]:
    return [
        (row["name"], row["origin"], row["price"], row["quantity"], row["total"])
        for row in made.content["goods"]
    ]


def related(made: Merged) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for each in made.relations:
        found.setdefault(each.item, []).append(f"{each.list_number}-{each.list_item}")
    return found


def test_m1_five_lists_make_three_declarations() -> None:
    first, air, november = merge(m1().values(), AS_IT_IS)
    assert first.numbers == ["L1", "L2", "L3"]
    assert rows(first) == [
        ("鲜榴莲", "THA", "5.0000", "1500", "7500.00"),
        ("鲜香蕉", "PHL", "0.8000", "3000", "2400.00"),
        ("鲜榴莲", "THA", "5.2000", "300", "1560.00"),
        ("鲜榴莲", "VNM", "5.0000", "400", "2000.00"),
    ]
    assert related(first) == {1: ["L1-1", "L2-1"], 2: ["L1-2", "L3-2"], 3: ["L2-2"], 4: ["L3-1"]}
    head = {
        "packages": "520",
        "gross_weight": "5460",
        "net_weight": "5200",
        "total": "13460.00",
        "items": "4",
    }
    assert head.items() <= first.content.items()
    assert first.content["currency"] == "USD"
    assert rows(air) == [("鲜榴莲", "THA", "5.0000", "100", "500.00")]
    assert (air.numbers, air.content["transport_mode"], related(air)) == (["L4"], "5", {1: ["L4-1"]})
    assert (november.numbers, related(november)) == (["L5"], {1: ["L5-1"]})
    assert november.content["total"] == "1000.00"


def test_m1_how_the_declaration_is_filled_is_a_switch() -> None:
    instead = merge(m1().values(), AS_IT_IS)[0].content
    assert (instead["vessel"], instead["bill_no"]) == ("集中申报", "2026100520261020")
    lists = m1()
    lists["L2"] = changed(lists["L2"], bill_no="TH0002")
    own = merge(lists.values(), Merging(instead=False))[0].content
    assert (own["vessel"], own["bill_no"]) == ("粤Z1234港", "")  # only what all lists say


def test_m3_another_model_is_another_item() -> None:
    lists = m1()
    lists["L2"] = changed(lists["L2"], goods=[{**lists["L2"].content["goods"][0], "model": "金枕 A级"}])
    [made] = merge([lists["L1"], lists["L2"]], AS_IT_IS)
    assert [(row["model"], row["quantity"]) for row in made.content["goods"]] == [
        ("金枕", "1000"), ("纸箱", "2000"), ("金枕 A级", "500"),
    ]  # fmt: skip


def test_m4_prices_are_compared_by_value_and_texts_without_spaces_around() -> None:
    one = listed("A", "2026-10-05", [good(DURIAN, "5", "1", "5")], 1, 2)
    two = listed("B", "2026-10-06", [good({**DURIAN, "model": " 金枕 "}, "5.0000", "2", "10.00")], 1, 2)
    [made] = merge([two, one], AS_IT_IS)
    assert rows(made) == [("鲜榴莲", "THA", "5", "3", "15.00")]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ie_flag", "E"), ("nature", "2"), ("district", "5728"), ("port", "5728"), ("consignee_code", "4404110002"),
        ("owner_code", "4404110009"), ("trade_mode", "4019"), ("trade_country", "VNM"), ("transit_port", "VNM000"),
        ("transport_mode", "2"), ("book_no", "X57292600002"), ("duty_nature", "501"), ("licence_no", "1:A"),
        ("terms", "3"), ("declarant_code", "4404980001"), ("trade_area", "HKG"),
    ],
)  # fmt: skip
def test_m8_m9_m11_what_a_head_has_once_divides(name: str, other: str) -> None:
    lists = m1()
    made = merge([lists["L1"], changed(lists["L2"], **{name: other})], AS_IT_IS)
    assert [each.numbers for each in made] == [["L1"], ["L2"]]
    assert [each.content[name] for each in made] == [lists["L1"].content.get(name, ""), other]


@pytest.mark.parametrize(
    "name", ["vessel", "voyage", "bill_no", "note", "ie_date", "packages", "gross_weight"]
)
def test_what_may_differ_does_not_divide(name: str) -> None:
    lists = m1()
    assert len(merge([lists["L1"], changed(lists["L2"], **{name: "7"})], AS_IT_IS)) == 1


@pytest.mark.parametrize(
    "name", ["unit", "unit1", "unit2", "currency", "destination", "duty_mode", "record_no", "place"]
)
def test_what_an_item_has_once_divides_items(name: str) -> None:
    one = listed("A", "2026-10-05", [good(DURIAN, "5", "1", "5")], 1, 2)
    two = listed("B", "2026-10-06", [good(DURIAN, "5", "2", "10", **{name: "9"})], 1, 2)
    [made] = merge([one, two], AS_IT_IS)
    assert len(made.content["goods"]) == 2


def test_m12_the_named_declarant_is_the_declarations() -> None:
    agent = {"code": "4404980001", "name": "珠海样例报关有限公司", "scc": "91440400MA00000000"}
    [made] = merge([m1()["L1"]], Merging(declarant=agent))
    assert made.content["declarant_code"] == "4404980001"
    assert made.content["declarant_name"] == "珠海样例报关有限公司"
    [own] = merge([m1()["L1"]], AS_IT_IS)
    assert own.content["declarant_code"] == "4404110001"


def test_a_month_has_one_rate_of_exchange_and_a_changed_duty_divides_it() -> None:
    lists = m1()
    made = merge([lists["L1"], lists["L2"]], Merging(rate_days=("2026-10-10",)))
    assert [each.numbers for each in made] == [["L1"], ["L2"]]


def test_lists_stay_whole_within_fifty_items() -> None:
    def many(number: str, accepted: str, first: int, count: int) -> Listed:
        goods = [good({**DURIAN, "record_no": str(at)}, "5", "1", "5") for at in range(first, first + count)]
        return listed(number, accepted, goods, 1, 60)

    lists = [
        many("D", "2026-10-05", 1, 30),
        many("B", "2026-10-06", 21, 30),  # 30 + 20 new ones
        many("C", "2026-10-06", 51, 1),  # the 51st
        many("A", "2026-10-07", 1, 50),  # would have fitted into the first, which is closed
    ]
    made = merge(lists, AS_IT_IS)
    assert [each.numbers for each in made] == [["D", "B"], ["C"], ["A"]]
    assert [len(each.content["goods"]) for each in made] == [50, 1, 50]
    with pytest.raises(TooManyItems):
        merge([many("A", "2026-10-05", 1, 51)], AS_IT_IS)


def test_fees_of_money_are_added_and_rates_must_agree() -> None:
    lists = m1()
    freight = {"freight_mark": "3", "freight_currency": "USD"}
    one, two = (
        changed(lists[name], **freight, freight=amount) for name, amount in (("L1", "120.5"), ("L2", "80"))
    )
    [made] = merge([one, two], AS_IT_IS)
    assert (made.content["freight"], made.content["freight_mark"]) == ("200.5", "3")
    rates = [
        changed(lists[name], freight_mark="1", freight=rate) for name, rate in (("L1", "5"), ("L2", "5.00"))
    ]
    [made] = merge(rates, AS_IT_IS)
    assert made.content["freight"] == "5"
    keys = {digest(group_key(each, AS_IT_IS)) for each in rates}
    assert len(keys) == 1  # as the timed job takes them, too
    assert len(merge([rates[0], changed(rates[1], freight="6")], AS_IT_IS)) == 2


def test_licences_of_the_goods_are_documents_of_the_declaration() -> None:
    goods = [good(DURIAN, "5", "1", "5", licence="1:26-AA-100"), good(BANANA, "5", "1", "5", licence="")]
    [made] = merge([listed("A", "2026-10-05", goods + goods[:1], 1, 3)], AS_IT_IS)
    assert made.content["documents"] == [{"code": "1", "number": "26-AA-100"}]


def test_what_is_no_amount_is_not_lost_silently() -> None:
    with pytest.raises(ValueError, match="no amount"):
        merge([listed("A", "2026-10-05", [{**good(DURIAN, "5", "1", "5"), "total": "viel"}], 1, 3)], AS_IT_IS)


# ---------------------------------------------------------------- for any lists


def any_list(random: Random, number: str) -> Listed:
    """A list out of few values, so that many agree; amounts of up to five places."""
    return Listed(
        number,
        random.choice(("2026-10-05", "2026-10-31", "2026-11-01")),
        {
            "ie_flag": random.choice("IE"),
            "transport_mode": random.choice("45"),
            "declarant_code": random.choice(("4404110001", "4404110002")),
            "packages": str(random.randrange(10**6)),
            "gross_weight": any_amount(random),
            "net_weight": any_amount(random),
            "freight_mark": random.choice("13"),
            "freight": random.choice(("", "1", "2.50")),
            "goods": [any_good(random) for _ in range(random.randint(1, 4))],
        },
    )


def any_good(random: Random) -> dict[str, str]:
    return {
        "code": random.choice(("0810600000", "0803900000")),
        "name": random.choice(("鲜榴莲", " 鲜榴莲", "香蕉")),
        "price": random.choice(("5", "5.0000", "5.2", "0")),
        "currency": random.choice(("USD", "CNY")),
        "record_no": random.choice(("1", "01", "2")),
        "unit2": random.choice(("", "035")),
        "quantity": any_amount(random),
        "quantity2": random.choice(("", any_amount(random))),
        "total": any_amount(random),
    }


def any_amount(random: Random) -> str:
    return f"{Decimal(random.randrange(10**11)).scaleb(-random.randint(0, 5)):f}"


def sums(contents: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """All amounts of heads, and of goods by code and currency, exactly."""
    found: Counter[tuple[str, str]] = Counter()
    for content in contents:
        for name in HEAD_SUMS:
            found["", name] += Decimal(content[name])  # type: ignore[assignment]
        for row in content["goods"]:
            for name in ITEM_SUMS:
                found[row["code"] + row["currency"], name] += Decimal(row.get(name) or 0)  # type: ignore[assignment]
    return found


@settings(max_examples=1_000, deadline=None, database=None)  # others each time
@given(st.integers(0, 9), st.integers(0, 2**48), st.integers(4, 9), st.booleans(), st.booleans())
def test_nothing_is_lost_or_mixed(count: int, seed: int, most: int, agent: bool, instead: bool) -> None:
    random = Random(seed)
    lists = [any_list(random, f"L{at:03d}") for at in range(count)]
    how = Merging({"code": "4404980001"} if agent else None, instead=instead, most_items=most)
    made = merge(lists, how)
    assert sums([each.content for each in made]) == sums([dict(each.content) for each in lists])
    placed = Counter((each.list_number, each.list_item) for one in made for each in one.relations)
    assert placed == Counter((each.number, at) for each in lists for at, _ in enumerate(each.goods, 1))
    for each in made:
        assert len({group_key(one, how) for one in each.lists}) == 1
        goods = {one.number: one.goods for one in each.lists}
        assert len(each.content["goods"]) <= how.most_items
        assert len({item_key(row) for row in each.content["goods"]}) == len(each.content["goods"])
        for relation in each.relations:
            row = each.content["goods"][relation.item - 1]
            assert item_key(goods[relation.list_number][relation.list_item - 1]) == item_key(row)
    shuffled = random.sample(lists, len(lists))
    assert merge(shuffled, how) == made  # the order in which they are given does not matter
    done = random.randint(0, len(made))  # killed half-way
    finished = {number for each in made[:done] for number in each.numbers}
    assert merge([each for each in lists if each.number not in finished], how) == made[done:]
