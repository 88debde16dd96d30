"""`kill -9` of the worker while it builds declarations of lists (CONS-13, OPER-04)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.merging.merge import Listed
from singlewindow.subsystems.consolidated.tests.many_lists import store_lists, stored
from singlewindow.subsystems.consolidated.tests.merging_samples import DURIAN, good, listed
from tests.system.applicant import applicants
from tests.system.running import System

pytestmark = pytest.mark.serial
LISTS, ITEMS = 1_200, 10
SECONDS = 90.0
AT = "/api/consolidated"


async def test_merging_survives_a_killed_worker(system: System) -> None:
    """The worker is dead at the click, and killed again in the midst: what was foreseen is what there is in the end,
    and each item of each list is in exactly one relation."""
    code = system.world["companies"][0]["customs_code"]
    numbers = await put_in(system, code)
    async with applicants(system) as people:
        body = {"numbers": numbers, "declarant_code": ""}
        foreseen = await people[0].http.post(f"{AT}/merges/preview", json=body, timeout=60)
        assert foreseen.status_code == 200, foreseen.text
        system.kill("worker")
        clicked = await people[0].http.post(f"{AT}/merges", json=body, timeout=60)
        assert clicked.status_code == 201, clicked.text
    assert await built(system, at_least=1) > 0
    system.kill("worker")
    expected = foreseen.json()["count"]
    assert await built(system, at_least=expected) == expected
    [kept] = await system.sql(
        "singlewindow",
        """select count(*) as relations, count(distinct list_id) as lists, count(distinct declaration_id) as made,
                  (select count(*) from find_consolidated_list where status = '13' and number = any($1)) as merged
           from consolidated_relation where list_number = any($1)""",
        numbers,
    )
    assert dict(kept) == {"relations": LISTS * ITEMS, "lists": LISTS, "made": expected, "merged": LISTS}


async def put_in(system: System, code: str) -> list[str]:
    """Closed lists of that company; their numbers."""

    async def sql(statement: str, *values: object) -> Sequence[Any]:
        return await system.sql("singlewindow", statement, *values)

    now = datetime.now(UTC).astimezone(CHINA)
    [ids] = await sql(
        """select c.id, a.id as account from company c join account a on a.company_id = c.id
           where customs_code = $1 limit 1""",
        code,
    )
    lists = [stored(each, code) for each in some_lists(now.date().isoformat())]
    return await store_lists(sql, ids["id"], ids["account"], lists, now)


def some_lists(day: str) -> list[Listed]:
    """Lists of today whose goods make a declaration full after some five of them."""
    return [
        listed(
            f"L{at}", day,
            [good({**DURIAN, "record_no": str(1 + at * ITEMS % 300 + n)}, "5", "2", "10.00") for n in range(ITEMS)],
            1, 30,
        )
        for at in range(LISTS)
    ]  # fmt: skip


async def built(system: System, at_least: int) -> int:
    """How many declarations there are, as soon as there are so many and, of all of them, nothing waits."""
    deadline = time.monotonic() + SECONDS
    while True:
        [row] = await system.sql(
            "singlewindow",
            """select (select count(*) from find_consolidated_declaration where district = '5729') as made,
                      (select count(*) from consolidated_batch_list where state = 'waiting') as waiting""",
        )
        if row["made"] >= at_least and (at_least == 1 or not row["waiting"]):
            made: int = row["made"]
            return made
        assert time.monotonic() < deadline, dict(row)
        await asyncio.sleep(0.05)
