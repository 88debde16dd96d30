"""Jobs as tests drive them: a file is handed in, a job started, and the worker does its steps."""

from __future__ import annotations

from typing import Any

import httpx

from singlewindow.kernel.jobs.runner import run_due
from tests.house import House, Member

TYPE = "_template"


async def hand_in(member: Member, data: bytes, name: str = "车次.xlsx") -> int:
    answer = await member.http.post("/api/files", files={"file": (name, data, "application/octet-stream")})
    assert answer.status_code == 201, answer.text
    id: int = answer.json()["id"]
    return id


async def start(
    member: Member, file: int | None, type: str = TYPE, key: str = "", **more: Any
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"kind": "import", "type": type, "file": file, **more}
    return await member.http.post("/api/jobs", json=body, headers=headers)


async def work(house: House) -> int:
    """Let the worker do all steps that are due; how many there were."""
    steps = 0
    while await run_due(house.worker, house.web, house.tools):
        steps += 1
    return steps


async def view(member: Member, id: int) -> dict[str, Any]:
    answer = await member.http.get(f"/api/jobs/{id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def imported(
    house: House, member: Member, data: bytes, type: str = TYPE, **more: Any
) -> dict[str, Any]:
    """Hand in a workbook and let it be imported to its end."""
    started = await start(member, await hand_in(member, data), type, **more)
    assert started.status_code == 201, started.text
    await work(house)
    return await view(member, started.json()["id"])


async def findings(member: Member, id: int) -> list[dict[str, Any]]:
    """All findings of an import, in the order of its documents."""
    answer = await member.http.get(f"/api/jobs/{id}/failures", params={"most": 100})
    assert answer.status_code == 200, answer.text
    return [finding for item in answer.json()["items"] for finding in item["data"]["findings"]]
