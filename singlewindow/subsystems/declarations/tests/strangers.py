"""What is said of the chapter's routes (PORT-10): declarations, applications and results are the company's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from singlewindow.subsystems.declarations.tests import scene
from tests.house import House, Member
from tests.kernel.jobs import work
from tests.strangers import Ask, Entry, Strangers, Things

BASE = "/api/declarations"
APPLICATION, RESULT = f"{BASE}/applications/{{number}}", f"{BASE}/results/{{id}}"


async def furnish(house: House, clerk: Member, legal: Member, mark: str) -> dict[str, Any]:
    """Declarations; applications whose layout files and data are made, one that was stopped and one that is not yet
    signed."""
    await scene.districts(house)
    declarations = [scene.declaration(legal, bill_no=mark) for _ in range(3)]
    made, stopped, fresh = await scene.publish(house, *declarations)
    exported = await scene.done(house, legal, [made], "export")
    printed = await scene.done(house, legal, [made])
    [row] = await scene.results(legal, application=printed)
    taken = await legal.http.get(f"{BASE}/results/{row['id']}/pdf", params={"for": "print"})
    assert taken.status_code == 200, taken.text
    signing = (await scene.prepared(legal, [fresh])).json()
    key = f"A-{mark[:6]}"
    asked = (await scene.prepared(legal, [stopped])).json()
    halted = (await scene.submitted(legal, asked, key)).json()["number"]
    assert (await legal.http.post(f"{BASE}/applications/{halted}/stop")).status_code == 200
    await work(house)
    return {
        "closed": fresh,
        "exported": exported,
        "printed": printed,
        "stopped application": halted,
        "result": row["id"],
        "prepared application": {"token": signing["token"], **legal.sign(signing["signing_input"])},
        "application key": key,
    }


async def waiting(house: House, clerk: Member, legal: Member, mark: str) -> dict[str, Any]:
    """An application before the worker has begun."""
    numbers = await scene.publish(house, scene.declaration(legal, bill_no=mark))
    return {"waiting application": (await scene.applied(legal, numbers))["number"]}


def numbered(**more: Any) -> Callable[[Things], Ask]:
    """A query for one number."""
    return lambda t: Ask(params={"number": t["number"], **more})


def of(kind: str, name: str = "number") -> Mapping[str, str]:
    """One name."""
    return {name: kind}


def signed(t: Things) -> Ask:
    """An application with its signature."""
    return Ask(json=t["prepared"], headers={"Idempotency-Key": t["key"]})


STRANGERS = Strangers(
    furnish,
    {
        "closed": "420120261999999999",
        "exported": "SJDC2026010199999991",
        "printed": "ZZDY2026010199999992",
        "waiting application": "ZZDY2026010199999993",
        "stopped application": "ZZDY2026010199999994",
        "result": 999999949,
        "prepared application": {"token": "A" * 32},
        "application key": "A-absent",
    },
    (
        Entry(f"GET {BASE}/closed", "chapter", of("closed"), numbered(), absent=200),
        Entry(f"GET {BASE}/closed/numbers", "chapter", of("closed"), numbered(), absent=200),
        Entry(
            f"POST {BASE}/numbers",
            "chapter",
            nothing="a file of the person's own",
            ask=lambda _: Ask(files={"file": ("a.csv", b"420120261999999999", "text/csv")}),
            only_reads=True,
        ),
        Entry(
            f"POST {BASE}/applications/prepare",
            "chapter",
            {"number": "closed", "card": "card"},
            lambda t: Ask(
                json={"kind": "print", "sealed": False, "numbers": [t["number"]], "card_no": t["card"]}
            ),
            absent=422,
        ),
        Entry(
            f"POST {BASE}/applications",
            "chapter",
            {"prepared": "prepared application", "key": "application key"},
            signed,
            own=422,
            absent={"prepared": 409, "key": 201, "prepared+key": 409},
            fresh=("key",),
        ),
        Entry(f"GET {APPLICATION}", "chapter", of("printed")),
        Entry(f"POST {APPLICATION}/stop", "chapter", of("waiting application")),
        Entry(f"POST {APPLICATION}/resume", "chapter", of("stopped application")),
        Entry(
            f"GET {APPLICATION}/data",
            "chapter",
            of("exported"),
            lambda _: Ask(params={"format": "json", "partial": "true"}),
        ),
        Entry(
            f"GET {BASE}/results",
            "chapter",
            {"application": "exported"},
            lambda t: Ask(params={"kind": "export", "application": t["application"]}),
            absent=200,
        ),
        Entry(
            f"GET {RESULT}/pdf",
            "chapter",
            of("result", "id"),
            lambda _: Ask(params={"for": "print"}),
            unheard="the worker's PDF, whose texts are packed",
        ),
        Entry(f"GET {RESULT}/log", "chapter", of("result", "id")),
        Entry(f"POST {BASE}/archives", "chapter", of("result", "id"), lambda t: Ask(json={"ids": [t["id"]]})),
    ),
    waiting,
)
