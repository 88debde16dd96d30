"""Registering a company and its first account, proved by the company's card (PORT-09).

The applicant's form is checked first, then the card signs a statement that names company, user and card; what the
form says of the company must be what the card's certificate says.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from singlewindow.contract.certificates import CardIdentity
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.people import attempts, captcha, cards, challenges, passwords, refusals, values
from singlewindow.kernel.people.challenges import CardChallenge
from singlewindow.kernel.problems import Refused, Violation

PURPOSE = "register"


@dataclass(frozen=True)
class Applicant:
    """What the applicant filled in, the certificate of the card (DER), and from which address.

    Codes are in upper case.
    """

    customs_code: str
    scc: str
    ciq_code: str
    name: str
    username: str
    display_name: str
    password: str
    certificate: bytes
    address: str


async def company_of_card(database: Database, certificate: bytes, address: str, pki: Path) -> CardIdentity:
    """What the form is filled with. Raises Refused for a card that cannot be relied on, or whose company is
    registered already; TooMany."""
    identity = await _identified(database, certificate, address, pki)
    if (await _known(database, identity.customs_code, ""))[0]:
        raise Refused.because([_company_exists(identity.customs_code)])
    return identity


async def prepare(
    database: Database, applicant: Applicant, captcha_id: str, answer: str, pki: Path
) -> CardChallenge:
    """Check the whole form; what the card is to sign. The captcha is used up whatever happens.

    Raises Refused with everything that is wrong, or TooMany for the user name or the address.
    """
    if not await captcha.is_solved(database, captcha_id, answer):
        raise refusals.wrong_captcha()
    attempt = await _begin(database, applicant)
    try:
        identity = await asyncio.to_thread(cards.identify, applicant.certificate, pki)
        await _check(database, applicant, identity)
    except Refused:
        await _settle(database, attempt, succeeded=False)
        raise
    await _settle(database, attempt, succeeded=True)
    facts = {
        "purpose": PURPOSE,
        "company": applicant.customs_code,
        "username": applicant.username,
        "card": identity.card_no,
    }
    return await challenges.make(database, "register", facts, applicant.address)


async def register(
    database: Database, applicant: Applicant, challenge: str, signature: bytes, pki: Path
) -> None:
    """Make company, account and bound card, all or nothing. The challenge is used up whatever happens.

    Raises Refused, or TooMany for the address.
    """
    async with database.transaction() as transaction:
        await attempts.check_address(transaction, applicant.address)
        statement = await challenges.take(transaction, challenge, "register")
    try:
        identity = await asyncio.to_thread(cards.prove, statement, applicant.certificate, signature, pki)
        _same(json.loads(statement or "{}"), applicant, identity)
        await _check(database, applicant, identity)
        await _store(database, applicant, identity)
    except Refused:
        await _record_failure(database, applicant)
        raise


async def _check(database: Database, applicant: Applicant, identity: CardIdentity) -> None:
    """Raise Refused with everything that is wrong in the form."""
    found = [
        *values.of_company(applicant.customs_code, applicant.ciq_code),
        *_differing(applicant, identity),
        *values.of_account(applicant.username, applicant.display_name),
        *values.of_password(applicant.password, applicant.username),
    ]
    company, username = await _known(database, applicant.customs_code, applicant.username)
    found += [_company_exists(applicant.customs_code)] if company else []
    found += [username_taken(applicant.username)] if username else []
    if found:
        raise Refused.because(found)


def _differing(applicant: Applicant, identity: CardIdentity) -> Iterator[Violation]:
    """The company's facts that are not those of the certificate."""
    for path, label, typed, proved in (
        ("customs_code", "海关十位编码", applicant.customs_code, identity.customs_code),
        ("scc", "统一社会信用代码", applicant.scc, identity.scc),
        ("name", "企业名称", applicant.name, identity.company_name),
    ):
        if typed != proved:
            message = f"{label}与卡介质证书中的「{proved}」不一致"
            yield values.wrong(path, "registration.card", message, "请以卡内信息为准，或更换本企业的卡")


def _same(statement: dict[str, str], applicant: Applicant, identity: CardIdentity) -> None:
    """The form that is sent in must be the one for which the card signed."""
    signed = (statement.get("company"), statement.get("username"), statement.get("card"))
    if signed != (applicant.customs_code, applicant.username, identity.card_no):
        raise refusals.wrong_signature()


async def _store(database: Database, applicant: Applicant, identity: CardIdentity) -> None:
    """Two at the same instant: the database lets one of them in."""
    password_hash = await passwords.hash_password(applicant.password)
    try:
        async with database.transaction() as transaction:
            await transaction.run(
                "select sw_register($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                applicant.customs_code, applicant.scc, applicant.ciq_code, applicant.name, applicant.username,
                password_hash, applicant.display_name.strip(), identity.card_no, identity.kind, identity.holder,
            )  # fmt: skip
    except asyncpg.UniqueViolationError as taken:
        raise Refused.because([_taken(taken.constraint_name or "", applicant, identity)]) from None


def _taken(constraint: str, applicant: Applicant, identity: CardIdentity) -> Violation:
    if constraint == "company_customs_code_key":
        return _company_exists(applicant.customs_code)
    if constraint == "card_pkey":
        message = f"卡号 {identity.card_no} 已在其他企业名下登记"
        return values.wrong("certificate", "registration.card", message, "请更换本企业的卡，或联系发卡机构")
    return username_taken(applicant.username)


def username_taken(username: str) -> Violation:
    """User names are unique over all companies."""
    return values.wrong("username", "account.username.taken", f"用户名 {username} 已被使用", "请换一个用户名")


def _company_exists(customs_code: str) -> Violation:
    message = f"海关编码为 {customs_code} 的企业已经注册"
    return values.wrong(
        "customs_code", "registration.exists", message, "请联系本企业管理员，在【企业管理】中为您添加账号"
    )


async def _identified(database: Database, certificate: bytes, address: str, pki: Path) -> CardIdentity:
    async with database.transaction() as transaction:
        await attempts.check_address(transaction, address)
    try:
        return await asyncio.to_thread(cards.identify, certificate, pki)
    except Refused:
        async with database.transaction() as transaction:
            await attempts.record(transaction, "", address, "register", False)
        raise


async def _known(database: Database, customs_code: str, username: str) -> tuple[bool, bool]:
    """Whether there is such a company, and such a user name, at the portal."""
    async with database.transaction() as transaction:
        row = await transaction.row("select * from sw_registered($1, $2)", customs_code, username)
    return (row["company"], row["username"]) if row else (False, False)


async def _begin(database: Database, applicant: Applicant) -> int:
    async with database.transaction() as transaction:
        return await attempts.begin(transaction, applicant.username, applicant.address, "register")


async def _settle(database: Database, attempt: int, *, succeeded: bool) -> None:
    async with database.transaction() as transaction:
        await attempts.settle(transaction, attempt, succeeded)


async def _record_failure(database: Database, applicant: Applicant) -> None:
    async with database.transaction() as transaction:
        await attempts.record(transaction, applicant.username, applicant.address, "register", False)
