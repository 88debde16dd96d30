"""What the rules may know: the company in customs' register, and whether it has such a qualification already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.qualification.document import BONDED
from singlewindow.subsystems.consolidated.readings import Readings, readings

COMPANY = "company"  # customs' register
CLAIM = "consolidated.qualification"


@dataclass(frozen=True)
class Known:
    """What the rules may know. `company` is what customs' register says of the applicant, None for nothing;
    `taken`: another qualification of the company for that district and kind of goods is valid or under way."""

    today: date
    readings: Readings
    signing: bool = False
    company: Mapping[str, Any] | None = None
    taken: bool = False

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
    return Known(
        today=case.transaction.now.astimezone(CHINA).date(),
        readings=readings(),
        signing=case.signing,
        company=None if entry is None else entry.data,
        taken=await case.claimed(CLAIM, key),
    )


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who files, and its form of guarantee as customs have it."""
    filled = {"company_code": case.applicant.customs_code, "company_name": case.applicant.name}
    if case.values.get("nature") != BONDED:
        filled["guarantee"] = str((known.company or {}).get("guarantee_mode") or "")
    return filled
