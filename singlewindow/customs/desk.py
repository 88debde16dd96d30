"""What a desk is: the states of a submission at customs, and the decisions that lead from one to the next (CUST-03).

Reception is the same everywhere: RECEIVED, or REJECTED with the reason. What may be said after that is the
desk's table: `desks/default/`, or a folder of its own under `desks/` for the types that need more. A desk that
keeps data of its own brings tables (`migrations/`), routes and pages (`web/`) in its folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from fastapi import APIRouter

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.register_kinds import Register

RECEIVED, REJECTED = "received", "rejected"
RECEPTION = {RECEIVED: "待审核", REJECTED: "接收失败"}
RECEIVED_TEXT = "海关接收成功"
AUTOMATIC = "自动审核"

ReceiptData = Callable[[Transaction, Sequence[Row]], Awaitable[list[dict[str, Any]]]]
"""What a decision's receipts carry besides their texts, one for each of the submissions' locked rows."""


ReceiptWords = Callable[[Transaction, Sequence[Row]], Awaitable[list[str]]]
"""What a decision's receipts say after its own words and the remark, one for each of the submissions' locked rows."""


Confirms = Callable[[Transaction, Sequence[Row]], Awaitable[list[str]]]
"""What a decision confirms besides, in words, one for each of the submissions' locked rows; "" for nothing."""


class Hindrance(Protocol):
    """Why submissions must not be decided so for now although their states allow it: Chinese, "" where nothing hinders.

    With `lock`, what it looks at is locked until the transaction ends, always after the submissions themselves.
    """

    async def __call__(self, transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
        """One answer for each row."""


@dataclass(frozen=True)
class Decision:
    """One button of the officer: from which states, the receipt that it sends and the state it leads to.

    `functions` are the functions of submissions (ADD, MOD, … as the chapter's messages have them) for which it is
    offered; none: all. Decisions of one name may differ by them. `receipt` are the receipt's words where they are not
    the button's, `says` adds what only customs know. `question` is asked before what cannot be taken back.
    `confirms` is what may be another thing by now than the officer looked at: the page shows it at the button and sends
    it along.
    `otherwise` is what the automatic mode decides where this one is hindered, or where `detour` says why that comes
    first; officers may do without.
    """

    name: str
    title: str
    code: str  # the receipt's; a ReceiptCode, or one of the desk's own
    state: str
    needs_remark: bool = False
    from_states: tuple[str, ...] = (RECEIVED,)
    data: ReceiptData | None = None
    says: ReceiptWords | None = None
    functions: tuple[str, ...] = ()
    receipt: str = ""
    question: str = ""
    confirms: Confirms | None = None
    hindrance: Hindrance | None = None
    detour: Hindrance | None = None
    otherwise: str = ""

    def text(self, remark: str, more: str = "") -> str:
        """The receipt's text for the company: its own words, the remark, and what customs add."""
        said, rest = self.receipt or self.title, "；".join(each for each in (remark, more) if each)
        return f"{said}：{rest}" if rest else said

    def concerns(self, function: str) -> bool:
        """Whether it is for submissions of this function."""
        return not self.functions or function in self.functions


@dataclass(frozen=True)
class Taken:
    """A decision for a submission's locked row (`answers.DECIDED`), whose state allows it."""

    row: Row
    decision: Decision
    remark: str


@dataclass(frozen=True)
class Ruling:
    """What the automatic mode decides: a decision's name and the remark."""

    decision: str
    remark: str = ""


Automatic = Callable[[str, float], Ruling | None]
"""The ruling for a state and a roll against the share of refusals (below it: refuse); None leaves it to an officer.

Called with (state, margin): margin = roll − share, so that a negative one refuses."""

ReceivedData = Callable[[str, datetime], dict[str, Any]]
"""What the first receipt carries, for a submission's function and the moment of its reception."""

Unfit = Callable[[Submission], str]
"""Why a verified submission cannot be taken in, in Chinese; "" where it can."""

Arrival = Callable[[Transaction, Sequence[tuple[int, Submission]]], Awaitable[None]]
"""What is written besides the submissions that were taken in, by their ids, in the same transaction."""

Effect = Callable[[Transaction, Sequence[Taken]], Awaitable[None]]
"""What decisions change besides the submissions and their receipts, in the same transaction."""


Note = Callable[[Transaction, Row], Awaitable[str]]
"""What an officer should know who looks at a submission's row, in Chinese; "" where there is nothing."""


@dataclass(frozen=True)
class Desk:
    """A desk: the document types it decides (exact, or a chapter such as "gate"), its states and decisions.

    `states` names the states beyond reception. `received_text` is what the first receipt says, `received_texts` what
    it says to submissions of a function of their own, `received_data` what it carries besides.
    In `automatic_states` the automatic mode asks `automatic`.
    `amending` names the functions of submissions that concern what is in force already, and the states in which what
    one of them says has taken its place (none: it says nothing new); officers see what such a one alters.
    `noted` are tables of its own whose rows are swept when they are old enough (columns `id`, `at`).
    """

    name: str
    types: tuple[str, ...]
    states: Mapping[str, str]
    decisions: tuple[Decision, ...]
    automatic: Automatic
    automatic_states: tuple[str, ...] = (RECEIVED,)
    received_text: str = RECEIVED_TEXT
    received_texts: Mapping[str, str] = field(default_factory=dict)
    received_data: ReceivedData | None = None
    unfit: Unfit | None = None
    arrival: Arrival | None = None
    effect: Effect | None = None
    note: Note | None = None
    routers: tuple[APIRouter, ...] = ()
    registers: tuple[Register, ...] = ()
    amending: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    noted: tuple[str, ...] = ()

    def state_name(self, state: str) -> str:
        """The state in words."""
        return self.states.get(state) or RECEPTION.get(state, state)

    def received(self, function: str) -> str:
        """What the first receipt says to a submission of this function."""
        return self.received_texts.get(function, self.received_text)

    def open_to(self, state: str, function: str = "") -> list[Decision]:
        """The decisions that are possible in a state for a submission of this function."""
        return [
            decision
            for decision in self.decisions
            if state in decision.from_states and decision.concerns(function)
        ]

    def find_decision(self, name: str, function: str = "") -> Decision | None:
        """The decision of this name for submissions of this function."""
        return next((each for each in self.decisions if each.name == name and each.concerns(function)), None)


def roll(number: str, sequence: int) -> float:
    """From 0 up to 1, always the same for the same document and sequence; numbers spread evenly over it."""
    digest = hashlib.sha256(f"{number}/{sequence}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
