"""What may happen: declared, held until its qualification is approved, approved, changed (manual 第六篇 1.2, 1.3)."""

from __future__ import annotations

from singlewindow.kernel.lifecycle import Action, Lifecycle, State, states
from singlewindow.subsystems.consolidated.booklet.document import CLAUSE
from singlewindow.subsystems.consolidated.filing import (
    APPROVED,
    CHANGE,
    CHANGING,
    HEARS,
    HELD,
    STATES,
    STORED,
    UNSAVED,
    actions,
)

LIFECYCLE = Lifecycle(
    states=(*STATES[:2], State(HELD, "待发送"), *STATES[2:]),
    actions=(
        *actions(CLAUSE, STORED | states(HELD)),
        Action(
            "change", "变更", states(APPROVED), signed=True, function="MOD", amends=CHANGE, done="变更申报成功",
            clause=CHANGING,
        ),
    ),
    hears=HEARS,
    unsaved=UNSAVED,
)  # fmt: skip
