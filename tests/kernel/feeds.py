"""Feeds as programs read them, and histories written by hand in transactions of any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from singlewindow.kernel.live.sequencer import sequence
from tests.house import House, Member

EVENTS = "/api/events"


async def sequenced(house: House) -> None:
    """All rounds that there are to do."""
    while await sequence(house.worker):
        pass


async def page(member: Member, after: str = "", **asked: Any) -> dict[str, Any]:
    """An answer."""
    answer = await ask(member, after, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ask(member: Member, after: str = "", **asked: Any) -> httpx.Response:
    return await member.http.get(EVENTS, params={"after": after, **asked})


async def told(house: House, member: Member) -> list[dict[str, Any]]:
    """All events of the member's company."""
    await sequenced(house)
    items: list[dict[str, Any]] = (await page(member, most=500))["items"]
    return items


def kinds(items: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Kind, code and status of events."""
    return [(item["kind"], item["code"], item["status"]) for item in items]


@dataclass
class Scribe:
    """A company whose histories are written by hand, and another that is a party."""

    house: House
    company: int
    account: int
    party: int
    party_code: str

    @classmethod
    async def of(cls, house: House, member: Member, party: Member) -> Scribe:
        [row] = await house.sql(
            """select c.id as company, a.id as account, p.id as party from company c join account a
               on a.company_id = c.id, company p where c.customs_code = $1 and p.customs_code = $2""",
            member.customs_code,
            party.customs_code,
        )
        return cls(house, row["company"], row["account"], row["party"], party.customs_code)

    async def document(self, connection: asyncpg.Connection, *, shared: bool = False) -> int:
        """A new draft, without history."""
        document: int = await connection.fetchval(
            """with d as (
                   insert into document (type, number, company_id, created_by, status, content, filed_on, created_at,
                                         updated_at)
                   values ('_template', '9' || lpad(nextval('document_number')::text, 17, '0'), $1, $2, '0', '{}',
                           current_date, now(), now()) returning id
               ), p as (
                   insert into document_party (document_id, owner_id, code, role, type, status, updated_at, shown)
                   select id, $1, $3, 'agent', '_template', '0', now(), true from d where $3 <> ''
               ) select id from d""",
            self.company,
            self.account,
            self.party_code if shared else "",
        )
        return document

    async def write(self, connection: asyncpg.Connection, document: int, kind: str = "receipt") -> int:
        """An entry of a document's history, under its lock; its number."""
        await connection.execute("select from document where id = $1 for update", document)
        no: int = await connection.fetchval(
            """insert into event (document_id, company_id, at, kind, who, data)
               values ($1, $2, now(), $3, '', '{}') returning no""",
            document,
            self.company,
            kind,
        )
        return no

    async def fed(self, company: int | None = None) -> list[tuple[int, int]]:
        """Document and entry of each row of a company's feed, whose numbers have no gap."""
        rows = await self.house.sql(
            "select no, document_id, event_no from feed where company_id = $1 order by no",
            company or self.company,
        )
        assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))
        return [(row["document_id"], row["event_no"]) for row in rows]


async def begun(connection: asyncpg.Connection, *, with_id: bool = True) -> asyncpg.transaction.Transaction:
    """A transaction, which has its id from the beginning."""
    transaction = connection.transaction()
    await transaction.start()
    if with_id:
        await connection.fetchval("select pg_current_xact_id()")
    return transaction
