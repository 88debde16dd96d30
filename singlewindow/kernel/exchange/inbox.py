"""What customs send: stored raw under its id first, acknowledged, and understood later by the worker."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import asyncpg
import structlog
from pydantic import ValidationError

from singlewindow.contract.messages import Answer, Envelope, MessageKind, Notice, Receipt
from singlewindow.contract.postgres import PASSING, passes_within
from singlewindow.contract.signatures import SignatureRefused, UnknownSignature, verify_jws
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange import figures
from singlewindow.kernel.exchange.outbox import Acknowledged, count_noted, settle_sent, write_sent
from singlewindow.kernel.exchange.receipts import Heard, NotForUs
from singlewindow.kernel.exchange.waits import hear_and_follow
from singlewindow.kernel.registers.notices import store_notices

BATCH = 500
TRIES = 5  # of a message that meets trouble when it is tried alone, before a person is asked
AGAIN_SECONDS = 5.0  # until the second of them, doubled with each
DUE = "exists (select from inbox where state = 'received')"
"""Whether there is anything to understand: SQL, asked by the worker now and then."""
_WAITS = "select exists (select from inbox where id = $1 and state = 'received')"
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


async def store(
    transaction: Transaction, envelopes: Sequence[Envelope], answers: Sequence[Answer], certificate: bytes
) -> None:
    """Store the envelopes that were verified; one that is stored already does no harm.

    One that is stored, but whose signature counts no more, gives way to the same message if its own signature, looked
    at here also where the batch was signed as a whole, is one by `certificate` (customs', PEM).
    """
    pairs = zip(envelopes, answers, strict=True)
    stored = [envelope for envelope, answer in pairs if answer.stored]
    if not stored:
        return
    new: list[str] | None = await transaction.value(
        """with i as (
               insert into inbox (message_id, kind, body) select * from unnest($1::text[], $2::text[], $3::text[])
               on conflict (message_id) do nothing returning message_id
           )
           select array_agg(message_id), pg_notify('inbox', '') from i""",
        *_columns(stored),
    )
    known = {envelope.id for envelope in stored}.difference(new or ())
    if known:
        again = [envelope for envelope in stored if envelope.id in known]
        own = await asyncio.to_thread(lambda: [each for each in again if _judged(each, certificate).stored])
        await transaction.run("select sw_received_again($1, $2, $3)", *_columns(own))


def _columns(envelopes: Sequence[Envelope]) -> tuple[list[str], list[str], list[str]]:
    return (
        [envelope.id for envelope in envelopes],
        [envelope.kind.value for envelope in envelopes],
        [envelope.body for envelope in envelopes],
    )


class Stuck(Exception):
    """What was done with a message took too long, or met other trouble that is not what it says and may come again at
    each try; `__cause__` says what."""


class Held:
    """Messages that were stuck, and when each is tried again: alone, so that the others go on meanwhile.

    It is remembered only: another worker counts anew.
    """

    def __init__(self) -> None:
        self._tries: dict[int, tuple[int, float]] = {}

    def hold(self, id: int) -> bool:
        """Count a try; whether there is another one."""
        tries = self._tries.pop(id, (0, 0.0))[0] + 1
        if tries < TRIES:
            self._tries[id] = (tries, time.monotonic() + AGAIN_SECONDS * 2 ** (tries - 1))
        return tries < TRIES

    def forget(self, id: int) -> None:
        """It was understood, by whichever worker."""
        self._tries.pop(id, None)

    def ids(self) -> list[int]:
        """Those that are held."""
        return list(self._tries)

    def due(self) -> list[int]:
        """Those whose time has come."""
        now = time.monotonic()
        return [id for id, (_, at) in self._tries.items() if at <= now]


@dataclass
class Came:
    """What came of a batch: what is wrong with a message by its id in the inbox, and what is left for another round."""

    held: Held
    problems: dict[int, str] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)


async def apply_received(
    database: Database,
    certificate: bytes,
    acknowledged: Acknowledged | None = None,
    held: Held | None = None,
) -> int:
    """Understand up to BATCH stored messages; answers how many there were.

    What the outbox left to `acknowledged` is noted with them. Of those that are `held` each is tried when it is due.
    """
    waiting = Acknowledged() if acknowledged is None else acknowledged
    held = Held() if held is None else held
    count = await _round(database, certificate, waiting, held)
    for id in held.due():
        count += await _round(database, certificate, waiting, held, alone=id)
    return count


async def _round(
    database: Database, certificate: bytes, waiting: Acknowledged, held: Held, alone: int | None = None
) -> int:
    """One transaction with a batch of those that are not held, or with one message alone."""
    sent: list[Row] = []
    noted: list[Heard] = []
    came = Came(held)
    try:
        async with database.transaction() as transaction:
            rows = await _received(transaction, held.ids(), alone)
            if alone is not None and not rows and await transaction.value(_WAITS, alone):
                return 0  # another worker is at it
            receipts, came.problems = _read(rows, certificate)
            sent = waiting.take({(receipt.number, receipt.submission) for receipt, _ in receipts})
            await _apply_notices(transaction, rows, certificate, came)
            together = alone is None and await _applied_together(transaction, receipts, sent, noted)
            if not together:
                await _apply_each(transaction, receipts, came)
            await _mark(transaction, [row for row in rows if row["id"] not in came.left], came.problems)
    except BaseException:
        waiting.add(sent)
        raise
    if together:
        count_noted(noted)
    else:
        await write_sent(database, sent)
    if alone is not None and alone not in came.left:
        held.forget(alone)
    figures.count_set_aside(len(came.problems))
    for identifier, problem in came.problems.items():
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


async def _received(transaction: Transaction, held: Sequence[int], alone: int | None) -> list[Row]:
    return await transaction.rows(
        f"""select id, message_id, kind, body from inbox
            where state = 'received' and {"id <> all($1)" if alone is None else "id = any($1)"}
            order by id limit {BATCH} for update skip locked""",
        held if alone is None else [alone],
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


async def _apply_notices(
    transaction: Transaction, rows: Sequence[Row], certificate: bytes, came: Came
) -> None:
    """Take in all notices at once; where that does not work, each by itself."""
    notices: dict[int, Notice] = {}
    for row in [row for row in rows if row["kind"] == MessageKind.NOTICE]:
        try:
            notice = Notice.model_validate_json(verify_jws(row["body"], certificate))
            _check_id(notice, row)
            notices[row["id"]] = notice
        except NOT_UNDERSTOOD as error:
            came.problems[row["id"]] = _said(error)
    ordered = sorted(
        notices.items(), key=lambda item: (item[1].kind, item[1].key, item[1].seq)
    )  # order of locks
    taken = partial(store_notices, transaction)
    if ordered and not (len(ordered) > 1 and await _done(transaction, taken([each for _, each in ordered]))):
        await _one_by_one(transaction, {id: partial(taken, [each]) for id, each in ordered}, came)


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
    if not await _done(transaction, _hear(transaction, heard, sent, noted)):
        return False
    for receipt, _ in receipts:
        _log_applied(receipt)
    return True


async def _hear(
    transaction: Transaction, heard: Sequence[Heard], sent: Sequence[Row], noted: list[Heard]
) -> None:
    noted += await settle_sent(transaction, sent)
    await hear_and_follow(transaction, [*noted, *heard])


async def _apply_each(transaction: Transaction, receipts: Sequence[tuple[Receipt, Row]], came: Came) -> None:
    """Apply each receipt by itself."""
    works = {
        row["id"]: partial(hear_and_follow, transaction, [_heard(receipt, row["body"])])
        for receipt, row in receipts
    }
    await _one_by_one(transaction, works, came)
    for receipt, row in receipts:
        if row["id"] not in came.problems and row["id"] not in came.left:
            _log_applied(receipt)


async def _one_by_one(
    transaction: Transaction, works: Mapping[int, Callable[[], Awaitable[None]]], came: Came
) -> None:
    """Do what there is to do with each message by itself. The first one that is stuck ends the round for those behind
    it, for it has taken long: in the next one they are understood together, without it."""
    waiting = set(works)
    for id, work in works.items():
        waiting.remove(id)
        try:
            if problem := await _problem(transaction, work()):
                came.problems[id] = problem
        except Stuck as stuck:
            log.warning("a message is stuck", inbox=id, error=repr(stuck.__cause__))
            if came.held.hold(id):
                came.left |= {id, *waiting}
            else:
                came.left |= waiting
                came.problems[id] = f"{type(stuck.__cause__).__name__}: see the log"
            return


async def _done(transaction: Transaction, work: Awaitable[None]) -> bool:
    """Do it for several messages in a savepoint of its own; whether it is done. Raises what is PASSING."""
    try:
        return not await _problem(transaction, work)
    except Stuck:
        return False


async def _problem(transaction: Transaction, work: Awaitable[None]) -> str:
    """Do it in a savepoint of its own; answers the problem, or "".

    A message that cannot be understood, or on which we stumble, must not stop the ones behind it: it goes to a
    person's list. Raises Stuck, and what is PASSING.
    """
    try:
        async with transaction.savepoint():
            await _unless_stuck(work)
    except NOT_UNDERSTOOD as error:
        return _said(error)
    except (Stuck, *PASSING):
        raise
    except Exception as error:
        log.exception("stumbled on a message")
        return _said(error)
    return ""


async def _unless_stuck(work: Awaitable[None]) -> None:
    """Do it. Raises Stuck for what would be PASSING if it had to do with the database alone."""
    try:
        await work
    except NOT_UNDERSTOOD:
        raise
    except PASSING as error:
        if passes_within(error):
            raise
        raise Stuck from error


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
