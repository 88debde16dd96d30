"""The appointment desk: approved or returned, fed back, explained, cancelled (CUST-03, CUST-04, APPT-05 … APPT-12)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from singlewindow.contract.messages import Submission
from singlewindow.customs import faults
from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.appointment.books import answer_by
from singlewindow.customs.desks.appointment.calendar import hours_on
from singlewindow.customs.desks.appointment.contents import unfit
from singlewindow.customs.desks.appointment.feedback import Known, differences, later
from singlewindow.customs.desks.appointment.grounds import tier_of
from singlewindow.customs.desks.appointment.readings import Readings, readings
from singlewindow.customs.faults import Faults
from singlewindow.customs.register_kinds import DECLARATION
from singlewindow.customs.register_values import wrong_entry
from singlewindow.customs.registers import Entry
from tests.customs.appointment import (
    CLOSED_PORT,
    CONSIGNEE,
    DISCREDITED,
    IMPORT,
    NUMBER,
    OTHER_PORT,
    PASSED,
    PLAIN,
    PORT,
    SUBMITTED,
    TYPE,
    UNQUALIFIED,
    Bookings,
    content,
    declaration,
    fed,
)
from tests.customs.company import OTHER as STRANGER
from tests.customs.company import OWN, Company, company
from tests.customs.conftest import Customs
from tests.customs.portal import Portal


@pytest.fixture
async def bookings(customs: Customs, own: Company) -> Bookings:
    """An officer is logged in; nothing is submitted yet."""
    return await Bookings.opened(customs, own)


def test_the_desk_takes_the_chapter() -> None:
    """CUST-03: found by walking."""
    assert desk_for(TYPE).name == desk_for("appointment").name == "appointment"


async def test_an_approval_names_number_officer_and_telephone(bookings: Bookings, portal: Portal) -> None:
    """CUST-03, APPT-02: 已受理 at reception, then 预约成功 with what only customs know; questions before a return."""
    identifier = await bookings.send()
    offered = {each["name"]: each["question"] for each in (await bookings.detail(identifier))["decisions"]}
    assert list(offered) == ["accept", "return"]
    assert "不能撤回" in offered["return"]
    assert await bookings.decide(identifier, "accept") == (200, "预约成功")
    first, second = await bookings.receipts(portal)
    assert (first.code, first.text, first.data) == ("RECEIVED", "已受理", {})
    assert (second.code, second.text) == ("APPROVED", "预约成功")
    assert second.data == {
        "customs_no": "530120261126000001", "application_no": "530120261126000001", "officer": "林晓",
        "officer_phone": "0755-84398100",
    }  # fmt: skip
    book = await bookings.book()
    assert (book["state"], book["application_no"]) == ("booked", "530120261126000001")
    assert (await bookings.detail(identifier))["decisions"] == []


async def test_a_district_without_duty_officer_names_the_hotline(bookings: Bookings, portal: Portal) -> None:
    """APPT-02: an approval always says whom to ask."""
    await bookings.put(Entry("duty_officer", PORT, 2, None))
    await bookings.approved()
    data = (await bookings.receipts(portal))[-1].data
    assert (data["officer"], data["officer_phone"]) == ("海关热线", "12360")


async def test_a_return_needs_a_reason_that_the_company_reads(bookings: Bookings, portal: Portal) -> None:
    """CUST-03, APPT-16."""
    identifier = await bookings.send()
    assert await bookings.decide(identifier, "return") == (422, "退单时必须填写审核意见")
    assert await bookings.decide(identifier, "return", "材料不全") == (200, "退单")
    last = (await bookings.receipts(portal))[-1]
    assert (last.code, last.text) == ("RETURNED", "退单：材料不全")
    assert await bookings.decide(identifier, "accept") == (
        409,
        "该申请已由陈关员处理为「退单」，不能再作此决定，请刷新查看结果",
    )


async def test_one_that_is_submitted_anew_takes_the_place_of_the_first(bookings: Bookings) -> None:
    """APPT-16, CUST-05: sent again after 发送失败 although the first had gone out: only the newest can be approved,
    whichever came first."""
    second = await bookings.send(sequence=2, start="2026-11-29 10:00")
    first = await bookings.send()
    assert await bookings.decide(first, "accept") == (409, "该预约已另行申报，这一份只能退单")
    assert (await bookings.detail(first))["note"] == "该预约已另行申报，以第 2 次申报为准"
    assert await bookings.decide(second, "accept") == (200, "预约成功")
    assert await bookings.decide(first, "return", "已另行申报") == (200, "退单")
    assert (await bookings.book())["state"] == "booked"


# --- what hinders an approval (APPT-05, APPT-06, APPT-07) ---

HINDERED: list[tuple[str, dict[str, Any], str]] = [
    ("discredited", {"consignee_code": DISCREDITED}, "收发货人 3502110007 为失信企业，失信企业不允许操作"),
    ("no qualification", {"consignee_code": UNQUALIFIED}, "收发货人 4403160002 无报关资质，不允许新增预约操作"),
    ("unknown", {"consignee_code": "4403110099"}, "海关没有收发货人 4403110099 的备案信息"),
    ("working time", {"start": "2026-11-27 16:30"}, "2026-11-27（星期五）工作时间为 09:00-12:00、13:30-17:00"),
    ("lunch is too short", {"start": "2026-11-27 12:00"}, "必须是海关非工作时间"),
    ("begins before work", {"start": "2026-11-27 07:30"}, "必须是海关非工作时间"),
    ("the other port works", {"entry_port": "5316"}, "预约进出口岸 5316 2026-11-28（星期六）工作时间为 00:00-24:00"),
    ("no calendar", {"declare_port": CLOSED_PORT}, "预约申报口岸 5317 未查到口岸工作时间，请联系口岸更新工作日历"),
]  # fmt: skip
FREE: list[tuple[str, dict[str, Any]]] = [
    ("from closing time on", {"start": "2026-11-27 17:00"}),
    ("until the beginning of work", {"start": "2026-11-27 07:00"}),
    ("over midnight", {"start": "2026-11-27 23:00"}),
    ("another port without calendar", {"entry_port": CLOSED_PORT}),
    ("another port that rests", {"entry_port": OTHER_PORT}),
    ("the company's own goods", {"consignee_code": OWN.customs_code}),
]


@pytest.fixture
async def always_open(bookings: Bookings) -> Bookings:
    """A port that never closes has a calendar too."""
    days = {"27": ["00:00-24:00"], "28": ["00:00-24:00"]}
    data = {"port": "5316", "name": "大鹏海关", "month": "2026-11", "provisional": False, "days": days}
    await bookings.put(Entry("port_calendar", "5316-202611", 1, data))
    return bookings


async def test_what_hinders_is_returned_with_the_reason(always_open: Bookings, portal: Portal) -> None:
    """CUST-04, APPT-05 … APPT-07: by the automatic mode with these words; an officer cannot approve it either."""
    bookings = always_open
    identifiers = [
        await bookings.send(number=f"2026110000000001{at:02d}", **other)
        for at, (_, other, _) in enumerate(HINDERED)
    ]
    for identifier, (what, _, words) in zip(identifiers, HINDERED, strict=True):
        status, why = await bookings.decide(identifier, "accept")
        assert (status, words in why) == (409, True), (what, why)
        assert not any(each["why_not"] for each in (await bookings.detail(identifier))["decisions"][1:])
    await bookings.automatic()
    assert await bookings.customs.decide_due() == len(HINDERED)
    said = [receipt for receipt in await bookings.receipts(portal) if receipt.seq == 2]
    assert [receipt.code for receipt in said] == ["RETURNED"] * len(HINDERED)
    assert [words in receipt.text for receipt, (_, _, words) in zip(said, HINDERED, strict=True)] == [
        True
    ] * len(said)


async def test_what_does_not_hinder(always_open: Bookings) -> None:
    """CUST-04, APPT-07: windows are half-open, and a port without calendar hinders only where it receives."""
    await always_open.automatic()
    for at, (_, other) in enumerate(FREE):
        await always_open.send(number=f"2026110000000002{at:02d}", **other)
    assert await always_open.customs.decide_due() == len(FREE)
    states = await always_open.customs.rows("select number, state from appointment_book order by number")
    assert [state for _, state in states] == ["booked"] * len(FREE), states


LAST_SECOND = datetime(2026, 11, 28, 3, 59, 59, tzinfo=UTC)


async def test_what_is_over_is_not_approved(bookings: Bookings, portal: Portal) -> None:
    """APPT-06, APPT-07: an approval after the window would leave both companies an appointment that nobody can keep;
    the automatic mode returns it with these words, and neither of them is barred."""
    last, late = await bookings.send(), await bookings.send(number="202611000000000110")
    await bookings.at(LAST_SECOND.isoformat())
    assert await bookings.decide(last, "accept") == (200, "预约成功")
    await bookings.at((LAST_SECOND + timedelta(seconds=1)).isoformat())
    words = "预约通关时间 2026-11-28 10:00 至 2026-11-28 12:00 已过，不能审批通过，请另选时间重新申请"
    assert await bookings.decide(late, "accept") == (409, words)
    assert await bookings.together(late) == {late: words}
    assert (await bookings.detail(late))["decisions"][1]["why_not"] == ""
    await bookings.automatic()
    assert await bookings.customs.decide_due() == 1
    returned = (await bookings.receipts(portal))[-1]
    assert (returned.number[-3:], returned.code, returned.text) == ("110", "RETURNED", f"退单：{words}")
    assert await bookings.customs.rows("select state from appointment_book order by number") == [
        ("booked",),
        ("returned",),
    ]


READ: dict[str, tuple[str, dict[str, Any]]] = {
    "window": ("start", {"start": "2026-11-27 12:00"}),
    "entry_calendar": ("never", {"entry_port": "5316"}),
    "window_hours": ("1", {"start": "2026-11-27 12:15"}),
}


async def test_customs_read_as_the_form_does(always_open: Bookings, monkeypatch: pytest.MonkeyPatch) -> None:
    """APPT-07, decision 0037: the portal's settings count for customs too."""
    for at, (name, (value, other)) in enumerate(READ.items()):
        number = f"20261100000000030{at}"
        assert (await always_open.decide(await always_open.send(number=number, **other), "accept"))[0] == 409
        with monkeypatch.context() as patched:
            patched.setenv(f"SINGLEWINDOW_APPOINTMENT_{name.upper()}", value)
            readings.cache_clear()
            anew = await always_open.send(sequence=2, number=number, **other)
            assert (await always_open.decide(anew, "accept"))[0] == 200, name
        readings.cache_clear()


