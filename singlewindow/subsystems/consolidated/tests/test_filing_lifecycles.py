"""Both filings' tables: every state × action × role both ways, receipts in every order (CONS-01, CONS-03, CONS-04)."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW
from singlewindow.kernel.timing import CHINA, Moments, due_of
from singlewindow.subsystems.consolidated.booklet import BOOKLET
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION
from singlewindow.subsystems.consolidated.qualification.lifecycle import why_not_extended
from tests.lifecycles import Case, Table

WORDS = {
    "1": "暂存", "2": "已申报", "4": "发往海关成功", "5": "接受失败", "6": "核准拒绝", "7": "海关审批通过",
    "8": "取消资质", "9": "已失效",
}  # fmt: skip
WITH_HELD = {**WORDS, "3": "待发送"}

# The manual's and the requirements' own table: which actions are enabled in which state.
ALWAYS = {"new", "copy", "print"}
ENABLED = {
    NEW: {"new", "save"},
    "暂存": ALWAYS | {"save", "declare", "delete"},
    "已申报": ALWAYS,
    "待发送": ALWAYS,
    "发往海关成功": ALWAYS,
    "接受失败": ALWAYS | {"save", "declare", "delete"},
    "核准拒绝": ALWAYS | {"save", "declare", "delete"},
    "海关审批通过": ALWAYS | {"change"},
    "取消资质": ALWAYS | {"delete"},
    "已失效": ALWAYS,
}
EXTENDED = {**ENABLED, "海关审批通过": ENABLED["海关审批通过"] | {"extend"}}
STILL = frozenset({*ALWAYS, "change", "extend"})
UNANSWERED = {"已申报", "发往海关成功"}
ANSWERS = {
    "SENT": ({"已申报"}, "发往海关成功"),
    "SEND_FAILED": ({"已申报"}, "接受失败"),
    "RECEIVED": (UNANSWERED | {"接受失败"}, "发往海关成功"),
    "REJECTED": (UNANSWERED, "接受失败"),
    "APPROVED": (UNANSWERED | {"接受失败"}, "海关审批通过"),
    "REFUSED": (UNANSWERED | {"接受失败"}, "核准拒绝"),
    "REVOKED": ({"海关审批通过"}, "取消资质"),
}
OF_BOOKLET = ANSWERS | {
    "SEND_FAILED": ({"已申报", "待发送"}, "接受失败"),  # what it waited for will not come (CONS-06)
    "VALIDITY": ({"海关审批通过"}, "海关审批通过"),
}
IN_FORCE = {"海关审批通过"}
TABLES = (
    Table(QUALIFICATION.lifecycle, WORDS, EXTENDED, ANSWERS, UNANSWERED, IN_FORCE, "2", STILL),
    Table(BOOKLET.lifecycle, WITH_HELD, ENABLED, OF_BOOKLET, UNANSWERED | {"待发送"}, IN_FORCE, "2", STILL),
)
BOTH = pytest.mark.parametrize("table", TABLES, ids=("qualification", "booklet"))


@BOTH
def test_the_states_have_the_manuals_words(table: Table) -> None:
    """CONS-01, FA 3.7: the statuses; an unsaved filing shows 录入."""
    assert {state.code: state.name for state in table.lifecycle.states} == table.words
    assert table.lifecycle.name_of(NEW) == "录入"


@pytest.mark.parametrize("case", [case for table in TABLES for case in table.cases()], ids=str)
def test_every_state_action_and_role(case: Case) -> None:
    """CONS-01, CONS-03, CONS-04, CONS-07: what is listed happens, what is not listed raises with a reason."""
    case.check()


@BOTH
@pytest.mark.parametrize(
    ("codes", "word"),
    [
        ([], "已申报"),
        (["SENT"], "发往海关成功"),
        (["SEND_FAILED"], "接受失败"),
        (["SEND_FAILED", "RECEIVED", "APPROVED"], "海关审批通过"),
        (["SENT", "RECEIVED"], "发往海关成功"),
        (["SENT", "REJECTED"], "接受失败"),
        (["SENT", "RECEIVED", "REFUSED"], "核准拒绝"),
        (["SENT", "RECEIVED", "APPROVED"], "海关审批通过"),
        (["SENT", "RECEIVED", "APPROVED", "REVOKED"], "取消资质"),
    ],
)
def test_receipts_lead_to(table: Table, codes: list[str], word: str) -> None:
    """CONS-01, CUST-05: what each answer of customs makes of a filing."""
    table.check_receipts(codes, word)


@BOTH
def test_every_receipt_in_every_state(table: Table) -> None:
    """FA 3.7, CUST-05: what each answer makes of each status, and where customs may still answer."""
    table.check_answers()


@BOTH
@given(data=st.data())
def test_any_shuffle_with_doubles_ends_the_same(table: Table, data: st.DataObject) -> None:
    """CUST-05: the status depends on which receipts there are, not on when or how often they came."""
    table.check_any_shuffle(data)


@BOTH
@pytest.mark.parametrize("status", ["6", "8", "9"])
def test_what_is_final_is_final(table: Table, status: str) -> None:
    """CONS-01: out of these leads no answer; 核准拒绝 is corrected and declared again."""
    table.check_final(status)


def test_what_is_declared_to_customs() -> None:
    """CONS-03, CONS-07, CONS-08: functions, what may be typed, and what customs renew."""
    signed = [a for a in QUALIFICATION.lifecycle.actions if a.signed]
    assert [(a.name, a.function, a.label) for a in signed] == [
        ("declare", "ADD", "申报"),
        ("change", "MOD", "变更企业资质信息"),
        ("extend", "EXT", "企业资质申请延期"),
    ]
    change, extend = (a.amends for a in signed[1:])
    goods = BOOKLET.lifecycle.action("change").amends
    assert change
    assert extend
    assert goods
    assert sorted(change.alters or ()) == ["batches", "guarantee", "guarantee_amount", "guarantee_until"]
    assert (extend.alters, goods.alters) == (frozenset(), frozenset({"goods"}))
    assert [sorted(each.returns) for each in (change, extend, goods)] == [
        ["valid_until"],
        ["valid_until"],
        [],
    ]


@pytest.mark.parametrize(
    ("nature", "until", "day", "why"),
    [
        ("2", "2026-12-01", "2026-11-20", "2026-11-21 起"),
        ("2", "2026-12-01", "2026-11-21", ""),
        ("2", "2026-12-01", "2026-12-01", ""),
        ("2", "2026-12-01", "2026-12-02", "已过"),
        ("1", "2026-12-01", "2026-11-25", "仅保税货物"),
        ("3", "2026-12-01", "2026-11-25", "仅保税货物"),
        ("4", "2026-12-01", "2026-11-25", "仅保税货物"),
        ("2", "", "2026-11-25", "没有返回核准有效期"),
    ],
)
def test_when_an_approval_can_be_extended(nature: str, until: str, day: str, why: str) -> None:
    """CONS-08, FA 3.2: of 保税货物 alone, when 0 to 10 days are left; the first and the last second of these days."""
    content = {"nature": nature, "valid_until": until}
    for clock in ("00:00:00", "23:59:59"):
        found = why_not_extended(content, datetime.fromisoformat(f"{day} {clock}+08:00"))
        assert (why in found) if why else found == ""


@BOTH
def test_when_a_filing_expires(table: Table) -> None:
    """CONS-01, FA 3.7: 00:00 after 核准有效期, in China; as long as customs returned none, never."""
    returned = Moments(returned={"valid_until": "2026-12-01"})
    assert due_of(table.lifecycle.timers, {}, returned) == {"expired": datetime(2026, 12, 2, tzinfo=CHINA)}
    assert due_of(table.lifecycle.timers, {}, Moments()) == {}
    assert (
        table.lifecycle.timed(
            "7", {"expired": datetime(2026, 12, 2, tzinfo=CHINA)}, datetime(2026, 12, 2, tzinfo=CHINA)
        )
        == "9"
    )


def test_what_a_qualification_is_exclusive_for() -> None:
    """CONS-01: company, district, general or bonded; the three kinds of general trade are one."""
    [claim] = QUALIFICATION.claims
    content = {"company_code": "4403910001", "district": "0708"}
    keys = [claim.keys({**content, "nature": nature}) for nature in "1234"]
    assert keys[0] == keys[2] == keys[3] == ["4403910001.0708.general"]
    assert keys[1] == ["4403910001.0708.bonded"]
    assert claim.keys(content) == []
    assert set(claim.held_in) == {"2", "4", "7"}
