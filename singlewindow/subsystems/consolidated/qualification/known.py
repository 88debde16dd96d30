"""What the rules may know: the company in customs' register, what is in force, and whether the company has such a
qualification already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.registers.grades import is_discredited
from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.filing import APPROVED
from singlewindow.subsystems.consolidated.limits import may_extend
from singlewindow.subsystems.consolidated.qualification.document import BONDED
from singlewindow.subsystems.consolidated.readings import Readings, readings

COMPANY = "company"  # customs' register
CLAIM = "consolidated.qualification"
SAVED_WITH = ("district", "nature")  # 暂存 wants them; company and name are always there


@dataclass(frozen=True)
class Known:
    """What the rules may know. `company` is what customs' register says of the applicant, None for nothing;
    `in_force` the content that an approved qualification has; `ends` the last day of one that is changed while an
    extension could be asked for; `taken`: another qualification of the company for that
    district and kind of goods is valid or under way; `missing` what must be there at 暂存 and is not."""

    today: date
    readings: Readings = field(default_factory=Readings)
    signing: bool = False
    company: Mapping[str, Any] | None = None
    in_force: Mapping[str, Any] | None = None
    ends: date | None = None
    taken: bool = False
    missing: tuple[str, ...] = ()

    @property
    def discredited(self) -> bool:
        """Whether the company's grade is 失信企业 or 严重失信企业."""
        return is_discredited(self.company or {})

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        company = self.company or {}
        return {name: company.get(name) for name in ("grade", "grade_name", "guarantee_mode")}


def claimed(content: Mapping[str, Any]) -> str:
    """What a qualification is exclusive for: company, district, and general or bonded goods; "" as long as that is
    open."""
    company, district, nature = (content.get(n, "") for n in ("company_code", "district", "nature"))
    if not (company and district and nature):
        return ""
    return f"{company}.{district}.{'bonded' if nature == BONDED else 'general'}"


async def gather(case: Case) -> Known:
    """Look up what the rules ask."""
    entry = await case.registers.find(COMPANY, case.applicant.customs_code)
    key = claimed({**case.values, "company_code": case.applicant.customs_code})
    today, (in_force, until) = case.transaction.now.astimezone(CHINA).date(), await _in_force(case)
    bonded, days = case.values.get("nature") == BONDED, readings().extension_days
    extendable = until is not None and may_extend(until, today, bonded=bonded, days=days)
    return Known(
        today=today,
        readings=readings(),
        signing=case.signing,
        company=None if entry is None else entry.data,
        in_force=in_force,
        ends=until if extendable and case.amending == "change" else None,
        taken=await case.claimed(CLAIM, key),
        missing=tuple(name for name in SAVED_WITH if not case.values.get(name)),
    )


async def _in_force(case: Case) -> tuple[Mapping[str, Any] | None, date | None]:
    """The content of an approved qualification, and its 核准有效期."""
    if case.status != APPROVED:
        return None, None
    row = await case.transaction.row(
        "select content, returned->>'valid_until' as valid_until from document where id = $1 and company_id = $2",
        case.document_id,
        case.transaction.actor.company_id,
    )
    return (None, None) if row is None else (row["content"], find_day(row["valid_until"] or ""))


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who files, and its form of guarantee as customs have it; what is in force keeps its own."""
    filled = {"company_code": case.applicant.customs_code, "company_name": case.applicant.name}
    if known.in_force is None and case.values.get("nature") != BONDED:
        filled["guarantee"] = str((known.company or {}).get("guarantee_mode") or "")
    return filled
