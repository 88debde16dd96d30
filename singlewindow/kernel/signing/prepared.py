"""What `prepare` pins and `submit` uses up: a statement to be signed, once, within some minutes (`prepare_minutes`)."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from singlewindow.contract.certificates import CardIdentity, CertificateRefused, Reason
from singlewindow.contract.signatures import SignatureRefused, canonical, signing_input, verify
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.people.cards import verify_card
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Conflict, Refused, Violation
from singlewindow.kernel.settings import settings

RULE_CARD = "sign.card"
BASIS = "手册 2.3.1 关于登录方式"
LATER = "单据没有变化，请稍后重新签名"


@dataclass(frozen=True)
class Prepared:
    """A pinned statement. `purpose` is sign or upload, or an act's (`acts.py`), which has no document; `facts` are what
    the second step needs again."""

    token: str
    document_id: int | None
    purpose: str
    version: int
    statement: bytes
    content: bytes
    facts: Mapping[str, Any]
    warnings: tuple[Violation, ...] = ()

    @property
    def signing_input(self) -> str:
        """The exact ASCII text that the card signs (detached JWS)."""
        return signing_input(self.statement)

    def as_json(self) -> bytes:
        """The answer to the first step: token, statement, signing input, content and warnings. Statement and content
        are JSON already, and stand in it as they are."""
        warnings = [each.as_json() for each in self.warnings]
        shown = {"token": self.token, "signing_input": self.signing_input, "warnings": warnings}
        head = json.dumps(shown, ensure_ascii=False).encode()
        return head[:-1] + b',"statement":' + self.statement + b',"content":' + self.content + b"}"

    @property
    def statement_object(self) -> dict[str, Any]:
        """The statement, for the page to compare with what it shows."""
        statement: dict[str, Any] = json.loads(self.statement)
        return statement

    @property
    def content_object(self) -> dict[str, Any]:
        """The content whose digest stands in the statement."""
        content: dict[str, Any] = json.loads(self.content)
        return content


@dataclass(frozen=True)
class Signed:
    """What comes back from the card."""

    signature: bytes  # raw r‖s
    certificate: bytes  # DER

    @classmethod
    def of(cls, signature: str, certificate: str) -> Signed:
        """Decode Base64; raises Refused where it is none."""
        try:
            return cls(
                base64.b64decode(signature, validate=True), base64.b64decode(certificate, validate=True)
            )
        except (binascii.Error, ValueError):
            raise Refused.because([_wrong("签名或证书不是有效的 Base64 数据", "请重新签名")]) from None


def check_card(person: Person, card_no: str) -> None:
    """Refuse a card that is not the account's bound one, with both numbers (PORT-05)."""
    if card_no != person.bound_card:
        message = (
            f"当前卡号 {card_no} 与用户注册信息卡号 {person.bound_card or '（未绑定）'} 不一致，无法进行申报"
        )
        raise Refused.because([_wrong(message, "请插入当前账号所绑定的卡介质后重试")])


def _check_prepared_for(named: str, card_no: str) -> None:
    """Refuse a card that was bound after the statement was made, which names another: nobody would believe it."""
    if card_no != named:
        message = f"当前卡号 {card_no} 与准备签名时的用户注册信息卡号 {named} 不一致，无法进行申报"
        raise Refused.because(
            [_wrong(message, "账号所绑定的卡介质已更换，请重新打开单据，核对内容后再次签名")]
        )


async def pin(
    transaction: Transaction,
    person: Person,
    document_id: int | None,
    purpose: str,
    version: int,
    statement: Mapping[str, Any],
    content: bytes,
    facts: Mapping[str, Any],
    minutes: float,
    *,
    keep: bool = True,
) -> Prepared:
    """Store a statement with a fresh nonce; it can be used once, by this account, for some minutes.

    Expiry runs on real time, not on the business clock. The content need not be kept (`keep`) where it stands
    elsewhere until then: its digest in the statement tells whether it is still the same. The commit does not wait for
    the disk: where PostgreSQL crashes within the next moment, the statement was never given, and is asked for again.
    """
    nonce = secrets.token_urlsafe(24)
    body = canonical({**statement, "nonce": nonce})
    prepared = Prepared(nonce, document_id, purpose, version, body, content, facts)
    await transaction.run(
        """with p as (
               insert into prepared (token, company_id, account_id, document_id, purpose, version, statement, content,
                   facts, expires_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + $10)
           )
           select set_config('synchronous_commit', 'off', true)""",
        nonce, person.company_id, person.account_id, document_id, purpose, version, body, content if keep else b"",
        dict(facts), timedelta(minutes=minutes),
    )  # fmt: skip
    return prepared


USE = """update prepared set used_at = clock_timestamp()
    where token = {} and account_id = {} and purpose = {} and used_at is null and expires_at > clock_timestamp()"""
"""Takes a pinned statement of an account's out, if it is there and still good: places of token, account and purpose."""


async def use(transaction: Transaction, person: Person, purpose: str, token: str) -> Prepared:
    """Take a pinned statement out. Raises Conflict when it was used, has expired, or is not this person's.

    It is used up when the transaction commits: a refusal, which rolls back, leaves it to be tried again until it
    expires. Lock the document first: its deletion takes the pinned statements with it.
    """
    row = await transaction.row(
        f"{USE.format('$1', '$2', '$3')} returning token, document_id, purpose, version, statement, content, facts",
        token,
        person.account_id,
        purpose,
    )
    if row is not None:
        return Prepared(**dict(row))
    used = await transaction.value(
        "select used_at is not null from prepared where token = $1 and account_id = $2",
        token,
        person.account_id,
    )
    if used:
        raise Conflict("该签名已经使用过，不能重复提交；请重新打开单据查看办理结果")
    minutes = settings().prepare_minutes
    raise Conflict(f"签名请求不存在或已超过 {minutes:g} 分钟，请重新操作并签名")


def verify_signed(
    person: Person, prepared: Prepared, signed: Signed, pki: Path, now: datetime
) -> CardIdentity:
    """Check the certificate's chain and revocation, that it is the bound card's and the one that the statement names,
    and the signature.

    Raises Refused with what is wrong and what to do.
    """
    try:
        identity = verify_card(signed.certificate, pki, now)
    except CertificateRefused as refused:
        raise Refused.because([_wrong(refused.message, _advice(refused.reason_code))]) from None
    check_card(person, identity.card_no)
    _check_prepared_for(prepared.statement_object["card"], identity.card_no)
    if identity.customs_code != person.customs_code:
        raise Refused.because([_wrong("卡介质所属企业与当前登录企业不一致", "请使用本企业的卡介质")])
    try:
        verify(signed.certificate, prepared.signing_input, signed.signature)
    except SignatureRefused:
        message = "签名与所申报的内容不符，未予受理"
        raise Refused.because([_wrong(message, "请重新打开单据，核对内容后再次签名")]) from None
    return identity


def _advice(reason: Reason) -> str:
    if reason == Reason.REVOCATION_UNKNOWN:
        return LATER
    return "请联系电子口岸制卡中心更换卡介质"


def _wrong(message: str, advice: str) -> Violation:
    return Violation("", RULE_CARD, message, advice, BASIS)
