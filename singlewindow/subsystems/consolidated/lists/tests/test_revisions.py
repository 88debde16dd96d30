"""修改申请 and 撤销申请: what is in force stays until customs agree, one at a time (manual 第三章; CONS-12)."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from singlewindow.kernel.exchange.moves import move_many
from singlewindow.kernel.problems import Conflict
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.known import Known
from singlewindow.subsystems.consolidated.lists.rules import the_reason_fits
from singlewindow.subsystems.consolidated.lists.tests.scene import (
    TYPE,
    URL,
    Scene,
    content_of,
    licence_of,
    today,
)
from tests.actions import save_amendment
from tests.house import House

WHY = {"revision_reason": "7", "revision_contact": "王芳"}
LICENSED = [{"no": "1", "code": "0202300090", "name": "冻藏的去骨牛肉", "unit": "035", "quantity": "5000"}]


@pytest.fixture
async def scene(house: House) -> Scene:
    return Scene(house, await house.member())


async def form(scene: Scene, number: str, action: str) -> dict[str, Any]:
    answer = await scene.owner.http.get(f"{URL}/{number}", params={"for": action})
    assert answer.status_code == 200, answer.text
    opened: dict[str, Any] = answer.json()
    return opened


async def saved(scene: Scene, number: str, action: str, **changed: Any) -> httpx.Response:
    opened = await form(scene, number, action)
    return await save_amendment(scene, scene.owner, opened, action, **WHY | changed)


async def asked(scene: Scene, number: str, action: str, **changed: Any) -> dict[str, Any]:
    """A revision that is declared, and on its way to customs."""
    answer = await saved(scene, number, action, **changed)
    assert answer.status_code == 200, answer.text
    view = await scene.owner.apply(TYPE, answer.json(), action)
    await scene.house.send()
    return view


async def move(scene: Scene, number: str, name: str) -> None:
    [row] = await scene.house.sql("select id from document where number = $1", number)
    async with scene.house.worker.transaction() as transaction:
        await move_many(transaction, LIST, [row["id"]], name, "汇总")


async def test_an_agreed_modification_takes_the_place_of_what_was_in_force(scene: Scene) -> None:
    """CONS-12: until then everybody sees the old list; customs get the new one with reason and contact; its sums and
    customs' numbers are right afterwards."""
    view = await scene.list("已结关")
    rows = scene.typed(view)["goods"]
    rows[0] |= {"quantity": "900", "quantity1": "900", "total": "2160"}
    await asked(scene, view["number"], "modify", contract_no="HT-2", goods=rows)
    during = await scene.owner.view(TYPE, view["number"])
    assert (during["content"]["total"], during["marker"]["name"]) == ("2400", "修改申请中")
    sent = scene.house.customs.received[-1]
    signed = json.loads(base64.b64decode(sent.content))
    assert (sent.function, signed["revision_reason"], signed["contract_no"]) == ("MOD", "7", "HT-2")
    await scene.answer(view["number"], 1, "REVISION_AGREED", sequence=2)
    after = await scene.owner.view(TYPE, view["number"])
    assert (after["content"]["total"], after["content"]["contract_no"]) == ("2160", "HT-2")
    assert (after["header"]["status"], after["header"]["list_no"]) == ("已结关", view["header"]["list_no"])
    assert "revision_reason" not in after["content"]
    [row] = (await scene.owner.http.get(URL, params={"number": view["number"]})).json()["items"]
    assert row["values"]["total"] == "2160", "the list of lists follows"


async def test_a_refused_one_leaves_no_trace(scene: Scene) -> None:
    """CONS-12: content and status are as before, and another may be begun."""
    view = await scene.list("海关审批通过")
    await asked(scene, view["number"], "revoke")
    await scene.answer(view["number"], 1, "REVISION_REFUSED", sequence=2)
    after = await scene.owner.view(TYPE, view["number"])
    assert (after["content"], after["header"]["status"]) == (view["content"], "海关审批通过")
    assert after["actions"]["revoke"]["allowed"], (
        "what was typed for it is kept, to be corrected and asked again"
    )
    match = {"If-Match": f'"{after["version"]}"'}
    assert (
        await scene.owner.http.delete(f"{URL}/{view['number']}/amendment", headers=match)
    ).status_code == 204
    assert (await scene.owner.view(TYPE, view["number"]))["actions"]["modify"]["allowed"]


async def test_what_only_the_registers_give_otherwise_is_no_modification(scene: Scene) -> None:
    """CONS-12: the company's name and a good's legal unit are grey and renewed at 暂存; customs have nothing to say."""
    view = await scene.list("海关审批通过")
    await scene.house.sql(
        """update document set content = content || jsonb_build_object('consignee_name', '旧名称',
               'goods', jsonb_build_array(content->'goods'->0 || '{"unit1": "001"}')) where number = $1""",
        view["number"],
    )
    answer = await saved(scene, view["number"], "modify")
    assert answer.json()["content"] != answer.json()["in_force"]
    refused = await scene.owner.prepare(TYPE, answer.json(), "modify")
    assert [v["rule"] for v in refused.json()["violations"]] == ["sign.unchanged"]


async def test_an_agreed_revocation_ends_the_list(scene: Scene) -> None:
    """CONS-18: 14-已撤销, from which nothing leads on."""
    view = await scene.list("已委托")
    await asked(scene, view["number"], "revoke")
    await scene.answer(view["number"], 1, "REVISION_AGREED", sequence=2)
    after = await scene.owner.view(TYPE, view["number"])
    assert (after["status"]["code"], after["status"]["name"]) == ("14", "已撤销")
    assert {name for name, button in after["actions"].items() if button["allowed"]} == {
        "new",
        "copy",
        "print",
    }


