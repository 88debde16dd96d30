"""Every state × action × role both ways, and customs' channel letters in every order (CONS-14, FA 3.9, CUST-05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from tests.lifecycles import Case, Table

LIFECYCLE = DECLARATION.lifecycle
WORDS = {
    "0": "暂存", "1": "已申报", "2": "发往海关成功", "3": "发往海关失败", "4": "海关入库", "5": "退单/不受理",
    "6": "查验通知", "7": "审结", "8": "放行", "9": "挂起", "10": "结关",
}  # fmt: skip
AGAIN = {"0", "3", "5"}  # 暂存, 发往海关失败, 退单/不受理
AWAY = {"0", "5"}  # 暂存, 退单/不受理
ENABLED = {NEW: set[str]()} | {
    word: {"print"} | ({"declare"} if code in AGAIN else set()) | ({"delete"} if code in AWAY else set())
    for code, word in WORDS.items()
}
# What is believed not to have been sent may be answered.
UNANSWERED = {"已申报", "发往海关成功", "发往海关失败"}
TAKEN_IN = {"海关入库", "查验通知", "审结", "挂起"}
OPEN = UNANSWERED | TAKEN_IN
ANSWERS = {
    "SENT": ({"已申报"}, "发往海关成功"),
    "SEND_FAILED": ({"已申报"}, "发往海关失败"),
    "REJECTED": (UNANSWERED, "退单/不受理"),
    "L": (UNANSWERED, "海关入库"),
    "E": (OPEN, "退单/不受理"),
    "4": (UNANSWERED, "退单/不受理"),
    "9": (UNANSWERED, "退单/不受理"),
    "C": (OPEN, "查验通知"),
    "H": (OPEN, "挂起"),
    "R": (OPEN | {"放行"}, "结关"),
    **dict.fromkeys("WJM", (OPEN, "审结")),
    **dict.fromkeys("PIKFB", (OPEN, "放行")),
    **dict.fromkeys(("RECEIVED", *"YZ8GXOVQAD37"), ({"发往海关成功"}, "发往海关成功")),
}
TABLE = Table(
    LIFECYCLE, WORDS, ENABLED, ANSWERS,
    waiting=(OPEN | {"放行"}) - {"发往海关失败"}, in_force=TAKEN_IN | {"放行", "结关"},
    still=frozenset({"delete", "print"}),
)  # fmt: skip


def test_the_states_have_these_words() -> None:
    """FA 3.9: what customs' letters are called."""
    assert {state.code: state.name for state in LIFECYCLE.states} == WORDS


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_every_state_action_and_role(case: Case) -> None:
    case.check()


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (["SENT"], "发往海关成功"),
        (["SEND_FAILED"], "发往海关失败"),
        (["SENT", "RECEIVED"], "发往海关成功"),
        (["SENT", "REJECTED"], "退单/不受理"),
        (["SENT", "RECEIVED", "L"], "海关入库"),
        (["SENT", "RECEIVED", "E"], "退单/不受理"),
        (["SENT", "RECEIVED", "L", "E"], "退单/不受理"),
        (["SENT", "RECEIVED", "L", "C"], "查验通知"),
        (["SENT", "RECEIVED", "L", "C", "W"], "审结"),
        (["SENT", "RECEIVED", "L", "H"], "挂起"),
        (["SENT", "RECEIVED", "L", "H", "J"], "审结"),
        (["SENT", "RECEIVED", "L", "J", "P"], "放行"),
        (["SENT", "RECEIVED", "L", "Z", "Y"], "海关入库"),
        (["SENT", "RECEIVED", "L", "J", "P", "R"], "结关"),
        (["SENT", "RECEIVED", "L", "J", "P", "C"], "放行"),
        (["SEND_FAILED", "RECEIVED", "L"], "海关入库"),
    ],
)
def test_what_letters_lead_to(codes: list[str], word: str) -> None:
    """In whatever order they arrive."""
    TABLE.check_receipts(codes, word)


@pytest.mark.parametrize("letter", ["P", "I", "K", "F", "B"])
def test_each_letter_of_release(letter: str) -> None:
    TABLE.check_receipts(["SENT", "L", "J", letter], "放行")


def test_every_letter_in_every_state() -> None:
    """FA 3.9, CUST-05: what each answer makes of each status, and where customs may still answer."""
    TABLE.check_answers()


@given(st.data())
def test_any_shuffle_ends_the_same(data: st.DataObject) -> None:
    TABLE.check_any_shuffle(data)


def test_what_is_asked_of_customs_and_who_may_print() -> None:
    """FA 3.9: 申报 alone is signed, as ADD; both companies print."""
    signed = [action for action in LIFECYCLE.actions if action.signed]
    assert [(a.name, a.function, WORDS[a.to or ""]) for a in signed] == [("declare", "ADD", "已申报")]
    assert LIFECYCLE.action("print").parties == {"declarant", "consignee"}


def test_what_is_closed_stays_closed() -> None:
    TABLE.check_final("10")
