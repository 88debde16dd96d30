"""What may happen to a merged declaration: declared, then what customs' channel letters say (manual 5.3; FA 3.9).

Nobody saves one: merging makes it, and its lists say what is in it. 删除 gives the lists back (`merging/freeing.py`).
Letters that change nothing (Y, Z) are shown among the receipts. Customs number them, so their last word counts while an
earlier one is still on its way.
"""

from __future__ import annotations

from singlewindow.kernel.lifecycle import Action, Hear, Lifecycle, State, states
from singlewindow.subsystems.consolidated.declaration.document import CLAUSE

DRAFT, DECLARED, SENT, SEND_FAILED = "0", "1", "2", "3"
STORED_BY_CUSTOMS, RETURNED, INSPECTED, EXAMINED, RELEASED, HELD, CLOSED = "4", "5", "6", "7", "8", "9", "10"
TO_DECLARE = states(DRAFT, SEND_FAILED, RETURNED)
TO_DELETE = states(DRAFT, RETURNED)  # not what customs may have after all
UNANSWERED = states(DECLARED, SENT, SEND_FAILED)  # a sending that was believed to have failed may be answered
UNDER_WAY = states(STORED_BY_CUSTOMS, INSPECTED, EXAMINED, HELD)
ANY_OPEN = UNANSWERED | UNDER_WAY
ALL = ANY_OPEN | states(DRAFT, RETURNED, RELEASED, CLOSED)

EXAMINING = ("W", "J", "M")  # 无纸验放审结, 审结办理税费, 重审通过
RELEASING = ("P", "I", "K", "F", "B")  # 已放行, 无纸放行, 无纸化担保放行, 放行交单, 担保验放
SHOWN = ("RECEIVED", "Y", "Z", "8", "G", "X", "O", "V", "Q", "A", "D", "3", "7")  # change nothing

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(SEND_FAILED, "发往海关失败"),
        State(STORED_BY_CUSTOMS, "海关入库", waiting=True, in_force=True),
        State(RETURNED, "退单/不受理"),
        State(INSPECTED, "查验通知", waiting=True, in_force=True),
        State(EXAMINED, "审结", waiting=True, in_force=True),
        State(RELEASED, "放行", waiting=True, in_force=True),
        State(HELD, "挂起", waiting=True, in_force=True),
        State(CLOSED, "结关", in_force=True),
    ),
    actions=(
        Action(
            "declare", "申报", TO_DECLARE, to=DECLARED, signed=True, function="ADD", done="申报成功", clause=CLAUSE
        ),
        Action(
            "delete", "删除", TO_DELETE, shortcut="Alt+R", done="删除成功，清单退回已结关", keeps=True,
            confirm="是否删除当前集报报关单？归并关系将一并取消，所含清单退回「已结关」，可以修改或重新汇总。",
            clause=f"{CLAUSE} 其他操作按钮可参考货物申报",
        ),
        Action(
            "print", "打印", ALL, parties=frozenset({"declarant", "consignee"}), style="plain", shortcut="Alt+P",
            clause=f"{CLAUSE} 打印报关单",
        ),
    ),
    hears=(
        Hear("SENT", states(DECLARED), SENT),
        Hear("SEND_FAILED", states(DECLARED), SEND_FAILED),
        Hear("REJECTED", UNANSWERED, RETURNED),
        Hear("L", UNANSWERED, STORED_BY_CUSTOMS),
        Hear("E", ANY_OPEN, RETURNED),
        Hear("4", UNANSWERED, RETURNED),
        Hear("9", UNANSWERED, RETURNED),
        Hear("C", ANY_OPEN, INSPECTED),
        *(Hear(code, ANY_OPEN, EXAMINED) for code in EXAMINING),
        *(Hear(code, ANY_OPEN, RELEASED) for code in RELEASING),
        Hear("H", ANY_OPEN, HELD),
        Hear("R", ANY_OPEN | states(RELEASED), CLOSED),
        *(Hear(code, states(SENT), SENT) for code in SHOWN),
    ),
)  # fmt: skip
