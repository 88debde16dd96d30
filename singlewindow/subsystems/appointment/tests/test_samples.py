"""What is accepted, and what is refused for which reasons (APPT-02 to APPT-08)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from singlewindow.subsystems.appointment import APPLICATION
from tests.house import House
from tests.samples import check_rejected, samples, violations

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, APPLICATION, sample) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, APPLICATION, sample), sample)
