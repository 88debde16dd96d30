"""What is accepted, and what is refused for which reasons (GATE-01, GATE-03, GATE-05, GATE-10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from singlewindow.subsystems.gate import TRIP
from singlewindow.subsystems.gate.document import CONTAINER
from singlewindow.subsystems.gate.tests.scene import TYPE
from tests.house import House
from tests.samples import check_rejected, samples, violations

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, TRIP, sample) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, TRIP, sample), sample)


@pytest.mark.parametrize("cell", ["conta_id1", "conta_id2", "bind_obj_id"])
async def test_a_containers_number_is_judged_as_its_box_is_left(house: House, cell: str) -> None:
    """UI-01, GATE-10: 集装箱号 and 绑定对象ID ask the server when they are left, and hear what is wrong."""
    member = await house.member()
    definition = (await member.http.get(f"/api/definitions/{TYPE}")).json()
    [table] = definition["lines"]
    assert next(one["lookup"] for one in table["fields"] if one["name"] == cell)
    row = {
        "bind_obj_type": CONTAINER,
        "bind_obj_id": "CSQU3054383",
        "conta_id1": "CSQU3054383",
        cell: "CSQU3054384",
    }
    sent = {"field": f"bodies/1/{cell}", "content": {"bodies": [row]}}
    looked = await member.http.post(f"/api/documents/{TYPE}/lookup", json=sent)
    assert looked.status_code == 200, looked.text
    said = [one["message"] for one in looked.json()["violations"] if one["path"] == f"bodies/1/{cell}"]
    assert "集装箱号 CSQU3054384 的校验码不正确：末位应为 3" in said
