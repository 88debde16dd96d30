"""What may happen: draft, declared, sent, received, approved or returned; a returned one may be declared again."""

from __future__ import annotations

from dataclasses import replace

from singlewindow.kernel.lifecycle import NEW, Action, Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import FORM_PRINT, Claim, Seal
from singlewindow.subsystems._template.document import CLAUSE
from singlewindow.subsystems._template.rules import CLAIM

DRAFT, DECLARED, SENT, RECEIVED, APPROVED, RETURNED, FAILED = "0", "1", "2", "3", "4", "5", "E"
EDITABLE = states(DRAFT, RETURNED, FAILED)
UNDER_WAY = states(DECLARED, SENT, RECEIVED)

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(RECEIVED, "海关接收成功", waiting=True),
        State(APPROVED, "审批通过", in_force=True),
        State(RETURNED, "退单"),
        State(FAILED, "发送失败"),
    ),
    actions=(
        Action(
            "new",
            "新增",
            EDITABLE | UNDER_WAY | states(NEW, APPROVED),
            needs_card_account=False,
            clause=CLAUSE,
        ),
        Action(
            "save", "暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功", clause=CLAUSE
        ),
        Action(
            "copy",
            "复制",
            EDITABLE | UNDER_WAY | states(APPROVED),
            style="plain",
            shortcut="Alt+C",
            clause=CLAUSE,
        ),
        Action(
            "delete",
            "删除",
            EDITABLE,
            shortcut="Alt+R",
            done="删除成功",
            confirm="是否要删除？删除后不可恢复",
            clause=CLAUSE,
        ),
        Action(
            "apply", "申报", EDITABLE | states(NEW), to=DECLARED, signed=True, done="申报成功", clause=CLAUSE
        ),
        Action(
            "print",
            "打印",
            EDITABLE | UNDER_WAY | states(APPROVED),
            style="plain",
            shortcut="Alt+P",
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
)

CLAIMS = (
    Claim(
        kind=CLAIM,
        key=lambda content: content.get("reference", ""),
        held_in=UNDER_WAY,
        path="reference",
        message="申请事项编号 {key} 正在办理中",
        advice="请换一个编号",
        clause="样例 2",
    ),
)

PRINTS = (
    replace(FORM_PRINT, seal=Seal(lambda values: {"申请事项编号": values["reference"]}, states(APPROVED))),
)
