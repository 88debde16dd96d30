"""`kill -9` of the worker in the middle of an import: no document is doubled, none is lost (GATE-11, OPER-04)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from benchmarks.importing import TYPE, workbook
from tests.system.applicant import Applicant, applicants
from tests.system.running import System

pytestmark = pytest.mark.serial
TRIPS = 2_000
KILLED_AT = (1, 1_000)  # trips saved
SECONDS = 120.0


async def status(person: Applicant, id: int) -> dict[str, Any]:
    answer = await person.http.get(f"/api/jobs/{id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def test_a_killed_worker_neither_doubles_nor_loses_a_trip(system: System) -> None:
    """The worker is killed twice; the launcher starts it again, and the import goes on where it stood."""
    data = await asyncio.to_thread(workbook, TRIPS)
    async with applicants(system) as people:
        person = people[0]
        file = (await person.http.post("/api/files", files={"file": ("trips.xlsx", data)})).json()["id"]
        body = {"kind": "import", "type": TYPE, "file": file}
        id = (await person.http.post("/api/jobs", json=body)).json()["id"]
        killed, deadline = 0, time.monotonic() + SECONDS
        while (job := await status(person, id))["state"] in ("queued", "running"):
            assert time.monotonic() < deadline, job
            if killed < len(KILLED_AT) and job["done"] >= KILLED_AT[killed]:
                system.kill("worker")
                killed += 1
            await asyncio.sleep(0.05)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", TRIPS, TRIPS, 0)
    assert killed == len(KILLED_AT)
    rows = await system.sql(
        "singlewindow",
        "select d.content->>'bind_key_info' as vehicle from event e join document d on d.id = e.document_id "
        "where e.kind = 'created' and e.data->>'job' = $1",
        str(id),
    )
    assert sorted(row["vehicle"] for row in rows) == [f"粤B{at:05d}" for at in range(1, TRIPS + 1)]
