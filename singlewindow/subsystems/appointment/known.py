"""What the rules may know, looked up at once: companies, working calendars and declarations in customs' registers, who
has an appointment without feedback, and which declaration numbers serve another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from singlewindow.kernel.definition.moments import find_moment, later
from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.calendar import KIND as CALENDAR
from singlewindow.subsystems.appointment.calendar import Calendar, months_around, read_calendar
from singlewindow.subsystems.appointment.document import PROOF
from singlewindow.subsystems.appointment.feedback import Applied, used_by
from singlewindow.subsystems.appointment.grades import Tier
from singlewindow.subsystems.appointment.lead_time import Appointment, Judgement, judge
from singlewindow.subsystems.appointment.parties import KIND as COMPANY
from singlewindow.subsystems.appointment.parties import ROLES, Company
from singlewindow.subsystems.appointment.readings import Readings, readings

UNANSWERED = "appointment.unanswered"  # held for both companies of an appointment in state I
DECLARATIONS = "appointment.declaration"  # held for the numbers of a feedback, each for its two companies
DECLARATION = "declaration"  # customs' register
COMPARED = ("status", "ie_flag", "district", "port", "declarant_code", "consignee_code", "declared_at")


@dataclass(frozen=True)
class FedBack:
    """What declaration numbers are compared with: the application, customs' register, and other appointments."""

    applied: Applied
    register: Mapping[str, Mapping[str, Any]]
    used: frozenset[str]

    def frozen(self) -> dict[str, Any]:
        """What decided."""
        declarations = {
            number: {name: data.get(name) for name in COMPARED} for number, data in self.register.items()
        }
        submitted = self.applied.submitted_at.astimezone(CHINA).isoformat()
        return {"submitted_at": submitted, "declarations": declarations}


@dataclass(frozen=True)
class Known:
    """What the rules may know. `parties` are 申报单位 and 收发货人 as far as customs know them; `action` is the signed
    action, "" before a signature; `has_proof` says whether 情况说明材料 is there. `unanswered` are the companies with
    an appointment in state I, and whether one of these was applied for by the company that asks, which alone can answer
    it. Of what is in force already nothing of the application is asked again."""

    now: datetime
    readings: Readings
    action: str = ""
    parties: Mapping[str, Company | None] | None = None
    calendar: Calendar = field(default_factory=lambda: Calendar({}))
    appointment: Appointment | None = None
    unanswered: Mapping[str, bool] = field(default_factory=dict)
    fed_back: FedBack | None = None
    has_proof: bool = False

    @property
    def companies(self) -> dict[str, Company]:
        """The parties that customs know, by role."""
        return {role: each for role, each in (self.parties or {}).items() if each}

    @property
    def tiers(self) -> list[Tier]:
        """The parties' tiers; one of whom nothing is known (yet) is general, and shortens no lead."""
        return [company.tier if company else "general" for company in (self.parties or {"": None}).values()]

    @cached_property
    def judgement(self) -> Judgement | None:
        """Whether the time may be appointed; None as long as time or ports are not filled in."""
        if self.appointment is None:
            return None
        return judge(self.appointment, self.calendar, self.tiers, self.readings, self.now)

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission: raw grades, the calendar's answer, and how the rules were read."""
        if self.parties is None:
            return self.fed_back.frozen() if self.fed_back else {}
        judgement = self.judgement
        return {
            "parties": {role: asdict(company) if company else None for role, company in self.parties.items()},
            "lead": _lead(judgement) if judgement else None,
            "readings": asdict(self.readings),
        }


async def gather(case: Case) -> Known:
    """Look up what the rules of the application ask, or those of what follows it."""
    if case.editable is None:
        return await _of_application(case)
    fed_back = await _fed_back(case) if case.action == "feedback" else None
    has_proof = PROOF in case.attachments
    return Known(case.transaction.now, readings(), case.action, fed_back=fed_back, has_proof=has_proof)


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who applies and for whom, as customs' register says, and the end of the window."""
    filled = {"declarant_code": case.applicant.customs_code, "declarant_scc": case.applicant.scc}
    filled["declarant_name"] = case.applicant.name
    for role, company in known.companies.items():
        filled |= {f"{role}_{name}": value for name, value in company.boxes.items()}
    filled["end"] = later(case.values.get("start", ""), known.readings.length)
    return filled


async def _of_application(case: Case) -> Known:
    values, now, read = case.values, case.transaction.now, readings()
    codes = dict(zip(ROLES, (case.applicant.customs_code, values.get("consignee_code", "")), strict=True))
    start = find_moment(values.get("start", ""))
    ports = (values.get("declare_port", ""), values.get("entry_port", ""))
    wanted = [(COMPANY, code) for code in codes.values() if code]
    wanted += months_around(ports, start, now, read) if all(ports) else []
    found = await case.registers.find_many(list(dict.fromkeys(wanted)))
    today = now.astimezone(CHINA).date()
    return Known(
        now=now,
        readings=read,
        action=case.action,
        parties={role: Company.of(found.get((COMPANY, code)), today) for role, code in codes.items()},
        calendar=read_calendar((key, each.data) for (kind, key), each in found.items() if kind == CALENDAR),
        appointment=Appointment(start, *ports) if start and all(ports) else None,
        unanswered=await _unanswered(case, codes.values()),
    )


_UNANSWERED = """select w.code, w.but_not, bool_or(u.own) as own
    from unnest($1::text[], $2::bigint[]) as w (code, but_not)
    cross join lateral appointment_unanswered(w.code, $3) as u (document_id, own)
    where u.document_id is distinct from w.but_not group by w.code, w.but_not"""


async def _unanswered(case: Case, codes: Iterable[str]) -> dict[str, bool]:
    """Those of the companies that have left another appointment unanswered, as `Known` holds them. One query."""
    asked = [(code, case.document_id) for code in dict.fromkeys(codes) if code]
    if not asked:
        return {}
    rows = await case.transaction.look_up(_UNANSWERED, asked, case.transaction.now)
    return {row["code"]: row["own"] for row in rows}


async def _fed_back(case: Case) -> FedBack:
    """The application as it is in force, when it was submitted, and what is known of all the numbers."""
    values = case.values
    numbers = [row.get("entry_no", "") for row in values.get("declarations", [])]
    submitted = await case.transaction.value(
        """select submitted_at from submission where document_id = $1 and action = 'apply' and not superseded
           order by sequence desc limit 1""",
        case.document_id,
    )
    names = ("ie_flag", "declare_port", "entry_port", "declarant_code", "consignee_code")
    found = await case.registers.find_many([(DECLARATION, number) for number in dict.fromkeys(numbers)])
    applied = Applied(**{name: values.get(name, "") for name in names}, submitted_at=submitted)
    keys = {used_by(number, applied.declarant_code, applied.consignee_code): number for number in numbers}
    # Processes of the release before hold the number alone, also while this one is rolled out (decision 0061).
    keys |= {number: number for number in numbers}
    return FedBack(
        applied=applied,
        register={key: entry.data for (_, key), entry in found.items()},
        used=frozenset(keys[key] for key in await case.claimed_any(DECLARATIONS, keys)),
    )


def _lead(judgement: Judgement) -> dict[str, Any]:
    return {
        "hours": judgement.hours,
        "closing": _moment(judgement.closing),
        "latest": _moment(judgement.latest),
        "provisional": judgement.provisional,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(CHINA).isoformat() if moment else None
