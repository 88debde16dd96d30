"""What may happen: declared, approved, changed and extended, revoked or expired (manual 第六篇 1.1, 1.3; FA 3.7)."""

from __future__ import annotations

from singlewindow.kernel.lifecycle import Action, Amends, Lifecycle, states
from singlewindow.kernel.subsystem import Claim
from singlewindow.subsystems.consolidated.filing import (
    APPROVED,
    CHANGE,
    CHANGING,
    HEARS,
    LIVE,
    STATES,
    UNSAVED,
    actions,
)
from singlewindow.subsystems.consolidated.qualification.document import CLAUSE
from singlewindow.subsystems.consolidated.qualification.known import CLAIM, claimed

EXTENSION = Amends(
    "延期申请中", frozenset({"EXTENDED"}), frozenset({"EXTEND_REFUSED", "REJECTED"}), edits=frozenset()
)

LIFECYCLE = Lifecycle(
    states=STATES,
    actions=(
        *actions(CLAUSE),
        Action(
            "change", "变更", states(APPROVED), signed=True, function="MOD", amends=CHANGE, done="变更申报成功",
            clause=CHANGING,
        ),
        Action(
            "extend", "企业资质申请延期", states(APPROVED), signed=True, function="EXT", amends=EXTENSION,
            done="延期申报成功", clause=f"{CHANGING} 企业资质延期申请",
        ),
    ),
    hears=HEARS,
    unsaved=UNSAVED,
)  # fmt: skip

CLAIMS = (
    Claim(
        CLAIM, claimed, LIVE, "district", "本企业在该申报地海关已有同类货物的资质备案",
        "请在企业备案变更中变更已有的备案，或改选申报地海关", CLAUSE,
    ),
)  # fmt: skip
