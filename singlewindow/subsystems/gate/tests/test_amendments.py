"""变更 and 删单: the accepted trip stays in force until customs answer, and untouched when they refuse (GATE-08)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from singlewindow.subsystems.gate.tests.scene import TYPE, URL, Scene, sample, typed_in
from tests.actions import save_amendment
from tests.house import House

CLOSED = {"save", "delete", "declare", "change", "revoke"}


@pytest.fixture
async def scene(house: House) -> Scene:
    return Scene(house, await house.member())


async def form(scene: Scene, number: str, action: str) -> dict[str, Any]:
    """The trip as the page opens it for 变更 or 删单."""
    answer = await scene.owner.http.get(f"{URL}/{number}", params={"for": action})
    assert answer.status_code == 200, answer.text
    opened: dict[str, Any] = answer.json()
    return opened


async def changed(scene: Scene, number: str, **more: Any) -> dict[str, Any]:
    """变更, saved and declared."""
    saved = await save_amendment(scene, scene.owner, await form(scene, number, "change"), "change", **more)
    assert saved.status_code == 200, saved.text
    return await scene.owner.apply(TYPE, saved.json(), "change")


async def held(scene: Scene, number: str) -> list[str]:
    """The media that the trip holds."""
    rows = await scene.house.sql(
        "select key from claim c join document d on d.id = c.document_id where d.number = $1 order by key",
        number,
    )
    return [row["key"] for row in rows]


async def row(scene: Scene, number: str) -> dict[str, Any]:
    """The trip in the list."""
    view = await scene.owner.view(TYPE, number)
    [found] = (await scene.owner.http.get(URL, params={"sure_id": view["content"]["sure_id"]})).json()[
        "items"
    ]
    listed: dict[str, Any] = found
    return listed


def allowed(view: dict[str, Any]) -> set[str]:
    return {name for name in CLOSED if view["actions"][name]["allowed"]}


@pytest.mark.parametrize("state", ["海关审核通过", "解除锁定"])
@pytest.mark.parametrize(("code", "weight"), [("10", "7000"), ("20", "8500"), ("REJECTED", "8500")])
async def test_a_change(scene: Scene, state: str, code: str, weight: str) -> None:
    """GATE-08: declared with MOD; marker 变更中 and neither action again meanwhile; replaced by customs' yes alone."""
    before = await scene.trip(state)
    number = before["number"]
    under_way = await changed(scene, number, vehicle_weight="7000")
    assert (under_way["marker"]["name"], under_way["header"]["status"]) == (
        "变更中",
        before["header"]["status"],
    )
    assert under_way["content"] == before["content"]
    assert allowed(under_way) == allowed(await row(scene, number)) == set()
    assert "变更中" in under_way["actions"]["revoke"]["why"]
    await scene.house.send()
    sent = [each for each in scene.house.customs.received if each.number == number][-1]
    declared = json.loads(base64.b64decode(sent.content))
    assert (sent.function, sent.sequence, declared["vehicle_weight"]) == ("MOD", 2, "7000")
    assert declared["sure_id"] == before["content"]["sure_id"]
    await scene.answer(number, 1, "RECEIVED", sequence=2)
    assert (await row(scene, number))["marker"] == "变更中"
    await scene.answer(number, 2, code, sequence=2)
    after = await scene.owner.view(TYPE, number)
    assert (after["marker"], after["content"]["vehicle_weight"]) == (None, weight)
    assert after["header"]["status"] == before["header"]["status"]
    assert allowed(after) == allowed(before)


