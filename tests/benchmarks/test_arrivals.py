"""Arrivals that do not wait, against an invented portal: what stands still must be seen."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from benchmarks.arrivals import Acknowledged, Crowd, Phase, within_twice
from benchmarks.forms import HEAVY_FORM
from benchmarks.numbers import Samples
from benchmarks.processes import Spent
from benchmarks.wire import Connection
from benchmarks.work import Person


@dataclass
class Standing:
    """A client whose first request takes long; the others are answered at once."""

    seconds: float
    times: dict[str, list[float]] = field(default_factory=dict)
    due: float = 0.0
    connection: Connection = field(default_factory=Connection)

    async def ask(self) -> None:
        began, self.due = self.due, 0.0
        pause, self.seconds = self.seconds, 0.0
        await asyncio.sleep(pause)
        self.times.setdefault("ask", []).append(time.perf_counter() - began)


def person(client: Standing) -> Person:
    return Person(cast(Any, client), cast(Any, None), ("", ""))


@pytest.mark.serial
async def test_what_was_due_while_everything_stood_still_counts_from_then() -> None:
    """One connection, ten arrivals within 90 ms, and the first is answered after 300: nine of ten waited for most of
    that. People who ask again when they are answered would have seen one slow request and nine fast ones."""
    crowd = Crowd(lambda: asyncio.sleep(0, person(Standing(0.0))), deque([person(Standing(0.3))]))
    crowd.most = 1

    async def work(each: Person) -> None:
        await cast(Any, each.client).ask()

    await crowd.arrive([at / 100 for at in range(10)], 0.1, work)
    assert crowd.under_way, "arrivals do not wait for answers"
    await crowd.settle()
    assert len(crowd.times["ask"]) == 10
    assert min(crowd.times["ask"]) > 0.19
    assert crowd.errors == {}


@pytest.mark.serial
async def test_more_people_come_where_nobody_is_idle() -> None:
    """Up to the most that are allowed; then nobody waits for the slow one."""
    crowd = Crowd(lambda: asyncio.sleep(0, person(Standing(0.0))), deque([person(Standing(0.3))]))

    async def work(each: Person) -> None:
        await cast(Any, each.client).ask()

    await crowd.arrive([0.0, 0.01, 0.02], 0.05, work)
    await crowd.settle()
    assert sorted(each > 0.25 for each in crowd.times["ask"]) == [False, False, True]


async def test_what_goes_wrong_is_counted_and_goes_on() -> None:
    """Errors that differ by numbers alone are one kind; the first is told in full."""
    crowd = Crowd(lambda: asyncio.sleep(0, person(Standing(0.0))), deque([person(Standing(0.0))]))
    numbers = iter((17, 18))

    async def work(each: Person) -> None:
        raise ValueError(f"document {next(numbers)} is absent")

    await crowd.arrive([0.0, 0.0], 0.0, work)
    await crowd.settle()
    assert crowd.errors == {"document ## is absent": 2}
    assert "ValueError" in crowd.examples["document ## is absent"]
    assert "document 17" in crowd.examples["document ## is absent"]


@dataclass
class Side:
    """A database that answers every question with these rows."""

    rows: list[dict[str, Any]]

    async def fetch(self, *_: object) -> list[dict[str, Any]]:
        return self.rows


async def test_lost_is_what_either_side_lacks() -> None:
    """Of four acknowledged one never came to its end at the portal, one was never decided, one was decided twice."""

    class At:
        @staticmethod
        def timestamp() -> float:
            return 9.0

    said = Acknowledged(HEAVY_FORM, {"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0})
    ours = Side([{"number": each, "at": At()} for each in "ACD"])
    theirs = Side([{"number": each} for each in "ABDD"])
    counted = await said.counted(cast(Any, ours), cast(Any, theirs))
    assert counted == {
        "acknowledged": 4, "final_at_portal": 3, "decided_by_customs": 3, "lost": 2, "doubled": 1,
    }  # fmt: skip


def test_flows_belong_to_the_phase_in_which_they_were_due() -> None:
    """Not to the one in which they ended; one without an end is a flow of the phase all the same."""
    phase = Phase(
        10.0, 2.0, {"save": Samples([0.001])}, Samples(), Spent({}, 0, 0, 0, 0, 0, 2.0), began=100.0
    )
    found = phase.figures({"A": 99.9, "B": 100.0, "C": 101.9, "D": 102.0}, {"B": 103.0, "D": 104.0})
    assert found["flows"] == 2
    assert found["until_final_ms"]["max"] == 3000
    assert found["until_final_ms"]["count"] == 1


def _phase(save: float, submit: float, until_final: float) -> dict[str, Any]:
    return {"ms": {"save": {"p95": save}, "submit": {"p95": submit}}, "until_final_ms": {"p95": until_final}}


def test_twice_the_steady_p95_is_still_within() -> None:
    steady = _phase(10.0, 20.0, 700.0)
    assert within_twice(steady, _phase(20.0, 20.0, 1400.0))["within_twice"]
    found = within_twice(steady, _phase(20.1, 1.0, 700.0))
    expected = {"save": 2.01, "submit": 0.05, "until_final": 1.0}
    assert (found["within_twice"], found["p95_by_steady"]) == (False, expected)
    assert not within_twice(steady, _phase(20.0, 20.0, 1407.0))["within_twice"], (
        "what a company sees counts too"
    )
