"""What a stranger gets from the chapter's routes (PORT-10): nothing of lists, batches, declarations and relations."""

from __future__ import annotations

import httpx
import pytest

from singlewindow.subsystems.consolidated.merging import (
    batches,
    candidates,
    checking,
    deadlines,
    declarations,
    relations,
    statistics,
)
from singlewindow.subsystems.consolidated.tests.merging_scene import AT, Stage
from tests.house import House
from tests.strangers import Guess, Scene, Strangers

SPAN = {"declared_from": "2026-01-01", "declared_to": "2026-12-31"}


async def scene(house: House) -> Scene:
    """A company with a list that can be merged, and one that was, and someone else."""
    stage = await Stage.of(house)
    lists = await stage.m1()
    assert (await stage.merge([lists["L4"]])).status_code == 201
    await stage.build()
    [declaration] = await stage.declarations()
    assert (await stage.get("relations", list_number=lists["L4"]))["total"] == 1
    foreign = {"list": lists["L1"], "merged": lists["L4"], "declaration": declaration["number"]}
    foreign["code"] = stage.owner.customs_code
    absent = {
        "list": "202600000099999997",
        "merged": "202600000099999998",
        "declaration": "202600000099999999",
    }
    absent["code"] = "4403999999"
    return Scene(stage.owner, await house.member(), foreign, absent)


def without_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave row-level security alone."""
    monkeypatch.setattr(checking, "OWN", "$2::bigint is not null")
    monkeypatch.setattr(batches, "OWN", "$1::bigint is not null")
    for module in (candidates, statistics, declarations):
        monkeypatch.setattr(module, "OWN", "{}::bigint is not null")
    monkeypatch.setattr(declarations, "NAMED", "({}::text is not null and {}::bigint is not null)")
    monkeypatch.setattr(relations, "OWN", "({}::bigint is not null and {}::bigint is not null)")
    monkeypatch.setattr(deadlines, "OWN", "$1::bigint is not null")


async def untouched(house: House) -> object:
    """Lists, batches, declarations and relations as they are."""
    tables = (
        "find_consolidated_list",
        "consolidated_batch",
        "consolidated_batch_list",
        "find_consolidated_declaration",
    )
    return [
        [dict(row) for row in await house.sql(f"select * from {table} order by 1, 2")] for table in tables
    ]


STRANGERS = Strangers(
    scene=scene,
    without_own_check=without_own_check,
    untouched=untouched,
    not_found={},
    nothing_found={
        f"GET {AT}/candidates": lambda g: g.ask(
            "GET", f"{AT}/candidates", params={"number": g.named["list"]}
        ),
        f"GET {AT}/declarations": lambda g: g.ask(
            "GET", f"{AT}/declarations", params={"number": g.named["declaration"], "company_kind": "B"}
        ),
        f"GET {AT}/relations": lambda g: g.ask(
            "GET", f"{AT}/relations", params={"declaration_number": g.named["declaration"]}
        ),
        f"GET {AT}/merges": lambda g: g.ask("GET", f"{AT}/merges"),
        f"GET {AT}/statistics": lambda g: g.ask("GET", f"{AT}/statistics", params=SPAN),
        f"GET {AT}/deadlines": lambda g: g.ask("GET", f"{AT}/deadlines", params={"month": "2026-11"}),
    },
    refused={
        f"GET {AT}/agents/{{code}}": lambda g: g.ask("GET", f"{AT}/agents/{g.named['code']}"),
        f"POST {AT}/merges/preview": lambda g: _merge(g, "/merges/preview"),
        f"POST {AT}/merges": lambda g: _merge(g, "/merges"),
        f"GET {AT}/declarations/export": lambda g: g.ask(
            "GET", f"{AT}/declarations/export", params={"number": g.named["declaration"], "company_kind": "B"}
        ),
    },
    names_nothing={
        f"GET {AT}/statistics/print": "the figures of the company's own lists, as GET /statistics gives them",
    },
)


async def _merge(guess: Guess, path: str) -> httpx.Response:
    return await guess.ask("POST", f"{AT}{path}", json={"numbers": [guess.named["list"]]})