@pytest.mark.parametrize("code", ["10", "20"])
async def test_a_deletion(scene: Scene, code: str) -> None:
    """GATE-08: nothing can be changed or saved; declared with DEL; accepted, it is 已删单 and the medium is free."""
    before = await scene.trip("海关审核通过")
    number, plate = before["number"], before["content"]["bind_key_info"]
    opened = await form(scene, number, "revoke")
    assert opened["content"] == before["content"]
    assert {name for name in CLOSED if opened["actions"][name]["allowed"]} >= {"declare"}
    assert not opened["actions"]["save"]["allowed"]
    view = await scene.owner.apply(TYPE, await scene.owner.view(TYPE, number), "revoke")
    assert (view["marker"]["name"], allowed(view)) == ("删单中", set())
    await scene.house.send()
    sent = [each for each in scene.house.customs.received if each.number == number][-1]
    declared = json.loads(base64.b64decode(sent.content))
    assert (sent.function, declared["bind_key_info"]) == ("DEL", plate)
    assert await held(scene, number) == [f"VN {plate}"]
    await scene.answer(number, 1, code, sequence=2)
    listed, after = await row(scene, number), await scene.owner.view(TYPE, number)
    second = await scene.owner.save(TYPE, sample(bind_key_info=plate))
    prepared = await scene.owner.prepare(TYPE, second, "declare")
    if code == "10":
        assert (listed["marker"], allowed(listed), after["content"]) == ("已删单", set(), before["content"])
        assert listed["actions"]["print"]["allowed"]
        assert (listed["answered"], prepared.status_code) == (True, 200)
    else:
        assert (listed["marker"], allowed(listed)) == ("", {"change", "revoke"})
        assert prepared.status_code == 422


async def test_a_locked_trip_is_looked_at_only(scene: Scene) -> None:
    """GATE-08: 已锁定 permits 查看 and 查看回执; a change that is under way when customs lock goes on."""
    trip = await scene.trip("海关审核通过")
    await changed(scene, trip["number"], trailer_weight="0")
    await scene.answer(trip["number"], 3, "41")
    locked = await row(scene, trip["number"])
    assert (locked["status_name"], locked["marker"], allowed(locked)) == ("已锁定", "变更中", set())
    await scene.answer(trip["number"], 1, "10", sequence=2)
    after = await scene.owner.view(TYPE, trip["number"])
    assert (after["marker"], after["content"]["trailer_weight"], allowed(after)) == (None, "0", set())
    await scene.answer(trip["number"], 4, "40")
    assert (await scene.owner.view(TYPE, trip["number"]))["header"]["status"] == "已办结"
    assert await held(scene, trip["number"]) == []


async def test_a_changed_plate_is_held_beside_the_old_one(scene: Scene) -> None:
    """GATE-05: while the change is with customs both vehicles have an unfinished trip; then the one that counts."""
    trip = await scene.trip("海关审核通过")
    number, old = trip["number"], f"VN {trip['content']['bind_key_info']}"
    for sequence, code, kept in ((2, "20", old), (3, "10", "VN 粤C99991")):
        await changed(scene, number, bind_key_info="粤C99991")
        assert await held(scene, number) == sorted([old, "VN 粤C99991"])
        await scene.answer(number, 1, code, sequence=sequence)
        assert await held(scene, number) == [kept]


async def test_a_change_to_another_trips_vehicle_is_refused(scene: Scene) -> None:
    """GATE-05: 该车有未完成记录, for a change too; the trip itself is no hindrance to its own change."""
    other = await scene.trip("申报", sample(bind_key_info="粤C88888"))
    trip = await scene.trip("海关审核通过")
    saved = (
        await save_amendment(
            scene,
            scene.owner,
            await form(scene, trip["number"], "change"),
            "change",
            bind_key_info="粤C88888",
        )
    ).json()
    prepared = await scene.owner.prepare(TYPE, saved, "change")
    assert prepared.status_code == 422
    assert prepared.json()["violations"][0]["message"] == "该车有未完成记录（VN 粤C88888）"
    assert other["number"] not in prepared.text
    assert typed_in(await form(scene, trip["number"], "change"))["bind_key_info"] == "粤C88888"


async def test_a_failed_sending_says_what_may_be_done(house: House) -> None:
    """GATE-06, UI-16: in the gate's own words, and with the button that the trip has; a 删单 has nothing to check."""
    scene = Scene(house, await house.member())

    async def said(number: str) -> str:
        answer = await scene.owner.http.get(f"{URL}/{number}/receipts")
        [failed] = [each for each in answer.json()["items"] if each["code"] == "SEND_FAILED"]
        return str(failed["text"])

    declared = await scene.trip("发往内网失败")
    assert (await said(declared["number"])).startswith(
        "发往内网失败：海关系统没有接受该报文，请核对内容后重新办理「申报」；"
    )
    accepted = await scene.trip("海关审核通过")
    await scene.owner.apply(TYPE, accepted, "revoke")
    house.customs.refuses = "no"
    await house.send()
    house.customs.refuses = ""
    assert (await said(accepted["number"])).startswith(
        "发往内网失败：海关系统没有接受该报文，请重新办理「删单」；"
    )
