"""Customs on a database of their own, a company with a card, and a portal that listens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from singlewindow.contract.messages import Answer, AnswerBatch, Envelope, EnvelopeBatch, MessageKind
from singlewindow.customs import seed
from singlewindow.customs.app import create_app
from singlewindow.customs.database import Database
from singlewindow.customs.exchange.sender import Sender
from singlewindow.customs.exchange.understanding import understand_next
from singlewindow.customs.http.parts import CSRF_HEADER
from singlewindow.customs.keys import Keys
from singlewindow.customs.migrate import migrate_async
from singlewindow.customs.mode import decide_due
from singlewindow.customs.officers import passwords
from singlewindow.customs.settings import CustomsSettings
from tests.customs.company import Company, company, make_pki, sha256
from tests.customs.portal import Portal

if TYPE_CHECKING:
    from conftest import TestPostgres

WORLD: dict[str, Any] = json.loads((Path(__file__).parent / "world.json").read_text(encoding="utf-8"))


@dataclass
class Customs:
    """A running customs program without background work: tests do each step themselves."""

    app: FastAPI
    settings: CustomsSettings
    client: httpx.AsyncClient

    @property
    def database(self) -> Database:
        database: Database = self.app.state.parts.database
        return database

    @property
    def keys(self) -> Keys:
        keys: Keys = self.app.state.parts.keys
        return keys

    async def post(self, *envelopes: Envelope) -> list[Answer]:
        """Deliver envelopes as the portal does."""
        response = await self.client.post(
            "/exchange/messages", content=EnvelopeBatch(messages=list(envelopes)).model_dump_json()
        )
        assert response.status_code == 200, response.text
        return AnswerBatch.model_validate_json(response.content).answers

    async def put(self, sealed: str, digest: str) -> str:
        """Deliver an attachment; why it was refused, or "" where it is stored."""
        envelope = Envelope(id=digest, kind=MessageKind.ATTACHMENT, sender="portal", body=sealed)
        [answer] = await self.post(envelope)
        assert answer.stored == (not answer.reason)
        return answer.reason

    async def understand(self) -> None:
        """Understand all that waits."""
        while await understand_next(self.database, self.keys):
            pass

    async def receive(self, who: Company, number: str, **other: Any) -> int:
        """Take in an honest submission with its attachment; answers its id."""
        submission = who.submission(number, **other)
        for attachment in submission.attachments:
            assert await self.put(who.sealed(), attachment.sha256) == ""
        await self.post(who.envelope(submission))
        await self.understand()
        identifier: int = await self.value(
            "select id from submission where number = $1 and sequence = $2", number, submission.sequence
        )
        return identifier

    async def decide_due(self) -> int:
        """Let the automatic mode decide what is due."""
        return await decide_due(self.database)

    async def value(self, sql: str, *values: object) -> Any:
        """One value from customs' database."""
        async with self.database.transaction() as transaction:
            return await transaction.value(sql, *values)

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows from customs' database."""
        async with self.database.transaction() as transaction:
            return [tuple(row) for row in await transaction.rows(sql, *values)]

    def sender(self, portal: Portal) -> Sender:
        """The outbox' sender, to this portal."""
        return Sender(self.database, self.keys, portal.client())

    async def log_in(self) -> dict[str, str]:
        """The session's headers; the client keeps the cookie."""
        response = await self.client.post(
            "/api/session", json={"username": "guan01", "password": "Guan-2026"}
        )
        assert response.status_code == 200, response.text
        return {CSRF_HEADER: response.json()["csrf"]}


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and cards, made once; the folder above pki/ and cards/."""
    return make_pki(tmp_path_factory.mktemp("customs"))


@dataclass(frozen=True)
class Kept:
    """A database, and beside it what stands in its tables at first: nothing but what its migrations put in, or the
    world too."""

    url: str
    connection: asyncpg.Connection

    async def restore(self, *, seeded: bool) -> None:
        """Cut off who is still in it, and let all tables hold again what they held at first, numbers included. A
        new database for each test takes five times as long, most of it files made and removed."""
        await self.connection.execute(CUT_OFF)
        await self.connection.execute("select restore($1)", "seeded" if seeded else "empty")


CUT_OFF = """select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and usename = 'customs'"""
KEEP = """
create schema {name};
do $$ declare one regclass; begin
    for one in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
        execute format('create table {name}.%I as table %s', (select relname from pg_class where oid = one), one);
    end loop;
