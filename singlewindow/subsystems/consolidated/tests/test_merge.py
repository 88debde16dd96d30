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
    with_voyage = [changed(each, voyage="K7") for each in m1().values()]
    instead = merge(with_voyage, AS_IT_IS)[0].content
    assert [instead[name] for name in ("vessel", "voyage", "bill_no")] == ["集中申报", "", "2026100520261020"]
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
    goods = [good({**DURIAN, "model": model}, "5", "1", "5") for model in ("5", "5.0")]
    [made] = merge([listed("A", "2026-10-05", goods, 1, 3)], AS_IT_IS)
    assert [row["model"] for row in made.content["goods"]] == ["5", "5.0"], "a text is no amount"


def test_record_numbers_are_compared_by_value_and_what_is_no_number_as_a_text() -> None:
    """CONS-13: 备案序号 01 and 1 are one item of the booklet; others are never taken for one another."""
    goods = [good(DURIAN, "5", "1", "5", record_no=record_no) for record_no in ("1", "01", "A1", "A2")]
    [made] = merge([listed("A", "2026-10-05", goods, 1, 5)], AS_IT_IS)
    assert [(row["record_no"], row["quantity"], row["total"]) for row in made.content["goods"]] == [
        ("1", "2", "10"), ("A1", "1", "5"), ("A2", "1", "5"),
    ]  # fmt: skip


def test_every_quantity_of_an_item_is_added_up() -> None:
    """CONS-13: 数量, 法定第一 and 第二数量, 总价; the same goods twice in one list are one item, too."""
    rows_of = [good(DURIAN, "5", quantity, total) for quantity, total in (("1", "5"), ("2", "10"))]
    lists = [
        listed(name, "2026-10-05", [{**row, "quantity1": "10.5", "quantity2": "3"} for row in rows_of], 1, 3)
        for name in "AB"
    ]
    [made] = merge(lists, AS_IT_IS)
    [row] = made.content["goods"]
    assert [row[name] for name in ("quantity", "quantity1", "quantity2", "total")] == [
        "6",
        "42.0",
        "12",
        "30",
    ]
    assert related(made) == {1: ["A-1", "A-2", "B-1", "B-2"]}


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("packages", "999999999"), ("gross_weight", "99999999999999.99999"), ("freight", "99999999999999.99999"),
        ("total", "999999999999999.9999"), ("quantity", "99999999999999.99999"),
    ],
)  # fmt: skip
def test_a_sum_has_no_more_digits_than_a_declaration_takes(name: str, most: str) -> None:
    """CONS-13, FA 3.5: the list that would be one too many opens the next declaration, and nothing is cut."""

    def one(number: str, amount: str) -> Listed:
        row, fee = good(DURIAN, "5", "1", "5"), {"freight_mark": "3", "freight_currency": "USD"}
        of = changed(listed(number, "2026-10-05", [row], 1, 3), **fee)
        return changed(of, **({"goods": [{**row, name: amount}]} if name in row else {name: amount}))

    least = most.translate(str.maketrans("9", "0"))[:-1] + "1"  # of its last place
    nearly = str(Decimal(most) - Decimal(least))
    assert len(merge([one("A", nearly), one("B", least)], AS_IT_IS)) == 1
    assert [each.numbers for each in merge([one("A", most), one("B", least)], AS_IT_IS)] == [["A"], ["B"]]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ie_flag", "E"), ("nature", "2"), ("district", "5728"), ("port", "5728"), ("consignee_code", "4404110002"),
        ("owner_code", "4404110009"), ("trade_mode", "4019"), ("trade_country", "VNM"), ("transit_port", "VNM000"),
        ("transport_mode", "2"), ("book_no", "X57292600002"), ("duty_nature", "501"), ("licence_no", "1:A"),
        ("terms", "3"), ("declarant_code", "4404980001"), ("trade_area", "HKG"), ("departure_port", "THA001"),
        ("entry_port", "440101"), ("packing", "22"), ("consignee_scc", "91440400MA00000001"),
        ("owner_scc", "91440400MA00000002"), ("owner_name", "珠海别的有限公司"),
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
    "name", ["code", "unit", "unit1", "unit2", "currency", "destination", "duty_mode", "record_no", "place"]
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


def test_the_companies_of_a_declaration_are_those_of_its_lists_in_full() -> None:
    """CONS-13, FA 3.3: code, name, 信用代码 and 检验检疫编码 of each; of a named 申报单位 what customs say of it."""
    said = {
        f"{who}_{part}": f"{who} {part}"
        for who in ("consignee", "owner", "declarant")
        for part in ("code", "name", "scc", "ciq")
    }
    [own] = merge([changed(m1()["L1"], **said)], AS_IT_IS)
    assert said.items() <= own.content.items()
    agent = {
        "code": "4404980001",
        "name": "珠海样例报关有限公司",
        "scc": "91440400MA00000000",
        "ciq": "4400000001",
    }
    [named] = merge([changed(m1()["L1"], **said)], Merging(declarant=agent))
    assert {
        **said,
        **{f"declarant_{part}": value for part, value in agent.items()},
    }.items() <= named.content.items()


