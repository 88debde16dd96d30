"""What strangers get who guess a declaration, an application or a result (PORT-10); tests/kernel asks."""

from __future__ import annotations

import httpx
import pytest

from singlewindow.kernel.jobs import desk, files
from singlewindow.subsystems.declarations import (
    applications,
    data_files,
    export_job,
    progress,
    queries,
    results,
    work,
)
from singlewindow.subsystems.declarations.tests import scene as made
from tests.house import House
from tests.strangers import Guess, Scene, Strangers

BASE = "/api/declarations"
APPLICATION, RESULT = f"{BASE}/applications/{{number}}", f"{BASE}/results/{{id}}"
IDS = "select setval(pg_get_serial_sequence('declarations_result', 'id'), 7000000 + nextval('declarations_serial'))"


async def scene(house: House) -> Scene:
    """A company with a declaration, its layout file and its data, and someone else with a 法人卡."""
    owner = await made.scene(house)
    stranger = await made.legal_member(house)
    await house.sql(IDS)  # ids that stand in no other text
    [declaration] = await made.publish(house, made.declaration(owner))
    application = await made.done(house, owner, [declaration], "export")
    [row] = await made.results(owner, application=await made.done(house, owner, [declaration]))
    for answer in (
        await owner.http.get(f"{BASE}/results/{row['id']}/pdf", params={"for": "print"}),
        await owner.http.get(f"{BASE}/applications/{application}/data"),
    ):
        assert answer.status_code == 200, answer.text
    foreign = {"declaration": declaration, "application": application, "id": row["id"]}
    absent = {"declaration": made.number_of(), "application": "SJDC2026010199999999", "id": 2**40}
    return Scene(owner, stranger, foreign, absent)


def without_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave row-level security alone."""
    monkeypatch.setattr(queries, "OWN", "({}::text is not null)")
    for module in (applications, data_files, export_job, progress, results, work):
        monkeypatch.setattr(module, "OWN", "($1::bigint is not null)")
    monkeypatch.setattr(desk, "COMPANY", "($1::bigint is not null and $2::bigint is not null)")
    monkeypatch.setattr(files, "OWN", "($2::bigint is not null and $3::bigint is not null)")


async def untouched(house: House) -> object:
    """Index, applications, results, operations and jobs as they are."""
    tables = ("find_closed_declaration", "declarations_application", "declarations_result", "declarations_operation",
              "job")  # fmt: skip
    return [[dict(row) for row in await house.sql(f"select * from {table} order by 1")] for table in tables]


async def closed(guess: Guess, path: str) -> httpx.Response:
    return await guess.ask("GET", f"{BASE}/{path}", params={"number": guess.named["declaration"]})


async def application(guess: Guess, method: str, path: str = "") -> httpx.Response:
    return await guess.ask(method, f"{BASE}/applications/{guess.named['application']}{path}")


async def prepared(guess: Guess) -> httpx.Response:
    return await made.prepared(guess.stranger, [guess.named["declaration"]])


STRANGERS = Strangers(
    scene=scene,
    without_own_check=without_own_check,
    untouched=untouched,
    not_found={
        f"GET {APPLICATION}": lambda g: application(g, "GET"),
        f"POST {APPLICATION}/stop": lambda g: application(g, "POST", "/stop"),
        f"POST {APPLICATION}/resume": lambda g: application(g, "POST", "/resume"),
        f"GET {APPLICATION}/data": lambda g: application(g, "GET", "/data?format=json&partial=true"),
        f"GET {RESULT}/pdf": lambda g: g.ask("GET", f"{BASE}/results/{g.named['id']}/pdf?for=print"),
        f"GET {RESULT}/log": lambda g: g.ask("GET", f"{BASE}/results/{g.named['id']}/log"),
        f"POST {BASE}/archives": lambda g: g.ask("POST", f"{BASE}/archives", json={"ids": [g.named["id"]]}),
    },
    nothing_found={
        f"GET {BASE}/closed": lambda g: closed(g, "closed"),
        f"GET {BASE}/closed/numbers": lambda g: closed(g, "closed/numbers"),
        f"GET {BASE}/results": lambda g: g.ask(
            "GET", f"{BASE}/results", params={"kind": "export", "application": g.named["application"]}
        ),
    },
    refused={f"POST {BASE}/applications/prepare": prepared},
    names_nothing={
        f"POST {BASE}/numbers": "a file of the person's own",
        f"POST {BASE}/applications": "what is applied for stands in the statement that the token names",
    },
)
