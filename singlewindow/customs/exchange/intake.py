"""What the portal sealed is stored first, exactly as it came; understanding it comes later.

Whatever else arrives is not stored, or anybody who reaches this address could fill the database.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence

from singlewindow.contract.encryption import DecryptionFailed
from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.contract.signatures import SignatureRefused
from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.keys import Keys
from singlewindow.customs.problems import Refused, TooLarge
from singlewindow.customs.texts import storable

CHANNEL = "incoming"
MAX_ATTACHMENT = 8 * 1024 * 1024  # bytes, unsealed
COMPACT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}")  # a JWE, RFC 7516, 7.1


async def store(database: Database, keys: Keys, envelopes: Sequence[Envelope]) -> list[Answer]:
    """Store envelopes that the portal sealed; an id that is stored already is acknowledged like a new one."""
    reasons = await asyncio.to_thread(lambda: [_why_not(keys, envelope) for envelope in envelopes])
    async with database.transaction() as transaction:
        await _insert(transaction, [e for e, why in zip(envelopes, reasons, strict=True) if not why])
    return [
        Answer(id=envelope.id, stored=not why, reason=why)
        for envelope, why in zip(envelopes, reasons, strict=True)
    ]


async def _insert(transaction: Transaction, envelopes: Sequence[Envelope]) -> None:
    if not envelopes:
        return
    await transaction.run(
        """with i as (
               insert into incoming (message_id, kind, sender, body, received_at)
               select id, kind, sender, body, $2 from unnest($3::text[], $4::text[], $5::text[], $6::text[])
                   with ordinality as w (id, kind, sender, body, place) order by place
               on conflict (message_id) do nothing
           )
           select pg_notify($1, '')""",
        CHANNEL,
        transaction.now,
        [envelope.id for envelope in envelopes],
        [envelope.kind.value for envelope in envelopes],
        [envelope.sender for envelope in envelopes],
        [envelope.body for envelope in envelopes],
    )


def _why_not(keys: Keys, envelope: Envelope) -> str:
    """Why an envelope is not stored, in Chinese; empty when it is."""
    if envelope.kind is not MessageKind.SUBMISSION:
        return f"海关不接收此类报文（{envelope.kind.value}）"
    if not storable(envelope.sender):
        return "发送方含有不能处理的字符"
    try:
        keys.remember(envelope.body, _unsealed(keys, envelope.body))
    except DecryptionFailed:
        return "海关无法解密报文"
    except SignatureRefused:
        return "报文没有单一窗口的有效签名"
    return ""


async def store_attachment(database: Database, keys: Keys, sha256: str, sealed: str) -> None:
    """Store a file that a submission will name by its digest (64 lower-case hex digits); again does nothing.

    Raises Refused (not sealed by the portal for customs, other digest) and TooLarge.
    """
    content = await asyncio.to_thread(_opened, keys, sealed)
    if len(content) > MAX_ATTACHMENT:
        raise TooLarge(f"随附单据不能超过 {MAX_ATTACHMENT:,} 字节")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused.because("sha256", "attachment.digest", "随附单据的内容与摘要不符")
    async with database.transaction() as transaction:
        await transaction.run(
            "insert into attachment (sha256, content, received_at) values ($1, $2, $3) on conflict do nothing",
            sha256,
            content,
            transaction.now,
        )


def _opened(keys: Keys, sealed: str) -> bytes:
    try:
        return _unsealed(keys, sealed)
    except DecryptionFailed as failure:
        raise Refused.because("", "attachment.encryption", "海关无法解密随附单据") from failure
    except SignatureRefused as failure:
        raise Refused.because("", "attachment.seal", "随附单据没有单一窗口的有效签名") from failure


def _unsealed(keys: Keys, sealed: str) -> bytes:
    """As `Keys.unseal`, for the one spelling of a JWE alone: libraries overlook stray characters."""
    if not COMPACT.fullmatch(sealed):
        raise DecryptionFailed("not a compact JWE")
    return keys.unseal(sealed)
