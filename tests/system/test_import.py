"""`kill -9` of the worker in the middle of an import: no document is doubled, none lost (GATE-11, INTG-02, OPER-04)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from benchmarks.batches import file_of
from benchmarks.importing import TYPE, imported
from tests.system.applicant import Applicant, applicants
from tests.system.running import System

pytestmark = pytest.mark.serial
TRIPS = 1_000  # of ten rows
KILLED_AT = (1, 500)  # trips saved
SECONDS = 120.0


async def status(person: Applicant, id: int) -> dict[str, Any]:
    answer = await person.http.get(f"/api/jobs/{id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def test_a_killed_worker_neither_doubles_nor_loses_a_trip(system: System) -> None:
    """The worker is killed twice; the launcher starts it again, and the import goes on where it stood. The same file
    once more makes no trip more: each has its sender's number."""
    data = await asyncio.to_thread(file_of, "json", "KILL", TRIPS)
    async with applicants(system) as people:
        person = people[0]
        file = (await person.http.post("/api/files", files={"file": ("trips.jsonl", data)})).json()["id"]
        body = {"kind": "import", "type": TYPE, "file": file}
        id = (await person.http.post("/api/jobs", json=body)).json()["id"]
        killed, deadline = 0, time.monotonic() + SECONDS
        while (job := await status(person, id))["state"] in ("queued", "running"):
            assert time.monotonic() < deadline, job
            if killed < len(KILLED_AT) and job["done"] >= KILLED_AT[killed]:
                system.kill("worker")
                killed += 1
            await asyncio.sleep(0.05)
        again = await imported(person.http, data)
    for each in (job, again):
        assert (each["state"], each["total"], each["done"], each["failed"]) == ("done", TRIPS, TRIPS, 0)
    assert killed == len(KILLED_AT)
    rows = await system.sql(
        "singlewindow",
        "select d.content->>'bind_key_info' as vehicle, e.data->>'job' as job from sender_number s "
        "join document d using (number) join event e on e.document_id = d.id and e.kind = 'created' "
        "where s.sender_number like 'KILL-%'",
    )
    assert {row["job"] for row in rows} == {str(id)}
    assert sorted(row["vehicle"] for row in rows) == [f"粤B{at:05d}" for at in range(1, TRIPS + 1)]
