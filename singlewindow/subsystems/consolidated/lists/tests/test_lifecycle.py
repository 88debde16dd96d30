"""Every state × action × role both ways, and receipts in every order (CONS-11, CONS-12, CONS-18, CUST-05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.subsystems.consolidated.lists import LIST
from tests.lifecycles import Case, Table

LIFECYCLE = LIST.lifecycle
# FA 3.7; 7, 9, 10, 11, 12 and 15 are the manual's own numbers.
WORDS = {
    "0": "暂存", "1": "已申报", "2": "发往海关成功", "3": "发往海关失败", "4": "海关接收成功", "5": "接受失败",
    "6": "转人工/挂起", "7": "海关审批通过", "8": "海关退单", "9": "已委托", "10": "已承运", "11": "已过境",
    "12": "待汇总", "13": "已汇总", "14": "已撤销", "15": "已结关",
}  # fmt: skip
ALWAYS = {"new", "copy", "print"}
WORKED_ON = ALWAYS | {"save", "declare"}
REVISED = ALWAYS | {"modify", "revoke"}
ENABLED = {
    NEW: {"new", "save", "declare"},
    "暂存": WORKED_ON | {"delete"},
    "发往海关失败": WORKED_ON,
    "接受失败": WORKED_ON | {"delete"},
    "海关退单": WORKED_ON | {"delete"},
    **dict.fromkeys(("已申报", "发往海关成功", "海关接收成功", "转人工/挂起", "已汇总", "已撤销"), ALWAYS),
    **dict.fromkeys(("海关审批通过", "已委托", "已承运", "已过境", "待汇总", "已结关"), REVISED),
}
# What is believed not to have been sent may be answered.
UNANSWERED = {"已申报", "发往海关成功", "发往海关失败"}
UNDECIDED = UNANSWERED | {"海关接收成功", "转人工/挂起"}
ANSWERS = {
    "SENT": ({"已申报"}, "发往海关成功"),
    "SEND_FAILED": ({"已申报"}, "发往海关失败"),
    "RECEIVED": (UNANSWERED, "海关接收成功"),
    "REJECTED": (UNANSWERED | {"海关接收成功"}, "接受失败"),
    "HELD": (UNANSWERED | {"海关接收成功"}, "转人工/挂起"),
    "APPROVED": (UNDECIDED, "海关审批通过"),
    "RETURNED": (UNDECIDED, "海关退单"),
    "ENTRUSTED": (UNDECIDED | {"海关审批通过"}, "已委托"),
    "CARRIED": (UNDECIDED | {"海关审批通过", "已委托"}, "已承运"),
    "CROSSED": (UNDECIDED | {"海关审批通过", "已委托", "已承运"}, "已过境"),
    "CLOSED": (UNDECIDED | {"海关审批通过", "已委托", "已承运", "已过境"}, "已结关"),
}
ON_THE_WAY = {"海关审批通过", "已委托", "已承运", "已过境"}
TABLE = Table(
    LIFECYCLE, WORDS, ENABLED, ANSWERS,
    waiting=(UNDECIDED | ON_THE_WAY) - {"发往海关失败"}, in_force=ON_THE_WAY | {"待汇总", "已汇总", "已结关"},
    still=frozenset({*ALWAYS, "modify", "revoke"}),
)  # fmt: skip


def test_the_states_have_the_manuals_words() -> None:
    """CONS-18: statuses 0 to 15."""
    assert {state.code: state.name for state in LIFECYCLE.states} == WORDS


def test_the_buttons_have_the_manuals_words() -> None:
    """CONS-11, CONS-12: those of the form, and of its goods."""
    assert {each.name: each.label for each in LIFECYCLE.actions} == {
        "new": "清单新增", "save": "清单暂存", "copy": "复制", "delete": "删除", "declare": "申报",
        "modify": "修改申请", "revoke": "撤销申请", "print": "打印",
    }  # fmt: skip
    goods = LIST.form.content.tables["goods"]
    assert (goods.insert, goods.delete, goods.elements) == ("商品插入", "商品删除", "归类")


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_every_state_action_and_role(case: Case) -> None:
    """CONS-11, CONS-12: what is listed happens, what is not listed raises with a reason."""
    case.check()


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (["SENT"], "发往海关成功"),
        (["SEND_FAILED"], "发往海关失败"),
        (["SENT", "RECEIVED"], "海关接收成功"),
        (["SENT", "REJECTED"], "接受失败"),
        (["SENT", "RECEIVED", "HELD"], "转人工/挂起"),
        (["SENT", "RECEIVED", "HELD", "APPROVED"], "海关审批通过"),
        (["SENT", "RECEIVED", "HELD", "RETURNED"], "海关退单"),
        (["SENT", "RECEIVED", "APPROVED", "CLOSED"], "已结关"),
        (["SEND_FAILED", "RECEIVED", "APPROVED"], "海关审批通过"),
        (["SENT", "RECEIVED", "APPROVED", "ENTRUSTED"], "已委托"),
        (["SENT", "RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED"], "已承运"),
        (["SENT", "RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED", "CROSSED"], "已过境"),
        (["SENT", "RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED", "CROSSED", "CLOSED"], "已结关"),
        (["SENT", "RECEIVED", "RETURNED", "APPROVED"], "海关退单"),
        (["SENT", "RECEIVED", "APPROVED", "RETURNED"], "海关审批通过"),
    ],
)
def test_receipts_lead_to(codes: list[str], word: str) -> None:
    """FA 3.7: declared, taken in, decided, and on the way until it is closed."""
    TABLE.check_receipts(codes, word)


def test_an_answer_counts_while_an_earlier_one_is_on_its_way() -> None:
    """CUST-05: 已结关 before 海关审批通过 has arrived is right at once, and stays right."""
    assert LIFECYCLE.fold("1", [(0, "SENT"), (3, "CLOSED")]) == "15"
    assert LIFECYCLE.fold("1", [(0, "SENT"), (3, "CLOSED"), (2, "APPROVED")]) == "15"


def test_every_receipt_in_every_state() -> None:
    """FA 3.7, CONS-18, CUST-05: what each answer makes of each status, and where customs may still answer."""
    TABLE.check_answers()


@given(st.data())
def test_any_shuffle_with_doubles_ends_the_same(data: st.DataObject) -> None:
    """CUST-05: the status depends on which receipts there are, not on when or how often they came."""
    TABLE.check_any_shuffle(data)


@pytest.mark.parametrize("status", ["5", "8", "12", "13", "14", "15"])
def test_what_is_final_is_final(status: str) -> None:
    """FA 3.7: no receipt moves a list out of these."""
    TABLE.check_final(status)


def test_what_is_asked_of_customs() -> None:
    """CONS-12: 申报 is ADD, 修改申请 MOD, 撤销申请 DEL; an agreed revocation leads to 已撤销."""
    signed = [action for action in LIFECYCLE.actions if action.signed]
    assert [(a.label, a.function, a.amends and (a.amends.under_way, a.amends.leads_to)) for a in signed] == [
        ("申报", "ADD", None),
        ("修改申请", "MOD", ("修改申请中", "")),
        ("撤销申请", "DEL", ("撤销申请中", "14")),
    ]


def test_a_modification_goes_field_by_field_and_a_revocation_changes_nothing() -> None:
    """CONS-12: both ask for reason and contact; of a revocation nothing else is typed."""
    modify, revoke = (LIFECYCLE.action(name).amends for name in ("modify", "revoke"))
    assert modify
    assert revoke
    assert modify.by_field
    assert revoke.alters == frozenset()
    assert modify.asks == revoke.asks == ("revision_reason", "revision_contact", "revision_phone")
