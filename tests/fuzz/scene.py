"""A portal of its own in which there is something to ask for: people of each kind, registers, good contents."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from fastapi import FastAPI

from singlewindow.kernel.database.connection import Actor, Database
from singlewindow.kernel.http.sessions import cookie_name, session_life
from singlewindow.kernel.live.bell import Bell
from singlewindow.kernel.live.hub import Hub
from singlewindow.kernel.people import session_store
from singlewindow.kernel.people.person import Level
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import ROOT, DocumentType, document_types
from tests.fuzz.asking import ORIGIN, Good
from tests.house import Customs, House, Member
from tests.samples import notices

if TYPE_CHECKING:
    from conftest import Standing, TestPostgres


@asynccontextmanager
async def own_house(
    postgres: TestPostgres, template: str, application: FastAPI, standing: Standing, database: str
) -> AsyncIterator[House]:
    """A whole portal on a database that nobody else uses."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )  # a line for each request
    postgres.cluster.query(f"create database {database} template {template} owner sw_migrate")
    owner = postgres.dsn(database)
    pools = [await Database.connect(postgres.dsn(database, role)) for role in ("sw_web", "sw_worker", None)]
    web, worker, whole = pools
    application.state.database = web
    application.state.typesetter = standing.tools.typesetter
    plain = await asyncpg.create_pool(owner, min_size=0, max_size=4, statement_cache_size=0)
    house = House(
        application, owner, web, worker, whole, plain, settings().pki_folder, settings().data / "cards",
        Customs(settings().pki_folder, web), standing.tools,
    )  # fmt: skip
    hub, bell = Hub(web, postgres.dsn(database, "sw_web")), Bell(postgres.dsn(database, "sw_web"))
    application.state.hub, application.state.bell = hub, bell
    listening = asyncio.create_task(hub.run())
    yield house
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await bell.close()
    structlog.configure(wrapper_class=before)
    for client in house.clients:
        await client.aclose()
    await plain.close()
    for pool in pools:
        await pool.close()


@dataclass
class People:
    """Who asks, and how all of them are made whole again after somebody logged them out or closed their accounts."""

    house: House
    owner: Member
    operator: Member
    stranger: Member
    system: int  # the account of a system administrator
    cards: list[Any] = field(default_factory=list)

    @classmethod
    async def of(cls, house: House) -> People:
        """A company's administrator with 法人卡, its operator, somebody of another company, a system administrator."""
        owner = await house.member(kind="法人卡", level="card", role="administrator")
        operator = await house.member(owner.customs_code)
        [row] = await house.sql(
            """insert into account (username, password_hash, display_name, role)
               values ('system', '-', '系统', 'system') returning id"""
        )
        made = cls(house, owner, operator, await house.member(), row["id"])
        made.cards = await house.sql("select card_no, company_id, account_id from card")
        return made

    async def whole(self) -> Mapping[str, Mapping[str, str]]:
        """Everybody's headers, with sessions and a token that are new."""
        sql = self.house.sql
        await sql("update company set active = true")
        await sql("update account set active = true, must_change = false")
        await sql("update account set role = 'administrator' where id = $1", self.cards[0]["account_id"])
        for card in self.cards:
            await sql("update card set account_id = null where account_id = $1", card["account_id"])
            await sql(
                """insert into card (card_no, company_id, kind, holder, account_id, bound_at)
                   values ($1, $2, '法人卡', '持卡人', $3, now())
                   on conflict (card_no) do update set account_id = excluded.account_id, bound_at = now()""",
                card["card_no"], card["company_id"], card["account_id"],
            )  # fmt: skip
        members = (self.owner, self.operator, self.stranger)
        actors = [Actor(card["company_id"], card["account_id"]) for card in self.cards]
        found = {
            name: await self._session(member, actor)
            for name, member, actor in zip(("owner", "operator", "stranger"), members, actors, strict=True)
        }
        found["system"] = await self._session(None, Actor(None, self.system))
        found["program"] = {"Authorization": f"Bearer {await self.house.token_of(self.operator)}"}
        found["nobody"] = {"Origin": ORIGIN}
        found["elsewhere"] = found["owner"] | {"Origin": "https://evil.example"}
        return found

    async def _session(self, member: Member | None, actor: Actor) -> dict[str, str]:
        level: Level = "card" if member is self.owner else "password"
        token = await session_store.start(self.house.web, actor, level, session_life())
        [row] = await self.house.sql(
            "select csrf from session where account_id = $1 order by expires_at desc limit 1",
            actor.account_id,
        )
        if member is not None:
            member.http.cookies.set(cookie_name(), token)
            member.http.headers["X-CSRF-Token"] = row["csrf"]
        return {"Origin": ORIGIN, "X-CSRF-Token": row["csrf"], "Cookie": f"{cookie_name()}={token}"}


def contents(owner: Member) -> Iterator[tuple[DocumentType, dict[str, Any]]]:
    """The accepted samples of every type, as this company's."""
    for type in document_types().values():
        folder = ROOT.joinpath(*type.name.split("."))
        folder = folder if folder.is_dir() else folder.parent
        for file in sorted(folder.glob("samples/accepted/**/*.json")):
            yield type, json.loads(file.read_text("utf-8").replace("$applicant", owner.customs_code))


async def publish(house: House, owner: Member) -> None:
    """Let customs publish what the samples stand on."""
    for _, sample in contents(owner):
        await house.hear(*notices(house, sample.get("registers", {})))


def bodies(owner: Member) -> Iterator[tuple[str, Good]]:
    """Good bodies by operation."""
    at = "/api/documents/{type}"
    for type, sample in contents(owner):
        here, content = {"type": type.name}, sample["content"]
        yield f"POST {at}", (here, {"content": content})
        yield f"POST {at}/check", (here, {"content": content})
        yield f"PUT {at}/{{number}}", (here, {"content": content})
        yield "POST /api/form-templates/{type}", (here, {"name": "常用", "content": content})
        yield "PUT /api/form-templates/{type}/{id}", (here, {"name": "常用", "content": content})
        yield f"POST {at}/lookup", (here, {"field": next(iter(content), "x"), "content": content})
        for action in type.lifecycle.actions:
            yield f"POST {at}/{{number}}/prepare", (here, {"action": action.name, "card_no": owner.card_no})
            if action.amends:
                yield f"PUT {at}/{{number}}/amendment", (here, {"action": action.name, "content": content})
