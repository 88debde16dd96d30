"""Every state × action × person over the API: the server does what the buttons say (CONS-01 to CONS-08, UI-10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from singlewindow.subsystems.consolidated.tests.scene import BOOKLET, GOOD, QUALIFICATION, STATES, Scene
from tests.actions import NEW, Matrix, amended, copy, declared, delete, new, printed, save

# Written from CONS-01 to CONS-08 and the manual's first chapter, not from the program's table.
CORRECTABLE = {"暂存", "接受失败", "核准拒绝"}
MATRIX = Matrix(
    expected={
        "new": {NEW, *STATES},
        "save": {NEW, *CORRECTABLE},
        "declare": CORRECTABLE,
        "delete": CORRECTABLE | {"取消资质"},
        "copy": {*STATES},
        "print": {*STATES},
        "change": {"海关审批通过"},
        "extend": set(),  # general trade never; test_extension has the days
    },
    perform={
        "new": new,
        "save": save,
        "declare": declared("declare"),
        "delete": delete,
        "copy": copy,
        "print": printed("filing"),
        "change": amended("change", batches="20", guarantee="1"),
        "extend": amended("extend"),
    },
    status_after={"save": "暂存", "declare": "已申报"},
    markers={"change": "变更中", "extend": "延期申请中"},
    names_a_document=frozenset({"delete", "copy", "print", "declare"}),  # 申报 comes after 暂存
)
BOOKLETS = replace(
    MATRIX,
    expected={name: states for name, states in MATRIX.expected.items() if name != "extend"},
    perform={**MATRIX.perform, "change": amended("change", goods=[GOOD, GOOD])},
    markers={"change": "变更中"},
)


@pytest.mark.parametrize("state", [NEW, *STATES])
async def test_qualifications(scene: Scene, state: str) -> None:
    """CONS-01, CONS-03, CONS-07, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    await MATRIX.check_state(scene, state)
    if state not in (NEW, "海关审批通过"):  # there 延期 is grey for another reason than the state
        view = await scene.document(state)
        await MATRIX.check_row(scene, state, view, number=view["number"])


async def test_an_approved_one_in_the_list(scene: Scene) -> None:
    """CONS-07, UI-07: what customs returned stands in the list, and the buttons say the same there."""
    view = await scene.qualified()
    asked = {"qualification_no": view["header"]["qualification_no"]}
    [row] = (await scene.owner.http.get(f"/api/documents/{QUALIFICATION}", params=asked)).json()["items"]
    assert (row["number"], row["actions"]) == (view["number"], view["actions"])
    assert row["values"]["valid_until"] == view["header"]["valid_until"]
    assert "仅保税货物" in row["actions"]["extend"]["why"]


@pytest.mark.parametrize("state", [NEW, "暂存", "发往海关成功", "核准拒绝", "海关审批通过"])
async def test_booklets(scene: Scene, state: str) -> None:
    """CONS-04, CONS-07, UI-10, PORT-04, PORT-10: the same of booklets, where it may differ."""
    scene.type = BOOKLET
    await BOOKLETS.check_state(scene, state)
