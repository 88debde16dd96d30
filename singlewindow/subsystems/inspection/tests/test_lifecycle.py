"""Every state × action × role both ways, and receipts in every order (INSP-06 to INSP-08, CUST-05)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.kernel.problems import NotInThisState
from singlewindow.subsystems.inspection.bill import BILL
from singlewindow.subsystems.inspection.declaration import DECLARATION

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


def test_both_applications_have_one_table() -> None:
    """INSP-09: the manual's 4.2 refers to 4.1 for every button."""
    same = [(a.name, a.from_states, a.to, a.signed) for a in DECLARATION.lifecycle.actions]
    assert [(a.name, a.from_states, a.to, a.signed) for a in BILL.lifecycle.actions] == same
    assert BILL.lifecycle.hears == DECLARATION.lifecycle.hears
    assert BILL.claims[0].held_in == DECLARATION.claims[0].held_in == {"1", "2", "3", "4"}


def test_the_states_have_the_manuals_words() -> None:
    """INSP-07: the eight statuses."""
    assert {state.code: state.name for state in LIFECYCLE.states} == WORDS


@pytest.mark.parametrize("status", [NEW, *WORDS])
@pytest.mark.parametrize("action", LIFECYCLE.actions, ids=lambda action: action.name)
@pytest.mark.parametrize("role", ["administrator", "operator"])
@pytest.mark.parametrize("party", ["declarant", "other"])
def test_every_state_action_and_role(status: str, action, role: str, party: str) -> None:  # type: ignore[no-untyped-def]
    """INSP-06, INSP-08: what is listed happens, what is not listed raises with a reason."""
    allowed = party == "declarant" and action.name in ENABLED[WORDS.get(status, NEW)]
    assert (LIFECYCLE.why_not(action, status, party=party, role=role) == "") is allowed
    if allowed:
        assert LIFECYCLE.after(action, status, party=party, role=role) in {*WORDS, NEW}
    else:
        with pytest.raises(NotInThisState):
            LIFECYCLE.after(action, status, party=party, role=role)


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
    numbered = list(enumerate(codes))
    for order in itertools.permutations(numbered):
        assert WORDS[LIFECYCLE.fold("1", order)] == word


@given(st.data())
def test_any_shuffle_with_doubles_ends_the_same(data: st.DataObject) -> None:
    """CUST-05: the status depends on which receipts there are, not on when or how often they came."""
    codes = data.draw(st.lists(st.sampled_from([hear.code for hear in LIFECYCLE.hears]), max_size=6))
    numbered = list(enumerate(codes))
    shuffled = data.draw(st.permutations(numbered * 2))
    assert LIFECYCLE.fold("1", shuffled) == LIFECYCLE.fold("1", numbered)


def test_a_final_answer_is_final() -> None:
    """No receipt moves a document out of 同意 or 不同意."""
    for status in ("4", "5"):
        for code in {hear.code for hear in LIFECYCLE.hears}:
            assert LIFECYCLE.fold(status, [(9, code)]) == status
