"""Every state × action × person over the API: the server does what the buttons say (GATE-05, GATE-08, UI-10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from singlewindow.kernel.people.refusals import UNBOUND
from singlewindow.subsystems.gate.tests.scene import (
    ON_FORM,
    STATES,
    TYPE,
    URL,
    Scene,
    sample,
    save_change,
    typed_in,
)
from tests.house import House, Member

NEW = "未暂存"

# Written from GATE-05, GATE-08 and the manual's 3.2.2, not from the program's table.
EXPECTED = {
    "new": {NEW, *STATES},  # 新增按钮始终为激活状态
    "save": {NEW, "暂存", "发往内网失败", "退单"},
    "declare": {NEW, "暂存", "发往内网失败", "退单"},
    "delete": {"暂存", "发往内网失败", "退单"},
    "copy": {*STATES},
    "change": {"海关审核通过", "解除锁定"},
    "revoke": {"海关审核通过"},
    "print": {*STATES},
}
NAMES_A_DOCUMENT = {"delete", "copy", "print", "change", "revoke"}  # in an empty form there is none
CHANGES_NOTHING = {"new", "copy", "print"}
STATUS_AFTER = {"save": "暂存", "declare": "申报"}
ROW_WORDS = {"修改": "save", "删除": "delete", "变更": "change", "删单": "revoke"}
ROW = {
    "暂存": {"修改", "删除"},
    "发往内网失败": {"修改", "删除"},
    "退单": {"修改", "删除"},
    "海关审核通过": {"变更", "删单"},
    "解除锁定": {"变更"},
}
MARKER = {"change": "变更中", "revoke": "删单中"}
PEOPLE = ("operator", "administrator", "unbound", "stranger", "nobody")


@pytest.fixture
async def scene(house: House) -> Scene:
    return Scene(house, await house.member())


async def person(scene: Scene, who: str) -> Member:
    code = scene.owner.customs_code
    if who == "operator":
        return scene.owner
    if who == "administrator":
        return await scene.house.member(code, role="administrator")
    if who == "unbound":
        return await scene.house.member(code, bound=False)
    if who == "stranger":
        return await scene.house.member()
    return Member(scene.house, scene.house.client(), code, "", "", scene.owner.key, scene.owner.certificate)


# ------------------------------------------------------------------------------------------- what the server does


async def new(who: Member, view: dict[str, Any]) -> httpx.Response:
    return await who.http.get(f"{URL}/new")


async def save(who: Member, view: dict[str, Any]) -> httpx.Response:
    if view["number"] is None:
        return await who.http.post(URL, json={"content": sample()})
    match = {"If-Match": f'"{view["version"]}"'}
    content = {"content": typed_in(view)}
    return await who.http.put(f"{URL}/{view['number']}", json=content, headers=match)


async def declare(who: Member, view: dict[str, Any]) -> httpx.Response:
    """申报 in a new form saves first, as the page does."""
    if view["number"] is None:
        saved = await save(who, view)
        if not saved.is_success:
            return saved
        view = saved.json()
    return await sign(who, view, "declare")


async def sign(who: Member, view: dict[str, Any], action: str) -> httpx.Response:
    prepared = await who.prepare(TYPE, view, action)
    if prepared.status_code != 200:
        return prepared
    return await who.submit(TYPE, view["number"], prepared.json())


async def change(who: Member, view: dict[str, Any]) -> httpx.Response:
    """变更 opens the form for it, saves there, and declares there."""
    form = await who.http.get(f"{URL}/{view['number']}", params={"for": "change"})
    if form.status_code != 200:
        return form
    saved = await save_change(who, form.json(), remark="变更")
    assert saved.status_code == 200, saved.text
    return await sign(who, saved.json(), "change")


async def revoke(who: Member, view: dict[str, Any]) -> httpx.Response:
    """删单 opens the form, all grey, and declares there."""
    form = await who.http.get(f"{URL}/{view['number']}", params={"for": "revoke"})
    return await sign(who, form.json(), "revoke") if form.status_code == 200 else form


async def copy(who: Member, view: dict[str, Any]) -> httpx.Response:
    return await who.http.get(f"{URL}/{view['number']}")


async def delete(who: Member, view: dict[str, Any]) -> httpx.Response:
    return await who.http.delete(f"{URL}/{view['number']}")


async def print_(who: Member, view: dict[str, Any]) -> httpx.Response:
    return await who.http.get(f"{URL}/{view['number']}/prints/trip")


PERFORM: dict[str, Callable[[Member, dict[str, Any]], Awaitable[httpx.Response]]] = {
    "new": new,
    "save": save,
    "declare": declare,
    "delete": delete,
    "copy": copy,
    "print": print_,
    "change": change,
    "revoke": revoke,
}


def is_allowed(state: str, action: str, who: str) -> bool:
    """The requirements' answer. An empty form is everybody's own; PORT-04 lets an unbound account look at one."""
    if who in ("operator", "administrator") or (who == "stranger" and state == NEW):
        return state in EXPECTED[action]
    return who == "unbound" and state == NEW and action == "new"


@pytest.mark.parametrize("state", [NEW, *STATES])
async def test_what_the_buttons_say_is_what_the_server_does(scene: Scene, state: str) -> None:
    """GATE-05, GATE-06, GATE-08, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    view = None if state == NEW else await scene.trip(state)
    for who in PEOPLE:
        one = await person(scene, who)
        for action in EXPECTED:
            opened = await one.http.get(f"{URL}/{'new' if view is None else view['number']}")
            if opened.status_code != 200:
                await check_out_of_sight(one, view, action, who, opened)
                continue
            current = opened.json()
            assert set(current["actions"]) == set(EXPECTED), "a new action has its line above"
            button = current["actions"][action]
            assert button["allowed"] is is_allowed(state, action, who), (who, action, button)
            assert bool(button["why"]) is not button["allowed"]
            if state == NEW and action in NAMES_A_DOCUMENT:
                continue
            check_answer(await PERFORM[action](one, current), button, action, who)
            if button["allowed"] and view is not None and action not in CHANGES_NOTHING:
                view = await scene.trip(state)  # another one in the same state


