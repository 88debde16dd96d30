"""Both companies' view of an appointment, and how it is found (APPT-13, PORT-10)."""

from __future__ import annotations

from typing import Any

from singlewindow.subsystems.appointment.tests.scene import (
    OVERDUE,
    STATES,
    TYPE,
    URL,
    Scene,
    play,
    typed_for,
)
from tests.house import Member


async def find(who: Member, **asked: str) -> list[str]:
    """The numbers that a query finds."""
    answer = await who.http.get(URL, params=asked)
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["items"]]


async def refused(who: Member, **asked: str) -> list[tuple[str, str]]:
    """Path and message of what is wrong with a query."""
    answer = await who.http.get(URL, params=asked)
    assert answer.status_code == 422, answer.text
    return [(each["path"], each["message"]) for each in answer.json()["violations"]]


async def test_the_consignee_sees_what_was_submitted(scene: Scene) -> None:
    """APPT-13, PORT-10: from the declaration on in every state, with files, receipts and prints; it writes nothing. A
    third company sees nothing at all."""
    consignee, third = await scene.house.member(scene.consignee), await scene.house.member()
    draft = await scene.appointment("暂存")
    assert (await consignee.http.get(f"{URL}/{draft['number']}")).status_code == 404
    for state in STATES[1:]:
        view = await scene.appointment(state)
        seen = await consignee.view(TYPE, view["number"])
        assert (seen["content"], seen["header"]) == (view["content"], view["header"])
        assert seen["editable"] == []
        assert {name for name, action in seen["actions"].items() if action["allowed"]} == {"print"}
        for path in ("", "/receipts", "/prints/application"):
            assert (await consignee.http.get(f"{URL}/{view['number']}{path}")).status_code == 200
            assert (await third.http.get(f"{URL}/{view['number']}{path}")).status_code == 404
        for action in ("feedback", "explain", "cancel"):
            answer = await play(scene, consignee, seen, action, typed_for(action))
            assert answer.status_code in (403, 409), (state, action)
            unseen = await play(scene, third, seen, action, typed_for(action))
            assert unseen.status_code == 404
    assert await find(third, role="B", consignee_code=scene.consignee) == []


async def test_both_roles_are_searched(scene: Scene) -> None:
    """APPT-13: A the company's own; B its own for that consignee, and where the code is its own what others filed for
    it; a role must be chosen, and for B the consignee."""
    consignee = await scene.house.member(scene.consignee)
    other = await scene.house.company()
    await scene.company(other)
    mine = (await scene.appointment("预约成功"))["number"]
    drafted = (await scene.appointment("暂存"))["number"]
    elsewhere = (await scene.appointment("已申报", consignee_code=other))["number"]
    theirs = (await consignee.save(TYPE, scene.sample(consignee_code=scene.consignee)))["number"]
    foreign = (await consignee.save(TYPE, scene.sample(consignee_code=scene.owner.customs_code)))["number"]
    assert set(await find(scene.owner, role="A")) == {mine, drafted, elsewhere}
    assert set(await find(scene.owner, role="B", consignee_code=scene.consignee)) == {mine, drafted}
    assert set(await find(scene.owner, role="B", consignee_code=scene.owner.customs_code)) == set()
    assert set(await find(consignee, role="B", consignee_code=scene.consignee)) == {mine, theirs}
    assert set(await find(consignee, role="A")) == {theirs, foreign}
    assert [path for path, _ in await refused(scene.owner)] == ["role"]
    assert [path for path, _ in await refused(scene.owner, role="B")] == ["consignee_code"]
    assert [path for path, _ in await refused(scene.owner, role="C")] == ["role"]


async def test_spans_and_states(scene: Scene) -> None:
    """APPT-13: 申请时间 and 预约时间 of at most 15 days, both counted; status, number; with what is in the row."""
    view = await scene.appointment("预约成功")
    role = {"role": "A"}
    for name, day in (("filed_on", "2026-11-23"), ("start", "2026-11-28")):
        assert await find(scene.owner, **role, **{f"{name}_from": day, f"{name}_to": day}) == [view["number"]]
        wide = {f"{name}_from": "2026-11-13", f"{name}_to": "2026-11-28"}
        assert await find(scene.owner, **role, **wide) == [view["number"]]
        [(path, message)] = await refused(scene.owner, **role, **{**wide, f"{name}_from": "2026-11-12"})
        assert (path, "不能超过 15 天" in message) == (f"{name}_to", True)
        before = {f"{name}_from": "2026-11-10", f"{name}_to": "2026-11-22"}
        assert await find(scene.owner, **role, **before) == []
    await scene.pass_on(OVERDUE)
    assert await find(scene.owner, **role, status="P") == []
    assert await find(scene.owner, **role, status="I", number=view["number"]) == [view["number"]]
    [row] = (await scene.owner.http.get(URL, params={"role": "A"})).json()["items"]
    assert row["status_name"] == "I-通关完成未反馈"
    own, code = scene.owner.customs_code, scene.consignee
    expected: dict[str, Any] = {
        "number": view["number"], "application_no": "530120261123000001", "status": "I-通关完成未反馈",
        "declarant_name": f"海关登记企业{own}", "consignee_code": code, "consignee_name": f"海关登记企业{code}",
        "declare_port": "5301 皇岗海关", "entry_port": "5304 蛇口海关", "ie_flag": "I 进口",
        "start": "2026-11-28 10:00", "end": "2026-11-28 12:00", "filed_on": "2026-11-23",
    }  # fmt: skip
    assert row["values"] == expected
