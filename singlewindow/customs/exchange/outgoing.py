"""Receipts and notices are written as rows in the transaction that decides them; `sender` delivers the rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from singlewindow.contract.messages import MessageKind, Notice, Receipt
from singlewindow.contract.signatures import canonical
from singlewindow.customs.database import Transaction
from singlewindow.customs.keys import Keys

CHANNEL = "outgoing"
COLUMNS = ("message_id", "kind", "topic", "payload")


def new_message_id() -> str:
    """An id that this sender never uses twice."""
    return str(uuid4())


async def queue_receipts(
    transaction: Transaction, receipts: Sequence[Receipt], keys: Keys | None = None
) -> None:
    """Put receipts into the outbox; those of one document keep their order. With `keys` they are signed here, else
    by the sender."""
    payloads = [receipt.model_dump(mode="json") for receipt in receipts]
    await transaction.run(
        """with o as (
               insert into outgoing (message_id, kind, topic, payload, body)
               select id, $2, topic, payload::json, body
               from unnest($3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
                    as w (id, topic, payload, body, place) order by place
           )
           select pg_notify($1, '')""",
        CHANNEL,
        MessageKind.RECEIPT.value,
        [receipt.message_id for receipt in receipts],
        [f"{receipt.type}/{receipt.number}" for receipt in receipts],
        [json.dumps(payload, ensure_ascii=False) for payload in payloads],
        [keys.sign(canonical(payload)) if keys else None for payload in payloads],
    )


async def queue_notices(transaction: Transaction, notices: Sequence[Notice]) -> None:
    """Put notices into the outbox by COPY; those of one register entry keep their order.

    Their numbers are the entries', ahead by what the last publication of all has raised them (`again.py`); that waits
    for whoever is at it, and they for it.
    """
    ahead = await transaction.value("select ahead from publication for share")
    rows = [
        (n.message_id, MessageKind.NOTICE.value, f"{n.kind}/{n.key}", _numbered(n, ahead)) for n in notices
    ]
    await transaction.copy("outgoing", COLUMNS, rows)
    await transaction.wake(CHANNEL)


def _numbered(notice: Notice, ahead: int) -> dict[str, Any]:
    return notice.model_dump(mode="json") | {"seq": notice.seq + ahead}
