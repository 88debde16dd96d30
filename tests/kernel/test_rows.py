"""Rows that the server fills, tables that overflow, elements, presets, narrowed codes (CONS-02, 04, 09, 17).

On the invented packing list of the template chapter, whose rows come from an order that customs publish.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from singlewindow.kernel.definition.conditions import starts
from singlewindow.kernel.definition.export import definition_of
from singlewindow.kernel.definition.fields import Content, code, lines, text
from singlewindow.kernel.subsystem import MenuItem, Subsystem, get_document_type
from tests.house import House, Member
from tests.kernel.jobs import findings, imported
from tests.workbooks import workbook

TYPE = "_template.packing"
BEEF, PORK = "0202300090", "0203290090"
HEADER = {"transport": "2", "order_no": "ORD1", "office": "5301"}
TYPED = {"item_no": "1", "goods_code": BEEF, "name": "冻牛肉", "quantity": "10"}


@pytest.fixture
async def member(house: House) -> Member:
    """A member, and an order of two items."""
    await house.register("_template.order", "ORD1/1", {"goods_code": BEEF, "name": "冻牛肉", "left": "50"})
    await house.register("_template.order", "ORD1/2", {"goods_code": PORK, "name": "冻猪肉", "left": "7"})
    return await house.member()


async def look_up(member: Member, field: str, content: dict[str, Any], number: str | None = None) -> Any:
    answer = await member.http.post(
        f"/api/documents/{TYPE}/lookup", json={"field": field, "content": content, "number": number}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_leaving_a_cell_fills_its_row(member: Member) -> None:
    """CONS-09: 备案序号 and Enter bring the goods; typed cells of that row alone, grey cells of all rows."""
    content = {**HEADER, "items": [{"item_no": "1", "name": "我的品名"}, {"item_no": "2", "quantity": "8"}]}
    found = await look_up(member, "items/2/item_no", content)
    assert found["brought"] == {"goods_code": PORK, "name": "冻猪肉"}
    assert found["rows"] == {"items": [{"unit": "", "left": "50"}, {"unit": "035", "left": "7"}]}
    assert [(v["path"], v["rule"]) for v in found["violations"]] == []
    wrong = await look_up(member, "items/1/item_no", {**HEADER, "items": [{"item_no": "9"}]})
    assert [v["path"] for v in wrong["violations"]] == ["items/1/item_no"]
    assert wrong["brought"] == {}
    other = await look_up(
        member, "items/1/goods_code", {**HEADER, "items": [{"item_no": "1", "goods_code": PORK}]}
    )
    assert (other["brought"], other["rows"]["items"][0]["unit"]) == ({}, "035")
    header = await look_up(member, "order_no", content)
    assert (header["brought"], header["rows"]["items"][0]["left"]) == ({}, "50")


@pytest.mark.parametrize(
    "field", ["items/0/item_no", "items/9/item_no", "items/x/item_no", "items/1", "nothing/1/a"]
)
async def test_a_cell_that_is_not_there_brings_nothing(member: Member, field: str) -> None:
    """A client may name anything: nothing is filled in, nothing breaks."""
    found = await look_up(member, field, {**HEADER, "items": [{"item_no": "1"}]})
    assert found["brought"] == {}


async def test_saving_fills_grey_cells_and_no_typed_ones(member: Member) -> None:
    """CONS-09: grey cells are the server's, whatever was sent; what was typed stays as it was typed."""
    row = {"item_no": "2", "goods_code": BEEF, "name": "别名", "quantity": "1", "left": "999999", "unit": "x"}
    content, key = {**HEADER, "items": [row]}, {"Idempotency-Key": "key-0001"}
    view = await member.save(TYPE, content, **key)
    assert view["content"]["items"] == [{**row, "left": "7", "unit": "035"}]
    again = await member.save(TYPE, content, **key)
    assert again["number"] == view["number"], "what the server fills is not what was sent"
    assert view["content"]["packer"] == member.company_name


