"""`make bench` and `make soak` measure what they say: a few flows of a running system, in both loops (INTG-01)."""

from __future__ import annotations

from collections import deque

import asyncpg
import pytest

from benchmarks.arrivals import Acknowledged, Crowd, phase
from benchmarks.figures import Bench
from benchmarks.forms import TRIP_FORM
from benchmarks.processes import BUSY
from benchmarks.watching import Watch
from benchmarks.work import people
from tests.system.running import System

pytestmark = pytest.mark.serial
STEPS = ["save", "prepare", "submit"]


async def test_flows_are_counted_timed_and_found_on_both_sides(system: System) -> None:
    """People who wait for their answers, each request by itself, and flows that come by themselves; one that nobody
    submitted is missed."""
    company = system.world["companies"][0]["customs_code"]
    sides = [await asyncpg.connect(system.address(side)) for side in ("singlewindow", "customs")]
    async with people(system, system.ports["PORT"], 2, company) as crowd:
        bench = Bench(system, crowd, [], 0, sides[0], sides[1], 0.3, company)
        found = await bench.flow_gate()
        assert found["flows"] >= 1
        assert list(found["ms"]) == STEPS
        assert {len(times) for times in found["ms"].values()} == {found["flows"]}
        assert found["generator"]["busy"] < BUSY
        apart = found["by_request"]
        assert [*apart] == [*STEPS, "exchange"]
        assert all(apart[step]["cpu_ms"]["portal"] > 0 for step in STEPS)
        assert apart["submit"]["cpu_ms"].get("customs", 0) <= apart["exchange"]["cpu_ms"].get("customs", 0), (
            "it stood still"
        )

        said, waiting = Acknowledged(TRIP_FORM), Crowd(bench.another, deque(crowd))
        work = said.flow(lambda person: person.save_trip())
        came = await phase(waiting, 20.0, 0.5, 1, work, bench.look)
        await waiting.settle()
        assert await said.drained(sides[0], 30)
        assert waiting.errors == {}
        counted = await said.counted(sides[0], sides[1])
        assert counted["acknowledged"] == counted["final_at_portal"] == counted["decided_by_customs"] >= 1
        assert (counted["lost"], counted["doubled"]) == (0, 0)
        assert came.figures(said.due, await said.ends(sides[0]))["flows"] == len(said.due)
        said.due["202600000000000000"] = came.began
        assert (await said.counted(sides[0], sides[1]))["lost"] == 1

        sample = await Watch(system.launcher, sides[0], sides[1], 1.0).look()
        assert {"portal", "worker", "customs", "postgresql"} <= set(sample["parts"])
        assert all(row["private_mb"] > 1 and row["files"] > 1 for row in sample["parts"].values())
        assert sample["owed"]["unreadable"] == 0
    for side in sides:
        await side.close()