def test_when_feedback_is_overdue() -> None:
    """APPT-16 (FA F2): 00:00 after the fifth calendar day, or at once where it is read so."""
    ends_at = datetime(2026, 11, 28, 4, tzinfo=UTC)
    assert answer_by(ends_at, Readings()).isoformat() == "2026-12-04T00:00:00+08:00"
    assert answer_by(ends_at, Readings(feedback_days=0)).isoformat() == "2026-11-29T00:00:00+08:00"
    assert answer_by(ends_at, Readings(unanswered="after_window")) == ends_at


async def test_all_reasons_come_at_once(bookings: Bookings) -> None:
    """APPT-05 … APPT-07: a company learns everything with one answer."""
    identifier = await bookings.send(consignee_code=DISCREDITED, start="2026-11-27 10:00")
    status, why = await bookings.decide(identifier, "accept")
    assert (status, why.count("；")) == (409, 1)


@pytest.mark.parametrize(("until", "possible"), [("2026-11-26", True), ("2026-11-25", False)])
async def test_a_qualification_ends(bookings: Bookings, until: str, possible: bool) -> None:
    """APPT-06: its last day counts."""
    data = {"name": "深圳远禾", "scc": "x", **PLAIN, "qualification_until": until}
    await bookings.put(Entry("company", CONSIGNEE, 2, data))
    status, _ = await bookings.decide(await bookings.send(), "accept")
    assert (status == 200) == possible


