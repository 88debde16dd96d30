"""What the booklet and the account book bring, and what the form says while it is filled in (CONS-09, CONS-14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from singlewindow.kernel.spreadsheets.workbook import Book
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.tests.scene import (
    TYPE,
    URL,
    bonded_content,
    content_of,
    equip,
    equip_bonded,
    licence_of,
    today,
)
from tests.house import House, Member
from tests.kernel.jobs import findings, imported

HEAD = {"list_kind": "GI", "district": "5301", "book_no": "X53012600001"}


@pytest.fixture
async def owner(house: House) -> Member:
    member = await house.member()
    await equip(house, member)
    return member


async def look_up(owner: Member, field: str, content: dict[str, Any]) -> dict[str, Any]:
    body = {"field": field, "content": content}
    answer = await owner.http.post(f"{URL}/lookup", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_number_and_enter_bring_the_good(owner: Member) -> None:
    """CONS-09: 备案序号 + Enter fills what the booklet says of the good; quantities are typed."""
    found = await look_up(owner, "goods/1/record_no", HEAD | {"goods": [{"record_no": "2"}]})
    assert found["brought"] == {
        "code": "0202300090", "name": "冻藏的去骨牛肉", "unit": "035", "price": "5.2", "currency": "USD",
        "origin": "BRA", "destination": "CHN",
    }  # fmt: skip
    assert found["rows"]["goods"] == [{"licence": f"7:{licence_of(owner)}", "unit1": "035", "unit2": ""}]
    content = found["content"]
    assert (content["ie_flag"], content["nature"], content["trade_mode"]) == ("I", "1", "0110")
    assert content["consignee_code"] == content["declarant_code"] == owner.customs_code
    assert content["consignee_ciq"] == "4400000001"


async def test_the_goods_say_from_which_licence_they_draw(owner: Member) -> None:
    """CONS-10, CONS-13: with a 许可证号 of the company's own in the header, that one; it becomes 随附单证."""
    rows = HEAD | {"goods": [{"record_no": "1"}, {"record_no": "2"}]}
    filed = f"7:{licence_of(owner)}"
    for number, said in ((licence_of(owner), [filed, filed]), ("26-OTHER", ["", filed])):
        found = await look_up(owner, "licence_no", rows | {"licence_no": number})
        assert [row["licence"] for row in found["rows"]["goods"]] == said


async def test_price_and_quantity_make_the_total(owner: Member) -> None:
    """CONS-09: leaving 成交数量 reckons 总价 and the legal quantity in the same unit; a later 总价 stays as typed."""
    row = {
        "record_no": "2",
        "code": "0202300090",
        "unit": "035",
        "price": "5.2",
        "quantity": "33.333",
        "currency": "USD",
    }
    found = await look_up(owner, "goods/1/quantity", HEAD | {"goods": [row]})
    assert found["brought"] == {"total": "173.33", "quantity1": "33.333"}
    saved = await owner.save(TYPE, HEAD | {"goods": [row | {"total": "173.34"}]})
    assert saved["content"]["goods"][0]["total"] == "173.34"
    sums = {name: saved["content"][name] for name in ("items", "total", "currency")}
    assert sums == {"items": "1", "total": "173.34", "currency": "USD"}


async def test_an_exports_good_comes_from_here(owner: Member) -> None:
    """CONS-09: of an export the booklet's 产销国 is the country of destination."""
    export = HEAD | {"list_kind": "GE"}
    found = await look_up(owner, "goods/1/record_no", export | {"goods": [{"record_no": "1"}]})
    assert (found["brought"]["origin"], found["brought"]["destination"]) == ("CHN", "PER")
    assert found["content"]["ie_flag"] == "E"


async def test_an_account_books_item(house: House, owner: Member) -> None:
    """CONS-09: bonded goods come from the 账册/手册 item that customs sent, with its 监管方式."""
    book = await equip_bonded(house, owner, remaining="100")
    content = bonded_content(owner, book, 1) | {"goods": [{"record_no": "7"}]}
    found = await look_up(owner, "goods/1/record_no", content)
    assert (found["brought"]["name"], found["brought"]["origin"]) == ("小包装鲜葡萄酿造的酒", "FRA")
    assert (found["content"]["nature"], found["content"]["trade_mode"]) == ("2", "0615")


