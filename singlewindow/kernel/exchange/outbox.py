"""Submissions leave here: in order for each document, at least once, with back-off.

1. Lease a batch of due rows, the oldest of each document only (skip those another worker holds).
2. Send the files that they name, as many in one request as it can hold; renew the lease with each.
3. Seal the envelopes of those whose files are there, and send them in one request.
4. Write what became of each: sent, failed for good, or to be tried again later. That it was sent may wait for the
   receipts that come a moment later (`Acknowledged`), so that all of it is one change of the document.
A worker that dies on the way leaves rows that are due again when the lease ends; customs know the message
id, so a second delivery does nothing. One message that cannot be made does not hold up the others.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic_core import from_json

from singlewindow.contract.messages import Answer, Envelope, MessageKind, SignedAttachment, Submission
from singlewindow.contract.sealed import Sealing
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.exchange import figures
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.reading import code_names, labels_of
from singlewindow.kernel.exchange.receipts import Heard, NotForUs, hear, hear_all
from singlewindow.kernel.exchange.transport import PermanentFailure, TemporaryFailure, Transport
from singlewindow.kernel.lifecycle import SEND_FAILED, SENT
from singlewindow.kernel.subsystem import document_types

BATCH = 200
LEASE = "10 seconds"  # longer than one request to customs may take
NOTED_SECONDS = 1.0  # after which it is noted that a message was sent, answered or not
DUE = "exists (select from outbox where state = 'queued' and next_at <= clock_timestamp())"
"""Whether there is anything to send: SQL, asked by the worker now and then."""
PORTION = 10_000  # messages that one transaction looks at to send them once more
FILES, FILES_BYTES = 200, 8_000_000  # of one request: sealed they are 16/9 of that, and customs take 16 MB
log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What became of one message: SENT, SEND_FAILED with the reason, or "" for another try."""

    code: str
    reason: str = ""


NOT_REACHED = Outcome("", "not reached in this round")


class Acknowledged:
    """Rows that customs have, which is not noted yet: `inbox` notes it with their first receipts, or after a while.

    It is remembered only. Who dies with it leaves rows that are sent again when their lease ends, which does nothing.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], tuple[Row, float]] = {}

    def add(self, rows: Sequence[Row]) -> None:
        """Remember that customs have these."""
        now = time.monotonic()
        self._rows |= {(row["number"], row["sequence"]): (row, now) for row in rows}

    def take(self, answered: Collection[tuple[str, int]]) -> list[Row]:
        """Forget and answer those of these submissions (number, sequence), and those that waited for long enough."""
        before = time.monotonic() - NOTED_SECONDS
        due = [key for key, (_, since) in self._rows.items() if key in answered or since <= before]
        return [self._rows.pop(key)[0] for key in due]

    def take_all(self) -> list[Row]:
        """Forget and answer all."""
        return self.take(list(self._rows))

    def __bool__(self) -> bool:
        return bool(self._rows)


async def send_due(
    database: Database, transport: Transport, keys: ExchangeKeys, acknowledged: Acknowledged | None = None
) -> int:
    """Send one batch; answers how many were tried. What was sent is noted at once, or left to `acknowledged`."""
    async with database.transaction() as transaction:
        rows = await _lease(transaction)
        names = await code_names(transaction, rows)
        files = await _files(transaction, rows)
    if not rows:
        return 0
    sealing = Sealing(keys.portal_key, keys.customs_jwk)
    stopped = await _send_files(database, transport, sealing, rows, files)
    outcomes, envelopes = _prepare(sealing, rows, files, names, stopped)
    outcomes |= await _send(transport, envelopes)
    became = [(row, outcomes.get(row["message_id"], NOT_REACHED)) for row in rows]
    _log(became)
    if acknowledged is not None:
        acknowledged.add([row for row, outcome in became if outcome.code == SENT])
        became = [(row, outcome) for row, outcome in became if outcome.code != SENT]
    await _write_all(database, became)
    return len(rows)


async def send_again(database: Database, since: datetime) -> int:
    """Queue what was sent to customs since a moment: they were restored to it, and take each submission once; answers
    how many messages that were."""
    last: int | None = 0
    queued = 0
    while last is not None:
        async with database.transaction() as transaction:
            row = await transaction.row(
                """with next as (select id from outbox where id > $1 order by id limit $2),
                   again as (
                       update outbox o set state = 'queued', attempts = 0, last_error = '', next_at = clock_timestamp()
                       from next where o.id = next.id and o.state = 'sent' and o.sent_at >= $3 returning 1
                   )
                   select (select max(id) from next) as last, (select count(*) from again) as queued""",
                last,
                PORTION,
                since,
            )
            assert row is not None
            last, queued = row["last"], queued + row["queued"]
    return queued


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
                from due where o.id = due.id returning o.id, o.message_id, o.submission_id
            )
            select l.id, l.message_id, s.sequence, s.action, s.content, s.statement, s.signature,
                   s.certificate, s.attachments, s.request_id, s.submitted_at, d.type, d.number,
                   c.customs_code, c.name as company_name, $1::timestamptz as taken_at
            from leased l join submission s on s.id = l.submission_id join document d on d.id = s.document_id
            join company c on c.id = s.company_id order by l.id""",
        transaction.now,
    )


