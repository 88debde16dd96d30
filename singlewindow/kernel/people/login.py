"""Logging in, by password and captcha (PORT-02) or by card (PORT-03). What comes out is an account."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from singlewindow.contract.certificates import CardIdentity
from singlewindow.kernel.database.connection import Actor, Database
from singlewindow.kernel.people import attempts, captcha, cards, challenges, passwords, refusals
from singlewindow.kernel.people.challenges import CardChallenge
from singlewindow.kernel.problems import Refused


@dataclass(frozen=True)
class PasswordTry:
    """What a person typed, and from which address."""

    username: str
    password: str
    captcha_id: str
    captcha: str
    address: str


@dataclass(frozen=True)
class CardTry:
    """What a card answered to a challenge: DER certificate and raw r‖s signature of its signing input."""

    challenge: str
    certificate: bytes
    signature: bytes
    address: str


async def by_password(database: Database, tried: PasswordTry) -> Actor:
    """The account whose password this is. Raises Refused, or TooMany after too many failures."""
    if not await captcha.is_solved(database, tried.captcha_id, tried.captcha):
        raise refusals.wrong_captcha()
    async with database.transaction() as transaction:
        attempt = await attempts.begin(transaction, tried.username, tried.address, "password")
        account = await transaction.row("select * from sw_login($1)", tried.username)
    right = await passwords.matches(account["password_hash"] if account else None, tried.password)
    async with database.transaction() as transaction:
        # Checking takes a while: a password that was changed, or an account closed, meanwhile opens nothing.
        now = await transaction.row("select * from sw_login($1)", tried.username)
        succeeded = account is not None and right and now == account and bool(account["active"])
        await attempts.settle(transaction, attempt, succeeded)
    if account is None or not succeeded:
        raise refusals.wrong_password()
    return Actor(account["company_id"], account["account_id"])


async def challenge_card(database: Database, address: str) -> CardChallenge:
    """A fresh statement for a card to sign within three minutes. Raises TooMany."""
    return await challenges.make(database, "card", {"purpose": "login"}, address)


async def by_card(database: Database, tried: CardTry, pki: Path) -> Actor:
    """The account to which the card is bound. Raises Refused with its own words for each failure, or TooMany.

    `pki` holds ca.pem and crl.pem, which are read anew each time. Certificates are judged by real time.
    """
    async with database.transaction() as transaction:
        await attempts.check_address(transaction, tried.address)
        statement = await challenges.take(transaction, tried.challenge, "card")
    try:
        identity = await asyncio.to_thread(cards.prove, statement, tried.certificate, tried.signature, pki)
        account, username = await _account_of(database, identity)
    except Refused:
        await _record(database, "", tried.address, succeeded=False)
        raise
    await _record(database, username, tried.address, succeeded=True)
    return account


async def _account_of(database: Database, card: CardIdentity) -> tuple[Actor, str]:
    """The account to which a proven card is bound, and its user name."""
    async with database.transaction() as transaction:
        bound = await transaction.row("select * from sw_card($1)", card.card_no)
    if bound is None:
        raise refusals.unbound_card(card.card_no)
    if bound["customs_code"] != card.customs_code:
        raise refusals.other_company(card.customs_code)
    if not bound["active"]:
        raise refusals.closed_account(card.card_no)
    return Actor(bound["company_id"], bound["account_id"]), bound["username"]


async def _record(database: Database, username: str, address: str, *, succeeded: bool) -> None:
    async with database.transaction() as transaction:
        await attempts.record(transaction, username, address, "card", succeeded)
