"""What 集中申报 is played with: companies, account books, licences and manifests that fit together."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from singlewindow.customs.register_catalogue import get_register
from singlewindow.customs.register_values import wrong_entry
from tests.demo.test_world import ANCHOR, WORLD

EXAMPLES: dict[str, Any] = WORLD["examples"]
COMPANIES = {each["customs_code"]: each for each in WORLD["companies"]}
OWN = {each["username"]: each["customs_code"] for each in WORLD["accounts"]}
TABLES = Path("singlewindow/kernel/codes/tables")


def _table(name: str) -> dict[str, list[str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return {row[0]: row for row in csv.reader(line for line in lines if not line.startswith("#"))}


def _entries(register: str) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in WORLD["registers"][register]}


def test_districts_offer_every_nature_and_the_first_one_prints() -> None:
    """CONS-02, CONS-15: 07xx and 57xx for 边境小额 and 对外承包出口货物; what is closed in 51xx can be printed."""
    districts = _table("customs_districts.csv")
    first, projects, border = EXAMPLES["consolidated_district"]
    assert {first, projects, border} <= set(districts)
    assert (projects[:2], border[:2]) == ("57", "07")
    assert first[:2] in _entries("print_district")


def test_who_files_and_who_declares() -> None:
    """CONS-01, CONS-13: 担保方式 comes from the register; an agent with an account, one without, a discredited one."""
    assert [COMPANIES[OWN[name]]["guarantee_mode"] for name in ("wangfang", "zhaomin")] == ["1", "2"]
    agent = COMPANIES[EXAMPLES["consolidated_agent"]]
    assert (agent["customs_code"], agent["qualification_kind"]) == (OWN["tanyun"], "报关企业")
    without = COMPANIES[EXAMPLES["consolidated_agent_without_account"]]
    assert without["customs_code"] not in OWN.values()
    assert (without["qualification_kind"], without["customs_qualified"]) == ("报关企业", True)
    assert COMPANIES[EXAMPLES["consolidated_agent_discredited"]]["grade"] == "4"
    assert EXAMPLES["consolidated_agent_discredited"] == OWN["hewei"]


def test_account_books_have_items_that_lists_can_take() -> None:
    """CONS-09: of both companies, one that has ended; a place for every declaration element; little left of item 2."""
    books, goods = _entries("account_book"), _table("goods.csv")
    own, other = EXAMPLES["consolidated_account_book"], EXAMPLES["consolidated_account_book_zhaomin"]
    ended = EXAMPLES["consolidated_account_book_ended"]
    owners = [books[key]["data"]["company"] for key in (*own, *other)]
    assert owners == [OWN["wangfang"]] * 3 + [OWN["zhaomin"]] * 2
    assert books[ended]["to"] < ANCHOR.isoformat() < min(books[key]["to"] for key in (*own, *other))
    for key in (*own, *other, ended):
        data = books[key]["data"]
        assert re.fullmatch(r"[BCH][0-9]{11}", key)
        assert wrong_entry(get_register("account_book"), key, {**data, "kind_name": ""}) == []
        assert data["district"] == EXAMPLES["consolidated_district"][0]
        assert data["items"][1]["remaining"] == "100"
    for book in books.values():
        for item in book["data"]["items"]:
            elements, unit1 = goods[item["code"]][2:4]
            assert len(item["model"].split("|")) == len(elements.split("|"))
            assert item["unit1"] == unit1


def test_licences_and_manifests() -> None:
    """CONS-05, CONS-10: plenty and little, ended, another company's; what a list by sea must agree with."""
    licences, manifests = _entries("licence"), _entries("manifest")
    for typed in EXAMPLES["consolidated_goods_licence"]:
        code, number = typed.split(":")
        assert licences[number]["data"]["code"] == code
        assert licences[number]["data"]["company"] == OWN["wangfang"]
        assert number in EXAMPLES["consolidated_licence"]
    small = licences[EXAMPLES["consolidated_licence_small"]]["data"]
    assert [each["quantity"] for each in small["goods"]] == ["1000"]
    assert licences[EXAMPLES["consolidated_licence_ended"]]["to"] < ANCHOR.isoformat()
    assert licences[EXAMPLES["consolidated_licence_foreign"]]["data"]["company"] == OWN["zhaomin"]
    for way, name in (("I", "import"), ("E", "export")):
        for bill in EXAMPLES[f"consolidated_bill_{name}"]:
            data = manifests[bill]["data"]
            assert (data["ie_flag"], data["port"]) == (way, EXAMPLES["consolidated_district"][0])
            assert int(data["net_weight"]) < int(data["gross_weight"])
            said = next(each for each in EXAMPLES["consolidated_manifest"] if each.startswith(bill))
            assert all(
                data[each] in said for each in ("vessel", "voyage", "packages", "gross_weight", "net_weight")
            )
