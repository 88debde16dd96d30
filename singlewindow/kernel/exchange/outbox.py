"""Submissions leave here: in order for each document, at least once, with back-off.

1. Lease a batch of due rows, the oldest of each document only (skip those another worker holds).
2. Send the files that the submissions name, then the submissions, in one request.
3. Write what became of each: sent, failed for good, or to be tried again later.
A worker that dies after step 2 sends again when the lease ends; customs know the message id and do not
take it in twice.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from singlewindow.contract.encryption import encrypt
from singlewindow.contract.messages import Envelope, MessageKind, SignedAttachment, Submission
from singlewindow.contract.sealed import seal
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.receipts import SEND_FAILED, SENT, Heard, hear
from singlewindow.kernel.exchange.transport import PermanentFailure, TemporaryFailure, Transport
from singlewindow.kernel.subsystem import document_types

BATCH = 100
LEASE = "10 seconds"  # longer than a request to customs may take
log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What became of one message: SENT, SEND_FAILED with the reason, or "" for another try."""

    code: str
    reason: str = ""


async def send_due(database: Database, transport: Transport, keys: ExchangeKeys) -> int:
    """Send one batch; answers how many were tried."""
    async with database.transaction() as transaction:
        rows = await _lease(transaction)
        files = await _files(transaction, rows)
    outcomes = await _deliver(transport, keys, rows, files) if rows else {}
    for row in rows:
        async with database.transaction() as transaction:
            await _write(transaction, row, outcomes[row["id"]])
    return len(rows)


async def _lease(transaction: Transaction) -> list[Row]:
    return await transaction.rows(
        f"""with due as (
                select o.id from outbox o
                where state = 'queued' and next_at <= clock_timestamp()
                  and not exists (
                      select from outbox e where e.document_id = o.document_id and e.state = 'queued' and e.id < o.id)
                order by o.id limit {BATCH} for update skip locked
            ), leased as (
                update outbox o set next_at = clock_timestamp() + interval '{LEASE}', attempts = attempts + 1
                from due where o.id = due.id returning o.id, o.message_id, o.attempts, o.submission_id
            )
            select l.id, l.message_id, l.attempts, s.sequence, s.action, s.content, s.statement, s.signature,
                   s.certificate, s.attachments, s.request_id, s.submitted_at, d.type, d.number,
                   c.customs_code, c.name as company_name
            from leased l join submission s on s.id = l.submission_id join document d on d.id = s.document_id
            join company c on c.id = s.company_id order by l.id"""
    )


async def _files(transaction: Transaction, rows: Sequence[Row]) -> dict[int, Row]:
    wanted = [identifier for row in rows for identifier in row["attachments"]]
    found = await transaction.rows(
        """select id, category, name, sha256, size, pages, content, statement, signature, certificate
           from attachment where id = any($1)""",
        wanted,
    )
    return {file["id"]: file for file in found}


async def _deliver(
    transport: Transport, keys: ExchangeKeys, rows: Sequence[Row], files: Mapping[int, Row]
) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    ready: dict[str, int] = {}
    envelopes = []
    for row in rows:
        try:
            for identifier in row["attachments"]:
                file = files[identifier]
                await transport.send_attachment(file["sha256"], encrypt(file["content"], keys.customs_jwk))
            envelopes.append(_envelope(row, files, keys))
            ready[row["message_id"]] = row["id"]
        except TemporaryFailure as failure:
            outcomes[row["id"]] = Outcome("", str(failure))
        except PermanentFailure as failure:
            outcomes[row["id"]] = Outcome(SEND_FAILED, str(failure))
    return outcomes | await _send(transport, envelopes, ready)


async def _send(
    transport: Transport, envelopes: Sequence[Envelope], ready: Mapping[str, int]
) -> dict[int, Outcome]:
    if not envelopes:
        return {}
    try:
        answers = await transport.send(envelopes)
    except TemporaryFailure as failure:
        return {identifier: Outcome("", str(failure)) for identifier in ready.values()}
    except PermanentFailure as failure:
        if len(envelopes) == 1:
            return {ready[envelopes[0].id]: Outcome(SEND_FAILED, str(failure))}
        alone = [
            await _send(transport, [envelope], {envelope.id: ready[envelope.id]}) for envelope in envelopes
        ]
        return {identifier: outcome for outcomes in alone for identifier, outcome in outcomes.items()}
    heard = {
        ready[a.id]: Outcome(SENT) if a.stored else Outcome(SEND_FAILED, a.reason)
        for a in answers
        if a.id in ready
    }
    return {identifier: Outcome("", "customs did not answer for it") for identifier in ready.values()} | heard


async def _write(transaction: Transaction, row: Row, outcome: Outcome) -> None:
    log.info("sent to customs", number=row["number"], outcome=outcome.code or "later", reason=outcome.reason,
             request_id=row["request_id"])  # fmt: skip
    if not outcome.code:
        await transaction.run(
            """update outbox set last_error = $2,
                   next_at = clock_timestamp() + least(power(2, least(attempts, 10)) * 0.1, 30) * interval '1 second'
               where id = $1""",
            row["id"],
            outcome.reason,
        )
        return
    state = "sent" if outcome.code == SENT else "failed"
    await transaction.run(
        "update outbox set state = $2, last_error = $3, sent_at = clock_timestamp() where id = $1",
        row["id"],
        state,
        outcome.reason,
    )
    text = "已发往海关" if outcome.code == SENT else f"发送失败：{outcome.reason}"
    await hear(
        transaction,
        Heard(row["type"], row["number"], row["sequence"], 0, outcome.code, text, transaction.now, {}),
    )


def _envelope(row: Row, files: Mapping[int, Row], keys: ExchangeKeys) -> Envelope:
    type = document_types()[row["type"]]
    content = json.loads(row["content"])
    attachments = type.form.attachments
    submission = Submission(
        type=type.name,
        title=type.title,
        number=row["number"],
        sequence=row["sequence"],
        action=row["action"],
        action_title=type.lifecycle.action(row["action"]).label,
        district=type.messages.district(content),
        company=row["customs_code"],
        company_name=row["company_name"],
        labels=type.form.labels,
        content=_base64(row["content"]),
        statement=_base64(row["statement"]),
        signature=_base64(row["signature"]),
        certificate=_base64(row["certificate"]),
        attachments=[
            _attachment(files[i], (attachments and attachments.name_of(files[i]["category"])) or "")
            for i in row["attachments"]
        ],
        request_id=row["request_id"],
        submitted_at=row["submitted_at"],
    )
    body = seal(submission.model_dump_json().encode(), keys.portal_key, keys.customs_jwk)
    return Envelope(id=row["message_id"], kind=MessageKind.SUBMISSION, sender="portal", body=body)


def _attachment(file: Row, category_name: str) -> SignedAttachment:
    return SignedAttachment(
        category=file["category"],
        category_name=category_name,
        name=file["name"],
        sha256=file["sha256"],
        size=file["size"],
        pages=file["pages"],
        statement=_base64(file["statement"]),
        signature=_base64(file["signature"]),
        certificate=_base64(file["certificate"]),
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
