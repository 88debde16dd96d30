"""The gate's desk: trips are accepted or returned, locked, unlocked, finished, and leave the port (CUST-03, GATE-06).

`states.py` the states · `contents.py` what is read out of a trip · `trips.py` the trips that customs hold ·
`rule.py` what a lane says to a vehicle · `passages.py` what follows from it ·
`registers.py` lanes and tolerances · `lanes.py` lanes and their keys ·
`xml.py`, `messages.py`, `exchange.py` the messages of a lane · `routes.py` routes.
Decisions and what is decided where the facts are silent: docs/decisions/0023-customs-gate.md.
"""

from __future__ import annotations

from singlewindow.customs.desk import Decision, Desk, Ruling
from singlewindow.customs.desks.gate import routes, trips
from singlewindow.customs.desks.gate.contents import unfit
from singlewindow.customs.desks.gate.registers import GATE_LANE, GATE_TOLERANCE
from singlewindow.customs.desks.gate.states import (
    ACCEPTED,
    AMENDED,
    BASE,
    BY_HAND,
    CHANGE,
    DELETION,
    FINISHED,
    INSIDE,
    LEFT,
    LOCKED,
    PASSABLE,
    RETURNED,
    STATES,
    UNLOCKED,
)

REFUSAL = "自动审核按设定比例退回，请核对后重新办理"
NO_WAY_BACK = "此决定不能撤回，确定{}吗？"

LIFE = (
    Decision(
        "accept", "审核通过", "10", ACCEPTED, functions=BASE, receipt="海关入库成功",
        hindrance=trips.superseded, otherwise="return",
    ),
    Decision("return", "退单", "20", RETURNED, needs_remark=True, functions=BASE, question=NO_WAY_BACK.format("退单")),
    Decision("lock", "锁定", "41", LOCKED, from_states=PASSABLE, functions=BASE, receipt="已锁定"),
    Decision("unlock", "解除锁定", "42", UNLOCKED, from_states=(LOCKED,), functions=BASE,
             confirms=trips.weights_held),
    Decision("finish", "办结", "40", FINISHED, from_states=PASSABLE, functions=BASE, receipt="已办结",
             question=NO_WAY_BACK.format("办结")),
    Decision("finish_by_hand", "人工办结", "43", BY_HAND, from_states=(*PASSABLE, LOCKED), functions=BASE,
             question=NO_WAY_BACK.format("人工办结")),
    Decision("leave", "口岸离场", "50", LEFT, from_states=INSIDE, functions=BASE, receipt="已口岸离场",
             question=NO_WAY_BACK.format("登记口岸离场")),
)  # fmt: skip
"""On the base submission: facts 1.3."""

AMENDING = (
    Decision("accept", "同意变更", "10", AMENDED, functions=(CHANGE,), receipt="变更已生效",
             hindrance=trips.past_change, otherwise="return"),
    Decision("return", "不同意变更", "20", RETURNED, needs_remark=True, functions=(CHANGE,),
             question=NO_WAY_BACK.format("不同意变更")),
    Decision("accept", "同意删单", "10", AMENDED, functions=(DELETION,), receipt="删单已生效",
             hindrance=trips.past_deletion, otherwise="return", question=NO_WAY_BACK.format("同意删单")),
    Decision("return", "不同意删单", "20", RETURNED, needs_remark=True, functions=(DELETION,),
             question=NO_WAY_BACK.format("不同意删单")),
)  # fmt: skip
"""On a change or a deletion; an accepted one acts upon the trip."""


def automatic(state: str, margin: float) -> Ruling | None:
    """Accept, or return the set share; what comes after is for lanes and officers."""
    return Ruling("return", REFUSAL) if margin < 0 else Ruling("accept")


DESK = Desk(
    "gate",
    ("gate",),
    STATES,
    (*LIFE, *AMENDING),
    automatic,
    received_text="海关接收通知",
    unfit=unfit,
    arrival=trips.arrive,
    effect=trips.follow,
    note=trips.note,
    routers=(routes.from_lanes, routes.officers),
    registers=(GATE_LANE, GATE_TOLERANCE),
    amending={CHANGE: (AMENDED,), DELETION: ()},
    noted=("gate_passage",),
)
