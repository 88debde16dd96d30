"""When may be appointed, and until when one must have applied: APPT-07, APPT-08, APPT-15, cases T1 to T21."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from singlewindow.subsystems.appointment.calendar import Calendar, read_calendar
from singlewindow.subsystems.appointment.grades import Tier
from singlewindow.subsystems.appointment.lead_time import Appointment, Judgement, Ports, judge, next_times
from singlewindow.subsystems.appointment.readings import Readings
from singlewindow.subsystems.appointment.tests.ports import always, at, lunch, month, official, year_of

DIFFERENT, SAME = Ports("5301", "5304"), Ports("5301", "5301")
YEAR = year_of({"5301": official})
R1, R2 = Readings(), Readings(closing="earlier_day")
EARLY = at("2026-01-05 09:00")


def judged(
    start: str,
    now: datetime = EARLY,
    ports: Ports = DIFFERENT,
    tiers: tuple[Tier, ...] = ("general",),
    readings: Readings = R1,
    calendar: Calendar = YEAR,
) -> Judgement:
    return judge(Appointment(at(start), ports.declare_port, ports.entry_port), calendar, tiers, readings, now)


def codes(judgement: Judgement) -> list[str]:
    return [reason.code for reason in judgement.reasons]


CASES = {
    # start, C under R1, C under R2, and R1's latest moments: diff/general, diff/high, same/general, same/high
    "T1": (
        "2026-11-28 10:00", "11-27 17:00", "11-27 17:00", "11-26 17:00", "11-27 09:00", "11-27 09:00", "11-27 13:00"),
    "T2": (
        "2026-11-26 20:00", "11-26 17:00", "11-25 17:00", "11-25 17:00", "11-26 09:00", "11-26 09:00", "11-26 13:00"),
    "T3": (
        "2026-11-30 06:00", "11-27 17:00", "11-27 17:00", "11-26 17:00", "11-27 09:00", "11-27 09:00", "11-27 13:00"),
    "T5": (
        "2026-10-03 10:00", "09-30 17:00", "09-30 17:00", "09-29 17:00", "09-30 09:00", "09-30 09:00", "09-30 13:00"),
    "T6": (
        "2026-10-08 07:00", "09-30 17:00", "09-30 17:00", "09-29 17:00", "09-30 09:00", "09-30 09:00", "09-30 13:00"),
    "made-up Saturday's evening": (
        "2026-10-10 18:00", "10-10 17:00", "10-09 17:00", "10-09 17:00", "10-10 09:00", "10-10 09:00", "10-10 13:00"),
    "spring festival": (
        "2026-02-20 10:00", "02-14 17:00", "02-14 17:00", "02-13 17:00", "02-14 09:00", "02-14 09:00", "02-14 13:00"),
    "first morning after it": (
        "2026-02-24 07:00", "02-14 17:00", "02-14 17:00", "02-13 17:00", "02-14 09:00", "02-14 09:00", "02-14 13:00"),
    "the last evening of a month": (
        "2026-06-30 23:00", "06-30 17:00", "06-29 17:00", "06-29 17:00", "06-30 09:00", "06-30 09:00", "06-30 13:00"),
    "the first hour of a month": (
        "2026-07-01 00:00", "06-30 17:00", "06-30 17:00", "06-29 17:00", "06-30 09:00", "06-30 09:00", "06-30 13:00"),
}  # fmt: skip
COLUMNS: tuple[tuple[Ports, Tier, int], ...] = (
    (DIFFERENT, "general", 24), (DIFFERENT, "high", 8), (SAME, "general", 8), (SAME, "high", 4),
)  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("column", range(4))
def test_the_table_of_lead_times(name: str, column: int) -> None:
    """T1 to T6 in every column, under R1 and R2: closing, latest moment, allowed until it and not a second later."""
    start, first, second, *latest = CASES[name]
    ports, tier, hours = COLUMNS[column]
    for readings, closing in ((R1, at(f"2026-{first}")), (R2, at(f"2026-{second}"))):
        until = closing - timedelta(hours=hours)
        seen = judged(start, until, ports, (tier,), readings)
        assert (seen.closing, seen.latest, seen.hours, codes(seen)) == (closing, until, hours, [])
        late = judged(start, until + timedelta(seconds=1), ports, (tier,), readings)
        assert codes(late) == ["late"]
        assert f"{until:%Y-%m-%d %H:%M}" in late.reasons[0].message
    assert judged(start, EARLY, ports, (tier,)).latest == at(f"2026-{latest[column]}")


def test_t11_at_the_boundary() -> None:
    """T11: in time until the second, whatever its parts, and in whatever zone now is said."""
    for now in (at("2026-11-26 17:00:00"), at("2026-11-26 17:00:00") + timedelta(microseconds=999_999)):
        assert judged("2026-11-28 10:00", now).allowed
        assert judged("2026-11-28 10:00", now.astimezone(UTC)).allowed


def test_t12_a_second_later() -> None:
    """T12: the message names the latest moment, and the advice what to do."""
    late = judged("2026-11-28 10:00", at("2026-11-26 17:00:01"))
    [reason] = late.reasons
    assert reason.code == "late"
    assert "最迟申请时间 2026-11-26 17:00（现在是 2026-11-26 17:00:01）" in reason.message
    assert "前 24 小时" in reason.message
    assert "推荐时段" in reason.advice
    assert "2018年第109号" in reason.clause


def test_t13_the_lower_tier_counts() -> None:
    """T13: 高级认证 files for 常规."""
    assert judged("2026-11-28 10:00", EARLY, SAME, ("high", "general")).latest == at("2026-11-27 09:00")
    assert judged("2026-11-28 10:00", EARLY, SAME, ("high", "high")).latest == at("2026-11-27 13:00")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("T14", "2026-09-20 10:00"),  # a made-up Sunday
        ("T17", "2026-11-27 16:30"),
        ("up to the opening is free, a minute more is not", "2026-11-27 07:01"),
        ("over midnight into nothing, then the morning", "2026-11-27 08:59"),
    ],
)
def test_within_working_time(name: str, start: str) -> None:
    """T14, T17: 工作时间内, with the port and its hours."""
    [reason] = judged(start).reasons
    assert reason.code == "working"
    assert "工作时间内" in reason.message
    assert "皇岗海关（5301）" in reason.message
    assert "必须是海关非工作时间" in reason.advice


@pytest.mark.parametrize("start", ["2026-11-27 17:00", "2026-11-27 07:00", "2026-11-26 23:00"])
def test_t15_a_window_that_touches_working_time(start: str) -> None:
    """T15: half-open: from the end of work on, and to its beginning; over midnight into a working day."""
    assert judged(start).allowed


def test_t16_the_start_alone() -> None:
    """The other reading: only the start must lie outside working time."""
    only = Readings(window="start")
    assert judged("2026-11-27 08:59", readings=only).allowed
    assert codes(judged("2026-11-27 09:00", readings=only)) == ["working"]
    assert codes(judged("2026-11-27 16:59", readings=only)) == ["working"]
    assert judged("2026-11-27 17:00", readings=only).allowed


def test_t18_a_lunch_gap() -> None:
    """A gap in which the window fits may be appointed, and is no end of work."""
    calendar = year_of({"5301": lunch})
    seen = judged("2026-11-27 12:00", calendar=calendar)
    assert seen.allowed
    assert seen.closing == at("2026-11-26 18:00")
    assert judged("2026-11-27 12:30", calendar=calendar).allowed
    assert codes(judged("2026-11-27 12:31", calendar=calendar)) == ["working"]
    assert codes(judged("2026-11-27 11:59", calendar=calendar)) == ["working"]


@pytest.mark.parametrize("calendar", [read_calendar([]), year_of({"5304": official})])
def test_t19_no_calendar(calendar: Calendar) -> None:
    """T19: no calendar of 预约申报口岸; that of the other port helps nobody."""
    [reason] = judged("2026-11-28 10:00", calendar=calendar).reasons
    assert reason.code == "unknown"
    assert reason.message.startswith("未查到口岸工作时间，请联系口岸更新工作日历")


@pytest.mark.parametrize(
    ("start", "months", "told"),
    [
        ("2026-11-28 10:00", [10, 12], "2026年11月"),  # the month itself
        ("2026-11-30 22:30", [10, 11], "2026年12月"),  # the window reaches into the next
        (
            "2026-11-01 10:00",
            [9, 11],
            "2026-11-01 之前",
        ),  # the last end of work lies in a month that nobody knows
        ("2026-11-01 10:00", [11, 12], "2026-11-01 之前"),  # before all that is known
    ],
)
def test_months_that_are_not_known(start: str, months: list[int], told: str) -> None:
    [reason] = judged(start, calendar=year_of({"5301": official}, months)).reasons
    assert (reason.code, told in reason.message) == ("unknown", True)
    assert reason.message.startswith("未查到口岸工作时间，请联系口岸更新工作日历")


def test_a_window_to_the_end_of_what_is_known() -> None:
    calendar = year_of({"5301": official}, [10, 11])
    assert judged("2026-11-30 22:00", calendar=calendar).allowed
    assert judged("2026-11-30 23:59", calendar=calendar, readings=Readings(window="start")).allowed


def test_the_closing_of_the_month_before() -> None:
    """Its rows are there for this month, and the last end of work stands in the month before."""
    calendar = year_of({"5301": official}, [10, 11])
    assert judged("2026-11-01 10:00", calendar=calendar).closing == at("2026-10-30 17:00")


def test_t20_a_party_in_discredit() -> None:
    """T20: no time at all, and none is offered."""
    for tiers in (("high", "forbidden"), ("forbidden",)):
        seen = judged("2026-11-28 10:00", tiers=tiers)
        assert [(reason.code, reason.message) for reason in seen.reasons] == [
            ("credit", "失信企业不允许操作")
        ]
    assert next_times(DIFFERENT, YEAR, ["forbidden"], R1, EARLY) == []


def test_the_time_is_past() -> None:
    assert codes(judged("2026-11-28 10:00", at("2026-11-28 10:00:01"))) == ["past"]
    assert codes(judged("2026-11-28 10:00", at("2026-11-28 10:00:00"))) == ["late"]


def test_a_port_that_never_closes() -> None:
    """7×24: never to be appointed, and nobody needs to."""
    calendar = year_of({"5301": always})
    [reason] = judged("2026-11-28 10:00", calendar=calendar).reasons
    assert reason.code == "always"
    assert "无需预约" in reason.message
    assert next_times(DIFFERENT, calendar, ["high"], R1, EARLY) == []


def test_a_port_that_works_through_the_night() -> None:
    """A midnight that is worked through is no end of work; the run's end is, of the day on which it began."""
    calendar = year_of(
        {"5301": lambda day: ["00:00-06:00", "14:00-24:00"] if day.day != 28 else ["00:00-06:00"]}
    )
    seen = judged("2026-11-28 08:00", calendar=calendar)
    assert (seen.allowed, seen.closing) == (True, at("2026-11-28 06:00"))
    assert judged("2026-11-28 08:00", calendar=calendar, readings=R2).closing == at("2026-11-28 06:00")
    assert codes(judged("2026-11-27 23:00", calendar=calendar)) == ["working"]
    over = year_of({"5301": lambda day: ["22:00-06:00"] if day.day % 2 else []})
    assert judged("2026-11-28 06:00", calendar=over).closing == at("2026-11-28 06:00")
    assert codes(judged("2026-11-28 05:59", calendar=over)) == ["working"]