end $$;
create table {name}."the sequences" as
    select quote_ident(sequencename) as name, coalesce(last_value, start_value) as last, last_value is not null as used
    from pg_sequences where schemaname = 'public'"""
RESTORE = """
create function restore(state text) returns void language plpgsql set session_replication_role = replica as $$
declare one text; names text; begin
    for one in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
        select string_agg(quote_ident(attname), ', ') into names from pg_attribute
        where attrelid = format('public.%I', one)::regclass and attnum > 0 and not attisdropped and attgenerated = '';
        execute format('delete from public.%I', one);
        execute format('insert into public.%I (%s) overriding system value select %s from %I.%I', one, names, names,
                       state, one);
    end loop;
    execute format('select setval(name::regclass, last, used) from %I."the sequences"', state);
end $$"""


@pytest.fixture(scope="session")
async def kept(postgres: TestPostgres) -> AsyncIterator[Kept]:
    """The one database of this test process; the officers' passwords are hashed once, cheaply."""
    url = postgres.create_database("customs", owner="customs")
    await migrate_async(url)
    connection = await asyncpg.connect(postgres.dsn("customs", "postgres"))
    await connection.execute(KEEP.format(name="empty"))
    database = await Database.connect(url)
    with pytest.MonkeyPatch.context() as patched:  # a hash says itself how costly it is to check
        patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        await seed.seed(database, WORLD)
    async with database.transaction() as transaction:
        await transaction.run("update outgoing set state = 'sent'")
    await database.close()
    await connection.execute(KEEP.format(name="seeded"))
    await connection.execute(RESTORE)
    yield Kept(url, connection)
    await connection.close()


@pytest.fixture
async def url(request: pytest.FixtureRequest, kept: Kept) -> str:
    """A database as migrated; where the test has `customs`, with the world in it and its notices delivered."""
    await kept.restore(seeded="customs" in request.fixturenames)
    return kept.url


@pytest.fixture
def settings(url: str, pki: Path, tmp_path: Path) -> CustomsSettings:
    """Manual mode; a test that wants another changes a copy."""
    return CustomsSettings(
        data=tmp_path,
        customs_database_url=url,
        pki=pki / "pki",
        customs_mode="manual",
        portal_url="http://127.0.0.1:63009",
        web_dist=tmp_path / "dist",
    )


@asynccontextmanager
async def running(
    settings: CustomsSettings, *, background: bool = False, app: FastAPI | None = None
) -> AsyncIterator[Customs]:
    """The customs program with these settings; `app` is one that was made before and has ended its work."""
    app = app or create_app(settings, background=background)
    app.state.settings = settings
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001") as client,
    ):
        yield Customs(app, settings, client)


@pytest.fixture(scope="session")
def made() -> FastAPI:
    """The application of all tests that have `customs`: to build its routes takes as long as many a test."""
    return create_app(CustomsSettings(web_dist=Path("no-pages")), background=False)


@pytest.fixture
async def customs(settings: CustomsSettings, made: FastAPI) -> AsyncIterator[Customs]:
    """Customs in manual mode with the seeded world, its notices taken as delivered."""
    async with running(settings, app=made) as program:
        yield program


@pytest.fixture(scope="session")
def own(pki: Path) -> Company:
    """The company that sends."""
    return company(pki)


@pytest.fixture
def portal(pki: Path) -> Portal:
    """A portal that listens."""
    return Portal((pki / "pki" / "customs-signing.pem").read_bytes())


__all__ = ["WORLD", "Customs", "running", "sha256"]
