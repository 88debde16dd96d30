"""What a 报关单号 must look like before it is looked for (PRNT-01, FG 3.5)."""

from __future__ import annotations

import pytest

from singlewindow.subsystems.declarations.number_shape import declaration_shape, why_no_declaration_number


@pytest.mark.parametrize("number", ["530120261000000123", "010020250999999999", "220120001000000001"])
def test_numbers_of_both_directions_and_all_years(number: str) -> None:
    assert why_no_declaration_number(number, year=2026) is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("530120271000000123", "第 5 至 8 位应为申报年份（2000 至 2026），现为「2027」"),
        ("530119991000000123", "现为「1999」"),
        ("530120262000000123", "第 9 位应为进出口标志（1 进口，0 出口），现为「2」"),
        ("123456789012345678", "现为「5678」"),
    ],
)
def test_nonsense_is_named_with_its_position(number: str, said: str) -> None:
    complaint = why_no_declaration_number(number, year=2026)
    assert complaint
    assert said in complaint.message
    assert complaint.advice


def test_the_year_is_that_of_the_business_clock() -> None:
    assert declaration_shape(2025).judge("530120261000000123")
    assert declaration_shape(2026).judge("530120261000000123") is None
