"""Long work: progress, stop, resume, and nothing doubled or lost when a worker dies (GATE-11, OPER-04)."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from starlette.datastructures import UploadFile

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.exchange.worker import sweep
from singlewindow.kernel.jobs import files, found, runner
from singlewindow.kernel.jobs.desk import AT_ONCE, PIECES_GONE, JobDesk, Wanted
from singlewindow.kernel.jobs.files import FileFacts
from singlewindow.kernel.jobs.kind import Work
from singlewindow.kernel.problems import NotFound, Problem
from singlewindow.kernel.settings import settings
from singlewindow.kernel.spreadsheets import importing
from singlewindow.kernel.spreadsheets.reading import read
from singlewindow.kernel.subsystem import subsystems
from singlewindow.subsystems._labels.jobs import PRINTING
from tests.fences import leave_standing
from tests.house import House, Member
from tests.kernel.feeds import told
from tests.kernel.jobs import TYPE, hand_in, start, view, work
from tests.kernel.test_acts import person_of
from tests.workbooks import letters

MANY = 250  # documents: three batches


class Killed(BaseException):
    """A worker that ends in the middle of a step: nothing after it is done."""


@pytest.fixture(autouse=True)
async def alone(house: House) -> None:
    """What tests before it left to be tried again would come due in the middle of one that counts steps."""
    await house.sql("update job set state = 'failed', ended_at = now() where state in ('queued', 'running')")


async def started(member: Member, count: int = MANY) -> int:
    data = letters([[at, f"AB{at:05d}", "4", None, None] for at in range(1, count + 1)])
    id: int = (await start(member, await hand_in(member, data))).json()["id"]
    return id


async def references(house: House, member: Member) -> list[str]:
    rows = await house.sql(
        "select reference from find__template f join company c on c.id = f.company_id where customs_code = $1",
        member.customs_code,
    )
    return sorted(row["reference"] for row in rows)


async def lease_ends(house: House, id: int) -> None:
    await house.sql("update job set leased_until = now() where id = $1", id)


async def test_progress_is_seen_while_it_runs(house: House) -> None:
    """GATE-11: queued, then the count, then batch after batch; the list shows the same."""
    member = await house.member()
    id = await started(member)
    seen = []
    while True:
        job = await view(member, id)
        seen.append((job["state_name"], job["total"], job["done"]))
        if not await runner.run_due(house.worker, house.web, house.tools):
            break
    assert seen == [
        ("排队中", None, 0), ("进行中", MANY, 0), ("进行中", MANY, 100), ("进行中", MANY, 200), ("进行中", MANY, MANY),
        ("已完成", MANY, MANY),
    ]  # fmt: skip
    assert (await member.http.get("/api/jobs", params={"kind": "import", "type": TYPE})).json()["items"] == [
        job
    ]
    assert job["result"]["size"] > 0


@pytest.mark.parametrize("step", ["_unfold", "_step", "_finish"])
async def test_a_worker_killed_in_a_step_neither_doubles_nor_loses(
    house: House, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GATE-11: killed after the step's work and before its commit; another worker does the step again."""
    member = await house.member()
    id = await started(member)
    whole = getattr(importing.IMPORT, step.lstrip("_"))
    killed = False

    async def dies_once(*given: Any) -> Any:
        nonlocal killed
        done = await whole(*given)
        if not killed and (step != "_step" or (await view(member, id))["done"] == 100):
            killed = True
            raise Killed
        return done

    object.__setattr__(importing.IMPORT, step.lstrip("_"), dies_once)
    try:
        with pytest.raises(Killed):
            await work(house)
        assert await work(house) == 0, "the lease of the dead worker still holds"
        await lease_ends(house, id)
        await work(house)
    finally:
        object.__setattr__(importing.IMPORT, step.lstrip("_"), whole)
    job = await view(member, id)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", MANY, MANY, 0)
    assert await references(house, member) == [f"AB{at:05d}" for at in range(1, MANY + 1)]


