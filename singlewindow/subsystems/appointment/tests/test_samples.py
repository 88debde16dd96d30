"""What is accepted, and what is refused for which reasons (APPT-02 to APPT-08, APPT-10, APPT-12).

A sample's "calendars" name ports and months (5301-202611) of which customs published the official working days, with
hours of their own where it gives some. One that "follows" an approval has what is typed for that action alone: it is
judged on an appointment of the scene, whose declarant is "$applicant" and whose consignee "$consignee".
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.problems import Violation
from singlewindow.subsystems.appointment import APPLICATION
from singlewindow.subsystems.appointment.tests.calendars import THROUGH, month_of
from singlewindow.subsystems.appointment.tests.scene import Scene, play
from tests.dry_runs import foresee, refused_among, refused_as
from tests.house import House
from tests.samples import check_rejected, samples, violations

SAMPLES = Path(__file__).parent.parent / "samples"


def of(kind: str, *, follows: bool) -> pytest.MarkDecorator:
    """The samples of a kind, of the application or of what follows its approval."""
    found = [each for each in samples(SAMPLES, kind) if ("follows" in each.values[0]) is follows]
    assert found
    return pytest.mark.parametrize("sample", found)


@of("accepted", follows=False)
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, APPLICATION, with_calendars(sample)) == []


@of("rejected", follows=False)
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, APPLICATION, with_calendars(sample)), sample)


@of("accepted", follows=True)
async def test_accepted_afterwards(scene: Scene, sample: dict[str, Any]) -> None:
    assert await followed(scene, sample) == []


@of("rejected", follows=True)
async def test_rejected_afterwards(scene: Scene, sample: dict[str, Any]) -> None:
    check_rejected(await followed(scene, sample), sample)


def with_calendars(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample with the months that its "calendars" name."""
    months = {
        key: month_of(key[:4], key[5:], tuple(hours or THROUGH))
        for key, hours in sample.get("calendars", {}).items()
    }
    return {**sample, "registers": {**sample.get("registers", {}), "port_calendar": months}}


async def followed(scene: Scene, sample: dict[str, Any]) -> list[Violation]:
    """What is wrong with what follows an approval, as the API says before the signature."""
    named = json.dumps(sample).replace("$applicant", scene.owner.customs_code)
    sample = json.loads(named.replace("$consignee", scene.consignee))
    for number, data in sample.get("registers", {}).get("declaration", {}).items():
        await scene.house.register("declaration", number, data)
    view = await scene.appointment("预约成功")
    for category in sample.get("attachments", []):
        view = (await scene.owner.upload(scene.type, view["number"], category)).json()
    await scene.freeze(datetime.fromisoformat(sample["now"]))
    question = {"number": view["number"], "action": sample["follows"], "content": sample["content"] or None}
    foreseen = await foresee(scene.owner, scene.type, **question)
    answer = await play(scene, scene.owner, view, sample["follows"], sample["content"])
    if answer.status_code == 200:
        assert foreseen["would_be"] == "accepted"
    elif answer.request.method == "PUT":
        refused_among(foreseen, answer)
    else:
        refused_as(foreseen, answer)
    found = [] if answer.status_code == 200 else answer.json()["violations"]
    return [Violation(**each) for each in found]
