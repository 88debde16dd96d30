"""What may happen: draft, declared, sent, received, approved or returned; a returned one may be declared again.

An approved one counts: it is locked and unlocked by customs, and changed or deleted by declaring so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from singlewindow.kernel.lifecycle import NEW, Action, Amends, Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import FORM_PRINT, Claim, Print, Seal
from singlewindow.kernel.timing import CHINA, Reminder, Timer, midnight_after
from singlewindow.subsystems._template.document import (
    ANSWERED,
    APPROVED,
    CLAUSE,
    FOLLOWED,
    FOLLOWING,
    OVERDUE,
)
from singlewindow.subsystems._template.papers import visitor_pass
from singlewindow.subsystems._template.rules import ANSWER, CLAIM, LATE

DRAFT, DECLARED, SENT, RECEIVED, RETURNED, LOCKED, WITHDRAWN, FAILED = "0", "1", "2", "3", "5", "6", "9", "E"
EDITABLE = states(DRAFT, RETURNED, FAILED)
UNDER_WAY = states(DECLARED, SENT, RECEIVED)
IN_FORCE = states(APPROVED, LOCKED, ANSWERED)
STORED = EDITABLE | UNDER_WAY | IN_FORCE | states(OVERDUE, WITHDRAWN)
ACCEPTED, NOT_ACCEPTED = (
    frozenset({"APPROVED"}),
    frozenset({"REFUSED", "REJECTED"}),
)  # customs' words on an amendment


def is_too_late(content: Mapping[str, str], now: datetime) -> str:
    """An application is withdrawn before the day by which it must be answered, or not at all."""
    last = content.get("answer_by", "")
    if not last or now.astimezone(CHINA).date().isoformat() < last:
        return ""
    return f"答复期限 {last} 已到，不能撤回"


LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(RECEIVED, "海关接收成功", waiting=True),
        State(APPROVED, "审批通过", in_force=True),
        State(RETURNED, "退单"),
        State(LOCKED, "已锁定", in_force=True),
        State(OVERDUE, "逾期"),
        State(ANSWERED, "已答复", in_force=True),
        State(WITHDRAWN, "已撤回"),
        State(FAILED, "发送失败"),
    ),
    actions=(
        Action("new", "新增", STORED | states(NEW), needs_card_account=False, clause=CLAUSE),
        Action(
            "save", "暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功", clause=CLAUSE
        ),
        Action("copy", "复制", STORED, style="plain", shortcut="Alt+C", clause=CLAUSE),
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
            "apply",
            "申报",
            EDITABLE | states(NEW),
            to=DECLARED,
            signed=True,
            function="ADD",
            done="申报成功",
            clause=CLAUSE,
        ),
        Action(
            "change",
            "变更",
            states(APPROVED),
            signed=True,
            function="MOD",
            amends=Amends("变更中", ACCEPTED, NOT_ACCEPTED),
            done="变更申报成功",
            clause=CLAUSE,
        ),
        Action(
            "revoke",
            "删单",
            states(APPROVED),
            signed=True,
            function="DEL",
            amends=Amends("删单中", ACCEPTED, NOT_ACCEPTED, ended="已删单"),
            confirm="是否确认申报删除该数据？",
            done="删单申报成功",
            clause=CLAUSE,
        ),
        Action(
            "answer",
            "申报",
            states(APPROVED, OVERDUE),
            signed=True,
            function="ANS",
            amends=Amends(
                "答复中",
                ACCEPTED,
                NOT_ACCEPTED,
                leads_to=ANSWERED,
                edits=frozenset({"answers"}),
                returns=frozenset({"customs_no"}),
            ),
            choice="答复",
            done="答复已申报",
            clause=FOLLOWING,
        ),
        Action(
            "explain",
            "申报",
            FOLLOWED,
            signed=True,
            function="EXP",
            amends=Amends(
                "说明中",
                ACCEPTED,
                NOT_ACCEPTED,
                leads_to=ANSWERED,
                edits=frozenset({"note", "attachments/4"}),
                once=True,
            ),
            choice="情况说明",
            done="情况说明已申报",
            clause=FOLLOWING,
        ),
        Action(
            "withdraw",
            "撤回",
            states(RECEIVED, APPROVED),
            signed=True,
            function="WDR",
            amends=Amends("撤回中", ACCEPTED, NOT_ACCEPTED, leads_to=WITHDRAWN, edits=frozenset()),
            unless=is_too_late,
            style="plain",
            confirm="是否确认撤回该申请？",
            done="撤回已申报",
            clause=FOLLOWING,
        ),
        Action(
            "print",
            "打印",
            STORED,
            parties=frozenset({"declarant", "consignee"}),
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
        Hear("LOCKED", states(APPROVED), LOCKED),
        Hear("UNLOCKED", states(LOCKED), APPROVED),
    ),
    timers=(
        Timer(
            "overdue",
            "答复期限已过五日",
            states(APPROVED),
            OVERDUE,
            lambda content, moments: midnight_after(content.get("answer_by", ""), 5),
            clause=CLAUSE,
            reminds=Reminder(5, "样例申请 {number}：请在 {days} 天内答复"),
        ),
    ),
)

ANSWERABLE = UNDER_WAY | IN_FORCE | states(OVERDUE)
CLAIMS = (
    Claim(
        kind=ANSWER,
        key=lambda content: [row.get("answer_no", "") for row in content.get("answers", [])],
        held_in=ANSWERABLE,
        path="answers",
        message="答复编号 {key} 已用于另一申请",
        advice="请换一个答复编号",
        clause=FOLLOWING,
    ),
    Claim(
        kind=LATE,
        key=lambda content: [content.get("applicant_code", ""), content.get("consignee_code", "")],
        held_in=states(OVERDUE),
        shared=True,
    ),
    Claim(
        kind=CLAIM,
        key=lambda content: content.get("reference", ""),
        held_in=UNDER_WAY | IN_FORCE,
        path="reference",
        message="申请事项编号 {key} 正在办理中",
        advice="请换一个编号",
        clause="样例 2",
    ),
)

PRINTS = (
    replace(FORM_PRINT, seal=Seal(lambda values: {"申请事项编号": values["reference"]}, states(APPROVED))),
    Print(
        "pass",
        "到访证",
        Path(__file__).parent / "prints" / "pass.typ",
        states=states(APPROVED),
        compose=visitor_pass,
    ),
)
