"""The portal's one rule of who is 失信, which chapters ask (FA 1.1, FG 3.1; APPT-05)."""

from __future__ import annotations

import pytest

from singlewindow.kernel.registers.grades import is_discredited
from tests.grades import DISCREDITED, company


@pytest.mark.parametrize(("grade", "name", "discredited"), DISCREDITED)
def test_who_is_discredited(grade: str, name: str, discredited: bool) -> None:
    assert is_discredited(company(grade, name)) is discredited
