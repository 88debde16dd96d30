"""Every state × action × person over the API: the server does what the buttons say (CONS-11, CONS-12, CONS-18)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from singlewindow.subsystems.consolidated.lists.tests.scene import STATES, URL, Scene
from tests.actions import (
    NEW,
    Matrix,
    Perform,
    copy,
    declared,
    delete,
    new,
    printed,
    save,
    save_amendment,
    sign,
)
from tests.house import House, Member

REVISABLE = {"海关审批通过", "已委托", "已承运", "已过境", "已结关"}  # and 待汇总, which no receipt leads to
# One of each kind of state; `test_lifecycle.py` asks the same of all of them without a server.
PLAYED = ("暂存", "发往海关成功", "发往海关失败", "接受失败", "海关审批通过", "已结关")
ASKED = {"revision_reason": "7", "revision_contact": "王芳"}


def revised(action: str, **changed: str) -> Perform:
    """修改申请 or 撤销申请: what it asks is typed and saved, then it is declared."""

    async def revise(scene: Any, who: Member, view: dict[str, Any]) -> httpx.Response:
        form = await who.http.get(f"{URL}/{view['number']}", params={"for": action})
        if form.status_code != 200:
            return form
        saved = await save_amendment(scene, who, form.json(), action, **ASKED, **changed)
        assert saved.status_code == 200, saved.text
        return await sign(scene, who, saved.json(), action)

    return revise


# Written from CONS-11, CONS-12, CONS-18, FA 3.7 and the manual's chapters two and three, not from the program's table.
MATRIX = Matrix(
    expected={
        "new": {NEW, *STATES},
        "save": {NEW, "暂存", "发往海关失败", "接受失败", "海关退单"},
        "declare": {NEW, "暂存", "发往海关失败", "接受失败", "海关退单"},
        "delete": {"暂存", "接受失败", "海关退单"},
        "copy": {*STATES},
        "modify": REVISABLE,
        "revoke": REVISABLE,
        "print": {*STATES},
    },
    perform={
        "new": new,
        "save": save,
        "declare": declared("declare"),
        "delete": delete,
        "copy": copy,
        "print": printed("list"),
        "modify": revised("modify", contract_no="HT-2"),
        "revoke": revised("revoke"),
    },
    status_after={"save": "暂存", "declare": "已申报"},
    markers={"modify": "修改申请中", "revoke": "撤销申请中"},
)


@pytest.fixture
async def scene(house: House) -> Scene:
    return Scene(house, await house.member())


@pytest.mark.parametrize("state", [NEW, *PLAYED])
async def test_what_the_buttons_say_is_what_the_server_does(scene: Scene, state: str) -> None:
    """CONS-11, CONS-12, CONS-18, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    await MATRIX.check_state(scene, state)
    if state != NEW:
        view = await scene.list(state)
        row = await MATRIX.check_row(scene, state, view, number=view["number"], status=view["status"]["code"])
        assert (row["values"]["list_kind"], row["values"]["items"]) == (
            "GI 进口一般贸易集报清单",
            "1",
        )
