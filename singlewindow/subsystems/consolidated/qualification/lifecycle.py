"""What may happen: declared, approved, changed and extended, revoked or expired (manual 第六篇 1.1, 1.3; FA 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from singlewindow.kernel.lifecycle import Action, Amends, Lifecycle, states
from singlewindow.kernel.subsystem import Claim
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.filing import (
    APPROVED,
    CHANGE,
    CHANGING,
    EXPIRES,
    HEARS,
    LIVE,
    STATES,
    UNSAVED,
    actions,
)
from singlewindow.subsystems.consolidated.limits import may_extend
from singlewindow.subsystems.consolidated.qualification.document import BONDED, CLAUSE
from singlewindow.subsystems.consolidated.qualification.known import CLAIM, claimed
from singlewindow.subsystems.consolidated.readings import readings

EXTENDING = f"{CHANGING} 企业资质延期申请"
MAY_BE_CHANGED = frozenset({"batches", "guarantee", "guarantee_amount", "guarantee_until"})


def why_not_extended(content: Mapping[str, str], now: datetime) -> str:
    """Why the approval cannot be extended at this moment: 保税货物 alone, in its last days (CONS-08, FA 3.2)."""
    if content.get("nature") != BONDED:
        return "仅保税货物的资质可以申请延期；其他货物的核准有效期随担保有效期，请变更担保有效期"
    try:
        until = date.fromisoformat(content.get("valid_until", ""))
    except ValueError:
        return "海关没有返回核准有效期，不能申请延期"
    days, today = readings().extension_days, now.astimezone(CHINA).date()
    if may_extend(until, today, bonded=True, days=days):
        return ""
    if today > until:
        return f"核准有效期 {until} 已过，不能申请延期，请重新备案"
    return f"核准有效期为 {until}，到期前 {days} 天内（{until - timedelta(days=days)} 起）才可申请延期"


LIFECYCLE = Lifecycle(
    states=STATES,
    actions=(
        *actions(CLAUSE),
        Action(
            "change", "变更企业资质信息", states(APPROVED), signed=True, function="MOD", done="变更申报成功",
            amends=Amends(
                "变更中", *CHANGE, alters=MAY_BE_CHANGED, returns=frozenset({"valid_until"})
            ),
            clause=CHANGING,
        ),
        Action(
            "extend", "企业资质申请延期", states(APPROVED), signed=True, function="EXT", done="延期申报成功",
            amends=Amends(
                "延期申请中", frozenset({"EXTENDED"}), frozenset({"EXTEND_REFUSED", "REJECTED"}), alters=frozenset(),
                returns=frozenset({"valid_until"}),
            ),
            unless=why_not_extended, clause=EXTENDING,
        ),
    ),
    hears=HEARS,
    timers=(EXPIRES,),
    unsaved=UNSAVED,
)  # fmt: skip

CLAIMS = (
    Claim(
        CLAIM, claimed, LIVE, "district", "本企业在该申报地海关已有同类货物的资质备案",
        "请在企业备案变更中变更已有的备案，或改选申报地海关", CLAUSE,
    ),
)  # fmt: skip