async def test_a_grey_cell_that_changes_before_the_signature_is_said(house: House, member: Member) -> None:
    """PORT-08: what customs publish meanwhile is not signed unseen; saved again, it is signed as it is now."""
    view = await member.save(TYPE, {**HEADER, "items": [TYPED]})
    await house.register("_template.order", "ORD1/1", {"goods_code": BEEF, "name": "x", "left": "40"}, seq=2)
    refused = await member.prepare(TYPE, view)
    assert refused.status_code == 422
    assert "「装箱商品」的海关数据已有变化" in refused.text
    view = await member.save_again(TYPE, view)
    done = await member.apply(TYPE, view)
    assert done["status"]["name"] == "已申报"
    await house.send()
    signed = json.loads(base64.b64decode(house.customs.received[-1].content))
    assert signed["items"] == [{**TYPED, "left": "40", "unit": "035"}]


async def test_an_import_gets_the_same_cells_and_the_same_verdict(house: House, member: Member) -> None:
    """CONS-17: a workbook has no columns for grey cells; its rows are filled and judged as those of a form."""
    heads = ["序号", "订单项号", "商品编号", "品名", "规格型号", "数量"]
    head = ["序号", "运输方式", "订单号", "办理海关"]
    sheets: dict[str, list[list[Any]]] = {
        "表头": [head, [1, "2", "ORD1", "5301"], [2, "2", "ORD1", "5301"], [3, None, "ORD1", "5301"]],
        "装箱商品": [heads, [1, "2", PORK, "冻猪肉", None, 7], [2, "3", PORK, "冻猪肉", "1|2", 7]],
    }
    job = await imported(house, member, workbook(sheets), type=TYPE)
    assert (job["done"], job["failed"]) == (1, 2)
    [row] = (await member.http.get(f"/api/documents/{TYPE}")).json()["items"]
    content = (await member.view(TYPE, row["number"]))["content"]
    assert [(each["left"], each["unit"]) for each in content["items"]] == [("7", "035")]
    said = [(each["head"], each["message"]) for each in await findings(member, job["id"])]
    assert [head for head, _ in said] == ["订单项号", "规格型号", "运输方式"]


async def test_the_hundredth_row_is_refused_with_what_to_do(house: House, member: Member) -> None:
    """CONS-04: 99 rows; over the API and in a workbook the rest goes into another document."""
    rows = [TYPED] * 99
    await member.save(TYPE, {**HEADER, "items": rows})
    answer = await member.http.post(
        f"/api/documents/{TYPE}", json={"content": {**HEADER, "items": [*rows, TYPED]}}
    )
    [wrong] = answer.json()["violations"]
    assert (answer.status_code, wrong["path"]) == (422, "items")
    assert wrong["message"] == "「装箱商品」共 100 行，不得超过 99 行"
    assert wrong["advice"] == (
        "只有在页面逐行录入时系统自动另起一份；请将第 100 行起的各行录入另一份单据（新增；批量导入时另起一个序号）"
    )
    heads = ["序号", "订单项号", "商品编号", "品名", "规格型号", "数量"]
    body = [[1, "1", BEEF, "冻牛肉", None, "1"]] * 100
    sheets: dict[str, list[list[Any]]] = {
        "表头": [["序号", "运输方式", "订单号", "办理海关"], [1, "2", "ORD1", "5301"]],
        "装箱商品": [heads, *body],
    }
    job = await imported(house, member, workbook(sheets), type=TYPE)
    assert job["failed"] == 1
    [finding] = await findings(member, job["id"])
    assert "另起一个序号" in finding["advice"]


async def test_a_preset_is_given_once(member: Member) -> None:
    """CONS-09: the menu says which kind it is; an empty form has it, a stored one keeps it, none is refused."""
    new = await member.http.get(f"/api/documents/{TYPE}/new", params={"transport": "5"})
    assert new.json()["content"]["transport"] == "5"
    other = await member.http.get(f"/api/documents/{TYPE}/new", params={"transport": "5", "office": "5301"})
    assert (other.status_code, [each["path"] for each in other.json()["violations"]]) == (422, ["office"])
    assert (await member.http.get(f"/api/documents/{TYPE}/new")).json()["alerts"] == []
    wrong = await member.http.get(f"/api/documents/{TYPE}/new", params={"transport": "?"})
    assert [each["rule"] for each in wrong.json()["alerts"]] == ["field.code"]
    bad = await member.http.get(f"/api/documents/{TYPE}/new", params={"transport": "\x07"})
    assert (bad.status_code, bad.json()["violations"][0]["path"]) == (422, "transport")
    none = await member.http.post(f"/api/documents/{TYPE}", json={"content": {"order_no": "ORD1"}})
    assert [(v["path"], v["rule"]) for v in none.json()["violations"]] == [("transport", "field.preset")]
    view = await member.save(TYPE, {"transport": "5"})
    again = await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}",
        json={"content": {"transport": "2"}},
        headers={"If-Match": '"1"'},
    )
    [refused] = again.json()["violations"]
    assert (refused["path"], refused["message"]) == (
        "transport",
        "「运输方式」在首次暂存之后不能更改，仍为 5",
    )
    kept = await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}", json={"content": {}}, headers={"If-Match": '"1"'}
    )
    assert kept.json()["content"]["transport"] == "5"