def test_a_port_that_works_on_sundays() -> None:
    """特殊: the calendar says so, and no day of the week does."""
    calendar = year_of({"5301": lambda day: ["09:00-12:00"] if day.weekday() == 6 else []})
    assert judged("2026-11-30 10:00", calendar=calendar).closing == at("2026-11-29 12:00")
    assert codes(judged("2026-11-29 10:00", calendar=calendar)) == ["working"]


def test_the_entry_ports_working_time() -> None:
    """APPT-07: 预约进出口岸's too where it is known, unless the reading says never; its closing is none."""
    calendar = year_of({"5301": official, "5304": lambda day: ["09:00-20:00"]})
    [reason] = judged("2026-11-28 10:00", calendar=calendar).reasons
    assert (reason.code, "预约进出口岸" in reason.message) == ("working", True)
    assert judged("2026-11-28 10:00", calendar=calendar, readings=Readings(entry_calendar="never")).allowed
    assert judged("2026-11-28 20:00", calendar=calendar).closing == at("2026-11-27 17:00")
    other_month = read_calendar(
        [month("5301", 2026, 11, official), month("5304", 2026, 10, lambda day: ["09:00-20:00"])]
    )
    assert judged("2026-11-28 10:00", calendar=other_month).allowed


def test_the_same_customs_by_prefix() -> None:
    assert judged("2026-11-28 10:00", readings=Readings(same_port="prefix")).hours == 8
    assert (
        judged("2026-11-28 10:00", ports=Ports("5301", "5201"), readings=Readings(same_port="prefix")).hours
        == 24
    )


