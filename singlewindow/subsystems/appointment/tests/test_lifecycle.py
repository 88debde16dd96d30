"""Every state × action × role both ways, receipts and clock in every order (APPT-09 to APPT-12, APPT-16, CUST-05)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.kernel.timing import CHINA, Moments, due_of
from singlewindow.subsystems.appointment import APPLICATION
from singlewindow.subsystems.appointment.lifecycle import appointed_time_has_come
from singlewindow.subsystems.appointment.tests.scene import OVERDUE, START
from tests.lifecycles import Case, Table

LIFECYCLE = APPLICATION.lifecycle
WORDS = {
    "S": "暂存", "D": "已申报", "A": "已受理", "R": "退单", "P": "预约成功", "C": "已取消", "I": "I-通关完成未反馈",
    "F": "已反馈",
}  # fmt: skip

# The manual's and the requirements' own table: which actions are enabled in which state.
ALWAYS = {"new", "copy", "print"}
ENABLED = {
    NEW: {"new", "save", "apply"},
    "暂存": ALWAYS | {"save", "apply", "delete"},
    "已申报": ALWAYS,
    "已受理": ALWAYS | {"cancel"},
    "退单": ALWAYS,
    "预约成功": ALWAYS | {"cancel", "feedback", "explain"},
    "已取消": ALWAYS,
    "I-通关完成未反馈": ALWAYS | {"feedback", "explain"},
    "已反馈": ALWAYS,
}
UNANSWERED = {"暂存", "已申报"}  # what is believed not to have been sent, a draft again, may be answered
ANSWERS = {
    "SENT": ({"已申报"}, "已申报"),
    "SEND_FAILED": ({"已申报"}, "暂存"),
    "RECEIVED": (UNANSWERED, "已受理"),
    "REJECTED": (UNANSWERED | {"已受理"}, "退单"),
    "APPROVED": (UNANSWERED | {"已受理"}, "预约成功"),
    "RETURNED": (UNANSWERED | {"已受理"}, "退单"),
}
TABLE = Table(
    LIFECYCLE, WORDS, ENABLED, ANSWERS,
    waiting={"已申报", "已受理"}, in_force={"预约成功", "I-通关完成未反馈", "已反馈"},
    sent="D", still=frozenset({*ALWAYS, "feedback", "explain", "cancel"}),
)  # fmt: skip
FOLLOWING = frozenset({"FEEDBACK_ACCEPTED", "FEEDBACK_REFUSED", "EXPLAINED", "CANCELLED", "CANCEL_REFUSED"})


def test_the_states_have_the_manuals_words() -> None:
    """APPT-16: the eight statuses; I is customs' own letter."""
    assert {state.code: state.name for state in LIFECYCLE.states} == WORDS


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_every_state_action_and_role(case: Case) -> None:
    """APPT-09, APPT-11, APPT-12, APPT-16: what is listed happens, what is not listed raises with a reason."""
    case.check()


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        ([], "已申报"),
        (["SENT"], "已申报"),
        (["SEND_FAILED"], "暂存"),
        (["SEND_FAILED", "RECEIVED", "APPROVED"], "预约成功"),
        (["SENT", "RECEIVED"], "已受理"),
        (["SENT", "REJECTED"], "退单"),
        (["SENT", "RECEIVED", "APPROVED"], "预约成功"),
        (["SENT", "RECEIVED", "RETURNED"], "退单"),
    ],
)
def test_receipts_lead_to(codes: list[str], word: str) -> None:
    """APPT-16: 已申报 → 已受理 → 预约成功 or 退单; a sending that failed is a draft again."""
    TABLE.check_receipts(codes, word)


def test_every_receipt_in_every_state() -> None:
    """APPT-16, CUST-05: what each answer makes of each status, and where customs may still answer."""
    TABLE.check_answers()


@given(st.data())
def test_any_shuffle_with_doubles_ends_the_same(data: st.DataObject) -> None:
    """CUST-05: the status depends on which receipts there are, not on when or how often they came."""
    TABLE.check_any_shuffle(data)


@pytest.mark.parametrize("status", ["R", "P", "C", "I", "F"])
def test_what_is_final_is_final(status: str) -> None:
    """APPT-16: out of these leads no receipt about the application."""
    TABLE.check_final(status)


def test_what_follows_is_declared_to_customs() -> None:
    """APPT-09 to APPT-12: one blue button for three; what each asks, edits, and leads to."""
    signed = [action for action in LIFECYCLE.actions if action.signed]
    assert [(a.name, a.label, a.function) for a in signed] == [
        ("apply", "预约申报", "ADD"),
        ("feedback", "预约申报", "FBK"),
        ("explain", "预约申报", "EXP"),
        ("cancel", "取消预约", "CAN"),
    ]
    follow = {a.name: a.amends for a in signed if a.amends}
    assert {name: (each.leads_to, each.edits, each.once) for name, each in follow.items()} == {
        "feedback": ("F", {"declarations"}, False),
        "explain": ("F", {"explanation", "attachments/2"}, True),
        "cancel": ("C", frozenset(), False),
    }
    heard = {code for each in follow.values() for code in each.accepted | each.refused}
    assert heard - {"REJECTED"} == FOLLOWING
    assert {code.code for code in APPLICATION.messages.receipts} >= heard


def test_when_state_i_begins() -> None:
    """APPT-16, F1, F2: 00:00 after the fifth day after the window's; a window past midnight ends a day later."""
    for start, moment in (
        (START, OVERDUE),
        ("2026-11-28 22:30", OVERDUE + timedelta(days=1)),
        ("2026-11-28 21:59", OVERDUE),
    ):
        assert due_of(LIFECYCLE.timers, {"start": start}, Moments()) == {"unanswered": moment}
    assert due_of(LIFECYCLE.timers, {}, Moments()) == {}


def test_until_when_it_can_be_cancelled() -> None:
    """APPT-11: until the second before the appointed one."""
    start = datetime(2026, 11, 28, 10, tzinfo=CHINA)
    assert appointed_time_has_come({"start": START}, start - timedelta(seconds=1)) == ""
    assert "2026-11-28 10:00" in appointed_time_has_come({"start": START}, start)
    assert appointed_time_has_come({}, start) == ""


def test_whom_state_i_hinders() -> None:
    """APPT-06: both companies, in state I alone; hindering is not holding: many may have one. APPT-10: a number belongs
    to one appointment of its two companies from its feedback on, for good."""
    unanswered, numbers = APPLICATION.claims
    content = {"declarant_code": "4403910001", "consignee_code": "4403920001"}
    assert unanswered.keys(content) == ["4403910001", "4403920001"]
    assert (set(unanswered.held_in), unanswered.shared) == ({"I"}, True)
    assert ({WORDS[code] for code in numbers.held_in}, numbers.shared) == (
        {"预约成功", "I-通关完成未反馈", "已反馈"},
        False,
    )
    of_both = "4403910001/4403920001"
    fed_back = {**content, "declarations": [{"entry_no": "2"}, {"entry_no": "1"}, {}]}
    assert numbers.keys(fed_back) == [f"1/{of_both}", f"2/{of_both}"]
    assert numbers.keys(content) == []