async def _files(transaction: Transaction, rows: Sequence[Row]) -> dict[int, Row]:
    """The files that the submissions name, by id, without their bytes."""
    named = list({identifier for row in rows for identifier in row["attachments"]})
    if not named:
        return {}
    found = await transaction.rows(
        """select id, category, name, sha256, size, pages, statement, signature, certificate
           from attachment where id = any($1)""",
        named,
    )
    return {file["id"]: file for file in found}


async def _send_files(
    database: Database,
    transport: Transport,
    sealing: Sealing,
    rows: Sequence[Row],
    files: Mapping[int, Row],
) -> dict[str, Outcome]:
    """Send the files by their digests, those of the oldest rows first; answers what became of those that did not go.
    When customs are away nobody asks again for the rest."""
    stopped: dict[str, Outcome] = {}
    by_digest = {files[id]["sha256"]: files[id] for row in rows for id in row["attachments"] if id in files}
    waiting = list(by_digest.values())
    while waiting:
        some = _some(waiting)
        waiting = waiting[len(some) :]
        bodies = await _read(database, some, [row["id"] for row in rows])
        answers = await _send(
            transport,
            [_file_envelope(f["sha256"], bodies[f["id"]], sealing) for f in some if f["id"] in bodies],
        )
        outcomes = {file["sha256"]: answers.get(file["sha256"], NOT_REACHED) for file in some}
        stopped |= {digest: outcome for digest, outcome in outcomes.items() if outcome.code != SENT}
        if not any(outcome.code for outcome in outcomes.values()):
            return stopped | {file["sha256"]: NOT_REACHED for file in waiting}
    return stopped


def _some(files: Sequence[Row]) -> Sequence[Row]:
    """The first files, as many as one request can hold."""
    size, many = 0, 0
    while many < min(len(files), FILES) and (not many or size + files[many]["size"] <= FILES_BYTES):
        size, many = size + files[many]["size"], many + 1
    return files[:many]


async def _read(database: Database, files: Sequence[Row], held: Sequence[int]) -> dict[int, bytes]:
    """The files' bytes; the rows still held are leased anew."""
    async with database.transaction() as transaction:
        found = await transaction.rows(
            "select id, content from attachment where id = any($1)", [file["id"] for file in files]
        )
        await transaction.run(
            f"update outbox set next_at = clock_timestamp() + interval '{LEASE}' where id = any($1)", held
        )
    return {row["id"]: row["content"] for row in found}


def _file_envelope(sha256: str, content: bytes, sealing: Sealing) -> Envelope:
    return Envelope(id=sha256, kind=MessageKind.ATTACHMENT, sender="portal", body=sealing.seal(content))


