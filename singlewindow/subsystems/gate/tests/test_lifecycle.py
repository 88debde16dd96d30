"""Every state × action × role both ways, and receipts in every order (GATE-05, GATE-06, GATE-08, CUST-05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.subsystems.gate import TRIP
from tests.lifecycles import Case, Table

LIFECYCLE = TRIP.lifecycle
WORDS = {
    "0": "暂存", "1": "申报", "2": "发往内网成功", "FF": "发往内网失败", "10": "海关审核通过", "20": "退单",
    "40": "已办结", "41": "已锁定", "42": "解除锁定", "43": "人工办结", "50": "已口岸离场",
}  # fmt: skip

# The manual's and the requirements' own table: which actions are enabled in which state.
ALWAYS = {"new", "copy", "print"}
ENABLED = {
    NEW: {"new", "save", "declare"},
    "暂存": ALWAYS | {"save", "declare", "delete"},
    "发往内网失败": ALWAYS | {"save", "declare", "delete"},
    "退单": ALWAYS | {"save", "declare", "delete"},
    "申报": ALWAYS,
    "发往内网成功": ALWAYS,
    "海关审核通过": ALWAYS | {"change", "revoke"},
    "已锁定": ALWAYS,
    "解除锁定": ALWAYS | {"change"},
    "已办结": ALWAYS,
    "人工办结": ALWAYS,
    "已口岸离场": ALWAYS,
}
# What is believed not to have been sent may be answered.
UNANSWERED = {"申报", "发往内网成功", "发往内网失败"}
OPEN = UNANSWERED | {"海关审核通过", "已锁定", "解除锁定"}
ANSWERS = {
    "SENT": ({"申报"}, "发往内网成功"),
    "SEND_FAILED": ({"申报"}, "发往内网失败"),
    "RECEIVED": (UNANSWERED, "发往内网成功"),
    "REJECTED": (UNANSWERED, "发往内网失败"),
    "10": (UNANSWERED, "海关审核通过"),
    "20": (UNANSWERED, "退单"),
    "41": (OPEN, "已锁定"),
    "42": (OPEN, "解除锁定"),
    "40": (OPEN, "已办结"),
    "43": (OPEN, "人工办结"),
    "50": (OPEN | {"已办结", "人工办结"}, "已口岸离场"),
}
IN_FORCE = {"海关审核通过", "已锁定", "解除锁定", "已办结", "人工办结", "已口岸离场"}
TABLE = Table(
    LIFECYCLE, WORDS, ENABLED, ANSWERS,
    waiting=(OPEN | {"已办结", "人工办结"}) - {"发往内网失败"}, in_force=IN_FORCE,
    still=frozenset({*ALWAYS, "change", "revoke"}),
)  # fmt: skip


def test_the_states_have_the_manuals_words() -> None:
    """GATE-06, GATE-07: the eleven statuses as the query page lists them."""
    assert {state.code: state.name for state in LIFECYCLE.states} == WORDS


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_every_state_action_and_role(case: Case) -> None:
    """GATE-05, GATE-08: what is listed happens, what is not listed raises with a reason."""
    case.check()


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        ([], "申报"),
        (["SENT"], "发往内网成功"),
        (["SEND_FAILED"], "发往内网失败"),
        (["SENT", "RECEIVED"], "发往内网成功"),  # 海关接收通知 changes no status
        (["SENT", "REJECTED"], "发往内网失败"),
        (["SENT", "RECEIVED", "10"], "海关审核通过"),
        (["SENT", "RECEIVED", "20"], "退单"),
        (["SEND_FAILED", "RECEIVED", "10"], "海关审核通过"),
        (["SENT", "RECEIVED", "10", "41"], "已锁定"),
        (["SENT", "RECEIVED", "10", "41", "42"], "解除锁定"),
        (["SENT", "RECEIVED", "10", "41", "42", "41"], "已锁定"),
        (["SENT", "RECEIVED", "10", "40"], "已办结"),
        (["SENT", "RECEIVED", "10", "41", "42", "40"], "已办结"),
        (["SENT", "RECEIVED", "10", "41", "43"], "人工办结"),
        (["SENT", "RECEIVED", "10", "40", "50"], "已口岸离场"),
        (["SENT", "RECEIVED", "10", "43", "50"], "已口岸离场"),
    ],
)
def test_receipts_lead_to(codes: list[str], word: str) -> None:
    """GATE-06: 申报 → 发往内网 → 海关审核通过 / 退单 → 已锁定 ⇄ 解除锁定 → 已办结 / 人工办结 → 已口岸离场."""
    TABLE.check_receipts(codes, word)


def test_an_answer_counts_while_an_earlier_one_is_on_its_way() -> None:
    """CUST-05: 已锁定 before 海关审核通过 has arrived is right at once, and stays right."""
    assert LIFECYCLE.fold("1", [(0, "SENT"), (3, "41")]) == "41"
    assert LIFECYCLE.fold("1", [(0, "SENT"), (3, "41"), (2, "10")]) == "41"


def test_every_receipt_in_every_state() -> None:
    """GATE-06, CUST-05: what each answer makes of each status, and where customs may still answer."""
    TABLE.check_answers()


@given(st.data())
def test_any_shuffle_with_doubles_ends_the_same(data: st.DataObject) -> None:
    """CUST-05: the status depends on which receipts there are, not on when or how often they came."""
    TABLE.check_any_shuffle(data)


@pytest.mark.parametrize(("status", "onward"), [("20", set()), ("40", {"50"}), ("43", {"50"}), ("50", set())])
def test_what_is_final_is_final(status: str, onward: set[str]) -> None:
    """GATE-06: no receipt moves a trip out of 退单 or 已口岸离场; a finished one only leaves the port."""
    TABLE.check_final(status, onward)


def test_what_a_declaration_asks_of_customs() -> None:
    """GATE-05, GATE-08: 申报 is ADD, 变更 MOD, 删单 DEL; the last two leave the status alone until customs answer."""
    signed = [action for action in LIFECYCLE.actions if action.signed]
    assert [
        (a.label, a.function, a.to, a.amends and (a.amends.under_way, a.amends.ended)) for a in signed
    ] == [
        ("申报", "ADD", "1", None),
        ("变更", "MOD", None, ("变更中", "")),
        ("删单", "DEL", None, ("删单中", "已删单")),
    ]


def test_the_states_in_which_a_medium_is_held() -> None:
    """GATE-05: unfinished = declared and not 退单, 发往内网失败, 已办结, 人工办结, 已口岸离场; a draft never blocks."""
    [claim] = TRIP.claims
    assert {WORDS[code] for code in claim.held_in} == {
        "申报", "发往内网成功", "海关审核通过", "已锁定", "解除锁定",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "info", "key"),
    [
        ("VN", "粤B12345", "VN 粤B12345"),
        ("VN", "粤b·12345", "VN 粤B12345"),
        ("VN", " 粤B-123 45 ", "VN 粤B12345"),
        ("VE", "粤B12345", "VE 粤B12345"),
        ("IC", "8930L0000A011", "IC 8930L0000A011"),
        ("BC", "12-34.5", "BC 12-34.5"),  # another one than 12345
        ("VN", "", ""),
        ("VN", "·", ""),
        ("", "粤B12345", ""),
    ],
)
def test_a_medium_is_written_in_one_way(kind: str, info: str, key: str) -> None:
    """GATE-05: the same vehicle, however its plate is typed; the type belongs to it."""
    [claim] = TRIP.claims
    assert claim.key({"bind_key_type": kind, "bind_key_info": info}) == key
