"""Receipts lost, doubled, delayed and shuffled: a hundred applications end right all the same (CUST-04, CUST-05)."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from tests.system.applicant import Applicant, applicants
from tests.system.running import System, eventually, running

pytestmark = pytest.mark.serial
APPLICATIONS = 100
AT_ONCE = 5
FAULTS = {
    "CUSTOMS_LOST": "0.2", "CUSTOMS_DOUBLED": "0.3", "CUSTOMS_DELAYED": "0.2", "CUSTOMS_SHUFFLED": "0.4",
    "CUSTOMS_LOST_SECONDS": "2", "CUSTOMS_HOLD_SECONDS": "1.5", "CUSTOMS_FAULT_SEED": "hundred",
}  # fmt: skip
ENDED = """
select d.number, d.status, d.returned ->> 'customs_no' as customs_no, array_agg(r.seq order by r.seq) as seqs
from document d join receipt r on r.document_id = d.id group by d.id"""
DECIDED = "select number, state, customs_no from submission"
STRUCK = """
select count(*) filter (where topic like '%#%') as shuffled, count(*) filter (where attempts > 1) as doubled,
       count(*) filter (where state <> 'sent') as left, count(*) as receipts
from outgoing where kind = 'receipt'"""


def test_a_hundred_applications_end_right() -> None:
    """CUST-05: each with the status that customs decided, its number, and receipts 0, 1, 2."""
    with running(
        FAULTS, CAPTCHA_FIXED="TEST", CUSTOMS_MODE="automatic", CUSTOMS_DELAY="0", CUSTOMS_DELAY_MAX="1",
        CUSTOMS_REFUSE="0.3",
    ) as system:  # fmt: skip
        asyncio.run(_file(system))
        assert eventually(lambda: asyncio.run(_right(system)), 90), asyncio.run(
            system.sql("singlewindow", ENDED)
        )
        struck = asyncio.run(system.sql("customs", STRUCK))[0]
        assert struck["receipts"] == 2 * APPLICATIONS
        assert struck["shuffled"] > 50
        assert struck["doubled"] > 20
        assert asyncio.run(_swapped(system)) > 0


async def _file(system: System) -> None:
    async with applicants(system) as people:
        turns = deque(
            (person, system.declaration(person.customs_code))
            for person in (people[at % len(people)] for at in range(APPLICATIONS))
        )

        async def work() -> None:
            while turns:
                person, declaration = turns.popleft()
                await _one(person, declaration)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _one(person: Applicant, declaration: str) -> None:
    number = await person.file(declaration)
    assert number


async def _right(system: System) -> bool:
    decided = {
        (row["number"], {"approved": "4", "refused": "5"}.get(row["state"]), row["customs_no"])
        for row in await system.sql("customs", DECIDED)
    }
    ended = await system.sql("singlewindow", ENDED)
    return (
        len(decided) == APPLICATIONS
        and {(row["number"], row["status"], row["customs_no"]) for row in ended} == decided
        and all(row["seqs"] == [0, 1, 2] for row in ended)
        and (await system.sql("customs", STRUCK))[0]["left"] == 0
    )


async def _swapped(system: System) -> int:
    """How many decisions arrived at the portal before their reception."""
    rows = await system.sql(
        "customs",
        """select a.message_id as first, b.message_id as second from receipt a
           join receipt b on a.submission_id = b.submission_id and a.seq = 1 and b.seq = 2""",
    )
    arrived = {
        row["message_id"]: row["id"]
        for row in await system.sql("singlewindow", "select id, message_id from inbox")
    }
    return sum(arrived[row["second"]] < arrived[row["first"]] for row in rows)
