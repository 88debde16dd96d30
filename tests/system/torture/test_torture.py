"""Two minutes of torture, and the verdict's own test: a check that cannot fail is a defect (PORT-08, CUST-05, OPER-04).

`make torture` is the same for an hour.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.system.torture.chaos import BESIDE, KILLS, Pace, plan
from tests.system.torture.damages import DAMAGES, Damage, names_in
from tests.system.torture.run import Options, Tortured, sides, tortured, verify_history
from tests.system.torture.verdict import CHECKS, Verdict
from tests.system.torture.world import World

pytestmark = pytest.mark.serial
SHORT = Options(
    kills=12, seed=2026, people=3, think=(0.6, 2.0),
    pace=Pace(pause=(0.5, 2.0), patience=20.0, stopped=8.0, full=3.0),
)  # fmt: skip
"""One of each kind. Nothing of what is judged is a speed: a slow machine kills as often, and takes longer."""


@pytest.fixture(scope="module")
def tortured_system() -> Iterator[Tortured]:
    """A system after it, settled."""
    with tortured(SHORT) as result:
        yield result


def test_nothing_is_lost_doubled_half_or_wrong(tortured_system: Tortured) -> None:
    """PORT-08, CUST-05, OPER-04: everything is killed once while companies work, and what was acknowledged is there."""
    report = tortured_system.report
    assert report["good"], json.dumps([report["settled"], report["damaged"]], ensure_ascii=False, default=str)
    assert report["kills by kind"] == dict.fromkeys(KILLS, 1)
    left_out = len(report["left out"])  # a full disk needs root
    assert sum(report["besides"].values()) == len(BESIDE) - left_out
    assert len(report["acknowledged by kind"]) == 10, report["acknowledged by kind"]
    assert all(report["receipts at customs"].values())


def test_every_check_has_a_damage() -> None:
    """The history is damaged in a test of its own."""
    assert {damage.check for damage in DAMAGES} == set(CHECKS) - {"history"}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
async def test_the_verdict_finds(tortured_system: Tortured, damage: Damage) -> None:
    """A damage that is never committed: statements on one side's database, or a change of what was told."""
    found = Verdict.of(await _damaged(tortured_system, damage)).found
    assert damage.check in found, found


async def _damaged(tortured_system: Tortured, damage: Damage) -> World:
    good = tortured_system.world
    names = names_in(good)
    async with sides(tortured_system.system) as (portal, customs):
        for side, statements in ((portal, damage.portal), (customs, damage.customs)):
            await side.execute("begin")
            await side.execute("set local session_replication_role = replica")  # no trigger, no key
            for statement in statements:
                done = await side.execute(statement.format(**names))
                assert done.rpartition(" ")[2] != "0", f"{statement}: {done}"
        world = await World.read(portal, customs, tortured_system.notes)
    world.answers, world.feeds, world.first_books = dict(good.answers), dict(good.feeds), good.first_books
    if damage.told:
        world.told = copy.deepcopy(good.told)
        damage.told(world, names)
    return world


async def test_the_verdict_finds_a_changed_history(tortured_system: Tortured) -> None:
    """One entry is written anew, then put right again."""
    system, good = tortured_system.system, tortured_system.world
    change = "update event set who = $1 where (document_id, no) = ($2, 1)"
    id = good.documents[names_in(good)["trip"]]["id"]
    [[who]] = await system.sql("singlewindow", "select who from event where (document_id, no) = ($1, 1)", id)
    async with sides(system) as (portal, _):
        await portal.execute("set session_replication_role = replica")
        await portal.execute(change, "nobody", id)
        try:
            broken = await asyncio.to_thread(verify_history, system)
        finally:
            await portal.execute(change, who, id)
    assert Verdict.of(replace(good, broken=broken)).found["history"] == broken


def test_the_same_seed_makes_the_same_plan() -> None:
    """And each kind has its share."""
    pace = Pace()
    assert plan(7, 300, pace) == plan(7, 300, pace) != plan(8, 300, pace)
    kinds = [blow.kind for blow in plan(7, 300, pace)]
    assert sum(kinds.count(kind) for kind in KILLS) == 300
    assert min(kinds.count(kind) for kind in (*KILLS, *BESIDE)) >= 2
