"""Messages as files: sent, answered, and `kill -9` on both sides (CUST-01, CUST-05, PORT-08)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from singlewindow.contract.folder import PART
from tests.system.applicant import applicants
from tests.system.running import System, eventually, running

pytestmark = pytest.mark.serial
APPLICATIONS = 16
OUTSIDE = "not-from-the-portal.json"
GRANTED = """
select d.number, d.status, array_agg(r.code order by r.seq) as codes
from document d join receipt r on r.document_id = d.id
group by d.number, d.status"""
AGAIN = """update outgoing set state = 'queued', next_at = clock_timestamp()
where kind = 'notice' and payload ->> 'kind' = 'print_district' returning message_id"""
TAKEN_IN = "select number, count(*) as times, max(state) as state from submission group by number"


def test_applications_travel_as_files_while_both_sides_are_killed() -> None:
    """Nothing lost, nothing doubled; a stranger's file is put aside with the reason."""
    with running(
        CAPTCHA_FIXED="TEST", CUSTOMS_MODE="automatic", CUSTOMS_DELAY="0", TRANSPORT="folder"
    ) as system:
        stranger = system.data / "exchange" / "OutBox" / OUTSIDE
        stranger.write_text("{", encoding="utf-8")
        os.utime(stranger, (0, 0))
        asyncio.run(_forgotten(system))
        assert eventually(system.registers_arrived, 60)
        numbers = asyncio.run(_file(system))
        wanted = {(number, "4", ("SENT", "RECEIVED", "APPROVED")) for number in numbers}
        assert eventually(lambda: asyncio.run(_granted(system)) == wanted, 60), asyncio.run(_granted(system))
        rows = asyncio.run(system.sql("customs", TAKEN_IN))
        assert {tuple(row) for row in rows} == {(number, 1, "approved") for number in numbers}
        boxes = system.data / "exchange"
        assert eventually(lambda: not _whole(boxes / "InBox"), 60)
        assert _whole(boxes / "OutBox") == set()
        assert _whole(boxes / "FailBox") == {OUTSIDE, f"{OUTSIDE}.reason.txt"}
        assert len(list((boxes / "SentBox").glob("*.json"))) == APPLICATIONS


async def _forgotten(system: System) -> None:
    """A register of which the portal has lost everything is published again; it had come before, by another way."""
    await system.sql("singlewindow", "delete from register_entry where kind = 'print_district'")
    ids = [row["message_id"] for row in await system.sql("customs", AGAIN)]
    assert ids
    await system.sql("singlewindow", "delete from inbox where message_id = any($1)", ids)
    await system.sql("customs", "select pg_notify('outgoing', '')")


def _whole(box: Path) -> set[str]:
    """Files that are complete; a killed writer may leave a part behind, which is swept later."""
    return {file.name for file in box.iterdir() if not file.name.endswith(PART)}


async def _file(system: System) -> list[str]:
    async with applicants(system) as people:
        numbers = []
        for at in range(APPLICATIONS):
            person = people[at % len(people)]
            numbers.append(await person.file(system.declaration(person.customs_code)))
            if at in (4, 10):
                system.kill("worker")
            if at in (7, 13):
                system.kill("customs")
        return numbers


async def _granted(system: System) -> set[tuple[str, str, tuple[str, ...]]]:
    rows = await system.sql("singlewindow", GRANTED)
    return {(row["number"], row["status"], tuple(row["codes"])) for row in rows}
