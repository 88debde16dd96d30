"""`kill -9` of the worker while timed transitions are due (APPT-16, OPER-04)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.system.applicant import Applicant, applicants
from tests.system.running import System

pytestmark = pytest.mark.serial
TYPE = "appointment.application"
COPIES = 1_500  # more than a worker looks at in one go
SECONDS = 60.0

COPY = f"""
with made as (
    insert into document (type, number, company_id, created_by, status, content, filed_on, created_at, updated_at,
                          returned, last_submission, in_force_submission, answered)
    select d.type, 'T' || lpad(n::text, 17, '0'), company_id, created_by, status, content, filed_on, created_at,
           updated_at, returned, 1, null, answered
    from document d, generate_series(1, {COPIES}) as n where d.number = $1 returning *
), was as (select * from document where number = $1
), party as (
    insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
    select id, company_id, company_id, 'declarant', type, status, updated_at from made
), found as (
    insert into find_appointment_application (document_id, company_id, number, status, filed_on, updated_at)
    select id, company_id, number, status, filed_on, updated_at from made
), sent as (
    insert into submission (document_id, company_id, sequence, action, version, start_status, content, statement,
                            signature, certificate, card_no, account_id, request_id, submitted_at, attachments, frozen)
    select m.id, m.company_id, 1, s.action, s.version, s.start_status, s.content, s.statement, s.signature,
           s.certificate, s.card_no, s.account_id, s.request_id, s.submitted_at, s.attachments, s.frozen
    from made m, was join submission s on s.document_id = was.id returning *
), heard as (
    insert into receipt (submission_id, document_id, seq, code, text, data, at, jws)
    select n.id, n.document_id, r.seq, r.code, r.text, r.data, r.at, r.jws
    from sent n, was join receipt r on r.document_id = was.id
)
insert into schedule (document_id, company_id, timer, due_at)
select m.id, m.company_id, t.timer, t.due_at from made m, was join schedule t on t.document_id = was.id"""
"""As many appointments as that one, with its submission, its receipts and its alarm."""


async def test_timed_transitions_survive_a_killed_worker(system: System) -> None:
    """The moment passes while the worker is dead, and the next one is killed in the middle of what is due: nothing is
    lost, nothing is done twice, and nobody is there to ask for it."""
    async with applicants(system) as people:
        number = await appointed(system, people[0])
        for person in people:
            await person.http.delete("/api/session")
    await system.sql("singlewindow", COPY, number)
    [due] = await system.sql(
        "singlewindow",
        "select min(due_at) as at, count(distinct due_at) as n from schedule where timer = 'unanswered'",
    )
    assert due["n"] == 1
    try:
        system.kill("worker")
        # The command's own end takes as long as much of what it sets going.
        moving = asyncio.create_task(asyncio.to_thread(move, system, "set", due["at"] + timedelta(seconds=1)))
        moved = await counted(system, until=1)
        system.kill("worker")
        await moving
        assert moved["timed"] < COPIES + 1, "in the middle"
        moved = await counted(system, until=COPIES + 1)
    finally:
        move(system, "real")
    assert moved == {"timed": COPIES + 1, "documents": COPIES + 1, "left": COPIES + 1, "waiting": 0}


async def appointed(system: System, person: Applicant) -> str:
    """An appointment at the first time that may be had, which customs approve; its number."""
    world = system.world["examples"]
    ports = world["appointment_port"]
    content = {
        "consignee_code": world["appointment_consignee"], "contact": "王芳", "mobile": "13800138000",
        "declare_port": ports[0], "entry_port": ports[0], "transport": "2", "reason_kind": "2", "reason": "",
        "ie_flag": "I", "goods": [{"hs_code": "0303120000", "name": "冻大麻哈鱼"}],
    }  # fmt: skip
    asked = {"field": "declare_port", "content": content}
    told = (await person.http.post(f"/api/documents/{TYPE}/lookup", json=asked)).json()
    [offers] = [notice["offers"] for notice in told["notices"] if notice["offers"]]
    number = await person.declare(TYPE, content | offers[0]["values"], "apply")
    deadline = time.monotonic() + SECONDS
    while (await stored(system, number)) != "P":
        assert time.monotonic() < deadline, await stored(system, number)
        await asyncio.sleep(0.2)
    return number


async def stored(system: System, number: str) -> Any:
    [row] = await system.sql("singlewindow", "select status from document where number = $1", number)
    return row["status"]


async def counted(system: System, until: int) -> dict[str, int]:
    """What has become of the appointments, as soon as so many have moved."""
    deadline = time.monotonic() + SECONDS
    connection = await asyncpg.connect(
        system.address("singlewindow")
    )  # one for all questions: they come quickly
    try:
        while True:
            row = await connection.fetchrow(
                """select (select count(*) from event where kind = 'timed') as timed,
                          (select count(distinct document_id) from event where kind = 'timed') as documents,
                          (select count(*) from document where type = $1 and status = 'I') as left,
                          (select count(*) from schedule where timer = 'unanswered') as waiting""",
                TYPE,
            )
            assert row is not None, "counts are always one row"
            if row["timed"] >= until:
                return dict(row)
            assert time.monotonic() < deadline, dict(row)
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


def move(system: System, change: str, moment: datetime | None = None) -> None:
    """The operator's command `singlewindow clock`, which moves both sides."""
    environment = os.environ | {"SINGLEWINDOW_DATA": str(system.data)}
    command = [
        sys.executable,
        "-m",
        "singlewindow",
        "clock",
        change,
        *([moment.isoformat()] if moment else []),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
