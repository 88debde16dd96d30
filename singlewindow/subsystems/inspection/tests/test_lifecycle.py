"""Every state × action × role both ways, and receipts in every order (INSP-06 to INSP-08, CUST-05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.subsystems.inspection.bill import BILL
from singlewindow.subsystems.inspection.declaration import DECLARATION
from tests.lifecycles import Case, Table

LIFECYCLE = DECLARATION.lifecycle
WORDS = {"0": "暂存", "1": "已申请", "2": "发往海关成功", "3": "海关接收成功", "4": "同意", "5": "不同意",
         "E1": "发送失败", "E2": "接收失败"}  # fmt: skip

# The manual's and the requirements' own table: which buttons are enabled in which state.
ENABLED = {
    NEW: {"new", "save", "apply"},
    "暂存": {"new", "save", "copy", "apply", "delete", "print"},
    "发送失败": {"new", "save", "copy", "apply", "delete", "print"},
    "接收失败": {"new", "save", "copy", "apply", "delete", "print"},
    "已申请": {"new", "copy", "print"},
    "发往海关成功": {"new", "copy", "print"},
    "海关接收成功": {"new", "copy", "print"},
    "同意": {"new", "copy", "print"},
    "不同意": {"new", "copy", "print"},
}
# The portal's sender has its say at first alone; customs may answer what is believed not to have been sent.
UNANSWERED = {"已申请", "发往海关成功", "海关接收成功"}
ANSWERS = {
    "SENT": ({"已申请"}, "发往海关成功"),
    "SEND_FAILED": ({"已申请"}, "发送失败"),
    "RECEIVED": (UNANSWERED | {"发送失败"}, "海关接收成功"),
    "REJECTED": (UNANSWERED | {"发送失败"}, "接收失败"),
    "APPROVED": (UNANSWERED | {"发送失败"}, "同意"),
    "REFUSED": (UNANSWERED | {"发送失败"}, "不同意"),
}
TABLE = Table(LIFECYCLE, WORDS, ENABLED, ANSWERS, waiting=UNANSWERED, in_force={"同意"})


def test_both_applications_have_one_table() -> None:
    """INSP-09: the manual's 4.2 refers to 4.1 for every button."""
    same = [(a.name, a.from_states, a.to, a.signed) for a in DECLARATION.lifecycle.actions]
    assert [(a.name, a.from_states, a.to, a.signed) for a in BILL.lifecycle.actions] == same
    assert BILL.lifecycle.hears == DECLARATION.lifecycle.hears
    assert BILL.claims[0].held_in == DECLARATION.claims[0].held_in == {"1", "2", "3", "4"}


def test_the_states_have_the_manuals_words() -> None:
    """INSP-07: the eight statuses."""
    assert {state.code: state.name for state in LIFECYCLE.states} == WORDS


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_every_state_action_and_role(case: Case) -> None:
    """INSP-06, INSP-08: what is listed happens, what is not listed raises with a reason."""
    case.check()


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        ([], "已申请"),
        (["SENT"], "发往海关成功"),
        (["SEND_FAILED"], "发送失败"),
        (["SENT", "RECEIVED"], "海关接收成功"),
        (["SENT", "REJECTED"], "接收失败"),
        (["SENT", "RECEIVED", "APPROVED"], "同意"),
        (["SENT", "RECEIVED", "REFUSED"], "不同意"),
        (["SEND_FAILED", "RECEIVED", "APPROVED"], "同意"),
    ],
)
def test_receipts_lead_to(codes: list[str], word: str) -> None:
    """INSP-07: 已申请 → 发往海关成功 / 发送失败 → 海关接收成功 / 接收失败 → 同意 / 不同意."""
    TABLE.check_receipts(codes, word)


def test_every_receipt_in_every_state() -> None:
    """INSP-07, CUST-05: what each answer makes of each status, and where customs may still answer."""
    TABLE.check_answers()


@given(st.data())
def test_any_shuffle_with_doubles_ends_the_same(data: st.DataObject) -> None:
    """CUST-05: the status depends on which receipts there are, not on when or how often they came."""
    TABLE.check_any_shuffle(data)


def test_a_final_answer_is_final() -> None:
    """No receipt moves a document out of 同意 or 不同意."""
    for status in ("4", "5"):
        TABLE.check_final(status)
