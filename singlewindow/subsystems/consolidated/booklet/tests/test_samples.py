"""What is accepted, and what is refused for which reasons (CONS-04 to CONS-06).

A sample's "qualification" is filed by the same company beforehand; "$qualification" is its number.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.problems import Violation
from singlewindow.subsystems.consolidated.booklet import BOOKLET
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION
from tests.house import House
from tests.samples import check_rejected, samples

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, sample) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, sample), sample)


async def violations(house: House, sample: dict[str, Any]) -> list[Violation]:
    """What the API says when the sample is saved, and then declared."""
    owner = await house.member()
    if "qualification" in sample:
        filed = await owner.save(QUALIFICATION.name, sample["qualification"])
        sample = json.loads(json.dumps(sample).replace("$qualification", filed["number"]))
    answer = await owner.http.post(f"/api/documents/{BOOKLET.name}", json={"content": sample["content"]})
    if answer.status_code == 201:
        answer = await owner.prepare(BOOKLET.name, answer.json(), "declare")
    found = [] if answer.status_code == 200 else answer.json()["violations"]
    return [Violation(**each) for each in found]