async def check_out_of_sight(
    one: Member, view: dict[str, Any] | None, action: str, who: str, opened: httpx.Response
) -> None:
    """Who may not even see it gets the same answer from the action; an unbound account is told how to bind a card."""
    if view is None:
        assert who == "nobody"
        view = {"number": None, "version": 0, "content": {}}
    if view["number"] is None and action in NAMES_A_DOCUMENT:
        return
    answer = await PERFORM[action](one, view)
    if action == "new" and who != "nobody":
        assert answer.status_code == 200
        return
    assert answer.status_code == opened.status_code == {"nobody": 401, "stranger": 404, "unbound": 403}[who]
    assert answer.json()["detail"] == opened.json()["detail"]
    if who == "unbound":
        assert answer.json()["detail"] == UNBOUND


def check_answer(answer: httpx.Response, button: dict[str, Any], action: str, who: str) -> None:
    """Allowed: done, and the status is the next one. Refused: with the grey button's own words."""
    if not button["allowed"]:
        assert answer.status_code == (403 if who == "unbound" else 409), answer.text
        assert answer.json()["detail"] == button["why"]
        return
    assert answer.is_success, (who, action, answer.text)
    if action in STATUS_AFTER:
        assert answer.json()["status"]["name"] == STATUS_AFTER[action]
        assert answer.json()["header"]["status"] == ON_FORM[STATUS_AFTER[action]]
    if action in MARKER:
        assert answer.json()["marker"]["name"] == MARKER[action]


@pytest.mark.parametrize("state", STATES)
async def test_the_rows_of_the_list_follow_the_same_table(scene: Scene, state: str) -> None:
    """GATE-07, GATE-08, UI-10: found by its number and by its status; rows carry the form's own actions."""
    view = await scene.trip(state)
    asked = {"sure_id": view["content"]["sure_id"], "status": view["status"]["code"]}
    [row] = (await scene.owner.http.get(URL, params=asked)).json()["items"]
    for name, button in row["actions"].items():
        on_form = view["actions"][name]
        assert button["allowed"] is on_form["allowed"]
        if not button[
            "allowed"
        ]:  # each in its own words: 海关审核通过 in the list is 海关入库成功 on the form
            assert f"「{state}」" in button["why"]
            assert f"「{ON_FORM.get(state, state)}」" in on_form["why"]
    assert row["status_name"] == state
    words = {word for word, action in ROW_WORDS.items() if row["actions"][action]["allowed"]}
    assert words == ROW.get(state, set())
    assert row["answered"] is (state not in ("暂存", "申报", "发往内网成功", "发往内网失败"))


async def test_a_colleague_declares_what_another_saved(scene: Scene) -> None:
    """GATE-01: 操作人员 stays the one who saved last; the signature says who declared."""
    view = await scene.trip("暂存")
    colleague = await person(scene, "administrator")
    answer = await declare(colleague, await colleague.view(TYPE, view["number"]))
    assert answer.json()["status"]["name"] == "申报"
    assert answer.json()["content"]["op_user_id"] == scene.owner.card_no


async def test_a_returned_trip_starts_again(scene: Scene) -> None:
    """GATE-08: 修改 of a returned trip makes it a draft again with its numbers; it is declared anew and accepted."""
    view = await scene.trip("退单")
    saved = (await save(scene.owner, view)).json()
    assert (saved["header"]["status"], saved["content"]["sure_id"]) == (
        "暂存成功",
        view["content"]["sure_id"],
    )
    await scene.owner.apply(TYPE, saved, "declare")
    await scene.house.send()
    [first, second] = [each for each in scene.house.customs.received if each.number == view["number"]]
    assert (first.sequence, second.sequence, second.function) == (1, 2, "ADD")
    await scene.house.hear(scene.house.customs.receipt(second, 1, "10"))
    assert (await scene.owner.view(TYPE, view["number"]))["header"]["status"] == "海关入库成功"
