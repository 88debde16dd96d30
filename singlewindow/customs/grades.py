"""A company's 信用等级 as customs read their own register, for all desks (FA 1.1).

As at the portal, a grade's name counts before its code; a name that nobody knows leaves it to the code, unless it calls
itself 失信.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.customs.register_kinds import GRADES

EARLIER = frozenset({"一般认证企业", "一般信用企业", "常规管理", "常规管理企业"})
"""Names of earlier decrees, of which none is 失信."""

DISCREDITED = "失信"


def grade_of(company: Mapping[str, Any]) -> str:
    """The name of the grade of a register entry (`grade`, `grade_name`); else what stands there, "" for nothing."""
    name = str(company.get("grade_name") or "").strip()
    if DISCREDITED in name or name in EARLIER or name in GRADES.values():
        return name
    return GRADES.get(str(company.get("grade") or ""), name)


def is_discredited(company: Mapping[str, Any]) -> bool:
    """Whether a company of the register is 失信企业 or 严重失信企业."""
    return DISCREDITED in grade_of(company)
