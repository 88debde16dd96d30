"""What may happen (manual 4.1 小提示; INSP-06 to INSP-08). The codes are ours, the words the manual's."""

from __future__ import annotations

from singlewindow.kernel.lifecycle import NEW, Action, Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import Claim
from singlewindow.subsystems.inspection.declaration.rules import CLAIM, IN_USE, IN_USE_ADVICE, IN_USE_CLAUSE

DRAFT, APPLIED, SENT, RECEIVED, GRANTED, REFUSED, SEND_FAILED, RECEIVE_FAILED = (
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "E1",
    "E2",
)
EDITABLE = states(DRAFT, SEND_FAILED, RECEIVE_FAILED)
UNDER_WAY = states(APPLIED, SENT, RECEIVED)

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(APPLIED, "已申请", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(SEND_FAILED, "发送失败"),
        State(RECEIVED, "海关接收成功", waiting=True),
        State(RECEIVE_FAILED, "接收失败"),
        State(GRANTED, "同意", in_force=True),
        State(REFUSED, "不同意"),
    ),
    actions=(
        Action(
            "new", "新增", EDITABLE | UNDER_WAY | states(NEW, GRANTED, REFUSED), needs_card_account=False,
            clause="手册 4.1 新增",
        ),
        Action(
            "save", "暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功",
            clause="手册 4.1 录入与暂存",
        ),
        Action(
            "delete", "删除", EDITABLE, shortcut="Alt+R", done="删除成功", clause="手册 4.1 删除",
            confirm="是否要删除该票单据？删除后不可恢复，只能重新录入，请谨慎操作！",
        ),
        Action(
            "apply", "申请", EDITABLE | states(NEW), to=APPLIED, signed=True, done="申请成功",
            clause="手册 4.1 申请",
        ),
    ),
    hears=(
        Hear("SENT", UNDER_WAY, SENT),
        Hear("SEND_FAILED", UNDER_WAY, SEND_FAILED),
        # Customs' answers count whatever the portal's sender believed of the sending.
        Hear("RECEIVED", UNDER_WAY | states(SEND_FAILED), RECEIVED),
        Hear("REJECTED", UNDER_WAY | states(SEND_FAILED), RECEIVE_FAILED),
        Hear("APPROVED", UNDER_WAY | states(SEND_FAILED), GRANTED),
        Hear("REFUSED", UNDER_WAY | states(SEND_FAILED), REFUSED),
    ),
)  # fmt: skip

CLAIMS = (
    Claim(
        kind=CLAIM,
        key=lambda content: content.get("declaration_no", ""),
        held_in=UNDER_WAY | states(GRANTED),
        path="declaration_no",
        message=IN_USE,
        advice=IN_USE_ADVICE,
        clause=IN_USE_CLAUSE,
    ),
)