async def test_a_number_that_is_not_there(owner: Member) -> None:
    """CONS-09, UI-16: said at the cell at once, with what to do; what was typed stays."""
    found = await look_up(owner, "goods/1/record_no", HEAD | {"goods": [{"record_no": "9", "name": "我的"}]})
    assert found["brought"] == {}
    [wrong] = found["violations"]
    assert (wrong["path"], wrong["rule"]) == ("goods/1/record_no", "CONS-R57")


async def test_what_the_form_says_before_it_refuses(owner: Member) -> None:
    """CONS-09: until when, and what is wrong with the numbers on which the rest depends; a draft is saved anyway."""
    day = today()
    typed = {"list_kind": "GI", "district": "5169", "book_no": "X53012699999", "ie_date": day.isoformat()}
    found = await look_up(owner, "book_no", typed)
    said = {each["path"]: (each["level"], each["text"]) for each in found["notices"]}
    assert said["ie_date"] == ("good", f"最迟 {day + timedelta(days=14)} 申报")
    assert said["book_no"] == ("bad", "未查到本企业备案号为 X53012699999 的备案分册")
    assert said["district"][1] == "本企业在申报地海关 5169 没有一般贸易货物的企业资质备案"
    assert (await owner.save(TYPE, typed))["header"]["status"] == "暂存"


async def test_a_draft_needs_its_district_alone(owner: Member) -> None:
    """CONS-11: 清单暂存 as soon as 申报地海关 is there; gives the number. Without its kind there is no list."""
    view = await owner.save(TYPE, {"list_kind": "BE", "district": "0708"})
    assert (len(view["number"]), view["content"]["ie_flag"]) == (18, "E")
    refused = await owner.http.post(URL, json={"content": {"district": "0708"}})
    assert [each["path"] for each in refused.json()["violations"]] == ["list_kind"]


async def test_lists_are_found_by_kind(owner: Member) -> None:
    """CONS-14: kind, number, district, 备案号, status, days; without conditions all."""
    first = await owner.save(TYPE, content_of(owner))
    other = await owner.save(TYPE, {"list_kind": "BE", "district": "5301"})
    day = today().isoformat()

    async def numbers(**asked: str) -> set[str]:
        answer = await owner.http.get(URL, params=asked)
        assert answer.status_code == 200, answer.text
        return {row["number"] for row in answer.json()["items"]}

    assert await numbers(list_kind="GI") == {first["number"]}
    assert await numbers(book_no="X53012600001", district="5301") == {first["number"]}
    assert await numbers(list_kind="GE") == set()
    assert (
        await numbers(filed_on_from=day, filed_on_to=day)
        == await numbers()
        == {first["number"], other["number"]}
    )


async def test_lists_come_from_a_workbook(house: House, owner: Member) -> None:
    """CONS-17: judged as at 暂存; the second has a good that its booklet does not have, and is not saved."""
    meat = {"record_no": "2", "code": "0202300090", "name": "冻藏的去骨牛肉", "quantity": "10", "unit": "035"}
    meat |= {"price": "5.2", "total": "52", "currency": "USD"}
    book = Book(LIST, {})
    for key, kind, numbers in (("1", "GI", "22"), ("2", "GI", "7"), ("3", "", "")):
        book.sheets[""].add(key, HEAD | {"list_kind": kind, "gross_weight": "20"})
        for number in numbers:
            book.sheets["goods"].add(key, meat | {"record_no": number})
    job = await imported(house, owner, book.finish(), type=TYPE)
    assert (job["done"], job["failed"]) == (1, 2)
    said = [(each["head"], each["message"]) for each in await findings(owner, job["id"])]
    assert said == [
        ("备案序号", "备案号 X53012600001 中没有备案序号 7"),
        ("集报清单类型", "「集报清单类型」没有指定"),
    ]
    [row] = (await owner.http.get(URL, params={"list_kind": "GI"})).json()["items"]
    content = (await owner.view(TYPE, row["number"]))["content"]
    assert (content["items"], content["total"], content["currency"]) == ("2", "104", "USD")
    assert content["goods"][0]["licence"] == f"7:{licence_of(owner)}"
