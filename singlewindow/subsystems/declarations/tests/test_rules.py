"""Who may have which declaration, and what may be asked at once (PRNT-01, -04, -05, -07, -10, -11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.keeping import KeepingPeriods
from singlewindow.subsystems.declarations.months import months_after
from singlewindow.subsystems.declarations.rules import Days, Declaration, Known

TODAY = date(2026, 11, 26)
KNOWN = Known(TODAY, KeepingPeriods({"0615": 5}, {"789": 11}), frozenset({"42", "51"}))
GOOD = Declaration(
    "420120261000000001", "10", "结关", "4201", "0110", "101", date(2026, 11, 3), date(2026, 11, 5)
)


def why(declaration: Declaration | None, days: Days | None = None) -> str:
    reason = rules.why_not(declaration, KNOWN, days)
    assert reason is None or (reason.advice and reason.clause)
    return reason.why if reason else ""


def test_a_closed_one_within_its_period_in_an_admitted_district_may_be_had() -> None:
    """PRNT-01."""
    assert why(GOOD) == ""
    assert why(GOOD, Days(date(2026, 11, 3), date(2026, 11, 3))) == ""


@pytest.mark.parametrize("status", ["1", "2", "3", "4", "5", "6", "7", "8", "9", "11", ""])
def test_only_closed_ones(status: str) -> None:
    """PRNT-01: every state but 结关 is refused, and said."""
    assert why(replace(GOOD, status=status, status_name="放行")) == "报关单尚未结关（当前状态：放行）"


def test_a_closed_one_without_its_day_is_not_closed_yet() -> None:
    assert "尚未结关" in why(replace(GOOD, closed_on=None))


@pytest.mark.parametrize(
    ("trade_mode", "duty_nature", "years"), [("0110", "101", 3), ("0615", "", 5), ("", "789", 11)]
)
def test_the_keeping_period_ends(trade_mode: str, duty_nature: str, years: int) -> None:
    """PRNT-01: on its last day it may be had, on the next it is refused with period and last day."""
    closed = months_after(TODAY, -12 * years)
    old = replace(GOOD, trade_mode=trade_mode, duty_nature=duty_nature, closed_on=closed)
    assert why(old) == ""
    older = replace(old, closed_on=closed - timedelta(days=1))
    assert f"保管 {years} 年，至 {TODAY - timedelta(days=1)}" in why(older)


def test_only_admitted_districts() -> None:
    """PRNT-01: by the first two digits of the 申报地海关."""
    assert why(replace(GOOD, district="5141")) == ""
    assert why(replace(GOOD, district="5301")) == "申报地海关（5301）未开展报关单证自助查询打印"


def test_outside_the_days() -> None:
    """PRNT-01: a number that is asked for beside days says its own day."""
    assert "申报日期为 2026-11-03" in why(GOOD, Days(date(2026, 11, 4), TODAY))
    assert "申报日期为 2026-11-03" in why(GOOD, Days(date(2026, 11, 1), date(2026, 11, 2)))
    assert "申报日期为 （无）" in why(replace(GOOD, declared_on=None), Days(date(2026, 11, 1), TODAY))


def test_absent_and_foreign_are_one_answer() -> None:
    """PORT-06: who asks for another company's number learns nothing."""
    assert why(None) == "查无此报关单，或其境内收发货人不是当前卡介质所属企业"


@pytest.mark.parametrize(("typed", "tidied"), [
    ("４２０１２０２６１０００００００１", "4201202610000000 1".replace(" ", "")),
    (" 420120261 000000001\t", "420120261000000001"), ("　420120261000000001", "420120261000000001"), ("", ""),
])  # fmt: skip
def test_numbers_are_tidied(typed: str, tidied: str) -> None:
    """PRNT-01: full-width digits and blanks are what people paste."""
    assert rules.tidy_number(typed) == tidied


def test_fifty_numbers_and_no_more() -> None:
    """PRNT-01, PRNT-11: the fifty-first is refused with the count."""
    fifty = [f"42012026100000{n:04d}" for n in range(50)]
    assert rules.number_problems(fifty, 50, "x") == []
    [problem] = rules.number_problems([*fifty, "420120261999999999"], 50, "手册")
    assert problem.message == "最多输入 50 个报关单号，现有 51 个"
    assert (problem.path, problem.rule, problem.clause) == ("number", "DECL-R01", "手册")
    assert problem.advice


@pytest.mark.parametrize("text", ["42012026100000001", "4201202610000000012", "42012026100000000X", "٤" * 18])
def test_what_is_no_number_is_named(text: str) -> None:
    [problem] = rules.number_problems([text], 50, "手册")
    assert f"「{text}」不是报关单号" in problem.message
    assert (problem.path, problem.rule, problem.clause) == ("number", "DECL-R02", "手册")


def test_what_is_no_number_is_named_in_part() -> None:
    [problem] = rules.number_problems(["9" * 1000], 50, "手册")
    assert len(problem.message) < 100


NAMES = ("from", "to")


def span(first: date | None, last: date | None, *, needed: bool = True) -> list[tuple[str, str]]:
    found = rules.span_problems(NAMES, (first, last), needed=needed, clause="手册")
    assert all(each.advice and each.clause for each in found)
    return [(each.path, each.rule) for each in found]


def test_days_are_both_given_or_where_numbers_narrow_none() -> None:
    """PRNT-01, PRNT-04."""
    assert span(None, None) == [("from", "DECL-R03"), ("to", "DECL-R03")]
    assert span(None, None, needed=False) == []
    assert span(TODAY, None, needed=False) == [("to", "DECL-R03")]
    assert span(None, TODAY, needed=False) == [("from", "DECL-R03")]
    assert span(TODAY, TODAY) == []
    assert span(TODAY, TODAY - timedelta(days=1)) == [("to", "DECL-R04")]


