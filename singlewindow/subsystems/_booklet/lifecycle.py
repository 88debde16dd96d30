"""What may happen: draft, declared, approved or returned; in force it is changed, prolonged, corrected, withdrawn."""

from __future__ import annotations

from singlewindow.kernel.lifecycle import NEW, Action, Amends, Hear, Lifecycle, State, states
from singlewindow.subsystems._booklet.document import AMENDING, ASKED, CLAUSE

DRAFT, DECLARED, RECEIVED, APPROVED, RETURNED, WITHDRAWN, FAILED = "0", "1", "3", "4", "5", "9", "E"
EDITABLE = states(DRAFT, RETURNED, FAILED)
UNDER_WAY = states(DECLARED, RECEIVED)
ALL = EDITABLE | UNDER_WAY | states(APPROVED, WITHDRAWN)
YES, NO = frozenset({"APPROVED"}), frozenset({"REFUSED", "REJECTED"})
CHANGE = Amends("变更中", YES, NO, alters=frozenset({"guarantee", "amount", "items"}))
PROLONG = Amends("延期中", YES, NO, alters=frozenset())
CORRECT = Amends("修改中", YES, NO, by_field=True, asks=ASKED)
RETRACT = Amends("撤销中", YES, NO, by_field=True, asks=ASKED, alters=frozenset(), leads_to=WITHDRAWN)


def amending(name: str, label: str, function: str, amends: Amends) -> Action:
    """A line of the table for what is asked of a booklet in force."""
    return Action(
        name, label, states(APPROVED), signed=True, function=function, amends=amends, done=f"{label}已申报",
        clause=AMENDING,
    )  # fmt: skip


LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(RECEIVED, "海关接收成功", waiting=True),
        State(APPROVED, "审批通过", in_force=True),
        State(RETURNED, "退单"),
        State(WITHDRAWN, "已撤销"),
        State(FAILED, "发送失败"),
    ),
    actions=(
        Action("new", "新增", ALL | states(NEW), needs_card_account=False, clause=CLAUSE),
        Action("save", "暂存", EDITABLE | states(NEW), to=DRAFT, done="暂存成功", clause=CLAUSE),
        Action("copy", "复制", ALL, style="plain", clause=CLAUSE),
        Action("delete", "删除", EDITABLE | states(WITHDRAWN), confirm="是否要删除？", clause=CLAUSE),
        Action(
            "apply", "申报", EDITABLE | states(NEW), to=DECLARED, signed=True, function="ADD", done="申报成功",
            clause=CLAUSE,
        ),
        amending("change", "变更", "MOD", CHANGE),
        amending("prolong", "延期申请", "EXT", PROLONG),
        amending("correct", "修改申请", "COR", CORRECT),
        amending("retract", "撤销申请", "DEL", RETRACT),
        Action("print", "打印", ALL, style="plain", clause=CLAUSE),
    ),
    hears=(
        Hear("SENT", UNDER_WAY, DECLARED),
        Hear("SEND_FAILED", UNDER_WAY, FAILED),
        Hear("RECEIVED", UNDER_WAY | states(FAILED), RECEIVED),
        Hear("REJECTED", UNDER_WAY | states(FAILED), RETURNED),
        Hear("APPROVED", UNDER_WAY | states(FAILED), APPROVED),
        Hear("REFUSED", UNDER_WAY | states(FAILED), RETURNED),
    ),
)  # fmt: skip
