"""What a stranger gets from the chapter's routes (PORT-10)."""

from __future__ import annotations

import pytest

from singlewindow.subsystems._labels import queries
from tests.house import House
from tests.strangers import Scene, Strangers

DAYS = {"arrived_from": "2026-11-01", "arrived_to": "2026-11-30"}


async def scene(house: House) -> Scene:
    """A company with a parcel, and someone else."""
    owner, stranger = await house.member(), await house.member()
    number = f"P{owner.customs_code}"
    data = {"owner": owner.customs_code, "arrived_on": "2026-11-05", "weight": "2.5"}
    await house.register("sample_parcel", number, data)
    found = await owner.http.get("/api/_labels/parcels", params=DAYS)
    assert [each["number"] for each in found.json()["items"]] == [number]
    return Scene(owner, stranger, {"number": number}, {"number": "P-nobody"})


def without_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave row-level security alone."""
    monkeypatch.setattr(queries, "OWN", "$1::text is not null")


async def untouched(house: House) -> object:
    """The parcels as they are."""
    return [dict(row) for row in await house.sql("select * from find_labels_parcel order by key")]


STRANGERS = Strangers(
    scene=scene,
    without_own_check=without_own_check,
    untouched=untouched,
    not_found={},
    nothing_found={
        "GET /api/_labels/parcels": lambda g: g.ask(
            "GET", "/api/_labels/parcels", params={**DAYS, "number": g.named["number"]}
        ),
    },
    names_nothing={},
)