@pytest.mark.parametrize(
    ("grade", "name", "tier"),
    [
        ("1", "高级认证企业", "高级"), ("2", "认证企业", "一般"), ("3", "常规企业", "一般"), ("4", "失信企业", "失信"),
        ("1", "", "高级"), ("2", "", "一般"), ("3", "", "一般"), ("4", "", "失信"), ("5", "", "失信"),
        ("3", "高级认证企业", "高级"), ("1", "失信企业", "失信"), ("1", "一般信用企业", "一般"),
        ("9", "新企业", "一般"),
    ],
)  # fmt: skip
def test_every_grade_has_its_tier(grade: str, name: str, tier: str) -> None:
    """APPT-05, FA 1.1: as the portal reads them: its name before its code; one that nobody knows is 一般."""
    assert tier_of({"grade": grade, "grade_name": name}) == tier


@pytest.mark.parametrize(
    ("days", "hours"), [({}, None), ({"01": []}, None), ({"02": ["09:00-17:00"]}, [])], ids=str
)
def test_a_month_without_working_time_is_unknown(days: dict[str, list[str]], hours: list[str] | None) -> None:
    """APPT-07: as the portal reads it (decision 0037); a day of rest is one of a month in which somebody works."""
    assert hours_on({f"{PORT}-202612": {"days": days}}, PORT, date(2026, 12, 1)) == hours
    assert hours_on({}, PORT, date(2026, 12, 1)) is None


DECEMBER = Entry("port_calendar", f"{PORT}-202612", 1, {
    "port": PORT, "name": PORT, "month": "2026-12", "provisional": False, "days": {"01": ["09:00-17:00"]},
})  # fmt: skip
BLOCKED_AFTER = (datetime(2026, 12, 3, 15, 59, 59, tzinfo=UTC), datetime(2026, 12, 3, 16, tzinfo=UTC))


async def test_without_feedback_both_companies_are_blocked(bookings: Bookings) -> None:
    """APPT-06, APPT-16 (FA T21, F2): from 00:00 after the fifth day on, whoever files and in whichever role."""
    await bookings.approved()
    later: dict[str, Any] = {"start": "2026-12-12 10:00", "declare_port": PORT}
    await bookings.put(DECEMBER)
    others = [
        await bookings.send(number="202611000000000401", consignee_code=OWN.customs_code, **later),
        await bookings.send(number="202611000000000402", **later),
    ]
    words = "存在「I-通关完成未反馈」状态的预约，不允许新增预约操作"
    for moment, counts in zip(BLOCKED_AFTER, (0, 1), strict=True):
        await bookings.at(moment.isoformat())
        for identifier in others:
            whys = (await bookings.detail(identifier))["decisions"][0]["why_not"]
            assert (words in whys) == bool(counts), moment
    assert NUMBER not in whys
    assert f"I-通关完成未反馈 1 份：{NUMBER}" in (await bookings.detail(others[0]))["note"]
    feedback = await bookings.send("FBK", 2, **fed(IMPORT), submitted_at=BLOCKED_AFTER[1])
    assert "现为「I-通关完成未反馈」" in (await bookings.detail(feedback))["note"]
    assert await bookings.decide(feedback, "accept") == (200, "已反馈")
    assert await bookings.decide(others[0], "accept") == (200, "预约成功")


async def test_feedback_in_time_that_waits_for_a_decision_blocks_nobody(bookings: Bookings) -> None:
    """APPT-06: how long customs take is not the company's fault; what came too late unblocks when it counts."""
    await bookings.put(DECEMBER)
    await bookings.approved()
    other = await bookings.send(number="202611000000000403", start="2026-12-12 10:00")
    waiting = await bookings.send("FBK", 2, **fed(IMPORT), submitted_at=BLOCKED_AFTER[0])
    await bookings.at(PASSED)
    assert (await bookings.detail(other))["decisions"][0]["why_not"] == ""
    assert await bookings.decide(waiting, "return", "请补报") == (200, "不同意")
    assert "通关完成未反馈" in (await bookings.detail(other))["decisions"][0]["why_not"]
    await bookings.send("EXP", 3, explanation="未到货", submitted_at=BLOCKED_AFTER[1])
    assert "通关完成未反馈" in (await bookings.detail(other))["decisions"][0]["why_not"]


async def test_a_cancellation_in_time_that_waits_for_a_decision_blocks_nobody(bookings: Bookings) -> None:
    """APPT-06, APPT-11, decision 0038: the portal's clock waits for it too; refused, the time for feedback is over."""
    await bookings.put(DECEMBER)
    await bookings.approved()
    waiting = await bookings.send("CAN", 2, submitted_at=datetime(2026, 11, 28, 1, tzinfo=UTC))
    await bookings.at(PASSED)
    other = await bookings.send(number="202611000000000403", start="2026-12-12 10:00")
    assert (await bookings.detail(other))["decisions"][0]["why_not"] == ""
    assert await bookings.decide(waiting, "return", "请反馈报关单号") == (200, "不同意")
    assert "通关完成未反馈" in (await bookings.detail(other))["decisions"][0]["why_not"]


# --- feedback (APPT-10) ---

