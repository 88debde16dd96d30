"""What may happen: declared, held until its qualification is approved, approved, changed (manual 第六篇 1.2, 1.3)."""

from __future__ import annotations

from singlewindow.kernel.lifecycle import Action, Amends, Hear, Lifecycle, Needs, State, states
from singlewindow.kernel.subsystem import Waits
from singlewindow.subsystems.consolidated.booklet.document import CLAUSE
from singlewindow.subsystems.consolidated.filing import (
    APPROVED,
    CHANGE,
    CHANGING,
    EXPIRED,
    EXPIRES,
    HEARS,
    HELD,
    REJECTED,
    REVOKED,
    STATES,
    STORED,
    UNSAVED,
    actions,
)
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION


def saved_goods(word: str) -> Needs:
    """备案申报：商品录入保存之后可申报。备案打印：商品录入保存之后状态可打印"""
    return Needs("goods", f"「备案表表体」还没有已保存的数据，不能{word}；请先录入一项并暂存")


LIFECYCLE = Lifecycle(
    states=(*STATES[:2], State(HELD, "待发送", waiting=True), *STATES[2:]),
    actions=(
        *actions(CLAUSE, STORED | states(HELD), declared=saved_goods("申报"), printed=saved_goods("打印")),
        Action(
            "change", "变更企业商品信息", states(APPROVED), signed=True, function="MOD", done="变更申报成功",
            amends=Amends("变更中", *CHANGE, alters=frozenset({"goods"})), clause=CHANGING,
        ),
    ),
    hears=(
        *HEARS,
        Hear("SEND_FAILED", states(HELD), REJECTED),  # what it waited for will not come, or has changed
        Hear("VALIDITY", states(APPROVED), APPROVED),
    ),
    timers=(EXPIRES,),
    unsaved=UNSAVED,
)  # fmt: skip

WAITS = Waits(
    QUALIFICATION.name,
    "qualification",
    states(APPROVED),
    HELD,
    ends=states(REVOKED, EXPIRED),
    copies=("district", "nature"),  # what `fill` takes from it
    clause=f"{CLAUSE} 小提示",
)