async def test_one_at_a_time_and_the_merge_leaves_it_alone(scene: Scene) -> None:
    """CONS-12, CONS-18: a list with one under way accepts no second one; a 待汇总 list may be revised and is not
    merged meanwhile."""
    view = await scene.list("已结关")
    await move(scene, view["number"], "queue")
    await asked(scene, view["number"], "modify", contract_no="HT-2")
    for action in ("modify", "revoke"):
        answer = await scene.owner.http.get(f"{URL}/{view['number']}", params={"for": action})
        assert (answer.status_code, "修改申请中" in answer.json()["detail"]) == (409, True)
    with pytest.raises(Conflict):
        await move(scene, view["number"], "merged")
    await scene.answer(view["number"], 1, "REVISION_AGREED", sequence=2)
    await move(scene, view["number"], "merged")
    assert (await scene.owner.view(TYPE, view["number"]))["status"]["name"] == "已汇总"


async def test_reason_and_contact_are_obligatory(scene: Scene) -> None:
    """CONS-12, FA 3.8: yellow at 申报; the reason for exports alone is refused for an import."""
    view = await scene.list("已结关")
    opened = await form(scene, view["number"], "revoke")
    answer = await save_amendment(scene, scene.owner, opened, "revoke")
    refused = await scene.owner.prepare(TYPE, answer.json(), "revoke")
    found = [(each["path"], each["rule"]) for each in refused.json()["violations"]]
    assert found == [("revision_reason", "field.required"), ("revision_contact", "field.required")]
    answer = await saved(scene, view["number"], "revoke", revision_reason="1")
    refused = await scene.owner.prepare(TYPE, answer.json(), "revoke")
    assert [each["rule"] for each in refused.json()["violations"]] == ["CONS-R55"]


async def test_customs_and_book_stay(scene: Scene) -> None:
    """令220: a change is asked of the customs that took the list in, under its own book and as the same kind."""
    view = await scene.list("已结关")
    editable = (await form(scene, view["number"], "modify"))["editable"]
    assert {"packages", "goods", "revision_reason"} < set(editable)
    assert not {"district", "book_no"} & set(editable)
    answer = await saved(scene, view["number"], "modify", district="5169", book_no="X53012600002")
    found = [(each["path"], each["rule"]) for each in answer.json()["violations"]]
    assert sorted(found) == [("book_no", "CONS-R67"), ("district", "CONS-R67")]
    answer = await saved(scene, view["number"], "modify", list_kind="GE")
    assert [each["rule"] for each in answer.json()["violations"]] == ["field.preset"]


async def test_what_was_right_then_is_not_asked_again(scene: Scene) -> None:
    """CONS-12, FA 3.2: after the fourteenth day, and when the qualification or the licence has ended, a list may still
    be revised."""
    await scene.content(scene.owner)
    view = await scene.list("已结关", **content_of(scene.owner, rows=2))
    licence = {"code": "7", "company": scene.owner.customs_code, "goods": LICENSED}
    over = datetime.now(UTC) - timedelta(days=1)
    await scene.house.register("licence", licence_of(scene.owner), licence, valid_to=over, seq=2)
    await scene.house.sql("update document set status = '8' where type = 'consolidated.qualification'")
    await scene.house.sql("update find_consolidated_qualification set status = '8'")
    await scene.house.sql("update clock set shift = '30 days'")
    try:
        await asked(scene, view["number"], "modify", contract_no="HT-2")
    finally:
        await scene.house.sql("update clock set shift = '0'")


async def test_a_booklet_that_is_deleted_hinders_no_change(scene: Scene) -> None:
    """CONS-12: lists passed under it; revoked and deleted it takes no new ones, and those may still be modified."""
    view = await scene.list("已结关")
    for table in ("document", "find_consolidated_booklet"):  # what was sent is hidden
        only = "where type = 'consolidated.booklet'" if table == "document" else ""
        await scene.house.sql(f"update {table} set status = '8', hidden = true {only}")
    rows = scene.typed(view)["goods"]
    rows[0] |= {"quantity": "900", "quantity1": "900", "total": "2160"}
    await asked(scene, view["number"], "modify", goods=rows)
    new = await scene.owner.save(TYPE, content_of(scene.owner))
    refused = await scene.owner.prepare(TYPE, new, "declare")
    assert "CONS-R42" in [each["rule"] for each in refused.json()["violations"]]


@pytest.mark.parametrize(
    ("reason", "flag", "word"),
    [("1", "I", "仅用于出口清单"), ("5", "E", "仅用于进口清单"), ("1", "E", ""), ("5", "I", "")],
)
def test_which_reasons_fit(reason: str, flag: str, word: str) -> None:
    """FA 3.8: goods that did not leave are exports, 直接退运 is of imports (令220)."""
    content = SimpleNamespace(revision_reason=reason, ie_flag=flag)
    found = [each.message for each in the_reason_fits.find(content, Known(today()))]
    assert [word in message for message in found] == [True] * bool(word)


async def test_what_became_of_them(scene: Scene) -> None:
    """CONS-12: 修撤状态查询 by kind; 修改申请 lists what may be revised now, without what is under way."""
    first, second = await scene.list("已结关"), await scene.list("海关审批通过")
    await scene.list("暂存")
    await asked(scene, first["number"], "modify", contract_no="HT-2")
    answer = await scene.owner.http.get(f"/api/amendments/{TYPE}", params={"action": "modify"})
    assert [each["document"] for each in answer.json()["items"]] == [first["number"]]
    answer = await scene.owner.http.get(f"/api/amendments/{TYPE}", params={"action": "revoke"})
    assert answer.json()["items"] == []
    answer = await scene.owner.http.get(URL, params={"amends": "modify"})
    assert [each["number"] for each in answer.json()["items"]] == [second["number"]]
