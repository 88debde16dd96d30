"""Why an application must not be approved: who may not appoint, a window that is over, or lies in working hours.

Regulation: customs judge such applications by themselves (自动审核受理, FA 2.1); what stands here is what the automatic
mode returns them for, and what an officer cannot approve either (APPT-05, APPT-06, APPT-07).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desks.appointment import books
from singlewindow.customs.desks.appointment.calendar import (
    Months,
    day_in_words,
    days_of,
    hours_on,
    meets,
    month_key,
)
from singlewindow.customs.desks.appointment.feedback import shown
from singlewindow.customs.desks.appointment.readings import Readings, readings
from singlewindow.customs.entries import Data, find_entries
from singlewindow.customs.grades import grade_of, is_discredited
from singlewindow.customs.register_kinds import COMPANY, PORT_CALENDAR
from singlewindow.customs.times import local_day

HIGH, GENERAL, DISCREDITED = "高级", "一般", "失信"
HIGHEST = "高级认证企业"
ROLES = {"company": "申报单位", "consignee": "收发货人"}
INSTANT = timedelta(microseconds=1)
PORTS = {"declare_port": "预约申报口岸", "entry_port": "预约进出口岸"}


@dataclass(frozen=True)
class Known:
    """What customs know of some appointments' companies and ports."""

    companies: Mapping[str, Data]
    months: Months
    unanswered: Mapping[str, books.Unanswered]
    now: datetime

    @property
    def today(self) -> date:
        """The day in China."""
        return local_day(self.now)


async def known_of(transaction: Transaction, booked: Sequence[Row]) -> Known:
    """Everything that the grounds look at, for all these appointments: three queries."""
    companies = {book[role] for book in booked for role in ROLES}
    months = {
        month_key(book[port], day)
        for book in booked
        for port in PORTS
        for day in days_of(book["starts_at"], book["ends_at"])
    }
    return Known(
        await find_entries(transaction, COMPANY, companies),
        await find_entries(transaction, PORT_CALENDAR, months),
        await books.unanswered(transaction, sorted(companies)),
        transaction.now,
    )


def tier_of(company: Data | None) -> str:
    """What a grade comes to for appointments: 高级, 一般 or 失信 (FA 1.1); one that nobody knows is 一般."""
    if company is not None and is_discredited(company):
        return DISCREDITED
    return HIGH if company is not None and grade_of(company) == HIGHEST else GENERAL


def qualified(company: Data, today: date) -> bool:
    """Whether a company has 报关资质 today; its last day counts."""
    until = company.get("qualification_until")
    return company.get("customs_qualified") is True and (not until or today.isoformat() <= until)


async def why_not_approved(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The desk's hindrance of 审批通过: all reasons at once."""
    held = await books.held(transaction, rows, lock=lock)
    known = await known_of(transaction, [book for book in held if book is not None])
    return [
        "；".join(reasons(book, known, readings()))
        if book is not None and book["submission_id"] == row["id"]
        else "该预约已另行申报，这一份只能退单"
        for row, book in zip(rows, held, strict=True)
    ]


def reasons(book: Mapping[str, Any] | Row, known: Known, reading: Readings) -> list[str]:
    """Why an appointment must not be approved, each in a sentence. Pure."""
    roles = dict.fromkeys(ROLES) if book["company"] != book["consignee"] else dict.fromkeys(["company"])
    return [
        *(why for role in roles for why in _of_company(ROLES[role], book[role], known)),
        *_of_time(book, known),
        *_of_ports(book, known, reading),
    ]


def window_of(book: Mapping[str, Any] | Row) -> str:
    """An appointment's time in words, to the minute."""
    return f"{shown(book['starts_at'])[:16]} 至 {shown(book['ends_at'])[:16]}"


def _of_time(book: Mapping[str, Any] | Row, known: Known) -> Iterator[str]:
    """A window that is over: nobody can keep the appointment any more, and its approval would only lead both companies
    into state I."""
    if book["ends_at"] <= known.now:
        yield f"预约通关时间 {window_of(book)} 已过，不能审批通过，请另选时间重新申请"


def _of_company(role: str, code: str, known: Known) -> Iterator[str]:
    company = known.companies.get(code)
    if company is None:
        yield f"海关没有{role} {code} 的备案信息"
        return
    if tier_of(company) == DISCREDITED:
        yield f"{role} {code} 为{grade_of(company)}，失信企业不允许操作"
    if not qualified(company, known.today):
        yield f"{role} {code} 无报关资质，不允许新增预约操作"
    if known.unanswered.get(code):
        yield f"{role} {code} 存在「I-通关完成未反馈」状态的预约，不允许新增预约操作"


def _of_ports(book: Mapping[str, Any] | Row, known: Known, reading: Readings) -> list[str]:
    """The port of declaration must have a calendar; the other one counts where it has one (FA 2.4)."""
    found = []
    ends_at = book["ends_at"] if reading.window == "whole" else book["starts_at"] + INSTANT
    for name, label in PORTS.items():
        if name == "entry_port" and (book[name] == book["declare_port"] or reading.entry_calendar == "never"):
            continue
        for day in days_of(book["starts_at"], ends_at):
            hours = hours_on(known.months, book[name], day)
            if hours is None:
                if name == "declare_port":
                    found.append(f"{label} {book[name]} 未查到口岸工作时间，请联系口岸更新工作日历")
            elif meets(book["starts_at"], ends_at, day, hours):
                said = f"{day_in_words(day)}工作时间为 {'、'.join(hours)}"
                found.append(f"{label} {book[name]} {said}，预约通关时间必须是海关非工作时间")
    return list(dict.fromkeys(found))
