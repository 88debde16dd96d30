"""Receipts and notices are written as rows in the transaction that decides them; `sender` delivers the rows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from singlewindow.contract.messages import MessageKind, Notice, Receipt
from singlewindow.customs.database import Transaction

CHANNEL = "outgoing"
COLUMNS = ("message_id", "kind", "topic", "payload")


def new_message_id() -> str:
    """An id that this sender never uses twice."""
    return str(uuid4())


async def queue_receipt(transaction: Transaction, receipt: Receipt) -> None:
    """Put a receipt into the outbox; those of one document keep their order."""
    await transaction.run(
        "insert into outgoing (message_id, kind, topic, payload) values ($1, $2, $3, $4)",
        receipt.message_id,
        MessageKind.RECEIPT.value,
        f"{receipt.type}/{receipt.number}",
        receipt.model_dump(mode="json"),
    )
    await transaction.wake(CHANNEL)


async def queue_notices(transaction: Transaction, notices: Sequence[Notice]) -> None:
    """Put notices into the outbox by COPY; those of one register entry keep their order."""
    rows = [
        (n.message_id, MessageKind.NOTICE.value, f"{n.kind}/{n.key}", n.model_dump(mode="json"))
        for n in notices
    ]
    await transaction.copy("outgoing", COLUMNS, rows)
    await transaction.wake(CHANNEL)