def _prepare(
    sealing: Sealing,
    rows: Sequence[Row],
    files: Mapping[int, Row],
    names: Mapping[int, Mapping[str, str]],
    stopped: Mapping[str, Outcome],
) -> tuple[dict[str, Outcome], list[Envelope]]:
    """Seal the envelope of each row whose files customs have; what became of the others."""
    outcomes: dict[str, Outcome] = {}
    envelopes: list[Envelope] = []
    for row in rows:
        try:
            named = [files[identifier] for identifier in row["attachments"]]
            hindered = [stopped[file["sha256"]] for file in named if file["sha256"] in stopped]
            if hindered:
                outcomes[row["message_id"]] = max(
                    hindered, key=lambda each: each.code
                )  # for good before for now
            else:
                envelopes.append(_envelope(row, named, sealing, names.get(row["id"], {})))
        except Exception as error:  # this message's own trouble: the others go on
            log.exception("message cannot be made", number=row["number"], request_id=row["request_id"])
            outcomes[row["message_id"]] = Outcome("", f"{type(error).__name__}: {error}")
    return outcomes, envelopes


async def _send(transport: Transport, envelopes: Sequence[Envelope]) -> dict[str, Outcome]:
    if not envelopes:
        return {}
    try:
        answers = await transport.send(envelopes)
    except TemporaryFailure as failure:
        return {envelope.id: Outcome("", str(failure)) for envelope in envelopes}
    except PermanentFailure as failure:
        if len(envelopes) == 1:
            return {envelopes[0].id: Outcome(SEND_FAILED, str(failure))}
        alone = [await _send(transport, [envelope]) for envelope in envelopes]
        return {identifier: outcome for outcomes in alone for identifier, outcome in outcomes.items()}
    return {a.id: _outcome(a) for a in answers}


def _outcome(answer: Answer) -> Outcome:
    if answer.stored:
        return Outcome(SENT)
    return Outcome("" if answer.later else SEND_FAILED, answer.reason)


def _log(outcomes: Sequence[tuple[Row, Outcome]]) -> None:
    for row, outcome in outcomes:
        log.info(
            "sent to customs", number=row["number"], outcome=outcome.code or "later", reason=outcome.reason,
            request_id=row["request_id"],
        )  # fmt: skip


async def _write_all(database: Database, outcomes: Sequence[tuple[Row, Outcome]]) -> None:
    """Write what became of a batch: what was sent at once, everything else, or all of it in trouble, one by one."""
    sent = [row for row, outcome in outcomes if outcome.code == SENT]
    together = len(sent) > 1 and await _settled_together(database, sent)
    for row, outcome in outcomes:
        if not (together and outcome.code == SENT):
            await _write(database, row, outcome)


async def _settled_together(database: Database, rows: Sequence[Row]) -> bool:
    """Note all as sent in one transaction, or none where one of them has a difficulty."""
    try:
        async with database.transaction() as transaction:
            noted = await settle_sent(transaction, rows)
            await hear_all(transaction, noted)
    except Exception as error:
        log.warning("outcomes are written one by one", error=repr(error))
        return False
    count_noted(noted)
    return True


async def settle_sent(transaction: Transaction, rows: Sequence[Row]) -> list[Heard]:
    """Note rows as sent; answers what their documents are to hear of it."""
    if not rows:
        return []
    settled = await transaction.rows(
        """update outbox set state = 'sent', last_error = '', sent_at = clock_timestamp()
           where id = any($1) and state = 'queued' returning id""",
        [row["id"] for row in rows],
    )
    mine = {each["id"] for each in settled}  # of the others, another worker was first
    return [_sent(row) for row in rows if row["id"] in mine]


def count_noted(noted: Sequence[Heard]) -> None:
    """Count what `settle_sent` noted, once that is committed: what is sent again meanwhile counts once."""
    for each in noted:
        figures.count_sent(each.type, each.code)


async def write_sent(database: Database, rows: Sequence[Row]) -> None:
    """Note each row as sent by itself."""
    for row in rows:
        await _write(database, row, Outcome(SENT))


async def _write(database: Database, row: Row, outcome: Outcome) -> None:
    """Write one outcome in a transaction of its own, and count it; trouble with one row leaves the others their own."""
    try:
        async with database.transaction() as transaction:
            if outcome.code:
                written = await _settle(transaction, row, outcome)
            else:
                written = await _put_off(transaction, row, outcome.reason)
    except NotForUs as problem:
        await _set_aside(database, row, outcome, str(problem))
    except Exception:  # due again when the lease ends; customs do not take it in twice
        log.exception("outcome cannot be written", number=row["number"], request_id=row["request_id"])
    else:
        if written:
            figures.count_sent(row["type"], outcome.code)


