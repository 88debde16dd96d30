"""The figure `import`: 10,000 trips of five rows from one workbook, from the request to the last draft."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.processes import Spent
from singlewindow.kernel.spreadsheets.workbook import Book
from singlewindow.kernel.subsystem import get_document_type

TYPE = "gate.trip"
TRIPS = 10_000
SAMPLE = Path(__file__).parents[1] / "singlewindow/subsystems/gate/samples/accepted/five_kinds_by_sea.json"
SECONDS = 600.0


def workbook(trips: int = TRIPS) -> bytes:
    """A filled-in template: the sample's trip with its five rows, again and again, each with another vehicle."""
    content = json.loads(SAMPLE.read_text("utf-8"))["content"]
    book = Book(get_document_type(TYPE), {})
    header = {name: value for name, value in content.items() if name != "bodies"}
    for at in range(1, trips + 1):
        book.sheets[""].add(str(at), {**header, "bind_key_info": f"粤B{at:05d}"})
    for at in range(1, trips + 1):
        for row in content["bodies"]:
            book.sheets["bodies"].add(str(at), row)
    return book.finish()


async def imported(http: httpx.AsyncClient, data: bytes) -> dict[str, Any]:
    """Hand the workbook in and wait until its job is done; the job."""
    file = await http.post("/api/files", files={"file": ("trips.xlsx", data)})
    assert file.status_code == 201, file.text
    body = {"kind": "import", "type": TYPE, "file": file.json()["id"], "again": True}
    started = await http.post("/api/jobs", json=body)
    assert started.status_code == 201, started.text
    async with asyncio.timeout(SECONDS):
        while True:
            job: dict[str, Any] = (await http.get(f"/api/jobs/{started.json()['id']}")).json()
            if job["state"] not in ("queued", "running"):
                return job
            await asyncio.sleep(0.2)


class Memory:
    """The greatest resident memory of a process with its children, in MB, looked at 20 times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.most, self.child = 0.0, 0.0  # with its children; the greatest child alone

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            children = [_resident(child) for child in _children(self._pid)]
            self.most = max(self.most, _resident(self._pid) + sum(children))
            self.child = max(self.child, *children, 0.0)
            await asyncio.sleep(0.05)


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            yield from map(int, (task / "children").read_text().split())
        except OSError:  # gone meanwhile
            continue


def _resident(pid: int) -> float:
    """In MB; what processes share counts once: a child that is just being forked has all that its parent has."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(rollup.partition("\nPss:")[2].split()[0]) / 2**10 if "\nPss:" in rollup else 0.0


def figure(
    job: dict[str, Any], size: int, seconds: float, memory: float, spent: Spent, rows: int = 5
) -> dict[str, Any]:
    """What is printed of one import."""
    assert (job["state"], job["done"], job["failed"]) == ("done", TRIPS, 0), job
    return {
        "trips": TRIPS,
        "rows": rows * TRIPS,
        "file_mb": round(size / 2**20, 1),
        "seconds": round(seconds, 1),
        "trips_per_second": round(TRIPS / seconds, 1),
        "worker_memory_mb": round(memory),
        "cpu_ms": spent.per(TRIPS),
    }
