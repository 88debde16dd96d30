"""What customs send: stored raw under its id first, acknowledged, and understood later by the worker."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
import structlog
from pydantic import ValidationError

from singlewindow.contract.messages import Answer, Envelope, MessageKind, Notice, Receipt
from singlewindow.contract.signatures import SignatureRefused, verify_jws
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange.receipts import Heard, NotForUs, hear
from singlewindow.kernel.registers.store import store_notices

BATCH = 200
log = structlog.get_logger()


async def take_in(
    transaction: Transaction, envelopes: Sequence[Envelope], certificate: bytes
) -> list[Answer]:
    """Verify and store envelopes; an id that is stored already is acknowledged like a new one.

    `certificate` is customs' signing certificate (PEM).
    """
    answers, rows = [], []
    for envelope in envelopes:
        reason = _refusal(envelope, certificate)
        answers.append(Answer(id=envelope.id, stored=not reason, reason=reason))
        if not reason:
            rows.append((envelope.id, envelope.kind.value, envelope.body))
    await transaction.run_many(
        "insert into inbox (message_id, kind, body) values ($1, $2, $3) on conflict (message_id) do nothing",
        rows,
    )
    if rows:
        await transaction.run("select pg_notify('inbox', '')")
    return answers


def _refusal(envelope: Envelope, certificate: bytes) -> str:
    if envelope.kind not in (MessageKind.RECEIPT, MessageKind.NOTICE):
        return f"the portal takes no message of kind {envelope.kind.value}"
    try:
        verify_jws(envelope.body, certificate)
    except SignatureRefused:
        return "the signature is not customs'"
    return ""


async def apply_received(database: Database, certificate: bytes) -> int:
    """Understand up to BATCH stored messages; answers how many there were."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            f"""select id, kind, body from inbox where state = 'received' order by id limit {BATCH}
                for update skip locked"""
        )
        if not rows:
            return 0
        problems = await _apply_notices(transaction, [r for r in rows if r["kind"] == "notice"], certificate)
        for row in (r for r in rows if r["kind"] == "receipt"):
            if problem := await _apply_receipt(transaction, row, certificate):
                problems[row["id"]] = problem
        await transaction.run_many(
            "update inbox set state = $2, problem = $3 where id = $1",
            [
                (r["id"], "unreadable" if r["id"] in problems else "applied", problems.get(r["id"], ""))
                for r in rows
            ],
        )
    for identifier, problem in problems.items():
        log.warning("message needs a person", inbox=identifier, problem=problem)
    return len(rows)


async def _apply_notices(transaction: Transaction, rows: Sequence[Row], certificate: bytes) -> dict[int, str]:
    notices, problems = [], {}
    for row in rows:
        try:
            notices.append(Notice.model_validate_json(verify_jws(row["body"], certificate)))
        except (SignatureRefused, ValidationError) as error:
            problems[row["id"]] = str(error)[:500]
    notices.sort(key=lambda notice: (notice.kind, notice.key, notice.seq))  # one order of locks
    await store_notices(transaction, notices)
    return problems


async def _apply_receipt(transaction: Transaction, row: Row, certificate: bytes) -> str:
    """Apply one receipt in a savepoint of its own; answers the problem, or "".

    A message that cannot be understood must not stop the ones behind it: it goes to a person's list.
    """
    try:
        receipt = Receipt.model_validate_json(verify_jws(row["body"], certificate))
        heard = Heard(
            receipt.type, receipt.number, receipt.submission, receipt.seq, receipt.code, receipt.text,
            receipt.at, receipt.data, row["body"],
        )  # fmt: skip
        async with transaction.savepoint():
            await hear(transaction, heard)
    except (SignatureRefused, NotForUs, ValueError, KeyError, TypeError, asyncpg.DataError) as error:
        return str(error)[:500]
    log.info("receipt applied", number=receipt.number, code=receipt.code, request_id=receipt.request_id)
    return ""