DIFFERING: list[tuple[str, dict[str, Any], list[str]]] = [
    ("530120261700000011", {"ie_flag": "E"}, ["进出口标志不一致：应为 I 进口，报关单为 E 出口"]),
    ("530120261700000012", {"declarant_code": CONSIGNEE}, ["申报单位不一致：应为 3122960001，报关单为 4403110001"]),
    ("530120261700000013", {"consignee_code": DISCREDITED}, ["收发货人不一致：应为 4403110001，报关单为 3502110007"]),
    ("530420261700000014", {"district": OTHER_PORT}, ["申报口岸不一致：应为 5301，报关单为 5304"]),
    ("530120261700000015", {"port": OTHER_PORT}, ["进出口岸不一致：应为 5301，报关单为 5304"]),
    ("530120261700000016", {"declared_at": "2026-11-26T09:00:00+08:00"},
     ["申报日期不一致：应为 晚于预约申请提交时间 2026-11-26 09:00:00，报关单为 2026-11-26 09:00:00"]),
    ("530120261700000017", {"declared_at": "2026-11-25"}, ["报关单为 2026-11-25"]),
    ("530120261700000018", {"status": "8", "status_name": "删单"}, ["海关已接受申报的报关单，报关单为 删单"]),
    ("530120261700000019", {"district": OTHER_PORT, "port": OTHER_PORT}, ["申报口岸不一致", "进出口岸不一致"]),
]  # fmt: skip


BOOK: dict[str, Any] = {
    "company": OWN.customs_code, "consignee": CONSIGNEE, "declare_port": PORT, "entry_port": PORT, "ie_flag": "I",
    "submitted_at": SUBMITTED,
}  # fmt: skip


@pytest.mark.parametrize("status", [str(each) for each in range(1, 12)])
def test_which_states_of_a_declaration_count(status: str) -> None:
    """APPT-10: 保存, 已申报, 预录入接收失败, 海关入库失败, 退单 and 删单 are none that customs have."""
    data = {**(declaration(IMPORT).data or {}), "status": status}
    found = differences([IMPORT], BOOK, Known({IMPORT: data}, frozenset()))
    assert [each.field for each in found] == (["status"] if status in {"1", "2", "3", "5", "6", "8"} else [])


@pytest.mark.parametrize(
    ("declared", "after"),
    [
        ("", False),
        ("2026-11-25", False), ("2026-11-26", True),
        ("2026-11-26T09:00:00", False), ("2026-11-26T09:00:01", True),  # without an offset, in China
        ("2026-11-26T01:00:00+00:00", False), ("2026-11-26T01:00:01+00:00", True),
    ],
)  # fmt: skip
def test_what_was_declared_after_the_application(declared: str, after: bool) -> None:
    """APPT-10: later than the moment of submission; of a day alone, the same day may be."""
    assert later(declared, SUBMITTED) is after


async def test_declarations_that_agree_are_accepted(bookings: Bookings, portal: Portal) -> None:
    """APPT-10: also one declared a second later, and on the same day where customs know the day alone."""
    second, same_day = "530120261700000002", "530120261700000003"
    await bookings.put(
        declaration(second, declared_at="2026-11-26T09:00:01+08:00"),
        declaration(same_day, declared_at="2026-11-26"),
    )
    base = await bookings.approved()
    feedback = await bookings.send("FBK", 2, **fed(IMPORT, second, same_day))
    detail = await bookings.detail(feedback)
    assert "反馈的报关单与预约申请一致" in detail["note"]
    assert [each["before"] for each in detail["changes"]] == [None] * 3
    assert await bookings.decide(feedback, "accept") == (200, "已反馈")
    assert (await bookings.book())["state"] == "fed_back"
    assert (await bookings.detail(base))["state_name"] == "已反馈"
    said = [(r.submission, r.code, r.text) for r in await bookings.receipts(portal) if r.submission == 2]
    assert said == [(2, "RECEIVED", "报关单号反馈已接收"), (2, "FEEDBACK_ACCEPTED", "报关单号反馈成功")]


async def test_every_difference_is_named(bookings: Bookings, portal: Portal) -> None:
    """APPT-10: number, field and both values, for every number, by officer and by the automatic mode."""
    await bookings.put(*(declaration(number, **other) for number, other, _ in DIFFERING))
    await bookings.approved()
    numbers = [IMPORT, *(number for number, _, _ in DIFFERING), "530120261799999999", IMPORT]
    feedback = await bookings.send("FBK", 2, **fed(*numbers))
    status, why = await bookings.decide(feedback, "accept")
    assert (status, why) == (409, "报关单与预约申请不一致（12 处）")
    assert "反馈的报关单有 12 处不一致" in (await bookings.detail(feedback))["note"]
    await bookings.automatic()
    assert await bookings.customs.decide_due() == 1
    refused = (await bookings.receipts(portal))[-1]
    assert refused.code == "FEEDBACK_REFUSED"
    assert refused.text.startswith("报关单号反馈未通过：报关单与预约申请不一致（12 处）；")
    for at, (number, _, words) in enumerate(DIFFERING, 2):
        for each in words:
            assert f"第 {at} 票 {number} " in refused.text
            assert each in refused.text, each
    assert (
        "530120261799999999 报关单号不一致：应为 海关已接受申报的报关单，报关单为 海关没有这份报关单"
        in refused.text
    )
    assert "第 12 票 530120261700000001 报关单号不一致：应为 不重复的报关单号" in refused.text
    first = refused.data["differences"][0]
    assert (first["row"], first["entry_no"], first["field"], first["expected"], first["found"]) == (
        2, "530120261700000011", "ie_flag", "I 进口", "E 出口",
    )  # fmt: skip
    assert (await bookings.book())["state"] == "booked"
    again = await bookings.send("FBK", 3, **fed(IMPORT))
    await bookings.customs.decide_due()
    assert (await bookings.detail(again))["state_name"] == "已反馈"


