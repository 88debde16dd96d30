"""What a company's credit grade and its customs qualification permit (APPT-05, APPT-06).

Grades have changed with four decrees (令225, 令237, 令251, 令282), so the rules read a tier that is derived from the
raw grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from singlewindow.kernel.registers.grades import grade_of, is_discredited

Tier = Literal["high", "general", "forbidden"]

TIERS: Mapping[str, Tier] = {
    "高级认证企业": "high",
    "认证企业": "general",  # 令282: not 高级
    "一般认证企业": "general",
    "一般信用企业": "general",
    "常规管理": "general",
    "常规管理企业": "general",
    "常规企业": "general",
}
"""The raw grade's name → what the rules read; who is 失信 says `kernel/registers/grades.py`, for all chapters."""

ORDER: tuple[Tier, ...] = ("forbidden", "general", "high")
FORBIDDEN_TEXT = "失信企业不允许操作"


def tier_of(company: Mapping[str, Any]) -> Tier:
    """The tier of an entry of the register of companies (`grade`, `grade_name`).

    A grade that nobody knows is a general one: it never shortens a lead, and forbids nothing that customs did not
    forbid.
    """
    return "forbidden" if is_discredited(company) else TIERS.get(grade_of(company), "general")


def lower_of(tiers: Iterable[Tier]) -> Tier:
    """The lower of the parties' tiers (取较低的等级资质). Raises ValueError where there is none."""
    return min(tiers, key=ORDER.index)


def is_qualified(company: Mapping[str, Any], today: date) -> bool:
    """Whether a company of the register has 报关资质 on a day in China; 资质有效期 is its last day."""
    until = str(company.get("qualification_until") or "")[:10]
    return company.get("customs_qualified") is True and (not until or today.isoformat() <= until)
