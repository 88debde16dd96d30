"""Captchas and card challenges: made for one address, good for three minutes, used once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from singlewindow.contract.signatures import canonical, signing_input
from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.problems import TooMany

Kind = Literal["captcha", "card", "register", "bind"]
LIFE = timedelta(minutes=3)
OUTSTANDING = 100
"""How many unused ones one address may have; a used one no longer counts."""


@dataclass(frozen=True)
class CardChallenge:
    """What a card is to sign, once and within three minutes."""

    id: str
    signing_input: str


async def make(database: Database, kind: Kind, facts: Mapping[str, str], address: str) -> CardChallenge:
    """A fresh statement of `facts`, which begin with its purpose, for a card to sign. Raises TooMany."""
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    statement = canonical({**facts, "nonce": secrets.token_urlsafe(24), "issued_at": moment})
    id = new_id()
    async with database.transaction() as transaction:
        await keep(transaction, id, kind, statement.decode(), address)
    return CardChallenge(id, signing_input(statement))


def new_id() -> str:
    """An identifier that cannot be guessed: 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


async def keep(transaction: Transaction, id: str, kind: Kind, secret: str, address: str) -> None:
    """Store a challenge and drop all that have run out. Raises TooMany when the address has too many open."""
    await transaction.run("delete from challenge where expires_at <= now()")
    if await transaction.value("select count(*) from challenge where address = $1", address) >= OUTSTANDING:
        wait = int(LIFE.total_seconds())
        raise TooMany(f"从您的网络打开的登录请求过多，请 {wait // 60} 分钟后再试", retry_after=wait)
    await transaction.run(
        "insert into challenge (id, kind, secret, address, expires_at) values ($1, $2, $3, $4, now() + $5::interval)",
        id, kind, secret, address, LIFE,
    )  # fmt: skip


async def take(transaction: Transaction, id: str, kind: Kind, company: str = "") -> str | None:
    """The secret of a challenge, which is gone with this; None for used, expired and unknown ones alike. With a customs
    code also for another company's, which stays (PORT-10).

    The caller must let the transaction commit, also when the answer turns out wrong.
    """
    secret: str | None = await transaction.value(
        """delete from challenge where id = $1 and kind = $2 and expires_at > now()
               and ($3 = '' or secret::jsonb ->> 'company' = $3)
           returning secret""",
        id, kind, company,
    )  # fmt: skip
    return secret
