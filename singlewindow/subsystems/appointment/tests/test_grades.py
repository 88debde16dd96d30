"""Credit grades and the qualification: APPT-05, APPT-06, FA 1.1."""

from __future__ import annotations

from datetime import date

import pytest

from singlewindow.subsystems.appointment.grades import Tier, is_qualified, lower_of, tier_of


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("高级认证企业", "high"),
        ("认证企业", "general"),
        ("一般认证企业", "general"),
        ("一般信用企业", "general"),
        ("常规管理", "general"),
        ("常规企业", "general"),
        ("失信企业", "forbidden"),
        ("严重失信企业", "forbidden"),
        ("一般失信企业", "forbidden"),  # nobody knows it, but it says what it is
        ("新企业", "general"),
        ("", "general"),
    ],
)
def test_the_raw_grade_by_name(name: str, tier: Tier) -> None:
    assert tier_of({"grade_name": name}) == tier


@pytest.mark.parametrize(
    ("code", "tier"),
    [
        ("1", "high"),
        ("2", "general"),
        ("3", "general"),
        ("4", "forbidden"),
        ("5", "forbidden"),
        ("9", "general"),
    ],
)
def test_the_raw_grade_by_code(code: str, tier: Tier) -> None:
    assert tier_of({"grade": code}) == tier


def test_the_name_counts_before_the_code() -> None:
    assert tier_of({"grade": "1", "grade_name": "失信企业"}) == "forbidden"
    assert tier_of({"grade": "1", "grade_name": "一般失信企业"}) == "forbidden"


def test_the_lower_tier() -> None:
    """取较低的等级资质."""
    assert lower_of(["high", "general"]) == "general"
    assert lower_of(["high", "high"]) == "high"
    assert lower_of(["forbidden", "high"]) == "forbidden"


@pytest.mark.parametrize(
    ("company", "qualified"),
    [
        ({"customs_qualified": True}, True),
        ({"customs_qualified": True, "qualification_until": "2026-11-28"}, True),
        ({"customs_qualified": True, "qualification_until": "2026-11-27"}, False),
        ({"customs_qualified": False, "qualification_until": "2030-01-01"}, False),
        ({"customs_qualified": "true"}, False),
        ({}, False),
    ],
)
def test_the_qualification(company: dict[str, object], qualified: bool) -> None:
    assert is_qualified(company, date(2026, 11, 28)) is qualified