async def test_a_file_that_is_read_slowly_holds_up_nobodys_events(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTG-03: while one company's import reads its file, another company hears of its own within two seconds; killed
    over it, the job begins with the file anew, and no piece is doubled or lost."""
    member, other, count = await house.member(), await house.member(), importing.ITEMS * 2 + 50
    id = await started(member, count)
    held = asyncio.Event()

    async def slowly(*given: Any) -> AsyncIterator[str]:
        seen = 0
        async with aclosing(read(*given)) as lines:
            async for line in lines:
                yield line
                seen += 1
                if seen == importing.ITEMS * 2:
                    held.set()
                    await asyncio.Event().wait()

    monkeypatch.setattr(importing, "read", slowly)
    step = asyncio.create_task(runner.run_due(house.worker, house.web, house.tools))
    try:
        await asyncio.wait_for(held.wait(), 30)
        number = (await other.save(TYPE, {"reference": "AB00001", "transport": "4"}))["number"]
        async with asyncio.timeout(2):
            while number not in {each["number"] for each in await told(house, other)}:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
    monkeypatch.undo()
    monkeypatch.setattr(runner, "PIECES_IN_MEMORY", 1000)  # the rest in a file
    assert await house.sql("select from job_item where job_id = $1", id) == []
    await lease_ends(house, id)
    await work(house)
    job = await view(member, id)
    assert (job["state"], job["total"], job["done"]) == ("done", count, count)
    assert await references(house, member) == [f"AB{at:05d}" for at in range(1, count + 1)]


async def test_a_worker_that_was_too_slow_writes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: its lease ended and another has the step; what it did is undone."""
    member = await house.member()
    id = await started(member, 10)
    await runner.run_due(house.worker, house.web, house.tools)
    whole, other_done = importing.IMPORT.step, asyncio.Event()

    async def slow(*given: Any) -> Any:
        if not other_done.is_set():
            object.__setattr__(importing.IMPORT, "step", whole)
            await lease_ends(house, id)
            await runner.run_due(house.worker, house.web, house.tools)
            other_done.set()
        return await whole(*given)

    object.__setattr__(importing.IMPORT, "step", slow)
    try:
        await work(house)
    finally:
        object.__setattr__(importing.IMPORT, "step", whole)
    job = await view(member, id)
    assert (job["state"], job["done"]) == ("done", 10)
    assert len(await references(house, member)) == 10


JOB = "select state, message, attempts, lease, leased_until, stepped_at, ended_at from job where id = $1"


async def goes_on_for_long(*_: object) -> None:
    await asyncio.sleep(0.2)


async def is_refused(*_: object) -> None:
    raise Problem("写入失败")


async def meets_a_passing_refusal(*_: object) -> None:
    raise PassingProblem("请稍后再试")


async def meets_a_full_disk(*_: object) -> None:
    raise asyncpg.DiskFullError("could not extend file: No space left on device")


async def is_wrong(*_: object) -> None:
    raise ZeroDivisionError


class PassingProblem(Problem):
    passing = True


TROUBLES = [goes_on_for_long, is_refused, meets_a_passing_refusal, meets_a_full_disk, is_wrong]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_of_a_step_is_its_own_jobs(
    house: House, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., Awaitable[None]]
) -> None:
    """OPER-04: what is written of a step, its lease renewed among it, touches no other job, and not this one either
    once another worker has it."""
    mine, others = await house.member(), await house.member()
    own, other = await started(mine, 1), await started(others, 1)
    await house.sql(
        "update job set state = 'running', lease = '0/other', leased_until = now() + interval '1 hour' where id = $1",
        other,
    )
    before = {id: (await house.sql(JOB, id))[0] for id in (own, other)}
    monkeypatch.setattr(runner, "RENEWED_SECONDS", 0.05)
    monkeypatch.setattr(runner, "_step", trouble)
    await runner.run_due(house.worker, house.web, house.tools)
    assert (await house.sql(JOB, own))[0] != before[own]
    assert (await house.sql(JOB, other))[0] == before[other]

    async def taken_over(*given: object) -> None:
        await house.sql(
            "update job set lease = '0/taken', leased_until = now() + interval '1 hour' where id = $1", own
        )
        before[own] = (await house.sql(JOB, own))[0]
        await trouble(*given)

    await house.sql("update job set state = 'running', leased_until = now() where id = $1", own)
    monkeypatch.setattr(runner, "_step", taken_over)
    assert await runner.run_due(house.worker, house.web, house.tools) == 1
    assert {id: (await house.sql(JOB, id))[0] for id in before} == before


