"""What may happen (manual 第五篇; APPT-09, APPT-16): drawn up, applied for, accepted, then approved or returned.

The letters are ours, but for I, which is customs' own. Customs number their receipts, so their last word counts even
while an earlier one is still on its way.
"""

from __future__ import annotations

from pathlib import Path

from singlewindow.kernel.lifecycle import NEW, Action, Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import FORM_PRINT, Print

DRAFT, APPLIED, ACCEPTED, RETURNED, APPROVED = "S", "D", "A", "R", "P"
UNANSWERED = states(DRAFT, APPLIED)  # a sending that was believed to have failed may be answered
STORED = states(DRAFT, APPLIED, ACCEPTED, RETURNED, APPROVED)
CHAPTER = "手册 第五篇 第一章"

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(APPLIED, "已申报", waiting=True),
        State(ACCEPTED, "已受理", waiting=True),
        State(RETURNED, "退单"),
        State(APPROVED, "预约成功", in_force=True),
    ),
    actions=(
        Action(
            "new", "新增", STORED | states(NEW), needs_card_account=False, clause=f"{CHAPTER} 预约申请录入"
        ),
        Action(
            "save", "暂存", states(DRAFT, NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功",
            clause="手册 第五篇 第二章 修改和继续申报",
        ),
        Action("copy", "复制", STORED, style="plain", shortcut="Alt+C", clause="手册 第三篇 关于键盘操作"),
        Action(
            "delete", "删除", states(DRAFT), shortcut="Alt+R", done="删除成功",
            confirm="是否要删除该票预约申请？删除的数据不可恢复，需重新录入，请谨慎操作！",
            clause="手册 第五篇 第二章 批量删除",
        ),
        Action(
            "apply", "预约申报", states(DRAFT, NEW), to=APPLIED, signed=True, function="ADD", done="预约申报成功",
            clause=f"{CHAPTER} 操作流程说明",
        ),
        Action(
            "print", "打印", STORED, parties=frozenset({"declarant", "consignee"}), style="plain",
            shortcut="Alt+P", clause="手册 第三篇 关于键盘操作",
        ),
    ),
    hears=(
        Hear("SENT", states(APPLIED), APPLIED),
        Hear("SEND_FAILED", states(APPLIED), DRAFT),
        Hear("RECEIVED", UNANSWERED, ACCEPTED),
        Hear("REJECTED", UNANSWERED | states(ACCEPTED), RETURNED),
        Hear("APPROVED", UNANSWERED | states(ACCEPTED), APPROVED),
        Hear("RETURNED", UNANSWERED | states(ACCEPTED), RETURNED),
    ),
)  # fmt: skip

PRINTS = (
    Print("application", "预约通关申请单", Path(__file__).with_name("prints") / "application.typ"),
    FORM_PRINT,
)
