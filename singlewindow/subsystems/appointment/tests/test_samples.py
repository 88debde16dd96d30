"""What is accepted, and what is refused for which reasons (APPT-02 to APPT-08).

A sample's "calendars" name ports and months (5301-202611) of which customs published the official working days, with
hours of their own where it gives some.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from singlewindow.subsystems.appointment import APPLICATION
from singlewindow.subsystems.appointment.tests.calendars import THROUGH, month_of
from tests.house import House
from tests.samples import check_rejected, samples, violations

SAMPLES = Path(__file__).parent.parent / "samples"


def with_calendars(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample with the months that its "calendars" name."""
    months = {
        key: month_of(key[:4], key[5:], tuple(hours or THROUGH))
        for key, hours in sample.get("calendars", {}).items()
    }
    return {**sample, "registers": {**sample.get("registers", {}), "port_calendar": months}}


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, APPLICATION, with_calendars(sample)) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, APPLICATION, with_calendars(sample)), sample)