async def test_a_stopped_job_goes_on_where_it_stood(house: House) -> None:
    """GATE-11: what is saved stays; the rest is saved when it goes on, each once."""
    member = await house.member()
    id = await started(member)
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    stopped = await member.http.post(f"/api/jobs/{id}/stop")
    assert (stopped.status_code, stopped.json()["stopping"]) == (200, True)
    await work(house)
    job = await view(member, id)
    assert (job["state"], job["done"], len(await references(house, member))) == ("stopped", 100, 100)
    assert (await member.http.post(f"/api/jobs/{id}/stop")).status_code == 409
    assert (await member.http.get(f"/api/jobs/{id}/result")).status_code == 200
    assert (await member.http.post(f"/api/jobs/{id}/resume")).json()["state"] == "queued"
    early = await member.http.get(f"/api/jobs/{id}/result")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/not-ready"), (
        "the stopped run's file is no longer its own"
    )
    await work(house)
    job = await view(member, id)
    assert (job["state"], job["done"], len(await references(house, member))) == ("done", MANY, MANY)
    assert (await member.http.post(f"/api/jobs/{id}/resume")).status_code == 409


async def test_a_stopped_job_does_not_do_what_was_sent_anew(house: House) -> None:
    """GATE-11: stopped, the same file handed in once more and saved; the first job would save everything twice."""
    member = await house.member()
    file = await hand_in(member, letters([[at, f"AB{at:05d}", "4", None, None] for at in (1, 2, 3)]))
    first = (await start(member, file)).json()["id"]
    await member.http.post(f"/api/jobs/{first}/stop")
    await work(house)
    again = (await start(member, file)).json()["id"]
    going_on = await member.http.post(f"/api/jobs/{first}/resume")
    assert (going_on.status_code, going_on.json()["type"].rpartition("/")[2]) == (409, "sent-before")
    await work(house)
    assert (await member.http.post(f"/api/jobs/{first}/resume")).status_code == 409
    assert ((await view(member, again))["done"], len(await references(house, member))) == (3, 3)
    assert (await view(member, first))["state"] == "stopped"


async def test_no_more_jobs_go_on_than_may_be_started(house: House) -> None:
    """UI-16: those that were stopped count like new ones."""
    member = await house.member()
    stopped = [await started(member, count) for count in range(1, AT_ONCE + 1)]
    for id in stopped:
        await member.http.post(f"/api/jobs/{id}/stop")
    await work(house)
    for count in range(AT_ONCE):
        await started(member, AT_ONCE + 1 + count)
    assert (await member.http.post(f"/api/jobs/{stopped[0]}/resume")).status_code == 429
    await work(house)
    assert (await member.http.post(f"/api/jobs/{stopped[0]}/resume")).status_code == 200
    await work(house)


async def test_jobs_take_turns(house: House) -> None:
    """OPER-04: a long job of one company does not hold up another's short one."""
    long, short = await house.member(), await house.member()
    first, second = await started(long), await started(short, 1)
    for _ in range(6):
        await runner.run_due(house.worker, house.web, house.tools)
    assert ((await view(short, second))["state"], (await view(long, first))["state"]) == ("done", "running")
    await work(house)