def test_a_lead_in_working_hours() -> None:
    """The other reading of 24 小时: three working days of eight hours."""
    readings = Readings(hours="working")
    seen = judged("2026-11-28 10:00", readings=readings)
    assert "下班前 24 个工作小时" in seen.text
    assert (seen.closing, seen.latest) == (at("2026-11-27 17:00"), at("2026-11-25 09:00"))
    assert judged("2026-11-28 10:00", ports=SAME, tiers=("high",), readings=readings).latest == at(
        "2026-11-27 13:00"
    )
    [reason] = judged(
        "2026-11-03 20:00", readings=readings, calendar=year_of({"5301": official}, [11])
    ).reasons
    assert reason.code == "unknown"  # two days of work are known, and three are wanted


def test_provisional_months_are_told() -> None:
    calendar = read_calendar(
        [month("5301", 2026, 12, official), month("5301", 2027, 1, official, provisional=True)]
    )
    assert not judged("2026-12-31 20:00", calendar=calendar).provisional
    seen = judged("2027-01-01 20:00", calendar=calendar)
    assert (seen.provisional, "暂定" in seen.text) == (True, True)


def test_what_is_said_while_the_time_is_typed() -> None:
    """APPT-15."""
    text = judged("2026-11-28 10:00").text
    assert text == "可以预约，最迟于 2026-11-26 17:00 提出申请（2026-11-27 17:00 海关下班前 24 小时）"
    assert judged("2026-11-27 16:30").text.startswith(
        "预约通关时间 2026-11-27 16:30 至 2026-11-27 18:30 在海关工作时间内"
    )


def test_the_offers_of_an_evening() -> None:
    """推荐时段: whole half hours, none over another, on into the next day of rest."""
    offered = next_times(DIFFERENT, YEAR, ["general"], R1, at("2026-11-26 17:00:00"))
    assert [f"{start:%d %H:%M}" for start in offered] == [
        "27 17:00", "27 19:00", "27 21:00", "27 23:00", "28 01:00", "28 03:00", "28 05:00", "28 07:00", "28 09:00",
        "28 11:00",
    ]  # fmt: skip
    later = next_times(DIFFERENT, YEAR, ["general"], R1, at("2026-11-26 17:00:01"))
    assert later[0] == at("2026-11-30 17:00")


def test_the_offers_end_with_the_calendar() -> None:
    calendar = year_of({"5301": official}, [11])
    offered = next_times(SAME, calendar, ["high"], R1, at("2026-11-30 13:00"))
    assert [f"{start:%d %H:%M}" for start in offered] == ["30 17:00", "30 19:00", "30 21:00"]
    assert next_times(SAME, calendar, ["high"], R1, at("2026-11-30 13:00:01")) == []
    assert next_times(DIFFERENT, read_calendar([]), ["high"], R1, EARLY) == []