@pytest.mark.parametrize(("first", "last", "fits"), [
    ((2026, 8, 26), (2026, 11, 26), True), ((2026, 8, 25), (2026, 11, 26), False),
    ((2026, 2, 28), (2026, 5, 31), True), ((2026, 2, 27), (2026, 5, 31), False),
    ((2027, 11, 30), (2028, 2, 29), True), ((2028, 11, 29), (2029, 2, 28), True),
])  # fmt: skip
def test_three_months(first: tuple[int, int, int], last: tuple[int, int, int], fits: bool) -> None:
    """PRNT-01: from the same day three months before, or that month's last."""
    assert (span(date(*first), date(*last)) == []) == fits


@pytest.mark.parametrize(("texts", "days", "found"), [
    ((" 2026-11-01 ", "2026-11-26"), Days(date(2026, 11, 1), TODAY), []),
    (("", " "), None, [("from", "DECL-R03"), ("to", "DECL-R03")]),
    (("2026-11-01", ""), None, [("to", "DECL-R03")]),
    (("2026-02-30", ""), None, [("from", "query.date")]),  # one thing after another
    (("2026-02-30", "11.26"), None, [("from", "query.date"), ("to", "query.date")]),
])  # fmt: skip
def test_days_as_they_are_typed(
    texts: tuple[str, str], days: Days | None, found: list[tuple[str, str]]
) -> None:
    """PRNT-01, UI-16: what is no day is said of its own box, and nothing else of it."""
    read, violations = rules.read_days(NAMES, texts, needed=True, clause="手册")
    assert (read, [(each.path, each.rule) for each in violations]) == (days, found)
    assert {each.clause for each in violations} <= {"手册"}
    assert rules.read_days(NAMES, ("", ""), needed=False, clause="手册") == (None, [])


@given(last=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(0, 200))
def test_three_months_at_any_date(last: date, days: int) -> None:
    first = last - timedelta(days=days)
    fits = span(first, last) == []
    if days <= 88:  # as many as the shortest three months have before their last
        assert fits
    if days > 92:
        assert not fits
    assert span(months_after(last, -3), last) == []


@pytest.mark.parametrize(
    ("open_process", "declared", "since", "sealed", "state"),
    [
        (False, date(2026, 11, 3), date(2018, 8, 1), False, "0"), (False, date(2026, 11, 3), None, True, "1"),
        (True, date(2026, 11, 3), date(2018, 8, 1), True, "2"),
        (True, date(2010, 1, 1), date(2018, 8, 1), True, "2"),
        (False, date(2018, 7, 31), date(2018, 8, 1), True, "4"),
        (False, date(2018, 8, 1), date(2018, 8, 1), False, "0"),
        (False, None, date(2018, 8, 1), False, "4"),
    ],
)  # fmt: skip
def test_what_an_application_comes_to(
    open_process: bool,
    declared: date | None,
    since: date | None,
    sealed: bool,
    state: str,
) -> None:
    """PRNT-10: an open process comes first, then a layout of before."""
    assert (
        rules.print_state(open_process=open_process, declared_on=declared, layout_since=since, sealed=sealed)
        == state
    )


def test_why_there_is_no_layout_file_is_said() -> None:
    """PRNT-10: what is open at customs, if they say so, or since when there are layouts; and what to do."""
    since = date(2018, 8, 1)
    advice = "请在完结后重新申请，或向申报地海关申请办理"
    assert rules.print_why("2", "修改申请在办", since) == f"海关作业流程未完结（修改申请在办），{advice}"
    assert rules.print_why("2", "", None) == f"海关作业流程未完结，{advice}"
    assert (
        rules.print_why("4", "", since)
        == "申报日期早于现行报关单版式启用日期（2018-08-01），请向申报地海关申请办理"
    )
    assert [rules.print_why(state, "修改申请在办", since) for state in "013"] == ["", "", ""]


@pytest.mark.parametrize("state", list(rules.PRINT_STATES))
@pytest.mark.parametrize("expired", [False, True])
def test_what_may_be_done_with_a_layout_file(state: str, expired: bool) -> None:
    """PRNT-05, PRNT-08: all three buttons in 0 and 1 until a month is over; grey with a reason otherwise."""
    may = rules.permissions("print", state, expired=expired)
    assert set(may) == {"export", "print", "log"}
    allowed = state in "01" and not expired
    assert {each.allowed for each in may.values()} == {allowed}
    assert rules.permissions("print", state, expired=expired, written=False) == may  # only data have one file
    if expired:
        assert may["export"].why == "已超过保存期限，请重新申请"
    elif not allowed:
        assert rules.PRINT_STATES[state] in may["export"].why


@pytest.mark.parametrize("state", list(rules.EXPORT_STATES))
@pytest.mark.parametrize("expired", [False, True])
def test_what_may_be_done_with_data(state: str, expired: bool) -> None:
    """PRNT-07, PRNT-08: 导出 of what was made, and nothing else."""
    may = rules.permissions("export", state, expired=expired)
    assert may["export"].allowed == (state == "1" and not expired)
    assert not may["print"].allowed
    assert not may["log"].allowed
    assert all(each.allowed or each.why for each in may.values())
    assert not rules.permissions("export", state, expired=expired, written=False)["export"].allowed


def test_kept_to_the_moment() -> None:
    """PRNT-08."""
    end = datetime(2026, 12, 26, 16, tzinfo=UTC)
    assert not rules.is_over(None, end)
    assert not rules.is_over(end, end - timedelta(microseconds=1))
    assert rules.is_over(end, end)
