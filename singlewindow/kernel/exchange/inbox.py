"""What customs send: stored raw under its id first, acknowledged, and understood later by the worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping, Sequence

import asyncpg
import structlog
from pydantic import ValidationError

from singlewindow.contract.messages import Answer, Envelope, MessageKind, Notice, Receipt
from singlewindow.contract.postgres import PASSING
from singlewindow.contract.signatures import SignatureRefused, UnknownSignature, verify_jws
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange import figures
from singlewindow.kernel.exchange.outbox import Acknowledged, count_noted, settle_sent, write_sent
from singlewindow.kernel.exchange.receipts import Heard, NotForUs
from singlewindow.kernel.exchange.waits import hear_and_follow
from singlewindow.kernel.registers.notices import store_notices

BATCH = 500
DUE = "exists (select from inbox where state = 'received')"
"""Whether there is anything to understand: SQL, asked by the worker now and then."""
NOT_UNDERSTOOD = (SignatureRefused, NotForUs, ValueError, KeyError, TypeError, asyncpg.DataError)
"""What is wrong with a message itself."""
NOT_CUSTOMS = "the signature is not customs'"
log = structlog.get_logger()


async def verified(envelopes: Sequence[Envelope], certificate: bytes, *, whole: bool = False) -> list[Answer]:
    """What to say of each envelope, before anything is stored; off the event loop where there is arithmetic.

    `certificate` is customs' signing certificate (PEM). `whole`: customs signed the batch as a whole, so that all of it
    is theirs; each message's own signature is verified before it counts (`apply_received`).
    """
    if whole:
        return [_answer(envelope, _not_for_us(envelope)) for envelope in envelopes]
    answers = await asyncio.to_thread(lambda: [_judged(each, certificate) for each in envelopes])
    if unknown := sum(answer.later for answer in answers):
        log.warning("messages signed with a key that is not known, they come again", messages=unknown)
    return answers


async def store(transaction: Transaction, envelopes: Sequence[Envelope], answers: Sequence[Answer]) -> None:
    """Store the envelopes that were verified; one that is stored already does no harm."""
    pairs = zip(envelopes, answers, strict=True)
    stored = [envelope for envelope, answer in pairs if answer.stored]
    if stored:
        await transaction.run(
            """with i as (
                   insert into inbox (message_id, kind, body) select * from unnest($1::text[], $2::text[], $3::text[])
                   on conflict (message_id) do nothing
               )
               select pg_notify('inbox', '')""",
            [envelope.id for envelope in stored],
            [envelope.kind.value for envelope in stored],
            [envelope.body for envelope in stored],
        )


async def apply_received(
    database: Database, certificate: bytes, acknowledged: Acknowledged | None = None
) -> int:
    """Understand up to BATCH stored messages; answers how many there were.

    What the outbox left to `acknowledged` is noted with them.
    """
    waiting = Acknowledged() if acknowledged is None else acknowledged
    sent: list[Row] = []
    noted: list[Heard] = []
    try:
        async with database.transaction() as transaction:
            rows = await _received(transaction)
            receipts, problems = _read(rows, certificate)
            sent = waiting.take({(receipt.number, receipt.submission) for receipt, _ in receipts})
            problems |= await _apply_notices(transaction, rows, certificate)
            together = await _applied_together(transaction, receipts, sent, noted)
            if not together:
                problems |= await _apply_each(transaction, receipts)
            await _mark(transaction, rows, problems)
    except BaseException:
        waiting.add(sent)
        raise
    if together:
        count_noted(noted)
    else:
        await write_sent(database, sent)
    figures.count_set_aside(len(problems))
    for identifier, problem in problems.items():
        log.warning("message needs a person", inbox=identifier, problem=problem)
    return len(rows)


async def known_now(database: Database) -> None:
    """Let those be tried again whose signature was not known, once another certificate of customs' is."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            """update inbox set state = 'received', problem = ''
               where state = 'unreadable' and starts_with(problem, $1) returning id""",
            UnknownSignature.__name__,
        )
        if rows:
            await transaction.run("select pg_notify('inbox', '')")


async def _received(transaction: Transaction) -> list[Row]:
    return await transaction.rows(
        f"""select id, message_id, kind, body from inbox where state = 'received' order by id limit {BATCH}
            for update skip locked"""
    )


async def _mark(transaction: Transaction, rows: Sequence[Row], problems: Mapping[int, str]) -> None:
    if not rows:
        return
    await transaction.run(
        """update inbox i set state = case when w.problem = '' then 'applied' else 'unreadable' end,
               problem = w.problem
           from unnest($1::bigint[], $2::text[]) as w (id, problem) where i.id = w.id""",
        [row["id"] for row in rows],
        [problems.get(row["id"], "") for row in rows],
    )


async def _apply_notices(transaction: Transaction, rows: Sequence[Row], certificate: bytes) -> dict[int, str]:
    """Take in all notices at once; where the database refuses one, each for itself."""
    notices: dict[int, Notice] = {}
    problems: dict[int, str] = {}
    for row in [row for row in rows if row["kind"] == MessageKind.NOTICE]:
        try:
            notice = Notice.model_validate_json(verify_jws(row["body"], certificate))
            _check_id(notice, row)
            notices[row["id"]] = notice
        except NOT_UNDERSTOOD as error:
            problems[row["id"]] = _said(error)
    if not notices:
        return problems
    ordered = sorted(
        notices.items(), key=lambda item: (item[1].kind, item[1].key, item[1].seq)
    )  # order of locks
    if await _problem(transaction, store_notices(transaction, [notice for _, notice in ordered])):
        for identifier, notice in ordered:
            if problem := await _problem(transaction, store_notices(transaction, [notice])):
                problems[identifier] = problem
    return problems


def _read(rows: Sequence[Row], certificate: bytes) -> tuple[list[tuple[Receipt, Row]], dict[int, str]]:
    """The receipts among the messages in the order of their documents' numbers, in which everything locks documents;
    and what is wrong with the others."""
    receipts: list[tuple[Receipt, Row]] = []
    problems: dict[int, str] = {}
    for row in [row for row in rows if row["kind"] == MessageKind.RECEIPT]:
        try:
            receipt = Receipt.model_validate_json(verify_jws(row["body"], certificate))
            _check_id(receipt, row)
            receipts.append((receipt, row))
        except NOT_UNDERSTOOD as error:
            problems[row["id"]] = _said(error)
    receipts.sort(key=lambda pair: (pair[0].number, pair[0].submission, pair[0].seq))
    return receipts, problems


def _check_id(message: Receipt | Notice, row: Row) -> None:
    if message.message_id != row["message_id"]:
        raise NotForUs("报文的编号与其签名内容中的编号不一致")


async def _applied_together(
    transaction: Transaction, receipts: Sequence[tuple[Receipt, Row]], sent: Sequence[Row], noted: list[Heard]
) -> bool:
    """Apply all receipts at once, and that those rows of the outbox were sent, of which `noted` gets what their
    documents heard; or none where one of them has a difficulty."""
    if not receipts and not sent:
        return True
    heard = [_heard(receipt, row["body"]) for receipt, row in receipts]
    if await _problem(transaction, _hear(transaction, heard, sent, noted)):
        return False
    for receipt, _ in receipts:
        _log_applied(receipt)
    return True


async def _hear(
    transaction: Transaction, heard: Sequence[Heard], sent: Sequence[Row], noted: list[Heard]
) -> None:
    noted += await settle_sent(transaction, sent)
    await hear_and_follow(transaction, [*noted, *heard])


async def _apply_each(transaction: Transaction, receipts: Sequence[tuple[Receipt, Row]]) -> dict[int, str]:
    """Apply each receipt by itself; answers the problems."""
    problems: dict[int, str] = {}
    for receipt, row in receipts:
        if problem := await _apply_receipt(transaction, receipt, row["body"]):
            problems[row["id"]] = problem
    return problems


async def _apply_receipt(transaction: Transaction, receipt: Receipt, jws: str) -> str:
    """Apply one receipt by itself; answers the problem, or ""."""
    problem = await _problem(transaction, hear_and_follow(transaction, [_heard(receipt, jws)]))
    if not problem:
        _log_applied(receipt)
    return problem


async def _problem(transaction: Transaction, work: Awaitable[None]) -> str:
    """Do it in a savepoint of its own; answers the problem, or "".

    A message that cannot be understood, or on which we stumble, must not stop the ones behind it: it goes to a
    person's list. Raises what is PASSING.
    """
    try:
        async with transaction.savepoint():
            await work
    except NOT_UNDERSTOOD as error:
        return _said(error)
    except PASSING:
        raise
    except Exception as error:
        log.exception("stumbled on a message")
        return _said(error)
    return ""


def _heard(receipt: Receipt, jws: str) -> Heard:
    return Heard(
        receipt.type, receipt.number, receipt.submission, receipt.seq, receipt.code, receipt.text,
        receipt.at, receipt.data, jws,
    )  # fmt: skip


def _log_applied(receipt: Receipt) -> None:
    figures.count_applied(receipt.type, receipt.code)
    log.info("receipt applied", number=receipt.number, code=receipt.code, request_id=receipt.request_id)


def _answer(envelope: Envelope, reason: str) -> Answer:
    return Answer(id=envelope.id, stored=not reason, reason=reason)


def _judged(envelope: Envelope, certificate: bytes) -> Answer:
    try:
        return _answer(envelope, _refusal(envelope, certificate))
    except SignatureRefused as refused:  # or of customs, whose new certificate is still to come
        later = isinstance(refused, UnknownSignature)
        return Answer(id=envelope.id, stored=False, reason=NOT_CUSTOMS, later=later)


def _not_for_us(envelope: Envelope) -> str:
    if envelope.kind not in (MessageKind.RECEIPT, MessageKind.NOTICE):
        return f"the portal takes no message of kind {envelope.kind.value}"
    return "" if envelope.body.isascii() and "\x00" not in envelope.body else "not a compact JWS"


def _refusal(envelope: Envelope, certificate: bytes) -> str:
    """Why it is not stored, or "". Raises SignatureRefused."""
    if reason := _not_for_us(envelope):
        return reason
    plain = verify_jws(envelope.body, certificate)
    try:
        payload = json.loads(plain)
    except (ValueError, RecursionError):  # no JSON, nested too deep, a number of too many digits
        return "the signed message cannot be read"
    if not isinstance(payload, dict) or payload.get("message_id") != envelope.id:
        return "the envelope's id is not the signed message's"
    return ""


def _said(error: Exception) -> str:
    """What a person reads of it: where and why, nothing of what the message holds (PORT-10)."""
    if isinstance(error, ValidationError):
        places = [f"{'/'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False)]
        said = "; ".join(places)
    elif isinstance(error, NotForUs | SignatureRefused | KeyError):
        said = str(error)
    else:
        said = "see the log"
        log.warning("not understood", error=repr(error))
    return f"{type(error).__name__}: {said}"[:500].replace("\x00", "�")