@pytest.mark.parametrize("name", ["vessel", "voyage", "bill_no", "contract_no", "marks", "note"])
def test_what_may_differ_is_said_where_all_lists_say_the_same(name: str) -> None:
    """CONS-13: else the declaration's box is empty; it does not say of all what one of them says."""
    one, two = (changed(m1()[number], **{name: "K7"}) for number in ("L1", "L2"))
    how = Merging(instead=False)
    assert merge([one, two], how)[0].content[name] == "K7"
    assert merge([one, changed(two, **{name: "K8"})], how)[0].content[name] == ""
    assert merge([one, changed(two, **{name: ""})], how)[0].content[name] == ""


def test_what_several_currencies_are_worth_has_no_total() -> None:
    """CONS-13: amounts of different currencies are never added up; each item has its own."""
    goods = [good(DURIAN, "5", "1", "5"), good(DURIAN, "5", "2", "10", currency="CNY")]
    [made] = merge([listed("A", "2026-10-05", goods, 1, 4)], AS_IT_IS)
    assert (made.content["currency"], made.content["total"]) == ("多币制", "")
    assert [(row["currency"], row["total"]) for row in made.content["goods"]] == [("USD", "5"), ("CNY", "10")]


def test_a_month_has_one_rate_of_exchange_and_a_changed_duty_divides_it() -> None:
    lists = m1()
    made = merge([lists["L1"], lists["L2"]], Merging(rate_days=("2026-10-10",)))
    assert [each.numbers for each in made] == [["L1"], ["L2"]]
    made = merge([lists["L1"], lists["L2"]], Merging(rate_days=("2026-10-12",)))
    assert [each.numbers for each in made] == [["L1"], ["L2"]], (
        "of its first day on the changed rate is in force"
    )
    assert len(merge([lists["L1"], lists["L2"]], Merging(rate_days=("2026-10-05",)))) == 1


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


@pytest.mark.parametrize("fee", ["freight", "insurance", "other"])
def test_fees_of_money_are_added_and_rates_must_agree(fee: str) -> None:
    """CONS-13: 运费, 保费 and 杂费, each within one currency; a rate is no sum of money, also of the same number."""
    lists, mark, currency = m1(), f"{fee}_mark", f"{fee}_currency"
    one, two = (
        changed(lists[name], **{mark: "3", currency: "USD", fee: amount})
        for name, amount in (("L1", "120.5"), ("L2", "80"))
    )
    [made] = merge([one, two], AS_IT_IS)
    assert [made.content[name] for name in (fee, mark, currency)] == ["200.5", "3", "USD"]
    assert len(merge([one, changed(two, **{currency: "CNY"})], AS_IT_IS)) == 2
    rates = [changed(lists[name], **{mark: "1", fee: rate}) for name, rate in (("L1", "5"), ("L2", "5.00"))]
    [made] = merge(rates, AS_IT_IS)
    assert made.content[fee] == "5"
    keys = {digest(group_key(each, AS_IT_IS)) for each in rates}
    assert len(keys) == 1  # as the timed job takes them, too
    assert len(merge([rates[0], changed(rates[1], **{fee: "6"})], AS_IT_IS)) == 2
    assert len(merge([rates[0], changed(rates[1], **{mark: "2"})], AS_IT_IS)) == 2


def test_licences_of_the_goods_are_documents_of_the_declaration() -> None:
    goods = [good(DURIAN, "5", "1", "5", licence="1:26-AA-100"), good(BANANA, "5", "1", "5", licence="")]
    [made] = merge([listed("A", "2026-10-05", goods + goods[:1], 1, 3)], AS_IT_IS)
    assert made.content["documents"] == [{"code": "1", "number": "26-AA-100"}]


def test_the_licence_that_was_drawn_from_is_the_document() -> None:
    """CONS-10, CONS-13: with a 许可证号 in the list's header, goods pass under that one and not under the booklet's."""
    goods = [good(DURIAN, "5", "1", "5", licence="7:A"), good(BANANA, "5", "1", "5", licence="7:a")]
    for licence_no, number in (("B", "B"), ("", "A")):
        [made] = merge([listed("L1", "2026-10-05", goods, 1, 1, licence_no=licence_no)], AS_IT_IS)
        assert made.content["documents"] == [{"code": "7", "number": number}]
    unnamed = [good(DURIAN, "5", "1", "5", licence="")]
    [made] = merge([listed("L1", "2026-10-05", unnamed, 1, 1, licence_no="B")], AS_IT_IS)
    assert made.content["documents"] == [], "its kind is not known; the number stands in the head"


@pytest.mark.parametrize("total", ["viel", "NaN", "Infinity"])
def test_what_is_no_amount_is_not_lost_silently(total: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        merge([listed("A", "2026-10-05", [{**good(DURIAN, "5", "1", "5"), "total": total}], 1, 3)], AS_IT_IS)


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