async def test_an_officer_refuses_with_a_remark_and_the_differences(
    bookings: Bookings, portal: Portal
) -> None:
    """APPT-10, CUST-03: the receipt says both."""
    await bookings.approved()
    feedback = await bookings.send("FBK", 2, **fed("530120261799999999"))
    assert await bookings.decide(feedback, "return") == (422, "反馈不一致时必须填写审核意见")
    assert await bookings.decide(feedback, "return", "请核对") == (200, "不同意")
    text = (await bookings.receipts(portal))[-1].text
    assert text.startswith("报关单号反馈未通过：请核对；第 1 票 530120261799999999 ")


THEIRS = {"declarant_code": "4403990001", "consignee_code": "4403990002", "consignee_name": "乙"}


@pytest.mark.parametrize(
    ("missing", "number", "field"),
    [("district", IMPORT, None), ("district", "530420261700000001", "district"), ("port", IMPORT, None)],
)
def test_what_customs_do_not_know_themselves_differs_in_nothing(
    missing: str, number: str, field: str | None
) -> None:
    """APPT-10: a declaration may be registered without district and port; the number's own digits are a district."""
    data = {name: value for name, value in (declaration(number).data or {}).items() if name != missing}
    known = Known({number: data}, frozenset())
    assert [each.field for each in differences([number], BOOK, known)] == ([field] if field else [])


@pytest.mark.parametrize("by", ["officer", "automatic"])
async def test_nothing_is_told_of_other_companies_declarations(
    bookings: Bookings, portal: Portal, by: str
) -> None:
    """APPT-10, PORT-10: to the company only that it is not theirs, in words and for machines, not even in how many
    things it differs; the officer's page says everything."""
    foreign = "530120261700000030"
    other = {**THEIRS, "port": OTHER_PORT, "status": "8", "status_name": "删单", "declared_at": "2026-11-20"}
    await bookings.put(declaration(foreign, **other))
    await bookings.approved()
    feedback = await bookings.send("FBK", 2, **fed(IMPORT, foreign))
    assert await bookings.decide(feedback, "accept") == (409, "报关单与预约申请不一致（1 处）")
    note = (await bookings.detail(feedback))["note"]
    for words in ("4403990001", "4403990002", f"进出口岸不一致：应为 {PORT}，报关单为 {OTHER_PORT}", "删单"):
        assert words in note
    if by == "officer":
        assert await bookings.decide(feedback, "return", "请核对") == (200, "不同意")
    else:
        await bookings.automatic()
        assert await bookings.customs.decide_due() == 1
    refused = (await bookings.receipts(portal))[-1]
    words = f"申报单位和收发货人不一致：应为 {OWN.customs_code} 和 {CONSIGNEE}，报关单为 其他企业"
    assert refused.text.split("；")[1:] == [f"第 2 票 {foreign} {words}"]
    assert refused.data["differences"] == [{
        "row": 2, "entry_no": foreign, "field": "parties", "label": "申报单位和收发货人",
        "expected": f"{OWN.customs_code} 和 {CONSIGNEE}", "found": "其他企业",
    }]  # fmt: skip


async def test_a_declaration_counts_for_one_appointment(bookings: Bookings) -> None:
    """APPT-10 (FA 2.6): one that was fed back for another is a difference, also within one batch."""
    await bookings.put(declaration("530120261700000002"))
    other = "202611000000000002"
    await bookings.approved()
    await bookings.approved(other)
    await bookings.automatic()
    await bookings.customs.post(
        bookings.envelope("FBK", 2, **fed(IMPORT)), bookings.envelope("FBK", 2, other, **fed(IMPORT))
    )
    await bookings.customs.understand()
    await bookings.customs.decide_due()
    states = sorted(state for (state,) in await bookings.customs.rows("select state from appointment_book"))
    assert states == ["booked", "fed_back"]
    assert await bookings.customs.rows("select entry_no from appointment_declaration") == [(IMPORT,)]
    refused = await bookings.customs.value("select id from submission where state = 'refused'")
    detail = await bookings.detail(refused)
    assert "已用于另一份预约" in detail["receipts"][1]["text"]
    assert "已用于另一份预约" in detail["note"]


async def test_fifty_numbers_are_compared_and_fifty_one_are_not_taken_in(
    bookings: Bookings, portal: Portal
) -> None:
    """APPT-10 (FA F7)."""
    numbers = [f"530120261700{at:06d}" for at in range(100, 151)]
    await bookings.put(*(declaration(number) for number in numbers))
    await bookings.approved()
    await bookings.send("FBK", 2, **fed(*numbers))
    assert (await bookings.receipts(portal))[-1].text == "报关单票数不能超过 50 票"
    feedback = await bookings.send("FBK", 3, **fed(*numbers[:50]))
    assert await bookings.decide(feedback, "accept") == (200, "已反馈")
    assert await bookings.customs.value("select count(*) from appointment_declaration") == 50


# --- explanation and cancellation (APPT-11, APPT-12) ---


async def test_an_explanation_is_taken_note_of(bookings: Bookings, portal: Portal) -> None:
    """APPT-12: it ends the appointment, also in state I; officers see what it adds."""
    await bookings.approved()
    await bookings.at(PASSED)
    explanation = await bookings.send("EXP", 2, explanation="船期延误，货物未到港")
    detail = await bookings.detail(explanation)
    assert [(each["label"], each["before"], each["after"]) for each in detail["changes"]] == [
        ("explanation", None, "船期延误，货物未到港")
    ]
    assert [each["title"] for each in detail["decisions"]] == ["收悉", "退回情况说明"]
    assert await bookings.decide(explanation, "accept") == (200, "已说明")
    assert (await bookings.book())["state"] == "explained"
    said = [(r.code, r.text) for r in await bookings.receipts(portal) if r.submission == 2]
    assert said == [("RECEIVED", "情况说明已接收"), ("EXPLAINED", "情况说明已收悉")]