async def _set_aside(database: Database, row: Row, outcome: Outcome, problem: str) -> None:
    """The document does not take the outcome, and would not the next time: the message goes no more, and a person must
    look. Customs' own receipts are heard as ever."""
    log.error("message needs a person", number=row["number"], problem=problem, request_id=row["request_id"])
    try:
        async with database.transaction() as transaction:
            written = await _close(transaction, row, outcome, problem)
    except Exception:
        log.exception("outcome cannot be written", number=row["number"], request_id=row["request_id"])
    else:
        figures.count_set_aside(int(written))


async def _put_off(transaction: Transaction, row: Row, reason: str) -> bool:
    """Try again after 0.2 s, doubled with each try up to 30 s; False where another worker has settled it."""
    found = await transaction.value(
        """update outbox set last_error = $2,
               next_at = clock_timestamp() + least(power(2, least(attempts, 10)) * 0.1, 30) * interval '1 second'
           where id = $1 and state = 'queued' returning true""",
        row["id"],
        reason,
    )
    return bool(found)


async def _settle(transaction: Transaction, row: Row, outcome: Outcome) -> bool:
    """Sent or failed for good: noted once, and heard like a receipt with the number 0; False where another worker was
    here first."""
    if not await _close(transaction, row, outcome, outcome.reason):
        return False
    if outcome.code == SENT:
        await hear(transaction, _sent(row))
        return True
    text = _words_of_failure(row)
    await hear(
        transaction,
        Heard(row["type"], row["number"], row["sequence"], 0, outcome.code, text, transaction.now, {}),
    )
    return True


def _words_of_failure(row: Row) -> str:
    """What a company reads of a message that failed for good, in the words of its type and of what it submitted."""
    type = document_types()[row["type"]]
    action = type.lifecycle.action(row["action"])
    check = "核对内容后" if action.amends is None or action.amends.typed_for else ""
    return (
        f"{type.messages.name_of(SEND_FAILED)}：海关系统没有接受该报文，请{check}重新办理「{action.word}」；"
        "再次失败请联系系统管理员"
    )


async def _close(transaction: Transaction, row: Row, outcome: Outcome, problem: str) -> bool:
    """The row is sent or failed, if it waits still."""
    found = await transaction.value(
        """update outbox set state = $2, last_error = $3, sent_at = clock_timestamp()
           where id = $1 and state = 'queued' returning true""",
        row["id"],
        "sent" if outcome.code == SENT else "failed",
        problem,
    )
    return bool(found)


def _sent(row: Row) -> Heard:
    """It was sent when it was taken to be sent, not when that is noted: customs may have answered in between."""
    return Heard(row["type"], row["number"], row["sequence"], 0, SENT, "已发往海关", row["taken_at"], {})


def _envelope(row: Row, files: Sequence[Row], sealing: Sealing, code_names: Mapping[str, str]) -> Envelope:
    type = document_types()[row["type"]]
    action = type.lifecycle.action(row["action"])
    content = from_json(row["content"])
    names = {c.code: c.name for c in type.form.attachments.categories} if type.form.attachments else {}
    submission = Submission(
        type=type.name,
        title=type.title,
        number=row["number"],
        sequence=row["sequence"],
        action=action.name,
        action_title=action.word,
        function=action.function,
        district=type.messages.district(content),
        company=row["customs_code"],
        company_name=row["company_name"],
        labels=labels_of(type.form.content),
        code_names=dict(code_names),
        content=_base64(row["content"]),
        statement=_base64(row["statement"]),
        signature=_base64(row["signature"]),
        certificate=_base64(row["certificate"]),
        attachments=[_attachment(file, names.get(file["category"], "")) for file in files],
        request_id=row["request_id"],
        submitted_at=row["submitted_at"],
    )
    body = sealing.seal(submission.model_dump_json().encode())
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
