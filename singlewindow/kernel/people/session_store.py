"""Sessions: a random token in the browser, its SHA-256 in the database, gone some hours after the last request.

Sessions run on real time, whatever the business clock says.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Literal

from singlewindow.kernel.database.connection import Actor, Database, Row
from singlewindow.kernel.people.person import Person

_SEEN_EVERY = timedelta(minutes=1)


async def start(
    database: Database, account: Actor, level: Literal["password", "card"], life: timedelta
) -> str:
    """Begin a session of an account; the token for its cookie."""
    token = secrets.token_urlsafe(32)
    async with database.transaction(account) as transaction:
        await transaction.run(
            """insert into session (token_hash, account_id, company_id, level, csrf, expires_at)
               values ($1, $2, $3, $4, $5, now() + $6::interval)""",
            digest(token), account.account_id, account.company_id, level, secrets.token_urlsafe(24), life,
        )  # fmt: skip
    return token


async def find(database: Database, token: str, life: timedelta) -> Person | None:
    """Who has this token, or None. Puts the session's end off by `life`, at most once a minute."""
    async with database.transaction() as transaction:
        row = await transaction.row(
            "select *, seen_at < now() - $2::interval as stale from sw_session($1)",
            digest(token),
            _SEEN_EVERY,
        )
    if row is None:
        return None
    person = _person(row)
    if row["stale"]:
        await _touch(database, person, token, life)
    return person


async def end(database: Database, token: str) -> None:
    """End the session of this token; nothing happens if there is none."""
    async with database.transaction() as transaction:
        row = await transaction.row("select company_id, account_id from sw_session($1)", digest(token))
    if row is not None:
        async with database.transaction(Actor(row["company_id"], row["account_id"])) as transaction:
            await transaction.run("delete from session where token_hash = $1", digest(token))


async def _touch(database: Database, person: Person, token: str, life: timedelta) -> None:
    async with database.transaction(person.actor) as transaction:
        await transaction.run(
            """update session set seen_at = now(), expires_at = now() + $2::interval
               where token_hash = $1 and seen_at < now() - $3::interval""",
            digest(token), life, _SEEN_EVERY,
        )  # fmt: skip


def _person(row: Row) -> Person:
    return Person(
        account_id=row["account_id"],
        company_id=row["company_id"],
        username=row["username"],
        display_name=row["display_name"],
        role=row["role"],
        customs_code=row["customs_code"],
        scc=row["scc"],
        company_name=row["company_name"],
        bound_card=row["card_no"],
        card_kind=row["card_kind"],
        level=row["level"],
        csrf=row["csrf"],
    )


def digest(token: str) -> bytes:
    """What of a token is kept, its SHA-256."""
    return hashlib.sha256(token.encode()).digest()
