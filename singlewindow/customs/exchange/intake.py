"""What the portal delivers is stored first, exactly as it came; understanding it comes later."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from singlewindow.contract.encryption import DecryptionFailed
from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.keys import Keys
from singlewindow.customs.problems import Refused, TooLarge

CHANNEL = "incoming"
MAX_ATTACHMENT = 8 * 1024 * 1024  # bytes, decrypted


async def store(transaction: Transaction, envelopes: Sequence[Envelope]) -> list[Answer]:
    """Store raw envelopes; an id that is stored already is acknowledged like a new one."""
    mine = [envelope for envelope in envelopes if envelope.kind is MessageKind.SUBMISSION]
    await transaction.run_many(
        """insert into incoming (message_id, kind, sender, body, received_at) values ($1, $2, $3, $4, $5)
           on conflict (message_id) do nothing""",
        [(e.id, e.kind.value, e.sender, e.body, transaction.now) for e in mine],
    )
    await transaction.wake(CHANNEL)
    return [_answer(envelope) for envelope in envelopes]


def _answer(envelope: Envelope) -> Answer:
    if envelope.kind is MessageKind.SUBMISSION:
        return Answer(id=envelope.id, stored=True)
    return Answer(
        id=envelope.id, stored=False, reason=f"customs take no message of kind {envelope.kind.value}"
    )


async def store_attachment(database: Database, keys: Keys, sha256: str, compact: str) -> None:
    """Store a file that a submission will name by its digest (64 lower-case hex digits); again does nothing.

    Raises Refused (not for customs, other digest) and TooLarge.
    """
    content = await asyncio.to_thread(_opened, keys, compact)
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


def _opened(keys: Keys, compact: str) -> bytes:
    try:
        return keys.open(compact)
    except DecryptionFailed as failure:
        raise Refused.because("", "attachment.encryption", "无法解密随附单据") from failure
