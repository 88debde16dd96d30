"""What may happen to a list (manual 第六篇 第二章, 第三章; CONS-11, CONS-12, CONS-18, FA 3.7): declared, taken in,
approved or returned, on its way, closed; what is in force is modified or revoked by asking customs, and stays as it is
meanwhile.

The numbers 7, 9, 10, 11, 12 and 15 are the manual's. Customs number their receipts, so their last word counts even
while an earlier one is still on its way.
"""

from __future__ import annotations

from singlewindow.kernel.lifecycle import NEW, Action, Amends, Hear, Lifecycle, Move, State, states
from singlewindow.kernel.subsystem import Draw
from singlewindow.subsystems.consolidated.lists.quantities import (
    ACCOUNT_BOOK,
    LICENCE,
    account_amounts,
    licence_amounts,
)

CHAPTER = "手册 第六篇 第二章"
REVISING = "手册 第六篇 第三章 集报清单修撤单"

MERGING = "手册 第六篇 4.1 集报清单汇总"

DRAFT, DECLARED, SENT, SEND_FAILED, RECEIVED, REJECTED, HELD = "0", "1", "2", "3", "4", "5", "6"
APPROVED, RETURNED, ENTRUSTED, CARRIED, CROSSED = "7", "8", "9", "10", "11"
QUEUED, MERGED, REVOKED, CLOSED = "12", "13", "14", "15"

EDITABLE = states(DRAFT, SEND_FAILED, REJECTED, RETURNED)
UNANSWERED = states(DECLARED, SENT, SEND_FAILED)  # a sending that was believed to have failed may be answered
UNDECIDED = UNANSWERED | states(RECEIVED, HELD)
ON_THE_WAY = states(APPROVED, ENTRUSTED, CARRIED, CROSSED)
REVISABLE = ON_THE_WAY | states(QUEUED, CLOSED)  # 可以进行修撤的集报清单状态：7, 9, 10, 11, 12, 15
IN_FORCE = REVISABLE | states(MERGED)
STORED = EDITABLE | UNDECIDED | IN_FORCE | states(REVOKED)
HOLDING = states(DECLARED, SENT, RECEIVED, HELD) | IN_FORCE
"""The states in which a list uses up what a licence or an account book grants."""

ASKED = ("revision_reason", "revision_contact", "revision_phone")
AGREED, REFUSED = frozenset({"REVISION_AGREED"}), frozenset({"REVISION_REFUSED", "REJECTED"})
LEFT = frozenset({"district", "book_no"})  # CONS-R67: the customs that took the list in, and their book
MODIFICATION = Amends("修改申请中", AGREED, REFUSED, by_field=True, leaves=LEFT, asks=ASKED)
REVOCATION = Amends(
    "撤销申请中", AGREED, REFUSED, leads_to=REVOKED, alters=frozenset(), by_field=True, asks=ASKED
)

LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(SEND_FAILED, "发往海关失败"),
        State(RECEIVED, "海关接收成功", waiting=True),
        State(REJECTED, "接受失败"),
        State(HELD, "转人工/挂起", waiting=True),
        State(APPROVED, "海关审批通过", waiting=True, in_force=True),
        State(RETURNED, "海关退单"),
        State(ENTRUSTED, "已委托", waiting=True, in_force=True),
        State(CARRIED, "已承运", waiting=True, in_force=True),
        State(CROSSED, "已过境", waiting=True, in_force=True),
        State(QUEUED, "待汇总", in_force=True),
        State(MERGED, "已汇总", in_force=True),
        State(REVOKED, "已撤销"),
        State(CLOSED, "已结关", in_force=True),
    ),
    actions=(
        Action(
            "new", "清单新增", STORED | states(NEW), needs_card_account=False,
            clause=f"{CHAPTER} 操作按钮说明 清单新增",
        ),
        Action(
            "save", "清单暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功",
            clause=f"{CHAPTER} 操作按钮说明 清单暂存",
        ),
        Action("copy", "复制", STORED, style="plain", shortcut="Alt+C", clause="手册 第六篇 5.2 集报清单查询"),
        Action(
            "delete", "删除", states(DRAFT, REJECTED, RETURNED), shortcut="Alt+R", done="删除成功", clause=CHAPTER,
            confirm="是否删除当前集报清单？删除的数据将不可恢复，需重新录入，请谨慎操作！",
        ),
        Action(
            "declare", "申报", EDITABLE | states(NEW), to=DECLARED, signed=True, function="ADD", done="申报成功",
            clause=f"{CHAPTER} 2.1 进口一般贸易集报清单",
        ),
        Action(
            "modify", "修改申请", REVISABLE, signed=True, function="MOD", amends=MODIFICATION,
            done="修改申请申报成功", clause=f"{REVISING} 3.1 修改申请",
        ),
        Action(
            "revoke", "撤销申请", REVISABLE, signed=True, function="DEL", amends=REVOCATION,
            done="撤销申请申报成功", clause=f"{REVISING} 3.2 撤销申请",
        ),
        Action("print", "打印", STORED, style="plain", shortcut="Alt+P", clause="手册 第六篇 5.2 集报清单查询"),
    ),
    hears=(
        Hear("SENT", states(DECLARED), SENT),
        Hear("SEND_FAILED", states(DECLARED), SEND_FAILED),
        Hear("RECEIVED", UNANSWERED, RECEIVED),
        Hear("REJECTED", UNANSWERED | states(RECEIVED), REJECTED),
        Hear("HELD", UNANSWERED | states(RECEIVED), HELD),
        Hear("APPROVED", UNDECIDED, APPROVED),
        Hear("RETURNED", UNDECIDED, RETURNED),
        Hear("ENTRUSTED", UNDECIDED | states(APPROVED), ENTRUSTED),
        Hear("CARRIED", UNDECIDED | states(APPROVED, ENTRUSTED), CARRIED),
        Hear("CROSSED", UNDECIDED | states(APPROVED, ENTRUSTED, CARRIED), CROSSED),
        Hear("CLOSED", UNDECIDED | ON_THE_WAY, CLOSED),
    ),
    moves=(  # of 10,000 lists at once: what came of a click stands on the page of 汇总, not in the bell
        Move("queue", "汇总", states(CLOSED), QUEUED, unamended=True, tells=False, clause=MERGING),
        Move("unqueue", "取消汇总", states(QUEUED), CLOSED, tells=False, clause=MERGING),
        Move("merged", "已汇总", states(QUEUED), MERGED, unamended=True, tells=False, clause=MERGING),
        Move("freed", "退回已结关", states(MERGED), CLOSED, tells=False, clause=MERGING),
    ),
)  # fmt: skip

DRAWS = (
    Draw(LICENCE, licence_amounts, HOLDING),
    Draw(ACCOUNT_BOOK, account_amounts, HOLDING),
)
