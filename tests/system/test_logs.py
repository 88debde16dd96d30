"""What the parts wrote while the tests of this folder ran (but test_outage.py)."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tests.system.applicant import applicants
from tests.system.running import System, eventually

pytestmark = pytest.mark.serial


async def test_request_id_runs_through_both_sides(system: System) -> None:
    """OPER-01: the id of the submit stands in the portal's, the worker's and the customs' log."""
    async with applicants(system) as people:
        number = await people[0].file(system.declaration(people[0].customs_code))
    (request_id,) = people[0].requests[number]

    def told(part: str, event: str) -> bool:
        lines = [line for line in system.log(part).splitlines() if request_id in line]
        return any(json.loads(line)["event"] == event for line in lines)

    expected = (
        ("portal", "request"),
        ("worker", "sent to customs"),
        ("customs", "answered"),
        ("worker", "receipt applied"),
    )
    for part, event in expected:
        assert eventually(partial(told, part, event), 20), (part, event)


@pytest.mark.parametrize("part", ["launcher", "setup", "portal", "worker", "customs", "card"])
def test_no_part_wrote_a_traceback(system: System, part: str) -> None:
    """Expected trouble, killed neighbours included, is one line each."""
    assert "Traceback" not in system.log(part)


@pytest.mark.parametrize("part", ["portal", "worker", "customs"])
def test_every_line_is_json(system: System, part: str) -> None:
    """OPER-01: structured logs, nothing besides."""
    for line in system.log(part).splitlines():
        assert isinstance(json.loads(line), dict), line
