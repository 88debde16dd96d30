"""What is said of the chapter's routes (PORT-10): lists, batches, declarations and relations are the company's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from singlewindow.subsystems.consolidated.tests.many_lists import noon
from singlewindow.subsystems.consolidated.tests.merging_scene import AT, TODAY, Stage
from tests.house import House, Member
from tests.strangers import Ask, Entry, Strangers, Things

SPAN = {"declared_from": "2026-01-01", "declared_to": "2026-12-31"}
THEN = noon(TODAY)


async def furnish(house: House, clerk: Member, legal: Member, mark: str) -> dict[str, Any]:
    """A list that can be merged, one that was, what was made of it, and the company as customs know it."""
    stage = Stage(house, clerk)
    await stage.set(TODAY)
    lists = await stage.m1()
    assert (await stage.merge([lists["L4"]], key=f"M-{mark[:6]}")).status_code == 201
    await stage.build()
    [declaration] = await stage.declarations()
    await house.sql(
        """update consolidated_batch set clicked_by = $1
           where company_id = (select id from company where customs_code = $2)""",
        mark,
        clerk.customs_code,
    )
    return {
        "list": lists["L1"],
        "merged": lists["L4"],
        "declaration of lists": declaration["number"],
        "merge key": f"M-{mark[:6]}",
    }


def numbered(**more: str) -> Callable[[Things], Ask]:
    """A query for one number."""
    return lambda t: Ask(params={"number": t["number"], **more})


LIST, DECLARATION = {"number": "list"}, {"number": "declaration of lists"}
STRANGERS = Strangers(
    furnish,
    {
        "list": "202600000099999996",
        "merged": "202600000099999997",
        "declaration of lists": "202600000099999998",
        "merge key": "M-absent",
    },
    (
        Entry(f"GET {AT}/candidates", "chapter", LIST, numbered(), absent=200, at=THEN),
        Entry(
            f"POST {AT}/merges/preview",
            "chapter",
            LIST,
            lambda t: Ask(json={"numbers": [t["number"]]}),
            absent=422,
            at=THEN,
            only_reads=True,
        ),
        Entry(
            f"POST {AT}/merges",
            "chapter",
            {**LIST, "key": "merge key"},
            lambda t: Ask(json={"numbers": [t["number"]]}, headers={"Idempotency-Key": t["key"]}),
            own=422,
            absent={"number": 422, "key": 201, "number+key": 422},
            fresh=("key",),
            others={"colleague": 201},
            at=THEN,
        ),
        Entry(f"GET {AT}/merges", "chapter", nothing="the company's own", at=THEN),
        Entry(
            f"GET {AT}/agents/{{code}}",
            "chapter",
            nothing="agents are whom customs publish",
            own=422,
            at=THEN,
            unheard="the same for everybody",
        ),
        Entry(
            f"GET {AT}/declarations", "chapter", DECLARATION, numbered(company_kind="B"), absent=200, at=THEN
        ),
        Entry(
            f"GET {AT}/declarations/export",
            "chapter",
            DECLARATION,
            numbered(company_kind="B"),
            absent=422,
            at=THEN,
            unheard="numbers, codes and days, which are no text",
        ),
        Entry(
            f"GET {AT}/relations",
            "chapter",
            {"list": "merged", "number": "declaration of lists"},
            lambda t: Ask(params={"list_number": t["list"], "declaration_number": t["number"]}),
            absent=200,
            at=THEN,
        ),
        Entry(
            f"GET {AT}/statistics",
            "chapter",
            nothing="figures of the company's own lists",
            ask=lambda _: Ask(params=SPAN),
            at=THEN,
        ),
        Entry(
            f"GET {AT}/statistics/print",
            "chapter",
            nothing="figures of the company's own lists",
            ask=lambda _: Ask(params=SPAN),
            at=THEN,
        ),
        Entry(
            f"GET {AT}/deadlines",
            "chapter",
            nothing="the company's own lists",
            ask=lambda _: Ask(params={"month": "2026-11"}),
            at=THEN,
        ),
    ),
)
