"""A company's 信用等级 as customs' register of companies holds it: read here for all chapters (FA 1.1, FG 3.1).

Grades have changed with four decrees (令225, 令237, 令251, 令282), and their codes are proposals. So a grade's name
counts before its code; a name that nobody knows leaves it to the code, unless it calls itself 失信.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES: Mapping[str, str] = {
    "1": "高级认证企业",
    "2": "认证企业",
    "3": "常规企业",
    "4": "失信企业",
    "5": "严重失信企业",
}
"""The grade codes of the register of companies."""

EARLIER = frozenset({"一般认证企业", "一般信用企业", "常规管理", "常规管理企业"})
"""Names of earlier decrees, of which none is 失信."""

DISCREDITED = "失信"


def grade_of(company: Mapping[str, Any]) -> str:
    """The name of the grade of a register entry (`grade`, `grade_name`); else what stands there, "" for nothing."""
    name = str(company.get("grade_name") or "").strip()
    if DISCREDITED in name or name in EARLIER or name in NAMES.values():
        return name
    return NAMES.get(str(company.get("grade") or ""), name)


def is_discredited(company: Mapping[str, Any]) -> bool:
    """Whether a company of the register is 失信企业 or 严重失信企业."""
    return DISCREDITED in grade_of(company)
