"""Officers' sessions: a random token in the cookie, its digest in the database, gone hours after the last request that
somebody made."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from singlewindow.customs.database import Database
from singlewindow.customs.officers import attempts
from singlewindow.customs.officers.passwords import password_matches
from singlewindow.customs.problems import NotLoggedIn, Refused

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """Who is logged in, and the token that changing requests must carry."""

    username: str
    name: str
    csrf: str


async def log_in(
    database: Database, username: str, password: str, address: str, hours: float
) -> tuple[str, Session]:
    """Open a session; answers its cookie's token too. Raises Refused (wrong) and TooMany (too often wrong)."""
    async with database.transaction() as transaction:
        attempt = await attempts.begin(transaction, username, address)
        officer = await transaction.row(
            "select id, name, password_hash from officer where username = $1", username
        )
    stored = officer["password_hash"] if officer else None
    if not await asyncio.to_thread(password_matches, stored, password) or officer is None:
        async with database.transaction() as transaction:
            await attempts.settle(transaction, attempt, succeeded=False)
        raise Refused.because("password", "login.password", "用户名或密码错误", "请核对后重新输入")
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    async with database.transaction() as transaction:
        await transaction.run("delete from session where expires_at < clock_timestamp()")
        await attempts.settle(transaction, attempt, succeeded=True)
        await transaction.run(
            """insert into session (token_hash, officer_id, csrf, expires_at)
               values ($1, $2, $3, clock_timestamp() + $4::interval)""",
            _digest(token),
            officer["id"],
            csrf,
            timedelta(hours=hours),
        )
    return token, Session(username, officer["name"], csrf)


async def end_all(database: Database) -> None:
    """End all officers' sessions: after a restore those count again that were ended since."""
    async with database.transaction() as transaction:
        await transaction.run("delete from session")


async def get_session(
    database: Database, token: str | None, hours: float, *, unattended: bool = False
) -> Session:
    """The session of a cookie's token, whose end is put off to so many hours from now, at most once a minute; not by
    what an open page asks by itself (`unattended`).

    Raises NotLoggedIn.
    """
    digest, life = _digest(token or ""), timedelta(hours=hours)
    async with database.transaction() as transaction:
        row = await transaction.row(
            """select username, name, csrf, expires_at < clock_timestamp() + $2::interval as stale
               from session join officer on officer.id = officer_id
               where token_hash = $1 and expires_at > clock_timestamp()""",
            digest,
            life - SEEN_EVERY,
        )
        if row is None:
            raise NotLoggedIn("请先登录")
        if row["stale"] and not unattended:
            await transaction.run(
                "update session set expires_at = clock_timestamp() + $2::interval where token_hash = $1",
                digest,
                life,
            )
    return Session(row["username"], row["name"], row["csrf"])


async def log_out(database: Database, token: str | None) -> None:
    """End a session on the server."""
    if token:
        async with database.transaction() as transaction:
            await transaction.run("delete from session where token_hash = $1", _digest(token))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
