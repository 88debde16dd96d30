"""Tokens of a company for its own programs: random, shown once, kept as SHA-256, each use written down (INTG-01).

They run on real time, like sessions, whatever the business clock says.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from singlewindow.kernel.database.connection import Database, Row
from singlewindow.kernel.people.grant import Grant
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.session_store import digest

PREFIX = "swt_"
TOKEN = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
SHOWN = len(PREFIX) + 8  # characters by which people tell tokens apart
AT_ONCE = 10_000  # uses that one statement sweeps
Over = Literal["", "revoked", "expired", "closed"]

_SWEPT = """with oldest as (select id, at from api_token_use order by id limit $1),
                 gone as (delete from api_token_use u using oldest o
                          where u.id = o.id and o.at < now() - $2::interval returning 1)
            select count(*) from gone"""


@dataclass(frozen=True)
class Asked:
    """What a token is used for: the route's pattern, not the address, which may hold numbers."""

    method: str
    route: str
    request_id: str
    address: str


@dataclass(frozen=True)
class Use:
    """A token at use: who it stands for, and why it is good no more ("": it is good). `id` of its line in the log; None
    where that has one of the same minute for a token that is over."""

    id: int | None
    person: Person
    grant: Grant
    over: Over


def new_token() -> str:
    """A token that nobody can guess: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


async def use(database: Database, token: str, asked: Asked) -> Use | None:
    """Who has this token, or None for one that was never given. Written into the log before anything is done; for a
    token that is over at most once a minute."""
    row = await database.at_once(
        "sw_token_used", digest(token), asked.method, asked.route, asked.request_id, asked.address
    )
    return None if row is None else _use(row)


async def note_refusal(database: Database, use_id: int, why: str) -> None:
    """What was asked for was refused."""
    await database.at_once("sw_token_refused", use_id, why)


async def sweep(database: Database, kept: timedelta) -> None:
    """Take away, in portions, what was written down longer ago than `kept`."""
    gone = AT_ONCE
    while gone == AT_ONCE:
        async with database.transaction() as transaction:
            gone = await transaction.value(_SWEPT, AT_ONCE, kept)


def _use(row: Row) -> Use:
    chapters = row["chapters"]
    grant = Grant(
        row["name"], row["access"], None if chapters is None else frozenset(chapters), row["valid_until"]
    )
    names = ("account_id", "company_id", "username", "display_name", "role", "customs_code", "scc")
    person = Person(
        **{name: row[name] for name in names},
        company_name=row["company_name"],
        bound_card=row["card_no"],
        card_kind=row["card_kind"],
        level="token",
        csrf="",
        must_change=False,
        grant=grant,
    )
    return Use(row["use_id"], person, grant, row["over"])