async def test_an_entry_counts_under_its_condition(member: Member) -> None:
    """CONS-02: some natures are for some districts alone; over the API too."""
    refused = await member.http.post(
        f"/api/documents/{TYPE}", json={"content": {**HEADER, "office": "0101", "duty": "3"}}
    )
    [wrong] = refused.json()["violations"]
    assert (wrong["path"], wrong["message"]) == ("duty", "「征免方式」在当前填写的内容下不能选代码 3")
    await member.save(TYPE, {**HEADER, "duty": "3"})
    await member.save(TYPE, {**HEADER, "office": "0101", "duty": "1"})


async def test_elements_are_counted_against_the_code(member: Member) -> None:
    """CONS-04: one part for each declaration element; which they are, pages ask; a wrong code says so itself."""
    entry = (await member.http.get(f"/api/codes/goods/{BEEF}")).json()
    assert (entry["name"], len(entry["extra"]["elements"]), entry["extra"]["unit1"]) == (
        "冻藏的去骨牛肉",
        9,
        "035",
    )
    assert (await member.http.get("/api/codes/goods/0000000000")).status_code == 404
    for model, rules in (
        ("a|b", ["field.elements"]),
        ("|".join("123456789"), []),
        ("x" * 256, ["field.length", "field.elements"]),
    ):
        answer = await member.http.post(
            f"/api/documents/{TYPE}", json={"content": {**HEADER, "items": [{**TYPED, "model": model}]}}
        )
        assert [each["rule"] for each in answer.json().get("violations", [])] == rules
    strange = {**HEADER, "items": [{**TYPED, "goods_code": "0000000000", "model": "a"}]}
    answer = await member.http.post(f"/api/documents/{TYPE}", json={"content": strange})
    assert [each["rule"] for each in answer.json()["violations"]] == ["field.code"]


def test_what_does_not_fit_is_said_at_the_start() -> None:
    """A chapter that declares what cannot be does not start."""
    with pytest.raises(ValueError, match="no code whose elements"):
        type("A", (Content,), {"model": text("规格", elements="code")})
    with pytest.raises(ValueError, match="narrows what are no codes"):
        type("B", (Content,), {"a": text("甲", narrowed={"1": starts("b", "1")})})
    row = type("C", (Content,), {"a": text("甲", preset=True)})
    with pytest.raises(ValueError, match="presets"):
        type("D", (Content,), {"rows": lines("行", row)})
    plain = type("E", (Content,), {"a": code("甲", "units")})
    with pytest.raises(ValueError, match="go into the next document"):
        type("F", (Content,), {"rows": lines("行", plain, overflow=("b",))})
    with pytest.raises(ValueError, match="plain codes"):
        MenuItem("甲", "import", (TYPE,), preset={"transport": "2"})
    packing = get_document_type(TYPE)
    for item in (MenuItem("甲", "form", (TYPE,)), MenuItem("乙", "query", (TYPE,), preset={"nothing": "1"})):
        with pytest.raises(ValueError, match="do not fit"):
            Subsystem(name="x", title="x", group=("x",), documents=(packing,), menu=(item,))


def test_pages_are_told() -> None:
    """Form and list are drawn from the definition."""
    definition = definition_of(get_document_type(TYPE))
    [items] = definition.lines
    assert (items.overflow, items.elements, items.most) == (["order_no", "office", "duty"], "归类", 99)
    cells = {each.name: each for each in items.fields}
    assert (cells["model"].elements, cells["item_no"].lookup, cells["left"].entry) == (
        "goods_code",
        True,
        "system",
    )
    fields = {each.name: each for section in definition.sections for each in section.fields}
    assert fields["transport"].preset
    assert fields["duty"].narrowed["3"] == {"op": "starts", "field": "office", "value": "53"}
