"""Who is 失信, for the portal and for customs alike (FA 1.1, FG 3.1): what the register of companies holds, and whether
that is one. Each side has one rule for all its chapters or desks; both are asked the same."""

from __future__ import annotations

DISCREDITED: tuple[tuple[str, str, bool], ...] = (
    ("1", "高级认证企业", False),
    ("2", "认证企业", False),
    ("2", "一般认证企业", False),  # of a decree before
    ("3", "常规企业", False),
    ("4", "失信企业", True),
    ("5", "严重失信企业", True),
    ("3", "失信企业", True),  # the name counts before the code
    ("1", "一般失信企业", True),  # nobody knows it, but it says what it is
    ("4", "常规企业", False),
    ("4", " 常规企业 ", False),
    ("4", "新企业", True),  # a name that nobody knows leaves it to the code
    ("3", "新企业", False),
    ("4", "", True),
    ("5", "", True),
    ("3", "", False),
    ("9", "", False),
    ("", "失信企业", True),
    ("", "", False),
)
"""信用等级 by code and by name, and whether the company is 失信."""


def company(grade: str, name: str) -> dict[str, str]:
    """An entry of the register with what is known of the grade."""
    return {key: value for key, value in {"grade": grade, "grade_name": name}.items() if value}
