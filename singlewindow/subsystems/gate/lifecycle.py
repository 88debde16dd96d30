"""What may happen (manual 3.1.2, 3.2.2; GATE-05, GATE-06, GATE-08): draft, declared, accepted, through the gate; 变更
and 删单 of an accepted trip are declared too, and leave it as it is until customs answer.

The codes are those of look-alike systems. Customs number their receipts, so their last word counts even while an
earlier one is still on its way: every state that is not final hears it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.lifecycle import NEW, Action, Amends, Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import Claim, Seal
from singlewindow.subsystems.gate.rules import (
    CLAIM,
    UNFINISHED,
    UNFINISHED_ADVICE,
    UNFINISHED_CLAUSE,
    medium_of,
)

DRAFT, DECLARED, SENT, SEND_FAILED = "0", "1", "2", "FF"
ACCEPTED, RETURNED, LOCKED, UNLOCKED = "10", "20", "41", "42"
FINISHED, FINISHED_BY_HAND, LEFT = "40", "43", "50"

EDITABLE = states(DRAFT, SEND_FAILED, RETURNED)
UNANSWERED = states(DECLARED, SENT, SEND_FAILED)  # a sending that was believed to have failed may be answered
OPEN = UNANSWERED | states(ACCEPTED, LOCKED, UNLOCKED)
STORED = OPEN | EDITABLE | states(FINISHED, FINISHED_BY_HAND, LEFT)
HELD = states(DECLARED, SENT, ACCEPTED, LOCKED, UNLOCKED)

FORM = "手册 3.1.2 操作（按钮）"
ASKS = "是否要申报该票单据？"

YES, NO = frozenset({"10"}), frozenset({"20", "REJECTED"})
CHANGE = Amends(under_way="变更中", accepted=YES, refused=NO)
DELETION = Amends(under_way="删单中", accepted=YES, refused=NO, ended="已删单")

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存", on_form="暂存成功"),
        State(DECLARED, "申报", waiting=True, on_form="申报成功"),
        State(SENT, "发往内网成功", waiting=True),
        State(SEND_FAILED, "发往内网失败"),
        State(ACCEPTED, "海关审核通过", waiting=True, in_force=True, on_form="海关入库成功"),
        State(RETURNED, "退单"),
        State(FINISHED, "已办结", waiting=True, in_force=True),
        State(LOCKED, "已锁定", waiting=True, in_force=True),
        State(UNLOCKED, "解除锁定", waiting=True, in_force=True),
        State(FINISHED_BY_HAND, "人工办结", waiting=True, in_force=True),
        State(LEFT, "已口岸离场", in_force=True),
    ),
    actions=(
        Action("new", "新增", STORED | states(NEW), needs_card_account=False, clause=FORM),
        Action(
            "save", "暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功", clause=FORM
        ),
        Action("copy", "复制", STORED, style="plain", shortcut="Alt+C", clause="手册 3.1.1 界面录入说明"),
        Action(
            "delete", "删除", EDITABLE, shortcut="Alt+R", done="删除成功",
            confirm="是否确认删除该数据？暂存状态的数据，删除后不可恢复，只能重新录入，请谨慎操作！",
            clause="手册 3.2.2.3 删除",
        ),
        Action(
            "declare", "申报", EDITABLE | states(NEW), to=DECLARED, signed=True, done="申报成功",
            confirm=ASKS, clause=FORM, function="ADD",
        ),
        Action(
            "change", "变更", states(ACCEPTED, UNLOCKED), signed=True, done="申报成功", confirm=ASKS, function="MOD",
            amends=CHANGE, clause="手册 3.2.2.6 变更",
        ),
        Action(
            "revoke", "删单", states(ACCEPTED), signed=True, done="申报成功", confirm="是否确认申报该数据？",
            function="DEL", amends=DELETION, clause="手册 3.2.2.4 删单",
        ),
        Action("print", "打印", STORED, style="plain", shortcut="Alt+P", clause="手册 3.2 查询"),
    ),
    hears=(
        Hear("SENT", states(DECLARED), SENT),
        Hear("SEND_FAILED", states(DECLARED), SEND_FAILED),
        Hear("RECEIVED", UNANSWERED, SENT),  # 海关接收通知 is between two statuses and has none of its own
        Hear("REJECTED", UNANSWERED, SEND_FAILED),  # customs could not read it: nothing of it arrived
        Hear("10", UNANSWERED, ACCEPTED),
        Hear("20", UNANSWERED, RETURNED),
        Hear("41", OPEN, LOCKED),
        Hear("42", OPEN, UNLOCKED),
        Hear("40", OPEN, FINISHED),
        Hear("43", OPEN, FINISHED_BY_HAND),
        Hear("50", OPEN | states(FINISHED, FINISHED_BY_HAND), LEFT),
    ),
)  # fmt: skip


def held_medium(content: Mapping[str, Any]) -> str:
    """The claim's key of a trip: its medium, written in one way."""
    return medium_of(content.get("bind_key_type", ""), content.get("bind_key_info", ""))


CLAIMS = (Claim(CLAIM, held_medium, HELD, "bind_key_info", UNFINISHED, UNFINISHED_ADVICE, UNFINISHED_CLAUSE),)


MEDIA = {"VN": "车牌号", "VE": "电子车牌号", "IC": "IC卡", "BC": "条形码"}


def sealed(values: Mapping[str, Any]) -> dict[str, str]:
    """What the QR code of a trip's paper says beside its number (GATE-09)."""
    medium = MEDIA.get(values["bind_key_type"], "绑定介质")
    return {
        "车次确认编号": values["sure_id"],
        medium: values["bind_key_info"],
        "关区代码": values["customs_master"],
    }


SEAL = Seal(sealed, states(ACCEPTED, LOCKED, UNLOCKED))  # accepted, and not yet through the gate
