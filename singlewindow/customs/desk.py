"""The default desk: what customs can say to a submission, as a table (CUST-03, CUST-04).

Reception is automatic (RECEIVED, or REJECTED with the reason); then one of `DECISIONS`, once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from singlewindow.contract.messages import ReceiptCode

RECEIVED_TEXT = "海关接收成功"
AUTOMATIC = "自动审核"
AUTOMATIC_REMARK = {"approve": "", "refuse": "自动审核按设定比例退回，请核对后重新办理"}


class State(StrEnum):
    """Where a submission stands at customs."""

    RECEIVED = "received"
    APPROVED = "approved"
    REFUSED = "refused"
    REJECTED = "rejected"


STATE_NAMES = {
    State.RECEIVED: "待审核",
    State.APPROVED: "已同意",
    State.REFUSED: "不同意",
    State.REJECTED: "接收失败",
}


@dataclass(frozen=True)
class Decision:
    """One button of the officer: the receipt it sends and the state it leads to."""

    name: str
    title: str
    code: ReceiptCode
    state: State
    needs_remark: bool

    def text(self, remark: str) -> str:
        """The receipt's text for the company."""
        return f"{self.title}：{remark}" if remark else self.title


DECISIONS = {
    decision.name: decision
    for decision in (
        Decision("approve", "同意", ReceiptCode.APPROVED, State.APPROVED, needs_remark=False),
        Decision("refuse", "不同意", ReceiptCode.REFUSED, State.REFUSED, needs_remark=True),
    )
}


def automatic_decision(number: str, sequence: int, refuse_share: float) -> Decision:
    """What the automatic mode decides: always the same for the same document and sequence.

    `refuse_share` is from 0 (never refuse) to 1 (always); the hash spreads numbers evenly over it.
    """
    digest = hashlib.sha256(f"{number}/{sequence}".encode()).digest()
    refused = int.from_bytes(digest[:8], "big") / 2**64 < refuse_share
    return DECISIONS["refuse" if refused else "approve"]
