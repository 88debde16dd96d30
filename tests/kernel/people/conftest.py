"""The routes of people on a small application, over a real PostgreSQL as the web role."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

import asyncpg
import httpx
import pytest
from fastapi import Depends, FastAPI

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.migrate import migrate
from singlewindow.kernel.http import people_routes, problems
from singlewindow.kernel.http.sessions import bound_person, current_person
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.seed import seed_people
from singlewindow.kernel.settings import settings
from tests.kernel.people.world import CAPTCHA, Pki, write_world

DATABASE = "people"
ORIGIN = "http://127.0.0.1:8000"


class Postgres(Protocol):
    """What is used here of the fixture `postgres`."""

    def dsn(self, database: str, role: str | None = None) -> str: ...
    def create_database(self, name: str, owner: str | None = None) -> str: ...


@dataclass(frozen=True)
class Site:
    """A running application and ways around it."""

    app: FastAPI
    database: Database
    owner: asyncpg.Connection
    pki: Pki

    def browser(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        """A browser of its own, with its own cookies, at an address."""
        transport = httpx.ASGITransport(self.app, client=(address, 50000))
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN})


@pytest.fixture(scope="session")
def people_database(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """Migrated, with the two companies; the passwords are hashed once."""
    owner = postgres.create_database(DATABASE)
    migrate(owner)
    asyncio.run(seed_people(owner, write_world(tmp_path_factory.mktemp("world"))))
    return postgres


@pytest.fixture(scope="session")
def prepared_pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Authority and cards, made once: a card's file is slow to make on purpose."""
    root = tmp_path_factory.mktemp("people")
    Pki.make(root)
    return root


@pytest.fixture
def pki(tmp_path: Path, prepared_pki: Path) -> Pki:
    """A copy of each test's own: it may replace cards and revoke."""
    shutil.copytree(prepared_pki, tmp_path, dirs_exist_ok=True)
    return Pki(tmp_path / "pki", tmp_path / "cards")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, pki: Pki) -> Iterator[None]:
    """Settings of this test; read anew afterwards."""
    monkeypatch.setenv("SINGLEWINDOW_CAPTCHA_FIXED", CAPTCHA)
    monkeypatch.setenv("SINGLEWINDOW_PKI", str(pki.folder))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
async def site(people_database: Postgres, configured: None, pki: Pki) -> AsyncIterator[Site]:
    database = await Database.connect(people_database.dsn(DATABASE, "sw_web"), size=4)
    owner = await asyncpg.connect(people_database.dsn(DATABASE))
    await owner.execute("truncate session, challenge, login_attempt")
    await owner.execute("update account set active = username <> 'closed'")
    app = FastAPI()
    app.state.database = database
    problems.install(app)
    app.include_router(people_routes.router)
    _add_probes(app)
    yield Site(app, database, owner, pki)
    await owner.close()
    await database.close()


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with site.browser() as client:
        yield client


def _add_probes(app: FastAPI) -> None:
    """Routes that need a person, as the rest of the portal has them."""

    async def who(person: Annotated[Person, Depends(current_person)]) -> str:
        return person.username

    async def whose_card(person: Annotated[Person, Depends(bound_person)]) -> str | None:
        return person.bound_card

    app.add_api_route("/who", who, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    app.add_api_route("/card", whose_card, methods=["GET"])


@pytest.fixture
def owner_url(people_database: Postgres) -> str:
    """The address for the tables' owner."""
    return people_database.dsn(DATABASE)


@pytest.fixture
def fixed_captcha(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The answer of every captcha, on the whole portal."""
    monkeypatch.setenv("SINGLEWINDOW_CAPTCHA_FIXED", "8888")
    settings.cache_clear()
    yield
    settings.cache_clear()