async def test_an_explanation_that_is_refused_says_rejected(bookings: Bookings, portal: Portal) -> None:
    """APPT-12: the same code as of a message that cannot be taken in, so that the company may explain again."""
    await bookings.approved()
    explanation = await bookings.send("EXP", 2, explanation="船期延误")
    assert await bookings.decide(explanation, "return", "附件不清晰") == (200, "不同意")
    last = (await bookings.receipts(portal))[-1]
    assert (last.code, last.text) == ("REJECTED", "退回情况说明：附件不清晰")
    assert (await bookings.book())["state"] == "booked"


@pytest.mark.parametrize("state", ["received", "approved"])
async def test_a_cancellation_ends_the_appointment(bookings: Bookings, portal: Portal, state: str) -> None:
    """APPT-11: before and after the approval; nothing more is decided about it, the base is not due any more."""
    base = await bookings.send() if state == "received" else await bookings.approved()
    cancellation = await bookings.send("CAN", 2)
    asked = (await bookings.detail(cancellation))["decisions"]
    assert [each["title"] for each in asked] == ["同意取消", "不同意取消"]
    assert all("不能撤回" in each["question"] for each in asked)
    assert (await bookings.detail(cancellation))["changes"] is None
    assert await bookings.decide(cancellation, "accept") == (200, "已取消")
    assert (await bookings.book())["state"] == "cancelled"
    assert ((await bookings.detail(base))["state_name"], (await bookings.detail(base))["decisions"]) == (
        "已取消",
        [],
    )
    last = (await bookings.receipts(portal))[-1]
    assert (last.submission, last.code, last.text) == (2, "CANCELLED", "预约已取消")


MOMENTS = [
    (datetime(2026, 11, 28, 1, 59, 59, tzinfo=UTC), True),
    (datetime(2026, 11, 28, 2, tzinfo=UTC), False),
]


async def test_a_cancellation_counts_by_the_moment_of_its_submission(
    bookings: Bookings, portal: Portal
) -> None:
    """APPT-11: until the appointed second, however long customs take."""
    for at, (moment, possible) in enumerate(MOMENTS):
        number = f"2026110000000005{at:02d}"
        await bookings.approved(number)
        await bookings.at("2026-11-28T05:00:00+00:00")
        cancellation = await bookings.send("CAN", 2, number, submitted_at=moment)
        status, why = await bookings.decide(cancellation, "accept")
        assert (status == 200) == possible, why
        await bookings.at(SUBMITTED.isoformat())
    assert (
        why
        == "取消于 2026-11-28 10:00:00 提交，预约通关时间为 2026-11-28 10:00:00，超过预约时间不可取消，只能退回"
    )
    assert await bookings.decide(cancellation, "return", why) == (200, "不同意")
    assert (await bookings.receipts(portal))[-1].code == "CANCEL_REFUSED"


@pytest.mark.parametrize("function", ["FBK", "EXP", "CAN"])
async def test_what_follows_an_ended_appointment_can_only_be_refused(
    bookings: Bookings, function: str
) -> None:
    """APPT-10 … APPT-12: fed back, explained, cancelled, returned, not yet approved, or never there."""
    await bookings.put(declaration("530120261700000002"))
    ends: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "601": [("FBK", fed(IMPORT))], "602": [("EXP", {"explanation": "x"})], "603": [("CAN", {})], "604": [],
    }  # fmt: skip
    other = {"FBK": fed("530120261700000002"), "EXP": {"explanation": "y"}, "CAN": {}}[function]
    for end, followups in ends.items():
        number = f"202611000000000{end}"
        base = await bookings.send(number=number)
        if end != "604":
            await bookings.decide(base, "accept")
        else:
            assert await bookings.decide(base, "return", "材料不全") == (200, "退单")
        for first, typed in followups:
            assert (await bookings.decide(await bookings.send(first, 2, number, **typed), "accept"))[0] == 200
        late = await bookings.send(function, 3, number, **other)
        status, why = await bookings.decide(late, "accept")
        assert (status, why.endswith("只能退回")) == (409, True), why
        assert await bookings.decide(late, "return", "已办结") == (200, "不同意")
    absent = await bookings.send(function, 2, "202611000000000699", **other)
    assert await bookings.decide(absent, "accept") == (409, "海关没有这份预约，只能退回")


# --- automatic mode, faults, order (CUST-04, CUST-05) ---


async def test_the_automatic_mode_plays_the_whole_life(bookings: Bookings, portal: Portal) -> None:
    """CUST-04 (FA 2.1, 自动审核受理): approved, fed back; another cancelled; a third explained, all in one batch."""
    numbers = [f"2026110000000007{at:02d}" for at in range(3)]
    await bookings.automatic()
    await bookings.customs.post(
        *(bookings.envelope("ADD", 1, number) for number in numbers),
        bookings.envelope("FBK", 2, numbers[0], **fed(IMPORT)),
        bookings.envelope("CAN", 2, numbers[1]),
        bookings.envelope("EXP", 2, numbers[2], explanation="未到货"),
    )
    await bookings.customs.understand()
    assert await bookings.customs.decide_due() == 6
    rows = await bookings.customs.rows("select state from appointment_book order by number")
    assert rows == [("fed_back",), ("cancelled",), ("explained",)]
    codes = [receipt.code for receipt in await bookings.receipts(portal) if receipt.seq == 2]
    assert codes == ["APPROVED", "FEEDBACK_ACCEPTED", "APPROVED", "CANCELLED", "APPROVED", "EXPLAINED"]


