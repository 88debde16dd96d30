"""What customs send: stored raw under its id first, acknowledged, and understood later by the worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import asyncpg
import structlog

from singlewindow.contract.messages import Answer, Envelope, MessageKind, Notice, Receipt
from singlewindow.contract.signatures import SignatureRefused, verify_jws
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange import figures
from singlewindow.kernel.exchange.receipts import Heard, NotForUs, hear
from singlewindow.kernel.registers.store import store_notices

BATCH = 200
NOT_UNDERSTOOD = (SignatureRefused, NotForUs, ValueError, KeyError, TypeError, asyncpg.DataError)
"""What is wrong with a message itself; anything else (a database away) is tried again."""
log = structlog.get_logger()


async def verified(envelopes: Sequence[Envelope], certificate: bytes) -> list[Answer]:
    """What to say of each envelope, before anything is stored; off the event loop, for it is arithmetic.

    `certificate` is customs' signing certificate (PEM).
    """
    return await asyncio.to_thread(lambda: [_answer(envelope, certificate) for envelope in envelopes])


async def store(transaction: Transaction, envelopes: Sequence[Envelope], answers: Sequence[Answer]) -> None:
    """Store the envelopes that were verified; one that is stored already does no harm."""
    pairs = zip(envelopes, answers, strict=True)
    rows = [(envelope.id, envelope.kind.value, envelope.body) for envelope, answer in pairs if answer.stored]
    await transaction.run_many(
        "insert into inbox (message_id, kind, body) values ($1, $2, $3) on conflict (message_id) do nothing",
        rows,
    )
    if rows:
        await transaction.run("select pg_notify('inbox', '')")


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
        problems |= await _apply_receipts(
            transaction, [r for r in rows if r["kind"] == "receipt"], certificate
        )
        await transaction.run_many(
            "update inbox set state = $2, problem = $3 where id = $1",
            [
                (r["id"], "unreadable" if r["id"] in problems else "applied", problems.get(r["id"], ""))
                for r in rows
            ],
        )
    figures.count_set_aside(len(problems))
    for identifier, problem in problems.items():
        log.warning("message needs a person", inbox=identifier, problem=problem)
    return len(rows)


async def _apply_notices(transaction: Transaction, rows: Sequence[Row], certificate: bytes) -> dict[int, str]:
    """Take in all notices at once; where the database refuses one, each for itself."""
    notices: dict[int, Notice] = {}
    problems: dict[int, str] = {}
    for row in rows:
        try:
            notices[row["id"]] = Notice.model_validate_json(verify_jws(row["body"], certificate))
        except NOT_UNDERSTOOD as error:
            problems[row["id"]] = _said(error)
    ordered = sorted(
        notices.items(), key=lambda item: (item[1].kind, item[1].key, item[1].seq)
    )  # order of locks
    try:
        async with transaction.savepoint():
            await store_notices(transaction, [notice for _, notice in ordered])
    except NOT_UNDERSTOOD:
        for identifier, notice in ordered:
            if problem := await _apply_alone(transaction, notice):
                problems[identifier] = problem
    return problems


async def _apply_alone(transaction: Transaction, notice: Notice) -> str:
    try:
        async with transaction.savepoint():
            await store_notices(transaction, [notice])
    except NOT_UNDERSTOOD as error:
        return _said(error)
    return ""


async def _apply_receipts(
    transaction: Transaction, rows: Sequence[Row], certificate: bytes
) -> dict[int, str]:
    """Apply receipts in the order of their documents' numbers: everything locks documents in this order."""
    receipts: list[tuple[Receipt, Row]] = []
    problems: dict[int, str] = {}
    for row in rows:
        try:
            receipts.append((Receipt.model_validate_json(verify_jws(row["body"], certificate)), row))
        except NOT_UNDERSTOOD as error:
            problems[row["id"]] = _said(error)
    receipts.sort(key=lambda pair: (pair[0].number, pair[0].submission, pair[0].seq))
    for receipt, row in receipts:
        if problem := await _apply_receipt(transaction, receipt, row["body"]):
            problems[row["id"]] = problem
    return problems


async def _apply_receipt(transaction: Transaction, receipt: Receipt, jws: str) -> str:
    """Apply one receipt in a savepoint of its own; answers the problem, or "".

    A message that cannot be understood must not stop the ones behind it: it goes to a person's list.
    """
    heard = Heard(
        receipt.type, receipt.number, receipt.submission, receipt.seq, receipt.code, receipt.text,
        receipt.at, receipt.data, jws,
    )  # fmt: skip
    try:
        async with transaction.savepoint():
            await hear(transaction, heard)
    except NOT_UNDERSTOOD as error:
        return _said(error)
    figures.count_applied(receipt.type, receipt.code)
    log.info("receipt applied", number=receipt.number, code=receipt.code, request_id=receipt.request_id)
    return ""


def _answer(envelope: Envelope, certificate: bytes) -> Answer:
    reason = _refusal(envelope, certificate)
    return Answer(id=envelope.id, stored=not reason, reason=reason)


def _refusal(envelope: Envelope, certificate: bytes) -> str:
    if envelope.kind not in (MessageKind.RECEIPT, MessageKind.NOTICE):
        return f"the portal takes no message of kind {envelope.kind.value}"
    try:
        payload = json.loads(verify_jws(envelope.body, certificate))
    except (SignatureRefused, ValueError):
        return "the signature is not customs'"
    if not isinstance(payload, dict) or payload.get("message_id") != envelope.id:
        return "the envelope's id is not the signed message's"
    return ""


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500].replace("\x00", "�")
