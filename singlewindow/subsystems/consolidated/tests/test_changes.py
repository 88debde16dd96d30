"""企业备案变更 and 延期 over the API: what may be typed, what is sent, what customs make of it (CONS-07, CONS-08)."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.tests.scene import (
    BOOKLET,
    GOOD,
    QUALIFICATION,
    SATURDAY,
    Scene,
)

BONDED = {"nature": "2", "guarantee_amount": "", "guarantee_until": ""}


def url(view: dict[str, Any]) -> str:
    return f"/api/documents/{view['type']}/{view['number']}"


async def form(scene: Scene, view: dict[str, Any], action: str = "change") -> dict[str, Any]:
    """The form of an action on what is in force."""
    answer = await scene.owner.http.get(url(view), params={"for": action})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def keep(scene: Scene, view: dict[str, Any], **typed: Any) -> httpx.Response:
    """暂存 of a change."""
    drawn = await form(scene, view)
    body = {"action": "change", "content": {**drawn["content"], **typed}}
    return await scene.owner.http.put(
        f"{url(view)}/amendment", json=body, headers={"If-Match": f'"{drawn["version"]}"'}
    )


async def changed(scene: Scene, view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """A change that was saved, declared and sent; what customs got of it."""
    saved = await keep(scene, view, **typed)
    assert saved.status_code == 200, saved.text
    under_way = await scene.declare(view["type"], saved.json(), "change")
    assert (under_way["header"]["status"], under_way["marker"]["name"]) == ("海关审批通过", "变更中")
    await scene.house.send()
    sent = [each for each in scene.house.customs.received if each.number == view["number"]][-1]
    assert sent.function == "MOD"
    content: dict[str, Any] = json.loads(base64.b64decode(sent.content))
    return content


async def found(scene: Scene, type: str) -> list[str]:
    """What 企业备案变更 lists."""
    asked = {"company_code": scene.owner.customs_code, "amends": "change"}
    answer = await scene.owner.http.get(f"/api/documents/{type}", params=asked)
    return [row["number"] for row in answer.json()["items"]]


async def test_four_boxes_of_a_qualification_are_typed(scene: Scene) -> None:
    """CONS-07: 进出口批次, 担保方式, 担保额度, 担保有效期; all else is sent as it is in force."""
    view = await scene.qualified()
    assert sorted((await form(scene, view))["editable"]) == [
        "batches", "guarantee", "guarantee_amount", "guarantee_until",
    ]  # fmt: skip
    typed = {"batches": "40", "guarantee": "1", "guarantee_amount": "300", "guarantee_until": "20280630"}
    sent = await changed(scene, view, **typed, district="5304", contact="别人")
    assert {name: sent[name] for name in typed} == typed
    assert (sent["district"], sent["contact"]) == ("5301", "王芳")
    assert (await scene.view(view))["content"]["batches"] == "12", "it does not count yet"
    await scene.answer(QUALIFICATION, view["number"], "CHANGE_AGREED", 2, valid_until="2028-06-30")
    done = await scene.view(view)
    assert {name: done["content"][name] for name in typed} == typed
    assert (done["header"]["valid_until"], done["marker"]) == ("2028-06-30", None)
    assert done["header"]["qualification_no"] == view["header"]["qualification_no"]
    await scene.pass_on(datetime(2028, 6, 30, 23, 59, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == "海关审批通过"
    await scene.pass_on(datetime(2028, 7, 1, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == "已失效"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"guarantee_until": "20270220"}, ("guarantee_until", "CONS-R06")),
        ({"guarantee_until": "2027"}, ("guarantee_until", "field.pattern")),
        ({"batches": "0"}, ("batches", "CONS-R05")),
        ({"guarantee": "7"}, ("guarantee", "field.code")),
    ],
)
async def test_what_is_typed_in_a_change_is_judged(
    scene: Scene, typed: dict[str, str], wrong: tuple[str, str]
) -> None:
    """CONS-07, FA 3.2: as in a filing, with the refusal at its box."""
    answer = await keep(scene, await scene.qualified(), **typed)
    assert answer.status_code == 422, answer.text
    assert [(v["path"], v["rule"]) for v in answer.json()["violations"]] == [wrong]


async def test_the_yellow_boxes_of_a_change_are_filled_in(scene: Scene) -> None:
    """CONS-07: all four are obligatory, 担保方式 too, which nobody types in a filing."""
    view = await scene.qualified()
    yellow = ("batches", "guarantee", "guarantee_amount", "guarantee_until")
    saved = await keep(scene, view, **dict.fromkeys(yellow, ""))
    assert saved.status_code == 200, saved.text
    answer = await scene.owner.prepare(QUALIFICATION, saved.json(), "change")
    assert sorted((v["path"], v["rule"]) for v in answer.json()["violations"]) == [
        (name, "field.required") for name in yellow
    ]


@pytest.mark.parametrize("type", [QUALIFICATION, BOOKLET])
async def test_a_change_of_nothing_is_not_declared(scene: Scene, type: str) -> None:
    """CONS-07: customs have nothing to answer where nothing is to become different."""
    view = await (scene.qualified() if type == QUALIFICATION else scene.booklet())
    saved = await keep(scene, view)
    assert saved.status_code == 200, saved.text
    answer = await scene.owner.prepare(type, saved.json(), "change")
    assert [(v["rule"], v["message"]) for v in answer.json()["violations"]] == [
        ("sign.unchanged", "没有修改任何内容，不能申报")
    ]


async def test_a_guarantee_in_force_is_not_asked_again(scene: Scene) -> None:
    """CONS-07: who changes the batches in the last weeks of a guarantee need not renew it first."""
    view = await scene.qualified()
    await scene.freeze(datetime(2027, 11, 10, 10, tzinfo=CHINA))
    assert (await keep(scene, view, batches="13")).status_code == 200


async def test_of_bonded_goods_the_batches_are_typed_alone(scene: Scene) -> None:
    """CONS-07, CONS-02: guarantee boxes are grey for 保税货物; what is sent for them does not count."""
    view = await scene.qualified(**BONDED)
    sent = await changed(
        scene, view, batches="99", guarantee="1", guarantee_amount="5", guarantee_until="20280101"
    )
    assert sent["batches"] == "99"
    assert not {"guarantee", "guarantee_amount", "guarantee_until"} & set(sent)


async def test_what_customs_refuse_leaves_no_trace(scene: Scene) -> None:
    """CONS-07: while a change is under way nothing else is begun, nor is the filing listed; refused, both are again."""
    view = await scene.qualified(**BONDED)
    assert await found(scene, QUALIFICATION) == [view["number"]]
    await changed(scene, view, batches="99")
    under_way = await scene.view(view)
    assert await found(scene, QUALIFICATION) == []
    assert not any(under_way["actions"][name]["allowed"] for name in ("change", "extend", "save", "delete"))
    await scene.answer(QUALIFICATION, view["number"], "CHANGE_REFUSED", 2, valid_until="2099-01-01")
    after = await scene.view(view)
    assert (after["content"]["batches"], after["header"]["valid_until"]) == ("12", "2027-11-20")
    assert await found(scene, QUALIFICATION) == [view["number"]]


async def test_an_extension_types_nothing(scene: Scene) -> None:
    """CONS-08: only in the last ten days, of 保税货物; all is grey; customs' answer brings the longer validity."""
    view = await scene.qualified(**BONDED)
    early = (await scene.view(view))["actions"]["extend"]
    assert not early["allowed"]
    assert "2027-11-10 起" in early["why"]
    refused = await scene.owner.prepare(QUALIFICATION, view, "extend")
    assert (refused.status_code, refused.json()["detail"]) == (409, early["why"])
    await scene.freeze(datetime(2027, 11, 10, tzinfo=CHINA))
    grey = await form(scene, view, "extend")
    assert grey["editable"] == []
    prepared = await scene.owner.prepare(QUALIFICATION, grey, "extend")
    assert prepared.json()["warnings"] == []
    under_way = await scene.declare(QUALIFICATION, grey, "extend")
    assert under_way["marker"]["name"] == "延期申请中"
    await scene.house.send()
    assert [s.function for s in scene.house.customs.received if s.number == view["number"]] == ["ADD", "EXT"]
    await scene.answer(QUALIFICATION, view["number"], "EXTENDED", 2, valid_until="2028-11-20")
    assert (await scene.view(view))["header"]["valid_until"] == "2028-11-20"
    await scene.pass_on(datetime(2028, 1, 1, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == "海关审批通过"


@pytest.mark.parametrize(("code", "word"), [("EXTENDED", "海关审批通过"), ("EXTEND_REFUSED", "已失效")])
async def test_nobody_expires_because_customs_are_slow(scene: Scene, code: str, word: str) -> None:
    """CONS-08: asked for on the last day, it neither expires nor ends before customs answer."""
    view = await scene.qualified(**BONDED)
    await scene.freeze(datetime(2027, 11, 20, 23, 59, tzinfo=CHINA))
    await scene.declare(QUALIFICATION, await form(scene, view, "extend"), "extend")
    await scene.house.send()
    await scene.pass_on(datetime(2027, 11, 23, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == "海关审批通过"
    data = {"valid_until": "2028-11-20"} if code == "EXTENDED" else {}
    await scene.answer(QUALIFICATION, view["number"], code, 2, **data)
    await scene.pass_on(datetime(2027, 11, 23, 0, 1, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == word


@pytest.mark.parametrize(
    ("day", "warned"), [("2027-11-09", False), ("2027-11-10", True), ("2027-11-20", True)]
)
async def test_a_change_in_the_last_days_leaves_no_extension(scene: Scene, day: str, warned: bool) -> None:
    """CONS-07, CONS-08: one change is at customs at a time; who begins it while 延期 could be asked for is told, and
    what customs agree to after the last day has expired."""
    view = await scene.qualified(**BONDED)
    await scene.freeze(datetime.fromisoformat(f"{day} 10:00+08:00"))
    saved = await keep(scene, view, batches="99")
    prepared = await scene.owner.prepare(QUALIFICATION, saved.json(), "change")
    said = [(each["path"], each["rule"]) for each in prepared.json()["warnings"]]
    assert said == ([("batches", "CONS-R08")] if warned else [])
    await scene.declare(QUALIFICATION, saved.json(), "change")
    await scene.house.send()
    await scene.pass_on(datetime(2027, 11, 23, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == "海关审批通过"
    await scene.answer(QUALIFICATION, view["number"], "CHANGE_AGREED", 2, valid_until="2027-11-20")
    await scene.pass_on(datetime(2027, 11, 23, 0, 1, tzinfo=CHINA))
    assert (await scene.view(view))["header"]["status"] == "已失效"


async def test_approved_goods_stay(scene: Scene) -> None:
    """CONS-07: goods in force are neither edited nor removed, they are stopped; new ones are added behind them."""
    second = {**GOOD, "name": "冻大麻哈鱼块"}
    view = await scene.booklet(goods=[GOOD, second])
    rows = (await form(scene, view))["content"]["goods"]
    for wrong in ([{**rows[0], "name": "冻鲑鱼"}, rows[1]], rows[:1], [rows[1], rows[0]]):
        answer = await keep(scene, view, goods=wrong)
        assert answer.status_code == 422, answer.text
        assert all(v["path"].startswith("goods") and v["advice"] for v in answer.json()["violations"])
    new = {**GOOD, "name": "冻鲑鱼", "licence": "1：X"}
    answer = await keep(scene, view, goods=[*rows, new])
    assert [v["path"] for v in answer.json()["violations"]] == ["goods/3/licence"]
    sent = await changed(scene, view, goods=[{**rows[0], "stopped": "1"}, rows[1], {**new, "licence": "1:X"}])
    assert [(row["name"], row.get("stopped", "")) for row in sent["goods"]] == [
        ("冻大麻哈鱼", "1"), ("冻大麻哈鱼块", ""), ("冻鲑鱼", ""),
    ]  # fmt: skip
    await scene.answer(BOOKLET, view["number"], "CHANGE_AGREED", 2)
    goods = (await scene.view(view))["content"]["goods"]
    assert (goods[0]["name"], goods[0]["stopped"]) == ("冻大麻哈鱼", "1")
    assert goods[2]["unit1"] == "035"
    again = await keep(scene, view, goods=[{**goods[0], "stopped": ""}, *goods[1:]])
    assert again.status_code == 200
    kept = (await form(scene, view))["content"]["goods"][0]
    assert kept["stopped"] == "1", "what customs have stopped stays so"


async def test_a_draft_stops_nothing(scene: Scene) -> None:
    """CONS-07: 停用标志 is set in a change alone."""
    number = (await scene.qualified())["number"]
    view = await scene.owner.save(BOOKLET, {"qualification": number, "goods": [{**GOOD, "stopped": "1"}]})
    assert "stopped" not in view["content"]["goods"][0]
    assert scene.owner.customs_code == view["content"]["company_code"]
    assert SATURDAY.isoformat().startswith(view["header"]["filed_on"])
