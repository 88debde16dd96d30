"""The demo world's people: companies, accounts and cards from world.json, each put in once and then left alone.

`unregistered` companies are left out (their cards play the registration); `administrators` are system administrators.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from singlewindow.contract.postgres import connect
from singlewindow.kernel.people import system_accounts
from singlewindow.kernel.people.passwords import hash_password

Entry = Mapping[str, Any]

_COMPANY = """
insert into company (customs_code, scc, ciq_code, name) values ($1, $2, $3, $4)
on conflict (customs_code) do nothing
"""
_ACCOUNT = """
insert into account (company_id, username, password_hash, display_name, role)
select id, $2, $3, $4, $5 from company where customs_code = $1
on conflict (username) do nothing
"""
_CARD = """
insert into card (card_no, company_id, kind, holder, account_id, bound_at)
select $1, c.id, $3, $4, a.id, case when a.id is not null then now() end
from company c left join account a on a.username = $5 and a.company_id = c.id
where c.customs_code = $2
on conflict do nothing
"""


async def seed_people(database_owner_url: str, world: Path) -> None:
    """Put in what of `world` (world.json) is not there yet; what users changed since is kept.

    `database_owner_url` is the address for the tables' owner, whom row-level security does not bind.
    """
    people = json.loads(await asyncio.to_thread(world.read_text, encoding="utf-8"))
    connection = await connect(database_owner_url)
    try:
        async with connection.transaction():
            await _add_companies(connection, _registered(people))
            await _add_accounts(connection, people["accounts"])
            await _add_administrators(connection, people.get("administrators", ()))
            await _add_cards(connection, people["cards"], people["accounts"])
    finally:
        await connection.close()


def _registered(people: Mapping[str, Any]) -> list[Entry]:
    """The companies of the world that are at the portal from the first."""
    return [
        each for each in people["companies"] if each["customs_code"] not in people.get("unregistered", ())
    ]


async def _add_companies(connection: asyncpg.Connection, companies: Sequence[Entry]) -> None:
    rows = [(each["customs_code"], each["scc"], each["ciq_code"], each["name"]) for each in companies]
    await connection.executemany(_COMPANY, rows)


async def _add_accounts(connection: asyncpg.Connection, accounts: Sequence[Entry]) -> None:
    """New ones only: hashing all passwords again would cost seconds at every start."""
    known = {row["username"] for row in await connection.fetch("select username from account")}
    new = [each for each in accounts if each["username"] not in known]
    hashes = await asyncio.gather(*(hash_password(each["password"]) for each in new))
    rows = [
        (each["customs_code"], each["username"], password_hash, each["display_name"], each["role"])
        for each, password_hash in zip(new, hashes, strict=True)
    ]
    await connection.executemany(_ACCOUNT, rows)


async def _add_administrators(connection: asyncpg.Connection, administrators: Sequence[Entry]) -> None:
    known = {row["username"] for row in await connection.fetch("select username from account")}
    for each in administrators:
        if each["username"] not in known:
            await system_accounts.add(
                connection, each["username"], each["password"], each["name"], must_change=False
            )


async def _add_cards(
    connection: asyncpg.Connection, cards: Sequence[Entry], accounts: Sequence[Entry]
) -> None:
    users = {each["card_no"]: each["username"] for each in accounts if each["card_no"]}
    rows = [
        (each["card_no"], each["customs_code"], each["kind"], each["holder"], users.get(each["card_no"]))
        for each in cards
    ]
    await connection.executemany(_CARD, rows)