async def test_a_step_that_always_fails_ends_the_job_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-16: a defect is tried again, later and later, and then given up; no stack trace reaches the page."""
    member = await house.member()
    id = await started(member, 1)
    monkeypatch.setattr(importing, "read", lambda *_: 1 / 0)
    for _ in range(runner.TRIES + 1):
        assert await runner.run_due(house.worker, house.web, house.tools) == 1
        assert await runner.run_due(house.worker, house.web, house.tools) == 0
        await lease_ends(house, id)
    job = await view(member, id)
    assert (job["state"], job["message"].partition("。")[0]) == ("failed", runner.GIVEN_UP)
    result = await member.http.get(f"/api/jobs/{id}/result")
    assert (result.status_code, result.json()["type"]) == (409, "/problems/not-ready")
    assert result.json()["detail"] == f"任务未能完成，没有结果文件：{job['message']}"


async def test_a_result_that_is_not_made_yet_is_not_said_to_be_gone(house: House) -> None:
    """INTG-02: 409 `not-ready` as docs/api.md has it, until the job has ended."""
    member = await house.member()
    id = await started(member, 1)
    early = await member.http.get(f"/api/jobs/{id}/result")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/not-ready")
    assert early.json()["detail"] == "任务还在排队，尚没有结果文件"
    await work(house)
    assert (await member.http.get(f"/api/jobs/{id}/result")).status_code == 200


async def test_a_step_that_is_cut_off_again_and_again_is_done_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-16, OPER-04: workers that are killed in the middle of it, and a database that is away, are no fault of a job;
    only very many of such ends are taken for one."""
    member = await house.member()
    id = await started(member, 1)

    async def killed(*_: object) -> None:
        raise Killed

    async def away(*_: object) -> None:
        raise asyncpg.DiskFullError("could not extend file: No space left on device")

    for end, raised in ((killed, Killed), (away, None)):
        with monkeypatch.context() as broken:
            broken.setattr(runner, "_step", end)
            for _ in range(2 * runner.TRIES):
                with pytest.raises(raised) if raised else nullcontext():
                    await runner.run_due(house.worker, house.web, house.tools)
                await lease_ends(house, id)
    await work(house)
    assert (await view(member, id))["state"] == "done"
    again = await started(member, 2)
    with monkeypatch.context() as broken:
        broken.setattr(runner, "_step", killed)
        for _ in range(runner.CUT_OFF + 1):
            with pytest.raises(Killed):
                await runner.run_due(house.worker, house.web, house.tools)
            await lease_ends(house, again)
    await work(house)
    assert (await view(member, again))["state"] == "failed"


async def finds_no_program(work: Work, _: object) -> Any:
    raise FileNotFoundError(errno.ENOENT, "No such file or directory", "python3")


async def asks_for_too_long(work: Work, _: object) -> Any:
    await work.transaction._connection.execute("select pg_sleep(60)", timeout=0.05)


async def is_told_to_end_it(work: Work, _: object) -> Any:
    await work.transaction.run("set local statement_timeout = '20ms'")
    await work.transaction.run("select pg_sleep(60)")


async def asks_what_cannot_be_asked(work: Work, _: object) -> Any:
    await work.transaction.value("select $1::bigint", 2**70)


@pytest.mark.parametrize(
    "trouble", [finds_no_program, asks_for_too_long, is_told_to_end_it, asks_what_cannot_be_asked]
)
async def test_a_step_that_always_meets_trouble_of_its_own_ends_the_job(
    house: House, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., Awaitable[Any]]
) -> None:
    """UI-16, OPER-04: a child that cannot be started and a statement that takes too long are no database that is away:
    each counts, and the fifth ends the job."""
    member = await house.member()
    id = await started(member, 1)
    await runner.run_due(house.worker, house.web, house.tools)
    stuck = {"import": replace(importing.IMPORT, step=trouble)}
    monkeypatch.setattr(runner, "job_kinds", lambda: stuck)
    for _ in range(runner.TRIES + 1):
        assert await runner.run_due(house.worker, house.web, house.tools) == 1
        assert await runner.run_due(house.worker, house.web, house.tools) == 0, "it is put off"
        await lease_ends(house, id)
    job = await view(member, id)
    assert (job["state"], runner.GIVEN_UP in job["message"]) == ("failed", True)
    monkeypatch.undo()
    assert (await member.http.post(f"/api/jobs/{id}/resume")).status_code == 200
    await work(house)
    assert (await view(member, id))["state"] == "done"


