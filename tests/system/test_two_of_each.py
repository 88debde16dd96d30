"""Two portals and two workers on one database: no request needs the process that answered the one before (OPER-04)."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from singlewindow.launch.process import spawn, stop
from tests.ports import free_ports
from tests.system.applicant import DOCUMENTS, Applicant, applicants
from tests.system.running import CLONE, READY_SECONDS, System, eventually
from tests.system.test_kill import Run, assert_filed_once, assert_sides_agree, left_over

pytestmark = pytest.mark.serial


@dataclass(frozen=True)
class Second:
    """The second portal's address, and the second worker's log."""

    portal: str
    worker_log: Path


@pytest.fixture(scope="module")
def second(system: System) -> Iterator[Second]:
    """Started as the operations page says: another port, the first portal's cookie."""
    [port] = free_ports(1)
    with started(system, "portal", port), started(system, "worker", port):
        address = f"http://127.0.0.1:{port}"
        assert eventually(lambda: answers(address), READY_SECONDS), log_of(system, "portal").read_text()
        log = log_of(system, "worker")
        assert eventually(lambda: "is ready" in log.read_text(), READY_SECONDS), log.read_text()
        yield Second(address, log)


@contextmanager
def started(system: System, part: str, port: int) -> Iterator[None]:
    """`singlewindow portal` or `singlewindow worker` beside the running system."""
    settings = {"PORT": port, "SESSION_COOKIE": f"sw_session_{system.ports['PORT']}"}
    with log_of(system, part).open("wb") as output:
        environment = system.environment(**{name: str(value) for name, value in settings.items()})
        command = (sys.executable, "-m", "singlewindow", part)
        process = spawn(command, output=output, environment=environment, folder=CLONE)
    try:
        yield
    finally:
        stop(process, (signal.SIGTERM, 20))


def log_of(system: System, part: str) -> Path:
    return system.folder / f"second-{part}.log"


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


class Alternating(httpx.AsyncBaseTransport):
    """Every request goes to the portal that did not answer the last one, as a careless load balancer sends them."""

    def __init__(self, *addresses: str) -> None:
        self._turns = itertools.cycle(httpx.URL(address) for address in addresses)
        self._inner = httpx.AsyncHTTPTransport()
        self.answered: list[int | None] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        turn = next(self._turns)
        self.answered.append(turn.port)
        request.url = request.url.copy_with(port=turn.port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@asynccontextmanager
async def balanced(system: System, second: Second) -> AsyncIterator[list[Applicant]]:
    """All card holders, each of whose requests goes to the other portal than the one before."""
    async with applicants(system) as people:
        for person in people:
            old = person.http
            person.http = httpx.AsyncClient(
                base_url=system.portal, timeout=20, transport=Alternating(system.portal, second.portal),
                cookies=old.cookies, headers={"X-CSRF-Token": old.headers["X-CSRF-Token"]},
            )  # fmt: skip
            await old.aclose()
        yield people


async def test_applications_over_both_are_granted_once(system: System, second: Second) -> None:
    """OPER-04: log-in at the first, then every step at the other one; both databases agree one to one in the end."""
    async with balanced(system, second) as people:
        run = Run.of(system, people, 24)
        await run.file_all()
        rows = await run.settle()
        transports = [person.http._transport for person in people]
    ports = {port for each in transports if isinstance(each, Alternating) for port in each.answered}
    assert len(ports) == 2
    assert len(run.filed) == 24
    assert not await left_over(system)
    assert_filed_once(run, rows)
    await assert_sides_agree(run, rows)


async def test_the_second_worker_does_the_work_alone(system: System, second: Second) -> None:
    """OPER-04: while the first worker stands still, the other one sends and applies."""
    worker = system.pid_of("worker")
    assert worker
    os.kill(worker, signal.SIGSTOP)
    try:
        async with balanced(system, second) as people:
            run = Run.of(system, people, 6)
            await run.file_all()
            rows = await run.settle()
    finally:
        os.kill(worker, signal.SIGCONT)
    assert [row["status"] for row in rows] == ["4"] * 6
    assert_filed_once(run, rows)


async def test_one_number_at_both_at_the_same_instant(system: System, second: Second) -> None:
    """INSP-04, OPER-04: two colleagues sign for one number, one at each portal: exactly one is taken."""
    async with applicants(system) as people:
        one, two = [person for person in people if person.customs_code == people[0].customs_code][:2]
        two.http.base_url = httpx.URL(second.portal)
        for _ in range(5):
            declaration = system.declaration(one.customs_code)
            numbers = [await person.draft(declaration) for person in (one, two)]
            answers = await asyncio.gather(
                *(p.try_to_apply(n) for p, n in zip((one, two), numbers, strict=True))
            )
            assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 422]), answers
            statement = "select count(*) from claim where key = $1"
            assert (await system.sql("singlewindow", statement, declaration))[0]["count"] == 1


async def test_a_session_begins_at_one_and_ends_at_the_other(system: System, second: Second) -> None:
    """PORT-07, OPER-04: 退出 at one portal counts at the other from the next request on."""
    async with applicants(system) as people:
        person = people[0]
        for address in (system.portal, second.portal):
            assert (await person.http.get(f"{address}/api/session")).status_code == 200
        assert (await person.http.delete(f"{second.portal}/api/session")).status_code == 204
        person.http.cookies.clear()
        assert (await person.http.get(f"{system.portal}/api/session")).status_code == 401


async def test_a_change_at_one_is_told_at_the_other(system: System, second: Second) -> None:
    """UI-14, OPER-04: who listens at the second portal hears what was done at the first."""
    async with applicants(system) as people:
        person = people[0]
        lines: list[str] = []

        async def listen() -> None:
            url = f"{second.portal}/api/events/stream"
            async with person.http.stream("GET", url, timeout=None) as stream:
                assert stream.status_code == 200
                async for line in stream.aiter_lines():
                    lines.append(line)  # noqa: PERF401  # each is looked at as it comes

        async def said(word: str) -> None:
            async with asyncio.timeout(60):
                while not any(word in line for line in lines):  # noqa: ASYNC110  # the event may come before the answer
                    await asyncio.sleep(0.05)

        listener = asyncio.create_task(listen())
        await said("event: hello")
        await said(await person.draft(system.declaration(person.customs_code)))
        listener.cancel()
    assert DOCUMENTS.rpartition("/")[2] in "".join(lines)


def test_figures_of_processes_at_one_port_are_one(system: System) -> None:
    """OPER-01, OPER-04: whichever process is asked tells what all of them did."""
    assert len(system.pids_of("portal")) == 2

    def answered() -> float:
        text = httpx.get(f"{system.portal}/metrics", timeout=10).text  # each time a connection of its own
        name = 'singlewindow_request_seconds_count{method="GET",route="/healthz",status="200"} '
        return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))

    before = answered()
    for _ in range(20):
        assert httpx.get(f"{system.portal}/healthz", timeout=10).is_success
    assert {answered() for _ in range(6)} == {before + 20}
