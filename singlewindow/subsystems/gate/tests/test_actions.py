"""Every state × action × person over the API: the server does what the buttons say (GATE-05, GATE-08, UI-10)."""

from __future__ import annotations

import pytest

from singlewindow.subsystems.gate.tests.scene import ON_FORM, STATES, TYPE, Scene
from tests.actions import NEW, Matrix, amended, copy, declared, delete, new, person, printed, save
from tests.house import House

# Written from GATE-05, GATE-08 and the manual's 3.2.2, not from the program's table.
MATRIX = Matrix(
    expected={
        "new": {NEW, *STATES},  # 新增按钮始终为激活状态
        "save": {NEW, "暂存", "发往内网失败", "退单"},
        "declare": {NEW, "暂存", "发往内网失败", "退单"},
        "delete": {"暂存", "发往内网失败", "退单"},
        "copy": {*STATES},
        "change": {"海关审核通过", "解除锁定"},
        "revoke": {"海关审核通过"},
        "print": {*STATES},
    },
    perform={
        "new": new,
        "save": save,
        "declare": declared("declare"),
        "delete": delete,
        "copy": copy,
        "print": printed("trip"),
        "change": amended("change", remark="变更"),
        "revoke": amended("revoke"),
    },
    status_after={"save": "暂存", "declare": "申报"},
    markers={"change": "变更中", "revoke": "删单中"},
    on_form=ON_FORM,
)
ROW_WORDS = {"修改": "save", "删除": "delete", "变更": "change", "删单": "revoke"}
ROW = {
    "暂存": {"修改", "删除"},
    "发往内网失败": {"修改", "删除"},
    "退单": {"修改", "删除"},
    "海关审核通过": {"变更", "删单"},
    "解除锁定": {"变更"},
}


@pytest.fixture
async def scene(house: House) -> Scene:
    return Scene(house, await house.member())


@pytest.mark.parametrize("state", [NEW, *STATES])
async def test_what_the_buttons_say_is_what_the_server_does(scene: Scene, state: str) -> None:
    """GATE-05, GATE-06, GATE-08, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    await MATRIX.check_state(scene, state)


@pytest.mark.parametrize("state", STATES)
async def test_the_rows_of_the_list_follow_the_same_table(scene: Scene, state: str) -> None:
    """GATE-07, GATE-08, UI-10: found by its number and by its status; rows carry the form's own actions."""
    view = await scene.trip(state)
    row = await MATRIX.check_row(
        scene, state, view, sure_id=view["content"]["sure_id"], status=view["status"]["code"]
    )
    words = {word for word, action in ROW_WORDS.items() if row["actions"][action]["allowed"]}
    assert words == ROW.get(state, set())
    assert row["answered"] is (state not in ("暂存", "申报", "发往内网成功", "发往内网失败"))


async def test_a_colleague_declares_what_another_saved(scene: Scene) -> None:
    """GATE-01: 操作人员 stays the one who saved last; the signature says who declared."""
    view = await scene.trip("暂存")
    colleague = await person(scene, "administrator")
    answer = await MATRIX.perform["declare"](scene, colleague, await colleague.view(TYPE, view["number"]))
    assert answer.json()["status"]["name"] == "申报"
    assert answer.json()["content"]["op_user_id"] == scene.owner.card_no


async def test_a_returned_trip_starts_again(scene: Scene) -> None:
    """GATE-08: 修改 of a returned trip makes it a draft again with its numbers; it is declared anew and accepted."""
    view = await scene.trip("退单")
    saved = (await save(scene, scene.owner, view)).json()
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
