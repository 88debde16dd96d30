"""Two minutes of torture, and the verdict's own test: a check that cannot fail is a defect (PORT-08, CUST-05, OPER-04).

`make torture` is the same for an hour.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.system.applicant import Applicant
from tests.system.torture.chaos import BESIDE, KILLS, Pace, plan
from tests.system.torture.damages import DAMAGES, Damage, names_in
from tests.system.torture.ledger import Ledger, Op, Tail, Told
from tests.system.torture.person import Desk, Person
from tests.system.torture.report import AT_FIRST, SIGNED, WORK, Ran, commits, full_disks, lacking, recoveries
from tests.system.torture.run import Options, Tortured, sides, tortured, verify_history, vouched_for
from tests.system.torture.verdict import CHECKS, Verdict
from tests.system.torture.world import Rows, World

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
    assert report["good"], json.dumps([report["lacking"], report["damaged"]], ensure_ascii=False, default=str)
    assert report["kills by kind"] == dict.fromkeys(KILLS, 1)
    left_out = len(report["left out"])  # a full disk needs root
    assert sum(report["besides"].values()) == len(BESIDE) - left_out
    assert len(report["acknowledged by kind"]) == 10, report["acknowledged by kind"]
    assert all(each["writes refused"] for each in report["full disks"])
    assert report["commit"].partition(" to ")[0] == tortured_system.ran.code
    uploads = [facts["sha256"] for facts in tortured_system.world.told.acknowledged("upload")]
    assert len(set(uploads)) == len(uploads) > 1


LACKING: dict[str, dict[str, Any]] = {
    "its programs have died": {"driver": -9},
    "its programs never began": {"driver": None},
    "it did not come to rest": {"settled": False},
    "fewer kills": {"struck": {}},
    "one was left out": {"left_out": {"worker: none was there": 1}},
    "nothing was done meanwhile": {"began": float("inf")},
}


@pytest.mark.parametrize("facts", LACKING.values(), ids=LACKING)
def test_who_did_not_torture_proves_nothing(tortured_system: Tortured, facts: dict[str, Any]) -> None:
    """A run that went otherwise than it was planned is not good, though nothing is damaged."""
    ran, told, receipts = tortured_system.ran, tortured_system.world.told, {"lost": 1}
    assert not list(lacking(ran, told, receipts))
    assert list(lacking(replace(ran, **facts), told, receipts))


def test_each_kind_of_work_must_have_been_acknowledged(tortured_system: Tortured) -> None:
    """And each action that is signed, and each fault of delivery."""
    ran, told = tortured_system.ran, tortured_system.world.told
    for kind in ("hook", *WORK):
        rest = replace(told, ops={no: op for no, op in told.ops.items() if op.kind != kind})
        assert any(line.endswith(f": {kind}") for line in lacking(ran, rest, {}))
    for type, action in (*SIGNED, *AT_FIRST):
        rest = replace(told, ops={no: op for no, op in told.ops.items() if op.facts.get("action") != action})
        assert f"never acknowledged: {type} {action}" in list(lacking(ran, rest, {}))
    assert list(lacking(ran, told, {"lost": 0}))


def test_hardly_any_work_proves_nothing() -> None:
    """Least numbers: what is acknowledged for each kill, blows that fall on work, requests that are cut off."""
    struck, moments = {"web process": 60, "worker": 40}, [float(at) for at in range(1, 101)]
    ran = Ran(struck, struck, {}, True, 0, 0.0, 100.0, moments)

    def said(done: Sequence[float], cut: int) -> list[str]:
        ops = {no: Op("save", {"at": at}, {"at": at}) for no, at in enumerate(done)}
        lines = lacking(ran, Told(ops, [{"kind": "cut off"}] * cut), {})
        return [line.partition(":")[0] for line in lines if line.startswith("hardly")]

    steady = [at + 0.5 for at in moments]
    assert said(steady, 3) == []
    assert said(steady[1:], 3) == ["hardly any work"]
    assert said([*[0.5] * 77, *steady[:23]], 3) == ["hardly any work between blows"]
    assert said([*[0.5] * 76, *steady[:24]], 3) == []
    assert said(steady, 2) == ["hardly any request was cut off"]


async def test_a_request_counts_as_cut_off_that_writes_and_has_left(tmp_path: Path) -> None:
    """One that reads, prepares or was never sent has nothing that could be doubled or half."""
    failure: Exception = httpx.ReadError("gone")

    def gone(request: httpx.Request) -> httpx.Response:
        raise failure

    ledger = Ledger(tmp_path / "ledger.jsonl")
    async with httpx.AsyncClient(transport=httpx.MockTransport(gone), base_url="http://portal") as http:
        nobody = ec.generate_private_key(ec.SECP256R1())
        desk = Desk(ledger, asyncio.Event(), (0.0, 0.0))
        person = Person(Applicant(http, "", "", nobody, b""), desk, random.Random(1))
        for asked in ("POST /drafts", "DELETE /drafts/1", "GET /drafts", "POST /drafts/1/prepare"):
            method, path = asked.split()
            with pytest.raises(httpx.ReadError):
                await person.call(method, path)
        failure = httpx.ConnectError("nobody there")
        with pytest.raises(httpx.ConnectError):
            await person.call("POST", "/drafts")
    noted = [(note["method"], note["problem"]) for note in Told.of(ledger.file).noted("cut off")]
    assert noted == [("POST", "ReadError"), ("DELETE", "ReadError")]


def test_a_ledger_is_read_on_by_whole_lines(tmp_path: Path) -> None:
    """Each reader goes on from where it was, and leaves a line alone that is still being written."""
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(b"one\ntwo\nthr")
    tail = Tail(file)
    assert tail.lines() == [b"one", b"two"]
    assert tail.lines() == []
    with file.open("ab") as more:
        more.write(b"ee\n")
    assert tail.lines() == [b"three"]
    assert Tail(file).lines() == [b"one", b"two", b"three"]


def test_one_that_is_returned_is_a_draft_again_only_where_its_company_saved_it() -> None:
    """A trip that was declared twice: saved between the two, and not since."""
    facts = {"number": "1", "typed": {}, "action": "declare"}
    kinds: list[tuple[str, dict[str, Any]]] = [("submit", {"nth": 1}), ("save", {}), ("submit", {"nth": 2})]
    told = Told({no: Op(kind, {**facts, **more}) for no, (kind, more) in enumerate(kinds, 1)})
    base = {"number": "1", "sequence": 1, "function": "ADD", "state": "returned"}
    document = {"number": "1", "type": "gate.trip", "status": "0", "hidden": False}

    def found(*submissions: dict[str, Any]) -> bool:
        portal: dict[str, Rows] = {"documents": [document]}
        customs: dict[str, Rows] = {"submissions": [*submissions]}
        world = World(defaultdict(list, portal), defaultdict(list, customs), {}, told, [])
        return bool(list(CHECKS["final states"][1](world)))

    assert not found(base)
    assert found(base, {**base, "sequence": 2})


def test_the_report_names_the_commit_that_ran() -> None:
    """Both, where another one lay there at the end: parts are started anew all the time."""
    assert commits("a", "a") == "a"
    assert commits("a", "b") == "a to b"


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ("7 documents, 70 entries, 2 checkpoints, 0 broken", True),
        ("7 documents, 70 entries, 0 checkpoints, 0 broken", False),
        ("0 documents, 0 entries, 2 checkpoints, 0 broken", False),
        ("7 documents, 70 entries, 2 checkpoints, 10 broken", False),
        ("", False),
    ],
)
def test_a_history_is_good_where_checkpoints_vouch_for_it(said: str, good: bool) -> None:
    """One without any proves nothing."""
    assert vouched_for(said) is good


def test_recovery_counts_from_the_end_of_what_lasts(tmp_path: Path) -> None:
    """From when the disk has room again, not from when it was full, or was being filled."""
    blows = tmp_path / "blows.jsonl"
    lines = ({"at": 10.0, "kind": "disk full"}, {"at": 25.0, "kind": "disk full", "over": True, "refused": 3})
    blows.write_text("\n".join(map(json.dumps, lines)))
    facts = {"asked": 26.0, "at": 28.5}
    told = Told({1: Op("save", {}, {"asked": 11.0, "at": 11.5}), 2: Op("save", {}, facts)}, [])
    assert recoveries(blows, told) == {"disk full": {"acknowledged": 3.5}}
    assert full_disks(blows) == [{"seconds": 15.0, "writes refused": 3}]


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
    world.trust = good.trust
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
