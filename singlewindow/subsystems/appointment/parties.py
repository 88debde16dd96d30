"""Who applies and for whom: what customs' register of companies says of both (APPT-02, APPT-05, APPT-06)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from singlewindow.kernel.registers.grades import NAMES
from singlewindow.kernel.registers.store import Entry
from singlewindow.subsystems.appointment.grades import Tier, is_qualified, tier_of

KIND = "company"
TITLES = {"declarant": "申报单位", "consignee": "收发货人"}
ROLES = tuple(TITLES)


@dataclass(frozen=True)
class Company:
    """A company as customs publish it; the tier is derived from the raw grade and read by the rules."""

    customs_code: str
    scc: str
    ciq_code: str
    name: str
    grade: str
    grade_name: str
    tier: Tier
    qualified: bool

    @classmethod
    def of(cls, entry: Entry | None, today: date) -> Company | None:
        """The company of an entry, with its qualification on a day in China; None for no entry."""
        if entry is None:
            return None
        data = entry.data
        grade = _text(data, "grade")
        return cls(
            customs_code=entry.key,
            scc=_text(data, "scc"),
            ciq_code=_text(data, "ciq_code"),
            name=_text(data, "name"),
            grade=grade,
            grade_name=_text(data, "grade_name") or NAMES.get(grade, grade),
            tier=tier_of(data),
            qualified=is_qualified(data, today),
        )

    @property
    def boxes(self) -> dict[str, str]:
        """The three grey boxes beside the code."""
        return {"scc": self.scc, "ciq": self.ciq_code, "name": self.name}


def _text(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name) or "")
