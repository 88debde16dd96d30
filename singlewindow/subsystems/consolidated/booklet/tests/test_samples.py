"""What is accepted, and what is refused for which reasons (CONS-02, CONS-04 to CONS-06)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from singlewindow.subsystems.consolidated.booklet import BOOKLET
from tests.house import House
from tests.samples import check_rejected, samples, violations

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, BOOKLET, sample) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, BOOKLET, sample), sample)
