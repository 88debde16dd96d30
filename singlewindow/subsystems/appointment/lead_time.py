"""Whether a time may be appointed, why not, and the latest moment to apply (APPT-07, APPT-08, APPT-15).

Everything here is pure: appointment, calendar, tiers, readings and now come in, a judgement goes out. An appointment's
times are Chinese wall time; now may be in any zone, and counts in whole seconds, as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.calendar import Calendar, Close, PortCalendar, Shift, midnight
from singlewindow.subsystems.appointment.grades import FORBIDDEN_TEXT, Tier, lower_of
from singlewindow.subsystems.appointment.readings import Readings

LAW = "海关总署公告2018年第109号"
CLAUSE = f"手册 第五篇第一章 预约通关注意事项；{LAW}"
CREDIT_CLAUSE = f"手册 第五篇第一章 关于失信企业；{LAW}"
CALENDAR_CLAUSE = "手册 第五篇第三章 口岸工作时间查询"
UNKNOWN_TEXT = "未查到口岸工作时间，请联系口岸更新工作日历"
GRID = timedelta(minutes=30)  # offers begin at whole half hours
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Ports:
    """预约申报口岸 and 预约进出口岸, 4-digit codes of customs districts."""

    declare_port: str
    entry_port: str


@dataclass(frozen=True)
class Appointment:
    """What is asked for: the start of the window in China, and the two ports."""

    start: datetime
    declare_port: str
    entry_port: str

    @property
    def ports(self) -> Ports:
        """The two ports."""
        return Ports(self.declare_port, self.entry_port)


@dataclass(frozen=True)
class Reason:
    """Why a time may not be appointed, what to do about it, and where that is written.

    `code`: `credit` (a party in 失信), `past`, `unknown` (no calendar), `working` (within working time), `always` (the
    port works round the clock: no appointment needed), `late` (after the latest moment to apply).
    """

    code: str
    message: str
    advice: str
    clause: str


@dataclass(frozen=True)
class Judgement:
    """`latest` is the last moment to apply, `hours` before `closing`; both None where the calendar does not say.

    `provisional`: what customs published of those days is provisional. `unit`: what hours are called.
    """

    latest: datetime | None
    closing: datetime | None
    hours: int
    reasons: tuple[Reason, ...] = ()
    provisional: bool = False
    unit: str = "小时"

    @property
    def allowed(self) -> bool:
        """Whether the time may be appointed."""
        return not self.reasons

    @property
    def text(self) -> str:
        """The judgement in a sentence, for beside the field while the time is typed."""
        if self.reasons:
            return self.reasons[0].message
        assert self.latest
        assert self.closing
        basis = f"{minute_of(self.closing)} 海关下班前 {self.hours} {self.unit}"
        warning = "；工作日历为暂定，请以口岸正式公布的为准" if self.provisional else ""
        return f"可以预约，最迟于 {minute_of(self.latest)} 提出申请（{basis}）{warning}"


def judge(
    appointment: Appointment, calendar: Calendar, tiers: Sequence[Tier], readings: Readings, now: datetime
) -> Judgement:
    """Judge an appointment of parties of these tiers (申报单位, 收发货人; at least one)."""
    port = calendar.of(appointment.declare_port)
    hours = lead_of(appointment.ports, lower_of(tiers), readings)
    closing = port.closing_before(appointment.start, earlier_day=readings.closing == "earlier_day")
    latest = _latest(port, closing, hours, readings)
    days = [appointment.start.date(), *([closing.day] if closing else [])]
    judgement = Judgement(
        latest,
        closing.moment if closing and latest else None,
        hours,
        provisional=any(port.is_provisional(day) for day in days),
        unit="个工作小时" if readings.hours == "working" else "小时",
    )
    reason = (
        _forbidden(tiers)
        or _past(appointment, now)
        or _unknown(appointment, port, readings)
        or _at_work(appointment, calendar, readings)
        or _no_closing(appointment, port, latest)
        or _late(appointment, judgement, tiers, readings, now)
    )
    return judgement if reason is None else replace(judgement, reasons=(reason,))


def next_times(
    ports: Ports,
    calendar: Calendar,
    tiers: Sequence[Tier],
    readings: Readings,
    now: datetime,
    count: int = 10,
) -> list[datetime]:
    """The starts of the next `count` windows that may be appointed from now on (推荐时段), as far as the calendar goes.

    They begin at whole half hours, in order, each as early as may be after the end of the one before: no two of them
    overlap, so that ten offers reach over the night or the day of rest and not only over its first five hours.
    """
    if lower_of(tiers) == "forbidden":
        return []
    return list(islice(_times(ports, calendar, lower_of(tiers), readings, _second(now)), count))


def lead_of(ports: Ports, tier: Tier, readings: Readings) -> int:
    """The hours before the last end of work, at which an application must have been made."""
    if same_port(ports, readings):
        return readings.lead_same_high if tier == "high" else readings.lead_same
    return readings.lead_different_high if tier == "high" else readings.lead_different


def same_port(ports: Ports, readings: Readings) -> bool:
    """Whether 申报地海关 and 进出口海关 are the same."""
    digits = 2 if readings.same_port == "prefix" else 4
    return ports.declare_port[:digits] == ports.entry_port[:digits]


def minute_of(moment: datetime) -> str:
    """A moment as the form writes it, in Chinese time; with seconds where it has some."""
    moment = moment.astimezone(CHINA)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"


def _latest(port: PortCalendar, closing: Close | None, hours: int, readings: Readings) -> datetime | None:
    if closing is None:
        return None
    lead = timedelta(hours=hours)
    return port.before_work(closing.moment, lead) if readings.hours == "working" else closing.moment - lead


def _second(now: datetime) -> datetime:
    """Now in China, in whole seconds: what is shown as 17:00:00 is in time until 17:00."""
    return now.astimezone(CHINA).replace(microsecond=0)


def _window(start: datetime, readings: Readings) -> tuple[datetime, datetime]:
    """What must lie outside working time, half-open: the whole window, or the instant at which it starts."""
    return start, start + (INSTANT if readings.window == "start" else readings.length)


def _checked(ports: Ports, calendar: Calendar, readings: Readings) -> list[tuple[str, PortCalendar]]:
    """The ports outside whose working time the window must lie, and what they are called."""
    checked = [("预约申报口岸", calendar.of(ports.declare_port))]
    if readings.entry_calendar == "when_present" and ports.entry_port != ports.declare_port:
        checked.append(("预约进出口岸", calendar.of(ports.entry_port)))
    return checked


def _forbidden(tiers: Sequence[Tier]) -> Reason | None:
    if lower_of(tiers) != "forbidden":
        return None
    advice = "申报单位和收发货人均不得为失信企业，请核对收发货人"
    return Reason("credit", FORBIDDEN_TEXT, advice, CREDIT_CLAUSE)


def _past(appointment: Appointment, now: datetime) -> Reason | None:
    if appointment.start >= _second(now):
        return None
    message = f"预约通关时间 {minute_of(appointment.start)} 已过（现在是 {minute_of(_second(now))}）"
    return Reason("past", message, "请改填以后的时间", CLAUSE)


def _unknown(appointment: Appointment, port: PortCalendar, readings: Readings) -> Reason | None:
    begin, end = _window(appointment.start, readings)
    month = port.unknown_month(begin.date(), (end - INSTANT).date())
    return None if month is None else _no_calendar(port, f"{month.first:%Y年%m月}")


def _no_calendar(port: PortCalendar, when: str) -> Reason:
    message = f"{UNKNOWN_TEXT}（{f'{port.name} {port.port}'.strip()}，{when}）"
    advice = "请联系该口岸更新工作日历，或改选已公布工作日历的口岸、时间"
    return Reason("unknown", message, advice, CALENDAR_CLAUSE)


def _at_work(appointment: Appointment, calendar: Calendar, readings: Readings) -> Reason | None:
    begin, end = _window(appointment.start, readings)
    for role, port in _checked(appointment.ports, calendar, readings):
        if port.works_all_day(begin.date()) and port.works_all_day((end - INSTANT).date()):
            message = f"{role}{_named(port)} {begin:%Y-%m-%d} 全天为海关工作时间，随时可以办理通关，无需预约"
            return Reason("always", message, "请直接申报，无需预约；或改选有非工作时间的日期", CLAUSE)
        if shift := port.shift_in(begin, end):
            return _working(appointment, role, port, shift, readings)
    return None


def _working(
    appointment: Appointment, role: str, port: PortCalendar, shift: Shift, readings: Readings
) -> Reason:
    end = minute_of(appointment.start + readings.length)
    window = f"{minute_of(appointment.start)} 至 {end}"
    message = f"预约通关时间 {window} 在海关工作时间内：{role}{_named(port)}的工作时间为 {_span(shift)}"
    advice = (
        "预约通关时间必须是海关非工作时间（起始时间起两小时），请改填该口岸不上班的时间，或从推荐时段中选择"
    )
    if readings.window_hours != 2:
        advice = advice.replace("两小时", f" {readings.window_hours} 小时")
    return Reason("working", message, advice, CLAUSE)


def _no_closing(appointment: Appointment, port: PortCalendar, latest: datetime | None) -> Reason | None:
    """The last end of work lies before what is published: then nobody can say when one had to apply."""
    if latest is not None:
        return None
    return _no_calendar(port, f"{appointment.start:%Y-%m-%d} 之前")


def _late(
    appointment: Appointment, judged: Judgement, tiers: Sequence[Tier], readings: Readings, now: datetime
) -> Reason | None:
    assert judged.latest
    assert judged.closing
    if _second(now) <= judged.latest:
        return None
    ports = "相同" if same_port(appointment.ports, readings) else "不同"
    grade = "高级认证企业" if lower_of(tiers) == "high" else "一般企业"
    message = (
        f"已超过最迟申请时间 {minute_of(judged.latest)}（现在是 {minute_of(_second(now))}）："
        f"申报口岸与进出口岸{ports}，{grade}最迟应在预约通关时间前最后一个海关工作日"
        f"下班（{minute_of(judged.closing)}）前 {judged.hours} {judged.unit}提出申请"
    )
    return Reason("late", message, "请改填更晚的预约通关时间，或从推荐时段中选择", CLAUSE)


def _named(port: PortCalendar) -> str:
    return f"{port.name}（{port.port}）" if port.name else port.port


def _span(shift: Shift) -> str:
    end = f"{shift.end:%H:%M}" if shift.end.date() == shift.begin.date() else f"{shift.end:%Y-%m-%d %H:%M}"
    return f"{shift.begin:%Y-%m-%d %H:%M} 至 {end}"


def _times(
    ports: Ports, calendar: Calendar, tier: Tier, readings: Readings, now: datetime
) -> Iterator[datetime]:
    """All starts that may be offered, in order."""
    port = calendar.of(ports.declare_port)
    checked = [each for _, each in _checked(ports, calendar, readings)]
    hours = lead_of(ports, tier, readings)
    for begin, end in port.spans():
        first = _first(port, (begin, end), hours, readings, now)
        if first is not None:
            yield from _free(checked, first, end, readings)


def _first(
    port: PortCalendar, span: tuple[datetime, datetime], hours: int, readings: Readings, now: datetime
) -> datetime | None:
    """The moment within a span of known months from which on one is in time, or None.

    A later start never has an earlier last end of work, so it is the first of those that leave the lead.
    """
    for closing in port.closings_within(*span, after=now):
        latest = _latest(port, closing, hours, readings)
        if latest is not None and latest >= now:
            next_day = midnight(closing.day + timedelta(days=1))
            return max(closing.moment, next_day) if readings.closing == "earlier_day" else closing.moment
    return None


def _free(
    checked: Sequence[PortCalendar], first: datetime, end: datetime, readings: Readings
) -> Iterator[datetime]:
    """Starts one window after another from `first` on, outside the ports' working time, until the calendar's end."""
    start = _half_hour(first)
    while _window(start, readings)[1] <= end:
        busy = [run[1] for port in checked if (run := port.work_in(*_window(start, readings)))]
        if busy:
            start = _half_hour(max(busy))
        else:
            yield start
            start = _half_hour(start + readings.length)


def _half_hour(moment: datetime) -> datetime:
    """The same moment or the next whole half hour."""
    past = (moment - midnight(moment.date())) % GRID
    return moment + (GRID - past) if past else moment
