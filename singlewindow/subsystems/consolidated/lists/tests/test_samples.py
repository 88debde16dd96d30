"""What is accepted, and what is refused for which reasons (CONS-09, CONS-10, FA 3.2, FA 3.5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.tests.likeness import made_of
from tests.house import House
from tests.samples import check_rejected, samples, violations

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, LIST, made_of(sample)) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, LIST, made_of(sample)), sample)
