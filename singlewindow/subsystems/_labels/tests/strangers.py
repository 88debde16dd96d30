"""What is said of the chapter's routes (PORT-10)."""

from __future__ import annotations

from typing import Any

from singlewindow.subsystems._labels.tests.scene import ORDERS, ordered, parcels, prepare
from tests.house import House, Member
from tests.kernel import jobs
from tests.strangers import Ask, Entry, Strangers

DAYS = {"arrived_from": "2026-11-01", "arrived_to": "2026-11-30"}


async def furnish(house: House, clerk: Member, legal: Member, mark: str) -> dict[str, Any]:
    """Parcels, an order whose label is ready, and one that is not yet signed."""
    labelled, parcel = await parcels(house, clerk, 2)
    order = await ordered(clerk, [labelled])
    await jobs.work(house)
    prepared = (await prepare(clerk, [parcel])).json()
    return {
        "parcel": parcel,
        "labelled": labelled,
        "order": order["id"],
        "prepared order": {"token": prepared["token"], **clerk.sign(prepared["signing_input"])},
    }


async def waiting(house: House, clerk: Member, legal: Member, mark: str) -> dict[str, Any]:
    """An order before the worker has begun."""
    return {"waiting order": (await ordered(clerk, await parcels(house, clerk)))["id"]}


STRANGERS = Strangers(
    furnish,
    {
        "parcel": "P0000000000000000",
        "labelled": "P0000000000000001",
        "order": 999999947,
        "waiting order": 999999948,
        "prepared order": {"token": "A" * 32},
    },
    (
        Entry(
            "GET /api/_labels/parcels",
            "chapter",
            {"number": "parcel"},
            lambda t: Ask(params={**DAYS, "number": t["number"]}),
            absent=200,
        ),
        Entry(
            f"POST {ORDERS}/prepare",
            "chapter",
            {"number": "parcel", "card": "card"},
            lambda t: Ask(json={"numbers": [t["number"]], "card_no": t["card"]}),
            absent=422,
        ),
        Entry(
            f"POST {ORDERS}",
            "chapter",
            {"prepared": "prepared order"},
            lambda t: Ask(json=t["prepared"]),
            own=201,
            absent=409,
            others={"colleague": 409},
        ),
        Entry(
            f"GET {ORDERS}/{{id}}",
            "chapter",
            {"id": "order"},
            unheard="numbers and states, which are no text",
        ),
        Entry(f"POST {ORDERS}/{{id}}/stop", "chapter", {"id": "waiting order"}),
        Entry(
            f"GET {ORDERS}/{{id}}/labels/{{number}}",
            "chapter",
            {"id": "order", "number": "labelled"},
            unheard="a drawn label, whose texts are packed",
        ),
    ),
    waiting,
)
