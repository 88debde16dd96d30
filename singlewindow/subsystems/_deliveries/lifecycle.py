"""What may happen: declared, perhaps kept for the application that it names, approved, queued, collected.

An approved one has a term, which customs give and may extend. What waits for an application that was returned or locked
waits on; of one that was withdrawn nothing comes any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from singlewindow.kernel.lifecycle import NEW, Action, Amends, Hear, Lifecycle, Move, State, states
from singlewindow.kernel.subsystem import Claim, Draw, Waits
from singlewindow.subsystems._deliveries.document import CLAUSE
from singlewindow.subsystems._deliveries.rules import SHELF

DRAFT, DECLARED, SENT, KEPT, APPROVED, RETURNED, QUEUED, COLLECTED, OVER, FAILED = (
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "E",
)  # fmt: skip
EDITABLE = states(DRAFT, RETURNED, FAILED)
UNDER_WAY = states(DECLARED, SENT)
IN_FORCE = states(APPROVED, QUEUED, COLLECTED)
STORED = EDITABLE | UNDER_WAY | IN_FORCE | states(KEPT, OVER)
LETTER_APPROVED, LETTER_WITHDRAWN = "4", "9"  # states of the application that is waited for
GATE = "_deliveries.gate"
ACCEPTED, NOT_ACCEPTED = frozenset({"AGREED"}), frozenset({"NOT_AGREED"})


LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(DECLARED, "已申报", waiting=True),
        State(SENT, "发往海关成功", waiting=True),
        State(KEPT, "待发送", waiting=True),
        State(APPROVED, "已批准", in_force=True),
        State(RETURNED, "退单"),
        State(QUEUED, "已排队", in_force=True),
        State(COLLECTED, "已提货", in_force=True),
        State(OVER, "已失效"),
        State(FAILED, "发送失败"),
    ),
    actions=(
        Action("new", "新增", STORED | states(NEW), needs_card_account=False, clause=CLAUSE),
        Action("save", "暂存", EDITABLE | states(NEW), to=DRAFT, done="暂存成功", clause=CLAUSE),
        Action("delete", "删除", EDITABLE | states(KEPT), done="删除成功", confirm="是否要删除？", clause=CLAUSE),
        Action(
            "apply", "申报", EDITABLE | states(NEW), to=DECLARED, signed=True, function="ADD", done="申报成功",
            clause=CLAUSE,
        ),
        Action(
            "change", "变更", states(APPROVED, QUEUED), signed=True, function="MOD",
            amends=Amends("变更中", ACCEPTED, NOT_ACCEPTED), done="变更申报成功", clause=CLAUSE,
        ),
        Action(
            "revoke", "删单", states(APPROVED, QUEUED), signed=True, function="DEL",
            amends=Amends("删单中", ACCEPTED, NOT_ACCEPTED, ended="已删单"), done="删单申报成功", clause=CLAUSE,
        ),
    ),
    hears=(
        Hear("SENT", UNDER_WAY, SENT),
        Hear("SEND_FAILED", UNDER_WAY | states(KEPT), FAILED),
        Hear("APPROVED", UNDER_WAY | states(FAILED), APPROVED),
        Hear("REFUSED", UNDER_WAY | states(FAILED), RETURNED),
        Hear("REVOKED", IN_FORCE, OVER),
    ),
    moves=(
        Move("queue", "排队", states(APPROVED), QUEUED, unamended=True, tells=False, clause=CLAUSE),
        Move("unqueue", "取消排队", states(QUEUED), APPROVED, tells=False, clause=CLAUSE),
        Move("collect", "提货", states(QUEUED), COLLECTED, unamended=True, clause=CLAUSE),
    ),
)  # fmt: skip


def amounts(content: Mapping[str, Any]) -> dict[str, Decimal]:
    """How much is taken from each shelf."""
    taken: dict[str, Decimal] = {}
    for row in content.get("goods", []):
        shelf, quantity = row.get("shelf", ""), row.get("quantity", "")
        taken[shelf] = taken.get(shelf, Decimal(0)) + Decimal(quantity or 0)
    return taken


CLAIMS = (
    Claim(
        GATE, lambda content: content.get("gate", ""), UNDER_WAY, path="gate", message="提货口 {key} 正在使用",
        advice="请换一个提货口", clause=CLAUSE,
    ),
)  # fmt: skip
DRAWS = (Draw(SHELF, amounts, UNDER_WAY | IN_FORCE | states(KEPT)),)
WAITS = Waits(
    "_template", "letter", states(LETTER_APPROVED), KEPT, ends=states(LETTER_WITHDRAWN), clause=CLAUSE
)
