"""`kill -9` of the worker in the middle of 自助打印: every declaration has its layout file once (PRNT-11, OPER-04)."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from singlewindow.contract.pdf_seals import Trust, Verdict, check
from singlewindow.kernel.documents.store import CHINA
from tests.system.applicant import Applicant, applicants
from tests.system.running import System

pytestmark = pytest.mark.serial
BASE = "/api/declarations"
DECLARATIONS = 120
KILLED_AT = (1, 60)  # layout files made
SECONDS = 180.0


async def answered(person: Applicant, method: str, path: str, **more: Any) -> dict[str, Any]:
    answer = await person.http.request(method, f"{BASE}{path}", **more)
    assert answer.is_success, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def apply(person: Applicant, numbers: list[str]) -> str:
    body = {"kind": "print", "sealed": True, "numbers": numbers, "card_no": person.card_no}
    asked = await answered(person, "POST", "/applications/prepare", json=body)
    signed = {"token": asked["token"], **person._sign(asked["signing_input"])}
    key = {"Idempotency-Key": uuid4().hex}
    twice = [await answered(person, "POST", "/applications", json=signed, headers=key) for _ in range(2)]
    assert twice[0] == twice[1]
    assert (twice[0]["accepted"], twice[0]["refused"]) == (len(numbers), 0)
    number: str = twice[0]["number"]
    return number


async def test_a_killed_worker_neither_doubles_nor_loses_a_layout_file(system: System) -> None:
    """The worker is killed twice; the launcher starts it again, the application goes on, and all seals hold."""
    async with applicants(system) as people:
        [person] = [each for each in people if each.card_no == "8930L0000A037"]
        today = datetime.now(CHINA).date()
        days = {"declared_from": str(today - timedelta(days=80)), "declared_to": str(today)}
        numbers = (await answered(person, "GET", "/closed/numbers", params=days))["numbers"][:DECLARATIONS]
        assert len(numbers) == DECLARATIONS
        application = await apply(person, numbers)
        killed, deadline = 0, time.monotonic() + SECONDS
        while (seen := await answered(person, "GET", f"/applications/{application}"))["state"] != "done":
            assert seen["state"] in ("queued", "running"), seen
            assert time.monotonic() < deadline, seen
            due = killed < len(KILLED_AT) and seen["done"] >= KILLED_AT[killed]
            if due and system.pid_of("worker"):  # the one killed before may not have its successor yet
                system.kill("worker")
                killed += 1
            await asyncio.sleep(0.25)  # asking is work of the same processors; half of the files take longer
        assert killed == len(KILLED_AT)
        assert seen["done"] + seen["failed"] == DECLARATIONS
        rows = await _made(person, application)
        assert len(rows) == seen["done"]
        archive = await person.http.post(f"{BASE}/archives", json={"ids": [row["id"] for row in rows]})
        assert archive.status_code == 200
    kept = await system.sql(
        "singlewindow", "select name from file where company_wide and media_type = 'application/pdf'"
    )
    assert sorted(row["name"] for row in kept) == sorted(f"{row['number']}.pdf" for row in rows)
    pki = system.data / "pki"
    trust = Trust((pki / "ca.pem").read_bytes(), (pki / "crl.pem").read_bytes(), datetime.now(UTC))
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert sorted(files.namelist()) == sorted(f"{row['number']}.pdf" for row in rows)
        for name in files.namelist()[::20]:
            assert check(files.read(name), trust).verdict is Verdict.VALID


async def _made(person: Applicant, application: str) -> list[dict[str, Any]]:
    """All results of an application that are 有签章已生成."""
    rows: list[dict[str, Any]] = []
    for page in range(1, 10):
        asked = {"kind": "print", "application": application, "state": "1", "size": 100, "page": page}
        rows += (await answered(person, "GET", "/results", params=asked))["items"]
    return rows