async def test_of_one_document_what_came_first_is_decided_first(bookings: Bookings) -> None:
    """CUST-04: a returned application and its cancellation due at once: the cancellation is refused with the reason."""
    await bookings.automatic()
    await bookings.customs.post(
        bookings.envelope("ADD", 1, consignee_code=DISCREDITED),
        bookings.envelope("CAN", 2, consignee_code=DISCREDITED),
    )
    await bookings.customs.understand()
    assert await bookings.customs.decide_due() == 2
    states = await bookings.customs.rows("select function, state from submission order by sequence")
    assert states == [("ADD", "returned"), ("CAN", "refused")]
    assert await bookings.customs.value("select remark from decision order by id desc limit 1") == (
        "该预约为「退单」，只能退回"
    )


async def test_the_set_share_of_everything_is_refused(bookings: Bookings, portal: Portal) -> None:
    """CUST-04: applications and what follows them."""
    for at, function in enumerate(("FBK", "EXP", "CAN")):
        number = f"2026110000000008{at:02d}"
        await bookings.approved(number)
        await bookings.send(function, 2, number, **fed(IMPORT), explanation="未到货")
    await bookings.send(number="202611000000000899")
    await bookings.automatic(refuse_share=1)
    assert await bookings.customs.decide_due() == 4
    codes = [r.code for r in await bookings.receipts(portal) if r.seq == 2 and r.code != "APPROVED"]
    assert codes == ["FEEDBACK_REFUSED", "REJECTED", "CANCEL_REFUSED", "RETURNED"]


async def test_every_receipt_comes_in_spite_of_faults(bookings: Bookings, portal: Portal) -> None:
    """CUST-04, CUST-05: lost, doubled, delayed, shuffled; messages doubled and in another order: each answer is there
    once, under its submission and seq."""
    struck = Faults(
        lost=0.4, doubled=0.5, delayed=0.4, shuffled=0.5, lost_seconds=0.05, hold_seconds=0.05, seed="7"
    )
    async with bookings.customs.database.transaction() as transaction:
        await faults.set_faults(transaction, struck)
    numbers = [f"2026110000000009{at:02d}" for at in range(6)]
    await bookings.automatic()
    envelopes = [bookings.envelope("ADD", 1, number) for number in numbers]
    envelopes += [bookings.envelope("EXP", 2, number, explanation="未到货") for number in numbers]
    Random(3).shuffle(envelopes)
    await bookings.customs.post(*envelopes, *envelopes[:5])
    await bookings.customs.understand()
    await bookings.customs.decide_due()
    expected = [(n, s, q) for n in numbers for s in (1, 2) for q in (1, 2)]
    for _ in range(40):
        heard = [(each.number, each.submission, each.seq) for each in await bookings.receipts(portal)]
        if heard == expected:
            break
        await asyncio.sleep(0.05)
        await faults.redeliver_due(bookings.customs.database)
    assert heard == expected
    assert len(portal.deliveries) > len(expected)
    assert {r.code for r in portal.receipts if r.seq == 2} == {"APPROVED", "EXPLAINED"}


# --- the officers' page ---


async def test_appointments_at_customs_are_listed(bookings: Bookings) -> None:
    """CUST-03: by state, district and number; I-通关完成未反馈 is reckoned from the clock."""
    await bookings.approved(NUMBER)
    await bookings.send(number="202611000000000002", start="2026-11-29 10:00")

    async def listed(**query: str) -> list[tuple[str, str]]:
        answer = await bookings.customs.client.get("/api/appointment/bookings", params=query)
        assert answer.status_code == 200, answer.text
        return [(each["number"], each["state_name"]) for each in answer.json()["items"]]

    both = [("202611000000000002", "待审核"), (NUMBER, "预约成功")]
    assert await listed() == await listed(district=PORT) == await listed(number="2026110") == both
    assert (
        await listed(district=OTHER_PORT)
        == await listed(number="2026_1")
        == await listed(state="cancelled")
        == []
    )
    assert await listed(state="booked") == [(NUMBER, "预约成功")]
    await bookings.at(PASSED)
    assert await listed(state="booked") == []
    assert await listed(state="unanswered") == [(NUMBER, "I-通关完成未反馈")]
    await bookings.send("FBK", 2, **fed(IMPORT))  # in time, and waits: that is an answer (APPT-06)
    assert await listed(state="unanswered") == []
    assert await listed(state="booked") == await listed(number=NUMBER) == [(NUMBER, "预约成功")]


async def test_a_trainer_enters_a_declaration_that_can_be_fed_back(
    bookings: Bookings, portal: Portal
) -> None:
    """APPT-10, CUST-04: for any ports and parties, declared at this moment; it is published as every other."""
    await bookings.approved(entry_port=OTHER_PORT, ie_flag="E")
    await bookings.at("2026-11-28T03:00:00+00:00")
    [found] = (await bookings.customs.client.get("/api/appointment/bookings")).json()["items"]
    path = f"/api/appointment/bookings/{found['id']}/declaration"
    numbers = [
        (await bookings.customs.client.post(path, headers=bookings.headers)).json()["number"]
        for _ in range(2)
    ]
    assert numbers == ["530120260332000001", "530120260332000002"]
    await bookings.customs.sender(portal).send_due()
    [first, _] = [notice for notice in portal.notices if notice.kind == "declaration"]
    assert first.data is not None
    assert (first.key, first.data["goods"]) == (
        numbers[0],
        [{"no": "1", "code": "0301999390", "name": "活鱼"}],
    )
    assert wrong_entry(DECLARATION, first.key, first.data) == []
    feedback = await bookings.send("FBK", 2, entry_port=OTHER_PORT, ie_flag="E", **fed(*numbers))
    assert await bookings.decide(feedback, "accept") == (200, "已反馈")
    missing = await bookings.customs.client.post(
        "/api/appointment/bookings/999999/declaration", headers=bookings.headers
    )
    assert missing.status_code == 404


