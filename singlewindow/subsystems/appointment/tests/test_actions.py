"""Every state × action × person over the API: the server does what the buttons say (APPT-09 to APPT-13, UI-10)."""

from __future__ import annotations

import pytest

from singlewindow.subsystems.appointment.tests.scene import STATES, URL, Scene, followed_up
from tests.actions import NEW, Matrix, copy, declared, delete, new, printed, save

# Written from APPT-09 to APPT-16 and the manual's first chapter, not from the program's table.
MATRIX = Matrix(
    expected={
        "new": {NEW, *STATES},
        "save": {NEW, "暂存"},
        "apply": {NEW, "暂存"},
        "delete": {"暂存"},
        "copy": {*STATES},
        "feedback": {"预约成功", "I-通关完成未反馈"},
        "explain": {"预约成功", "I-通关完成未反馈"},
        "cancel": {"已受理", "预约成功"},
        "print": {*STATES},
    },
    perform={
        "new": new,
        "save": save,
        "apply": declared("apply"),
        "delete": delete,
        "copy": copy,
        "feedback": followed_up("feedback"),
        "explain": followed_up("explain"),
        "cancel": followed_up("cancel"),
        "print": printed("application"),
    },
    status_after={"save": "暂存", "apply": "已申报"},
    markers={"feedback": "报关单号反馈中", "explain": "情况说明已申报", "cancel": "取消申请中"},
)


@pytest.mark.parametrize("state", [NEW, *STATES])
async def test_what_the_buttons_say_is_what_the_server_does(scene: Scene, state: str) -> None:
    """APPT-09, APPT-11, APPT-12, APPT-16, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    await MATRIX.check_state(scene, state)
    if state != NEW:
        view = await scene.appointment(state)
        asked = {"role": "A", "number": view["number"], "status": view["status"]["code"]}
        row = await MATRIX.check_row(scene, state, view, **asked)
        assert set(row["values"]) == {
            "number", "application_no", "status", "declarant_name", "consignee_code", "consignee_name", "declare_port",
            "entry_port", "ie_flag", "start", "end", "filed_on",
        }  # fmt: skip


async def test_only_drafts_go_together(scene: Scene) -> None:
    """APPT-13: 批量删除 of ticked rows takes the drafts, and says why not of each other one."""
    views = [await scene.appointment(state) for state in ("暂存", "退单", "暂存", "预约成功")]
    numbers = [view["number"] for view in views]
    answer = (await scene.owner.http.post(f"{URL}/delete", json={"numbers": numbers})).json()
    assert answer["deleted"] == [numbers[0], numbers[2]]
    assert [(each["number"], "仅暂存时可以" in each["why"]) for each in answer["refused"]] == [
        (numbers[1], True),
        (numbers[3], True),
    ]


async def test_a_returned_one_is_copied(scene: Scene) -> None:
    """APPT-16: 退单 cannot be worked on; its content makes a new one."""
    returned = await scene.appointment("退单")
    again = await scene.owner.save(returned["type"], scene.typed(returned))
    assert again["number"] != returned["number"]
    assert (await scene.owner.apply(returned["type"], again))["status"]["name"] == "已申报"
