"""What a stranger gets from the chapter's routes (PORT-10)."""

from __future__ import annotations

import pytest

from singlewindow.kernel.jobs import desk, files
from singlewindow.subsystems._labels import orders, queries
from singlewindow.subsystems._labels.tests.scene import ORDERS, ordered, parcels
from tests.house import House
from tests.kernel import jobs
from tests.strangers import Guess, Scene, Strangers

DAYS = {"arrived_from": "2026-11-01", "arrived_to": "2026-11-30"}
PARCELS = "/api/_labels/parcels"


async def scene(house: House) -> Scene:
    """A company with a parcel and an order whose label is ready, and someone else."""
    owner, stranger = await house.member(), await house.member()
    [number] = await parcels(house, owner)
    order = await ordered(owner, [number])
    await jobs.work(house)
    assert (await owner.http.get(f"{ORDERS}/{order['id']}/labels/{number}")).status_code == 200
    found = await owner.http.get(PARCELS, params=DAYS)
    assert [each["number"] for each in found.json()["items"]] == [number]
    foreign = {"number": number, "id": order["id"]}
    return Scene(owner, stranger, foreign, {"number": "P-nobody", "id": 2**40})


def without_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave row-level security alone."""
    monkeypatch.setattr(queries, "OWN", "$1::text is not null")
    monkeypatch.setattr(orders, "OWN", "$1::bigint is not null")
    monkeypatch.setattr(desk, "COMPANY", "($1::bigint is not null and $2::bigint is not null)")
    monkeypatch.setattr(files, "OWN", "($2::bigint is not null and $3::bigint is not null)")


async def untouched(house: House) -> object:
    """Parcels, orders, labels and jobs as they are."""
    tables = ("find_labels_parcel", "labels_order", "labels_label", "job")
    return [
        [dict(row) for row in await house.sql(f"select * from {table} order by 1, 2")] for table in tables
    ]


def order_of(guess: Guess) -> str:
    return f"{ORDERS}/{guess.named['id']}"


STRANGERS = Strangers(
    scene=scene,
    without_own_check=without_own_check,
    untouched=untouched,
    not_found={
        f"GET {ORDERS}/{{id}}": lambda g: g.ask("GET", order_of(g)),
        f"POST {ORDERS}/{{id}}/stop": lambda g: g.ask("POST", f"{order_of(g)}/stop"),
        f"GET {ORDERS}/{{id}}/labels/{{number}}": lambda g: g.ask(
            "GET", f"{order_of(g)}/labels/{g.named['number']}"
        ),
    },
    nothing_found={
        f"GET {PARCELS}": lambda g: g.ask("GET", PARCELS, params={**DAYS, "number": g.named["number"]}),
    },
    refused={
        f"POST {ORDERS}/prepare": lambda g: g.ask(
            "POST", f"{ORDERS}/prepare", json={"numbers": [g.named["number"]], "card_no": g.stranger.card_no}
        ),
    },
    names_nothing={f"POST {ORDERS}": "what is ordered stands in the statement that the token names"},
)
