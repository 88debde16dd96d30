"""What may happen: draft, declared, sent, received, approved or returned."""

from __future__ import annotations

from singlewindow.kernel.lifecycle import NEW, Action, Hear, Lifecycle, State, states
from singlewindow.subsystems._template.packing.document import CLAUSE

DRAFT, DECLARED, SENT, RECEIVED, APPROVED, RETURNED, FAILED = "0", "1", "2", "3", "4", "5", "E"
EDITABLE = states(DRAFT, RETURNED, FAILED)
UNDER_WAY = states(DECLARED, SENT, RECEIVED)
STORED = EDITABLE | UNDER_WAY | states(APPROVED)

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(RECEIVED, "海关接收成功", waiting=True),
        State(APPROVED, "审批通过"),
        State(RETURNED, "退单"),
        State(FAILED, "发送失败"),
    ),
    actions=(
        Action("new", "新增", STORED | states(NEW), needs_card_account=False, clause=CLAUSE),
        Action(
            "save", "暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功", clause=CLAUSE
        ),
        Action("copy", "复制", STORED, style="plain", shortcut="Alt+C", clause=CLAUSE),
        Action("delete", "删除", EDITABLE, shortcut="Alt+R", done="删除成功", clause=CLAUSE),
        Action(
            "apply", "申报", EDITABLE | states(NEW), to=DECLARED, signed=True, function="ADD", done="申报成功",
            clause=CLAUSE,
        ),
    ),
    hears=(
        Hear("SENT", UNDER_WAY, SENT),
        Hear("SEND_FAILED", UNDER_WAY, FAILED),
        Hear("RECEIVED", UNDER_WAY | states(FAILED), RECEIVED),
        Hear("REJECTED", UNDER_WAY | states(FAILED), RETURNED),
        Hear("APPROVED", UNDER_WAY | states(FAILED), APPROVED),
        Hear("REFUSED", UNDER_WAY | states(FAILED), RETURNED),
    ),
)  # fmt: skip
