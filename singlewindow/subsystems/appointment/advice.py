"""What is said beside 预约通关时间 while it is typed (APPT-15): may it be appointed, why not, until when, whose
credit grade counted, and the next times that may be had (推荐时段)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from singlewindow.kernel.definition.moments import moment_text
from singlewindow.kernel.notices import Notice, Offer
from singlewindow.subsystems.appointment.document import Application
from singlewindow.subsystems.appointment.grades import Tier, lower_of
from singlewindow.subsystems.appointment.known import Known
from singlewindow.subsystems.appointment.lead_time import Ports, next_times
from singlewindow.subsystems.appointment.parties import TITLES, Company

OFFERED = 10
OFFERS_TITLE = "推荐时段"
TIER_WORDS: dict[Tier, str] = {"high": "高级企业", "general": "一般企业", "forbidden": "失信企业"}


def notices(content: Application, known: Known) -> Iterator[Notice]:
    """At the time, as soon as both ports are filled in."""
    if not (content.declare_port and content.entry_port):
        return
    offers = tuple(_offer(start, known) for start in _times(content, known))
    said: dict[str, Any] = {"path": "start", "offers": offers, "offers_title": OFFERS_TITLE if offers else ""}
    if content.start and known.judgement:
        level: Literal["good", "bad"] = "good" if known.judgement.allowed else "bad"
        yield Notice(text=f"{known.judgement.text}；{whose_grade_counts(known)}", level=level, **said)
    elif offers:
        yield Notice(text=f"最早可以预约 {offers[0].label}；{whose_grade_counts(known)}", **said)


def whose_grade_counts(known: Known) -> str:
    """The tier that decides, and whose it is: the lower of both (取较低的等级资质)."""
    companies, lower = known.companies, lower_of(known.tiers)
    lowest = [f"{TITLES[role]}{_grade(each)}" for role, each in companies.items() if each.tier == lower]
    others = [f"{TITLES[role]}{_grade(each)}" for role, each in companies.items() if each.tier != lower]
    counted = f"按{TIER_WORDS[lower]}计（{'、'.join(lowest) or '信用等级未知'}"
    return f"{counted}；{'、'.join(others)}等级较高，不计）" if others else f"{counted}）"


def _grade(company: Company) -> str:
    return f"为{company.grade_name}" if company.grade_name else "信用等级未知"


def _times(content: Application, known: Known) -> list[datetime]:
    ports = Ports(content.declare_port, content.entry_port)
    return next_times(ports, known.calendar, known.tiers, known.readings, known.now, OFFERED)


def _offer(start: datetime, known: Known) -> Offer:
    end = start + known.readings.length
    until = f"{end:%H:%M}" if end.date() == start.date() else moment_text(end)
    label = f"{moment_text(start)} 至 {until}（周{'一二三四五六日'[start.weekday()]}）"
    return Offer(label=label, values={"start": moment_text(start)})
