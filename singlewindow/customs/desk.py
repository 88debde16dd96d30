"""What a desk is: the states of a submission at customs, and the decisions that lead from one to the next (CUST-03).

Reception is the same everywhere: RECEIVED, or REJECTED with the reason. What may be said after that is the
desk's table: `desks/default/`, or a folder of its own under `desks/` for the types that need more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from singlewindow.customs.database import Row, Transaction

RECEIVED, REJECTED = "received", "rejected"
RECEPTION = {RECEIVED: "待审核", REJECTED: "接收失败"}
RECEIVED_TEXT = "海关接收成功"
AUTOMATIC = "自动审核"

ReceiptData = Callable[[Transaction, Sequence[Row]], Awaitable[list[dict[str, Any]]]]
"""What a decision's receipts carry besides their texts, one for each of the submissions' locked rows."""


@dataclass(frozen=True)
class Decision:
    """One button of the officer: from which states, the receipt that it sends and the state it leads to."""

    name: str
    title: str
    code: str  # the receipt's; a ReceiptCode, or one of the desk's own
    state: str
    needs_remark: bool = False
    from_states: tuple[str, ...] = (RECEIVED,)
    data: ReceiptData | None = None

    def text(self, remark: str) -> str:
        """The receipt's text for the company."""
        return f"{self.title}：{remark}" if remark else self.title


@dataclass(frozen=True)
class Ruling:
    """What the automatic mode decides: a decision's name and the remark."""

    decision: str
    remark: str = ""


Automatic = Callable[[str, float], Ruling | None]
"""The ruling for a state and a roll against the share of refusals (below it: refuse); None leaves it to an officer.

Called with (state, margin): margin = roll − share, so that a negative one refuses."""


@dataclass(frozen=True)
class Desk:
    """A desk: the document types it decides (exact, or a chapter such as "gate"), its states and decisions.

    `states` names the states beyond reception. In `automatic_states` the automatic mode asks `automatic`.
    """

    name: str
    types: tuple[str, ...]
    states: Mapping[str, str]
    decisions: tuple[Decision, ...]
    automatic: Automatic
    automatic_states: tuple[str, ...] = (RECEIVED,)

    def state_name(self, state: str) -> str:
        """The state in words."""
        return self.states.get(state) or RECEPTION.get(state, state)

    def open_to(self, state: str) -> list[Decision]:
        """The decisions that are possible in a state."""
        return [decision for decision in self.decisions if state in decision.from_states]

    def find_decision(self, name: str) -> Decision | None:
        """The decision of this name."""
        return next((decision for decision in self.decisions if decision.name == name), None)


def roll(number: str, sequence: int) -> float:
    """From 0 up to 1, always the same for the same document and sequence; numbers spread evenly over it."""
    digest = hashlib.sha256(f"{number}/{sequence}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
