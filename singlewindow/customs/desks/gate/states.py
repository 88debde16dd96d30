"""The states of a trip at customs, and what may be decided in each (facts 1.3, GATE-06, CUST-03).

The life of a trip is told on its base submission. A change or a deletion is decided on a submission of its own, and
acts upon the trip.
"""

from __future__ import annotations

ACCEPTED, RETURNED = "accepted", "returned"
LOCKED, UNLOCKED = "locked", "unlocked"
FINISHED, BY_HAND, LEFT = "finished", "finished_by_hand", "left"
DELETED, AMENDED = "deleted", "amended"

STATES = {
    ACCEPTED: "海关审核通过",
    RETURNED: "退单",
    LOCKED: "已锁定",
    UNLOCKED: "解除锁定",
    FINISHED: "已办结",
    BY_HAND: "人工办结",
    LEFT: "已口岸离场",
    DELETED: "已删单",
    AMENDED: "已同意变更或删单",
}
"""In the order of the officers' filter; `deleted` is the base submission's, `amended` the amending one's."""

PASSABLE = (ACCEPTED, UNLOCKED)
IN_FORCE = (ACCEPTED, LOCKED, UNLOCKED)
INSIDE = (FINISHED, BY_HAND)

BASE = ("ADD", "")
CHANGE, DELETION = "MOD", "DEL"