AWAY = [
    asyncpg.DiskFullError("could not extend file: No space left on device"),
    asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    ExceptionGroup(
        "judged together", [asyncpg.InterfaceError("connection is closed"), asyncpg.DiskFullError("")]
    ),
    OSError(errno.ENOSPC, "No space left on device"),
    ConnectionResetError(),
]


@pytest.mark.parametrize("trouble", AWAY, ids=lambda each: type(each).__name__)
async def test_a_step_over_which_the_database_goes_away_is_no_try(
    house: House, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """OPER-04: nor is a disk without room; the job goes on when there is one again."""
    member = await house.member()
    id = await started(member, 1)
    await runner.run_due(house.worker, house.web, house.tools)

    async def meets(*_: object) -> Any:
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(runner, "job_kinds", lambda: {"import": replace(importing.IMPORT, step=meets)})
        for _ in range(2 * runner.TRIES):
            assert await runner.run_due(house.worker, house.web, house.tools) == 1
            await lease_ends(house, id)
    await work(house)
    assert (await view(member, id))["state"] == "done"


async def test_no_connection_to_the_database_is_no_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-04: before the step has begun an OSError and a time-out are the database's."""
    member = await house.member()
    id = await started(member, 1)
    for trouble in (ConnectionRefusedError(), TimeoutError()):

        def away(_: object, why: OSError = trouble) -> AbstractAsyncContextManager[Transaction]:
            raise why

        with monkeypatch.context() as broken:
            broken.setattr(house.web, "transaction", away)
            for _ in range(2 * runner.TRIES):
                assert await runner.run_due(house.worker, house.web, house.tools) == 1
                await lease_ends(house, id)
    await work(house)
    assert (await view(member, id))["state"] == "done"


async def test_a_job_that_failed_on_the_way_can_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """GATE-11: what was saved is not saved again; a workbook that was refused cannot go on."""
    member = await house.member()
    id = await started(member)
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    monkeypatch.setattr(importing, "judge", lambda *_: 1 / 0)
    for _ in range(runner.TRIES + 1):
        await runner.run_due(house.worker, house.web, house.tools)
        await lease_ends(house, id)
    job = await view(member, id)
    assert (job["state"], job["done"], runner.GIVEN_UP in job["message"]) == ("failed", 100, True)
    monkeypatch.undo()
    assert (await member.http.post(f"/api/jobs/{id}/resume")).status_code == 200
    await work(house)
    job = await view(member, id)
    assert (job["state"], job["message"], len(await references(house, member))) == ("done", "", MANY)
    other = (await start(member, await hand_in(member, b"x", "a\0b/\u202ec.xlsx"))).json()["id"]
    await work(house)
    refused = await view(member, other)
    assert (refused["state"], refused["file"]) == ("failed", "_c.xlsx")
    assert (await member.http.post(f"/api/jobs/{other}/resume")).status_code == 409


async def test_an_account_that_was_deactivated_does_nothing_more(house: House) -> None:
    """PORT-10: the job ends; what was done stays."""
    member = await house.member()
    id = await started(member)
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    await house.sql(
        "update account set active = false where id = (select account_id from job where id = $1)", id
    )
    await work(house)
    [job] = await house.sql("select state, message from job where id = $1", id)
    assert (job["state"], runner.NOT_ALLOWED in job["message"]) == ("failed", True)
    assert len(await references(house, member)) == 100


async def test_files_that_are_handed_in_together_are_read_by_twos(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the rest waits on the disk, so that no memory is exhausted; all are stored whole."""
    member, in_memory, most = await house.member(), 0, 0
    read = UploadFile.read

    async def counted(file: UploadFile, size: int = -1) -> bytes:
        nonlocal in_memory, most
        in_memory += 1
        most = max(most, in_memory)
        content = await read(file, size)
        await asyncio.sleep(0.02)
        return content

    async def stored(*given: Any) -> FileFacts:
        nonlocal in_memory
        facts = await store(*given)
        in_memory -= 1
        return facts

    store = files.store
    monkeypatch.setattr(UploadFile, "read", counted)
    monkeypatch.setattr(files, "store", stored)
    given = [bytes([at]) * 1000 for at in range(6)]
    answers = await asyncio.gather(
        *(member.http.post("/api/files", files={"file": ("a.xlsx", each)}) for each in given)
    )
    assert [answer.json()["sha256"] for answer in answers] == [sha256(each).hexdigest() for each in given]
    assert (most, in_memory) == (2, 0)


async def test_limits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-16: too large a file, too many files, too many jobs, no file, an unknown kind, an account without a card."""
    member = await house.member()
    monkeypatch.setattr(settings(), "file_megabytes", 1)
    large = await member.http.post("/api/files", files={"file": ("a.xlsx", bytes(2**20 + 1))})
    assert (large.status_code, "超过 1 MB" in large.json()["detail"]) == (413, True)
    huge = await member.http.post("/api/files", files={"file": ("a.xlsx", bytes(3 * 2**20))})
    assert (huge.status_code, "超过上限 1 MB" in huge.json()["detail"]) == (413, True)
    monkeypatch.setattr(settings(), "files_megabytes", 0)
    assert (await member.http.post("/api/files", files={"file": ("a.xlsx", b"x")})).status_code == 429
    monkeypatch.undo()
    assert (await start(member, None)).status_code == 404
    assert (await start(member, 2**40)).status_code == 404
    for at in range(AT_ONCE):
        assert (await start(member, await hand_in(member, bytes([at])))).status_code == 201
    refused = await start(member, await hand_in(member, b"x"))
    assert (refused.status_code, refused.json()["violations"]) == (429, [])
    await work(house)
    body = {"kind": "nothing", "type": TYPE}
    assert (await member.http.post("/api/jobs", json=body)).status_code == 404
    assert (await start(member, 1, type="nothing")).status_code == 404
    unbound = await house.member(bound=False)
    assert (await unbound.http.post("/api/files", files={"file": ("a.xlsx", b"x")})).status_code == 403


async def test_what_a_job_made_is_kept_as_long_as_what_was_handed_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER: one setting says how long a company's data lie in files."""
    monkeypatch.setattr(settings(), "file_days", 0.5)
    member = await house.member()
    id = await started(member, 1)
    await work(house)
    [kept] = await house.sql(
        """select bool_and(expires_at < now() + interval '13 hours') as briefly, count(*) as files
           from file f join job j on f.id in (j.source_id, j.result_id) where j.id = $1""",
        id,
    )
    assert (kept["briefly"], kept["files"]) == (True, 2)


async def test_what_a_job_made_is_sent_in_pieces(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-10: nobody reads it whole into the web process; name, length and bytes are those of the file."""
    member = await house.member()
    id = await started(member, 1)
    await work(house)
    made = (await view(member, id))["result"]
    monkeypatch.setattr(files, "PIECE", 1000)
    monkeypatch.setattr(files, "get_many", None)
    answer = await member.http.get(f"/api/jobs/{id}/result")
    assert (answer.status_code, sha256(answer.content).hexdigest()) == (200, made["sha256"])
    said = {name: answer.headers[name] for name in ("content-type", "content-length", "content-disposition")}
    assert said == {
        "content-type": files.XLSX, "content-length": str(made["size"]),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(made['name'])}",
    }  # fmt: skip
    assert (answer.headers["cache-control"], made["size"] > 1000) == ("private, no-store", True)


async def test_files_and_jobs_expire(house: House) -> None:
    """OPER: the worker sweeps files after their days and jobs after 30, never one that waits or runs."""
    member = await house.member()
    old, waiting = await started(member, 1), await started(member, 2)
    await runner.run_due(house.worker, house.web, house.tools)
    await work(house)
    job = await view(member, old)
    await house.sql(
        "update file set expires_at = now() - interval '1 second' where id = $1", job["result"]["id"]
    )
    assert (await member.http.get(f"/api/jobs/{old}/result")).status_code == 404
    await house.sql("update job set state = 'queued' where id = $1", waiting)
    await house.sql(
        "update job set created_at = now() - interval '31 days' where id = any($1)", [old, waiting]
    )
    await sweep(house.worker)
    assert (await member.http.get(f"/api/jobs/{old}")).status_code == 404
    assert (await view(member, waiting))["state"] == "queued"
    assert not await house.sql("select from file where id = $1", job["result"]["id"])
    await house.sql("delete from job where id = $1", waiting)


async def test_what_became_of_the_pieces_is_kept_for_its_days(house: House) -> None:
    """OPER: refused documents stand in a job's pieces; they go with its files, and the job says so from then on."""
    member = await house.member()
    data = letters([[1, "wrong", "4", None, None], [2, "AB00002", "4", None, None]])
    old, young, going = [
        (await start(member, await hand_in(member, data), again=True)).json()["id"] for _ in range(3)
    ]
    await work(house)
    await house.sql("update job set state = 'running' where id = $1", going)
    await house.sql(
        "update job set ended_at = now() - interval '7 days 1 hour' where id = any($1)", [old, going]
    )
    await sweep(house.worker)
    kept = await house.sql("select job_id, count(*) from job_item where job_id = any($1) group by 1 order by 1",
                           [old, young, going])  # fmt: skip
    assert [tuple(row) for row in kept] == [(young, 2), (going, 2)]
    assert (await member.http.get(f"/api/jobs/{young}/failures")).json()["items"][0]["no"] == 1
    gone = await member.http.get(f"/api/jobs/{old}/failures")
    assert (gone.status_code, gone.json()["detail"]) == (404, PIECES_GONE)
    assert (await view(member, old))["failed"] == 1
    await house.sql("delete from job where id = $1", going)


async def test_a_stopped_job_whose_pieces_are_gone_does_not_go_on(house: House) -> None:
    """OPER: it would end as if everything were done."""
    member = await house.member()
    id = await started(member)
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    await member.http.post(f"/api/jobs/{id}/stop")
    await work(house)
    await house.sql("update job set ended_at = now() - interval '8 days' where id = $1", id)
    await sweep(house.worker)
    refused = await member.http.post(f"/api/jobs/{id}/resume")
    assert (refused.status_code, refused.json()["detail"]) == (409, PIECES_GONE)


# ------------------------------------------------------------------------------------------- kinds of chapters


async def test_a_closed_kind_is_started_by_its_chapter_alone(house: House) -> None:
    """PORT-08: what is done after a signature is not done without one; it answers as a kind that is not there."""
    member = await house.member()
    said = []
    for kind in (PRINTING.name, "nothing"):
        answer = await member.http.post("/api/jobs", json={"kind": kind, "options": {"order": 1}})
        said.append((answer.status_code, answer.json()["detail"].replace(kind, "K")))
    assert said == [(404, "没有名为 K 的任务")] * 2


async def test_a_job_may_be_given_its_items_at_once(house: House) -> None:
    """PRNT-02: their number is known from the beginning, and nothing is unfolded."""
    member = await house.member()
    person = await person_of(house, member)
    items = [f'{{"number": "P{n}"}}' for n in range(45)]
    async with house.web.transaction(person.actor) as transaction:
        job = await JobDesk(transaction, person).start(Wanted(PRINTING, "", {"order": 0}, items=items))
    assert (job.state, job.total) == ("queued", 45)
    seen = []
    while await runner.run_due(house.worker, house.web, house.tools):
        seen.append((await view(member, job.id))["failed"])
    assert seen == [20, 40, 45, 45]
    rows = await house.sql(
        "select no, data->>'number' as number from job_item where job_id = $1 order by no", job.id
    )
    assert [(row["no"], row["number"]) for row in rows] == [(n + 1, f"P{n}") for n in range(45)]


async def test_a_job_without_items_is_done_at_once(house: House) -> None:
    person = await person_of(house, await house.member())
    async with house.web.transaction(person.actor) as transaction:
        job = await JobDesk(transaction, person).start(Wanted(PRINTING, "", {"order": 0}, items=[]))
    assert await work(house) == 1
    [row] = await house.sql("select state, total from job where id = $1", job.id)
    assert tuple(row) == ("done", 0)


@pytest.mark.parametrize("fences", ["both", "the application alone"])
async def test_jobs_keys_files_and_limits_are_each_accounts_own(house: House, fences: str) -> None:
    """GATE-11, PORT-10: a colleague uses the same key and has places and room of the own; at another company the same
    file was never sent."""
    member = await house.member()
    colleague, stranger = await house.member(member.customs_code), await house.member()
    leave_standing(house, fences)
    data = [letters([[1, f"AB{at:05d}", "4", None, None]]) for at in range(AT_ONCE)]
    made = {}
    for at, each in enumerate(data):
        answer = await start(member, await hand_in(member, each), key=f"key-{at}")
        assert answer.status_code == 201, answer.text
        made[f"key-{at}"] = answer.json()["id"]
    assert (await start(member, await hand_in(member, b"x"))).status_code == 429, "no more at once"
    for who, again in ((colleague, True), (stranger, False)):
        file = await hand_in(who, data[0])
        answer = await start(who, file, key="key-0", again=again)
        assert answer.status_code == 201, answer.text
        assert (await start(who, file, key="key-0", again=again)).json()["id"] == answer.json()["id"]
        assert [each["id"] for each in (await who.http.get("/api/jobs")).json()["items"]] == [
            answer.json()["id"]
        ]
        id = made["key-1"]
        assert (await who.http.get(f"/api/jobs/{id}")).status_code == 404
        assert (await who.http.post(f"/api/jobs/{id}/stop")).status_code == 404
    for key, id in made.items():
        repeated = await start(member, await hand_in(member, data[int(key[4:])]), key=key)
        assert repeated.json()["id"] == id, "sent again, it is the same job"
    await work(house)


async def test_the_company_sees_a_job_only_where_its_chapter_says_so(house: House) -> None:
    """PORT-10: by the desk of the whole company; never another company."""
    member = await house.member()
    colleague, stranger = await house.member(member.customs_code), await house.member()
    id = await started(member, 1)
    seen = {}
    for name, other in (("colleague", colleague), ("stranger", stranger)):
        person = await person_of(house, other)
        for whole in (False, True):
            async with house.web.transaction(person.actor) as transaction:
                try:
                    await JobDesk(transaction, person, whole_company=whole).get(id)
                    seen[name, whole] = True
                except NotFound:
                    seen[name, whole] = False
    assert [key for key, found in seen.items() if found] == [("colleague", True)]


async def test_a_job_of_a_chapter_is_shown_to_who_may_enter_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-06: another session of the same account neither sees nor stops it, nor fetches what it made."""
    member = await house.member()
    person = await person_of(house, member)
    async with house.web.transaction(person.actor) as transaction:
        job = await JobDesk(transaction, person).start(Wanted(PRINTING, "", {"order": 0}, items=["{}"]))
    assert [each["id"] for each in (await member.http.get("/api/jobs")).json()["items"]] == [job.id]
    closed = replace(subsystems()["_labels"], card_kind="法人卡")
    monkeypatch.setattr(found, "subsystems", lambda: {"_labels": closed})
    base = f"/api/jobs/{job.id}"
    for method, path in (
        ("GET", ""),
        ("GET", "/failures"),
        ("GET", "/result"),
        ("POST", "/stop"),
        ("POST", "/resume"),
    ):
        answer = await member.http.request(method, base + path)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-card"), path
    assert (await member.http.get("/api/jobs")).json()["items"] == []
    [row] = await house.sql("select stop_asked from job where id = $1", job.id)
    assert row["stop_asked"] is False


async def test_a_chapters_open_kind_is_started_by_who_may_enter_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-06: with another card nothing is put into the queue."""
    member = await house.member()
    closed = replace(subsystems()["_labels"], card_kind="法人卡")
    monkeypatch.setattr(found, "subsystems", lambda: {"_labels": closed})
    monkeypatch.setattr(found, "job_kinds", lambda: {PRINTING.name: replace(PRINTING, open=True)})
    answer = await member.http.post("/api/jobs", json={"kind": PRINTING.name, "options": {"order": 1}})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-card")
    person = await person_of(house, member)
    assert await house.sql("select from job where account_id = $1", person.account_id) == []