async def test_an_appointment_in_force_is_not_applied_for_anew(bookings: Bookings) -> None:
    """APPT-16: only what waits or was returned makes place for a new application."""
    await bookings.approved()
    before = await bookings.book()
    anew = await bookings.send(sequence=2, entry_port=OTHER_PORT)
    assert await bookings.decide(anew, "accept") == (409, "该预约已另行申报，这一份只能退单")
    assert await bookings.book() == before


async def test_nobody_acts_upon_another_companys_appointment(bookings: Bookings, pki: Path) -> None:
    """CUST-01, CUST-03, PORT-10: whatever a portal let through: nothing that follows, no declaring anew."""
    base = await bookings.send()
    stranger = Bookings(bookings.customs, company(pki, STRANGER), bookings.headers)
    await stranger.send(sequence=2)
    assert await bookings.decide(base, "accept") == (200, "预约成功")
    why = f"该预约由企业 {OWN.customs_code} 申报，企业 {STRANGER.customs_code} 不能办理，只能退回"
    for sequence, (function, other) in enumerate(
        (("FBK", fed(IMPORT)), ("EXP", {"explanation": "x"}), ("CAN", {})), 3
    ):
        follow_up = await stranger.send(function, sequence, **other)
        assert await bookings.decide(follow_up, "accept") == (409, why)
    assert ((await bookings.book())["company"], (await bookings.book())["state"]) == (
        OWN.customs_code,
        "booked",
    )


async def test_one_click_on_two_feedbacks_of_one_declaration(bookings: Bookings) -> None:
    """CUST-03, APPT-10: the one is accepted, the other named with the reason, and what else was chosen is decided."""
    other, third = f"{NUMBER[:-1]}2", f"{NUMBER[:-1]}3"
    await bookings.approved()
    await bookings.approved(other)
    plain = await bookings.send(number=third)
    first, second = [await bookings.send("FBK", 2, number, **fed(IMPORT)) for number in (NUMBER, other)]
    left = await bookings.together(plain, first, second)
    assert left == {second: "报关单与预约申请不一致（1 处）"}
    states = [(await bookings.detail(each))["state"] for each in (plain, first, second)]
    assert states == ["booked", "fed_back", "received"]
    assert [(await bookings.book(number))["state"] for number in (NUMBER, other)] == ["fed_back", "booked"]


# --- what cannot be taken in ---

UNFIT: list[tuple[str, dict[str, Any], str]] = [
    ("ADD", {"consignee_code": "44031"}, "收发货人应为 10 位海关编码"),
    ("ADD", {"declare_port": None}, "预约申报口岸应为 4 位关区代码"),
    ("ADD", {"entry_port": ["5301"]}, "预约进出口岸应为 4 位关区代码"),
    ("ADD", {"ie_flag": "X"}, "进出口标识应为 I 进口或 E 出口"),
    ("ADD", {"start": "2026-11-31 10:00"}, "预约通关时间应如 2026-11-28 10:00"),
    ("ADD", {"start": {"a": 1}}, "预约通关时间应如 2026-11-28 10:00"),
    ("FBK", {"declarations": []}, "没有反馈报关单号"),
    ("FBK", {"declarations": ["x"]}, "第 1 票的报关单号不能识别"),
    ("FBK", {"declarations": [{"entry_no": "1" * 65}]}, "第 1 票的报关单号不能识别"),
    ("EXP", {"explanation": " "}, "情况说明没有内容"),
    ("MOD", {}, "报文功能代码 MOD 不能处理，应为 ADD、FBK、EXP 或 CAN"),
]  # fmt: skip


def test_what_cannot_be_taken_in_is_rejected_with_the_reason(own: Company) -> None:
    """CUST-03: the company learns what is wrong; `unfit` is what reception asks."""
    for function, other, words in UNFIT:
        message = own.submission(
            NUMBER, [], type=TYPE, typed=content(**other), function=function, signed={"type": TYPE}
        )
        assert unfit(Submission.model_validate(message)) == words, (function, other)
    for function, fit in (("ADD", {}), ("CAN", {}), ("FBK", fed(IMPORT)), ("EXP", {"explanation": "未到货"})):
        message = own.submission(
            NUMBER, [], type=TYPE, typed=content(**fit), function=function, signed={"type": TYPE}
        )
        assert unfit(message) == ""


async def test_the_note_says_what_an_officer_should_know(bookings: Bookings) -> None:
    """CUST-03, APPT-05, APPT-07: grades, the lower tier, qualification, the ports' hours, whom the approval names."""
    identifier = await bookings.send(entry_port=CLOSED_PORT, start="2026-11-27 18:00")
    first, *lines = (await bookings.detail(identifier))["note"].split("\n")
    assert first.startswith(
        "预约通关时间 2026-11-27 18:00 至 2026-11-27 20:00，申请提交于 2026-11-26 09:00:00，"
    )
    assert first.endswith("，2026-12-03 00:00 前反馈报关单号")
    assert lines == [
        "申报单位 3122960001 上海甲进出口有限公司：一般认证企业（一般），有报关资质",
        "收发货人 4403110001 深圳远禾进出口贸易有限公司：常规企业（一般），有报关资质",
        "取较低的等级：一般",
        "预约申报口岸 5301 2026-11-27（星期五）：工作时间 09:00-12:00、13:30-17:00",
        "预约进出口岸 5317 2026-11-27（星期五）：未查到口岸工作时间",
        "审批通过回执的海关联系人：林晓，联系电话 0755-84398100",
    ]
