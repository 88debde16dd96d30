"""Everything that the portal's description allows and everything that it does not, asked by the thousand (INTG-01).

`make fuzz CASES=20000 SEED=1`; a `make test` asks a share. A database of its own: what is asked for is done, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from fastapi import FastAPI

from singlewindow.kernel.subsystem import document_types
from tests.fuzz import scene
from tests.fuzz.asking import Asker
from tests.fuzz.judging import Judge
from tests.fuzz.walk import walk
from tests.kernel.people.conftest import fixed_captcha

if TYPE_CHECKING:
    from conftest import Standing, TestPostgres

CASES = int(os.environ.get("FUZZ_CASES", "1000"))
ENOUGH = 5_000  # of which each operation must have succeeded; with fewer, chance decides
PARTS = int(
    os.environ.get("FUZZ_PARTS", "1")
)  # that share the cases, each with a seed and a portal of its own
SEED = int(os.environ.get("FUZZ_SEED", "1"))
REPORTS = Path(os.environ.get("FUZZ_REPORT", "var/test"))


NEVER_REFUSED = {
    "GET /api/applications", "GET /api/captcha", "GET /api/clock", "GET /api/config", "GET /api/seal/key",
    "GET /healthz", "GET /metrics", "GET /readyz",
}  # fmt: skip
"""Everybody may ask them, and nothing that is sent along is looked at."""
MERGED = "closed lists: singlewindow/subsystems/consolidated/tests/test_merging.py"
NEVER_DONE = {
    "GET /api/consolidated/agents/{code}": MERGED,
    "GET /api/consolidated/declarations/export": MERGED,
    "POST /api/consolidated/merges": MERGED,
    "POST /api/consolidated/merges/preview": MERGED,
    "POST /api/system/messages/{id}/again": "a message that was not understood: tests/kernel/people/test_system.py",
}
"""What no request here achieves, and which test does."""
__all__ = ["fixed_captcha"]


def described(app: FastAPI) -> Any:
    """The description as schemathesis reads it, in which a status that is not named is none."""
    api = json.loads(json.dumps(app.openapi()))
    for methods in api["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("default", None)
    return schemathesis.openapi.from_dict(api)


def errand(operation: Any) -> str:
    """Who has to do with an operation."""
    return "system" if operation.path.startswith("/api/system/") else "owner"


@pytest.mark.parametrize("part", range(PARTS))
async def test_whatever_is_asked(
    part: int, postgres: TestPostgres, portal_template: str, application: FastAPI, standing: Standing,
    ordinary_file: None, fixed_captcha: None,
) -> None:  # fmt: skip
    cases, seed = CASES // PARTS, SEED + 1000 * part  # rounds count on from the seed
    report = REPORTS / (f"fuzz-portal-{part}.json" if PARTS > 1 else "fuzz-portal.json")
    async with scene.own_house(
        postgres, portal_template, application, standing, f"portal_fuzz_{part}"
    ) as house:
        judge = Judge(described(house.app))
        people = await scene.People.of(house)
        await scene.publish(house, people.owner)
        asker = Asker(house.app, judge, await people.whole(), errand, random.Random(seed), mend=people.whole)
        for name, good in scene.bodies(people.owner):
            asker.bodies[name].append(good)
        for card in people.cards:
            asker.known.add("/api/system/accounts", {"id": card["account_id"]})
        for type in document_types():
            asker.known.add("/api/documents", {"type": type})
        await walk(house, asker, people.owner)
        asker.after_round = lambda: judge.counts.write(report, seed=seed, known_again=asker.lost)
        await asyncio.to_thread(asker.run, asyncio.get_running_loop(), cases, seed)
    counts = judge.counts
    assert not counts.wrong, "\n".join(
        f"{name}: {what}\n    {case}" for (name, what), case in counts.wrong.items()
    )
    assert {name for name in counts.asked if not counts.share(name, "4")} <= NEVER_REFUSED
    if cases >= ENOUGH:
        assert {name for name in counts.asked if not counts.share(name, "2")} <= set(NEVER_DONE)
    assert set(counts.asked) == set(judge.operations)
    assert asker.lost < counts.total / 10, "most of it was asked by people whom nobody knew any more"
