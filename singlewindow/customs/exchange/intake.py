"""What the portal sealed is stored first, exactly as it came; understanding it comes later.

Whatever else arrives is not stored, or anybody who reaches this address could fill the database.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from singlewindow.contract.encryption import DecryptionFailed, UnknownKey
from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.contract.signatures import SignatureRefused, UnknownSignature
from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.keys import Keys
from singlewindow.customs.texts import storable

CHANNEL = "incoming"
NOT_DECRYPTED, NOT_PORTAL = "无法解密：", "不是单一窗口发来的报文："
"""How the problem of a stored message begins that could not be opened."""
MAX_ATTACHMENT = 8 * 1024 * 1024  # bytes, unsealed
log = structlog.get_logger()


@dataclass(frozen=True)
class Refusal:
    """Why an envelope is not stored, in Chinese; `later` it may be, when customs know the key that made it."""

    reason: str
    later: bool = False


async def store(database: Database, keys: Keys, envelopes: Sequence[Envelope]) -> list[Answer]:
    """Store files and submissions that the portal sealed; what is stored already is acknowledged like new, and takes
    the place of itself where that could not be opened."""
    judged = await asyncio.to_thread(lambda: [_judged(keys, envelope) for envelope in envelopes])
    good = [
        (envelope, plain)
        for envelope, plain in zip(envelopes, judged, strict=True)
        if isinstance(plain, bytes)
    ]
    files = {each.id: plain for each, plain in good if each.kind is MessageKind.ATTACHMENT}
    async with database.transaction() as transaction:
        await _insert_files(transaction, files)
        await _insert(transaction, [each for each, _ in good if each.kind is MessageKind.SUBMISSION])
    if unknown := sum(isinstance(each, Refusal) and each.later for each in judged):
        log.warning("messages made with a key that is not known, they come again", messages=unknown)
    return [
        Answer(id=envelope.id, stored=False, reason=found.reason, later=found.later)
        if isinstance(found, Refusal)
        else Answer(id=envelope.id, stored=True)
        for envelope, found in zip(envelopes, judged, strict=True)
    ]


async def _insert_files(transaction: Transaction, files: Mapping[str, bytes]) -> None:
    if files:
        digests = sorted(files)  # everything writes files in this order
        await transaction.run(
            """insert into attachment (sha256, content, received_at)
               select sha256, content, $1 from unnest($2::text[], $3::bytea[]) as w (sha256, content)
               on conflict do nothing""",
            transaction.now,
            digests,
            [files[digest] for digest in digests],
        )


async def _insert(transaction: Transaction, envelopes: Sequence[Envelope]) -> None:
    """Store submissions whose seal was opened. One that is stored, but was sealed with keys that are no more, gives way
    to the same sealed anew; what was understood stays, and what a person is to judge by what it says."""
    if not envelopes:
        return
    await transaction.run(
        """with w as (
               select * from unnest($3::text[], $4::text[], $5::text[], $6::text[])
                   with ordinality as w (id, kind, sender, body, place)
           ), i as (
               insert into incoming (message_id, kind, sender, body, received_at)
               select id, kind, sender, body, $2 from w order by place
               on conflict (message_id) do nothing
           ), again as (
               update incoming o set sender = w.sender, body = w.body, state = 'waiting', problem = '' from w
               where o.message_id = w.id and o.state = 'unreadable'
                 and (starts_with(o.problem, $7) or starts_with(o.problem, $8))
           )
           select pg_notify($1, '')""",
        CHANNEL,
        transaction.now,
        [envelope.id for envelope in envelopes],
        [envelope.kind.value for envelope in envelopes],
        [envelope.sender for envelope in envelopes],
        [envelope.body for envelope in envelopes],
        NOT_DECRYPTED,
        NOT_PORTAL,
    )


def _judged(keys: Keys, envelope: Envelope) -> bytes | Refusal:
    """What the portal sealed, or why the envelope is not stored."""
    if why := _not_for_us(envelope):
        return Refusal(why)
    what = "随附单据" if envelope.kind is MessageKind.ATTACHMENT else "报文"
    try:
        plain = keys.unseal(envelope.body)
    except DecryptionFailed as failure:
        return Refusal(f"海关无法解密{what}", isinstance(failure, UnknownKey))
    except SignatureRefused as failure:
        return Refusal(f"{what}没有单一窗口的有效签名", isinstance(failure, UnknownSignature))
    if envelope.kind is MessageKind.ATTACHMENT:
        return Refusal(why) if (why := _file_refused(plain, envelope.id)) else plain
    keys.remember(envelope.body, plain)
    return plain


def _not_for_us(envelope: Envelope) -> str:
    if envelope.kind not in (MessageKind.SUBMISSION, MessageKind.ATTACHMENT):
        return f"海关不接收此类报文（{envelope.kind.value}）"
    return "" if storable(envelope.sender) else "发送方含有不能处理的字符"


def _file_refused(content: bytes, sha256: str) -> str:
    if len(content) > MAX_ATTACHMENT:
        return f"随附单据不能超过 {MAX_ATTACHMENT:,} 字节"
    return "" if hashlib.sha256(content).hexdigest() == sha256 else "随附单据的内容与摘要不符"
