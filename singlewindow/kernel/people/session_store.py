"""Sessions: a random token in the browser, its SHA-256 in the database, gone some hours after the last request.

Sessions run on real time, whatever the business clock says.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

from singlewindow.kernel.database.connection import Actor, Database, Row, Transaction
from singlewindow.kernel.people.person import Account, Level, Person

_SEEN_EVERY = timedelta(minutes=1)


async def start(database: Database, account: Actor, level: Level, life: timedelta) -> str:
    """Begin a session of an account; the token for its cookie."""
    token = secrets.token_urlsafe(32)
    async with database.transaction(account) as transaction:
        await transaction.run(
            """with begun as (update account set last_login_at = now() where id = $2)
               insert into session (token_hash, account_id, company_id, level, csrf, expires_at)
               values ($1, $2, $3, $4, $5, now() + $6::interval)""",
            digest(token), account.account_id, account.company_id, level, secrets.token_urlsafe(24), life,
        )  # fmt: skip
    return token


async def find(database: Database, token: str, life: timedelta | None) -> Account | None:
    """Who has this token, or None. Puts the session's end off by `life`, at most once a minute; None leaves it."""
    async with database.transaction() as transaction:
        row = await transaction.row(
            "select *, seen_at < now() - $2::interval as stale from sw_session($1)",
            digest(token),
            _SEEN_EVERY,
        )
    if row is None:
        return None
    account = _account(row)
    if row["stale"] and life is not None:
        await _touch(database, account, token, life)
    return account


@asynccontextmanager
async def at_work(
    database: Database, token: str, life: timedelta | None, *, finds: bool = False, one_write: bool = False
) -> AsyncIterator[tuple[Transaction, Account | None]]:
    """A transaction of whoever has this token: the look-up is its first statement. As `find` otherwise; `finds` and
    `one_write` as in `Database.session_transaction`."""
    stale: Account | None = None
    try:
        async with database.session_transaction(
            digest(token), _SEEN_EVERY, finds=finds, one_write=one_write
        ) as (transaction, row):
            account = None if row is None else _account(row)
            stale = account if row is not None and row["stale"] else None
            yield transaction, account
    finally:
        if stale is not None and life is not None:
            await _touch(database, stale, token, life)


async def over(transaction: Transaction, digests: Collection[bytes]) -> set[bytes]:
    """Which of these sessions and tokens (`digest`) are over (logged out, revoked, expired, the account closed) or have
    no card any more."""
    rows = await transaction.rows(
        """select hash from unnest($1::bytea[]) as hash
           where not exists (select from sw_session(hash) where card_no is not null)
             and not exists (select from sw_token(hash) where card_no is not null and over = '')""",
        list(digests),
    )
    return {row["hash"] for row in rows}


async def end(database: Database, token: str) -> None:
    """End the session of this token; nothing happens if there is none."""
    async with database.transaction() as transaction:
        row = await transaction.row("select company_id, account_id from sw_session($1)", digest(token))
    if row is not None:
        async with database.transaction(Actor(row["company_id"], row["account_id"])) as transaction:
            await transaction.run("delete from session where token_hash = $1", digest(token))


async def end_all(owner: Database) -> None:
    """End everybody's sessions, as the tables' owner: after a restore those count again that were ended since, because
    of a stolen cookie or of somebody who left."""
    async with owner.transaction() as transaction:
        await transaction.run("delete from session")


async def end_others(
    transaction: Transaction, account_id: int, token: str = "", level: Level | None = None
) -> None:
    """End all sessions of an account but that of `token`; with a level, only those that began so."""
    await transaction.run(
        """delete from session
           where account_id = $1 and token_hash <> $2 and ($3::text is null or level = $3)""",
        account_id,
        digest(token),
        level,
    )


async def _touch(database: Database, account: Account, token: str, life: timedelta) -> None:
    async with database.transaction(account.actor) as transaction:
        await transaction.run(
            """update session set seen_at = now(), expires_at = now() + $2::interval
               where token_hash = $1 and seen_at < now() - $3::interval""",
            digest(token), life, _SEEN_EVERY,
        )  # fmt: skip


def _account(row: Row) -> Account:
    """A person of a company, or a system administrator, who has none."""
    names = ("account_id", "company_id", "username", "display_name", "role", "level", "csrf", "must_change")
    common = {name: row[name] for name in names}
    if row["company_id"] is None:
        return Account(**common)
    return Person(
        **common,
        customs_code=row["customs_code"],
        scc=row["scc"],
        company_name=row["company_name"],
        bound_card=row["card_no"],
        card_kind=row["card_kind"],
    )


def digest(token: str) -> bytes:
    """What of a token is kept, its SHA-256."""
    return hashlib.sha256(token.encode()).digest()
