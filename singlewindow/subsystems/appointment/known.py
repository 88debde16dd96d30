"""What the rules may know, looked up in two queries: companies, working calendars and declarations in customs'
registers, and who has an appointment without feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from singlewindow.kernel.definition.moments import find_moment, later
from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.calendar import KIND as CALENDAR
from singlewindow.subsystems.appointment.calendar import Calendar, months_around, read_calendar
from singlewindow.subsystems.appointment.grades import Tier
from singlewindow.subsystems.appointment.lead_time import Appointment, Judgement, judge
from singlewindow.subsystems.appointment.parties import KIND as COMPANY
from singlewindow.subsystems.appointment.parties import Company
from singlewindow.subsystems.appointment.readings import Readings, readings


@dataclass(frozen=True)
class Known:
    """What the rules may know. `parties` are 申报单位 and 收发货人 as far as customs know them."""

    now: datetime
    readings: Readings
    parties: Mapping[str, Company | None]
    calendar: Calendar
    appointment: Appointment | None
    blocked: frozenset[str] = field(default=frozenset())

    @property
    def tiers(self) -> list[Tier]:
        """The tiers of the parties that are known; of none, a general one."""
        return [company.tier for company in self.parties.values() if company] or ["general"]

    @cached_property
    def judgement(self) -> Judgement | None:
        """Whether the time may be appointed; None as long as time or ports are not filled in."""
        if self.appointment is None:
            return None
        return judge(self.appointment, self.calendar, self.tiers, self.readings, self.now)

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission: raw grades, the calendar's answer, and how the rules were read."""
        judgement = self.judgement
        return {
            "parties": {role: asdict(company) if company else None for role, company in self.parties.items()},
            "lead": {
                "hours": judgement.hours,
                "closing": _moment(judgement.closing),
                "latest": _moment(judgement.latest),
                "provisional": judgement.provisional,
            }
            if judgement
            else None,
            "readings": asdict(self.readings),
        }


async def gather(case: Case) -> Known:
    """Look up both companies and the months of both ports' calendars."""
    values, now, read = case.values, case.transaction.now, readings()
    codes = {"declarant": case.applicant.customs_code, "consignee": values.get("consignee_code", "")}
    start = find_moment(values.get("start", ""))
    ports = (values.get("declare_port", ""), values.get("entry_port", ""))
    wanted = [(COMPANY, code) for code in codes.values() if code]
    wanted += months_around(ports, start, now, read) if all(ports) else []
    found = await case.registers.find_many(list(dict.fromkeys(wanted)))
    today = now.astimezone(CHINA).date()
    return Known(
        now=now,
        readings=read,
        parties={role: Company.of(found.get((COMPANY, code)), today) for role, code in codes.items()},
        calendar=read_calendar((key, each.data) for (kind, key), each in found.items() if kind == CALENDAR),
        appointment=Appointment(start, *ports) if start and all(ports) else None,
    )


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who applies and for whom, as customs' register says, and the end of the window."""
    filled = {"declarant_code": case.applicant.customs_code, "declarant_scc": case.applicant.scc}
    filled["declarant_name"] = case.applicant.name
    for role, company in known.parties.items():
        filled |= {f"{role}_{name}": value for name, value in (company.boxes if company else {}).items()}
    filled["end"] = later(case.values.get("start", ""), known.readings.length)
    return filled


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(CHINA).isoformat() if moment else None
