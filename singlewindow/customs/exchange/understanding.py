"""Understands stored envelopes: decrypt, verify, take in or reject, a batch in one transaction.

What cannot be opened, or names no document, waits on a list for a person; nothing is thrown away. What customs' own
files hinder (a key, the revocation list) comes back by itself when these are there.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import asyncpg
import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from singlewindow.contract.certificates import CardIdentity
from singlewindow.contract.encryption import DecryptionFailed
from singlewindow.contract.lasting import REVOKED
from singlewindow.contract.messages import ReceiptCode, Submission
from singlewindow.contract.postgres import PASSING
from singlewindow.contract.signatures import SignatureRefused
from singlewindow.customs.answers import ANSWERED, Answer, write
from singlewindow.customs.database import Database, Row, Transaction
from singlewindow.customs.desk import RECEIVED, REJECTED, Arrival
from singlewindow.customs.desks import desk_for
from singlewindow.customs.due import DESK_CHANNEL
from singlewindow.customs.exchange.intake import CHANNEL, NOT_DECRYPTED, NOT_PORTAL
from singlewindow.customs.exchange.verification import (
    FileSignature,
    Rejected,
    Unjudged,
    statement_digest,
    verify_submission,
)
from singlewindow.customs.keys import Keys
from singlewindow.customs.mode import decide_at_once
from singlewindow.customs.problems import NotInThisState
from singlewindow.customs.texts import all_storable, cleaned, storable

TRY_AGAIN = (
    *PASSING,
    asyncpg.UniqueViolationError,  # another process took in the same submission at this instant
)
"""Failures that are not the message's fault."""
BATCH = 200
NOT_JUDGED = "暂时不能核实卡介质："
"""How the problem of a message begins whose card could not be looked for on the revocation list."""
NO_LIST = f"{NOT_JUDGED}海关的证书吊销列表缺失、过期或无法读取，请联系系统管理员更新，更新后自动处理"
LIST_SECONDS = 30.0
"""Between two tries of what another process had no list for: this one's need not have changed."""
log = structlog.get_logger()


class Unreadable(Exception):
    """Nobody to answer: not for our key, or it names no document."""


def _storable(text: str) -> str:
    if not storable(text):
        raise ValueError("a character that cannot be stored")
    return text


Name = Annotated[str, AfterValidator(_storable)]


class Named(BaseModel):
    """The least that a message must say so that it can be answered."""

    model_config = ConfigDict(extra="ignore")
    type: Name = Field(min_length=1, max_length=100)
    number: Name = Field(min_length=1, max_length=100)
    sequence: int = Field(ge=1, le=2**31 - 1)
    request_id: Annotated[str, AfterValidator(cleaned)] = ""


@dataclass(frozen=True)
class Read:
    """A decrypted message: the submission, or as much of it as can be answered with the reason why not."""

    submission: Submission
    problem: str = ""
    plain: bytes = b""

    @property
    def text(self) -> str:
        """The submission as JSON: exactly as it was decrypted, where it could be read."""
        return self.plain.decode() if self.plain else self.submission.model_dump_json()


async def understand_next(database: Database, keys: Keys, *, decides: bool = False) -> int:
    """Understand the oldest waiting envelopes, at most BATCH; answers how many there were.

    They are taken in together; where one of them makes difficulties, each for itself. With `decides`, what the
    automatic mode decides without delay is decided in the same transaction.
    """
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            f"""select id, message_id, body from incoming where state = 'waiting' order by id limit {BATCH}
                for update skip locked"""
        )
        if not rows:
            return 0
        states = await _understand_together(transaction, keys, rows)
        if states is None:
            states = {row["id"]: await _understand_safely(transaction, keys, row) for row in rows}
        await transaction.run(
            """update incoming i set state = w.state, problem = w.problem
               from unnest($1::bigint[], $2::text[], $3::text[]) as w (id, state, problem) where i.id = w.id""",
            list(states),
            [state for state, _ in states.values()],
            [problem for _, problem in states.values()],
        )
        if not (decides and await decide_at_once(transaction, keys)):
            await transaction.wake(DESK_CHANNEL)
    return len(rows)


@dataclass
class Renewal:
    """Whether the keys by which the portal's messages are opened were renewed: what could not be may be by these.
    Likewise whether there is a revocation list again, for cards that could not be judged without.

    While a batch is under way nobody looks: what it could not open with the keys before stands nowhere until it is
    committed, and would lie there until the next renewal.
    """

    database: Database
    keys: Keys
    known: object = None
    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    revoked: bytes | None = None
    judged_at: float = 0.0

    async def understand(self) -> int:
        """Understand the next batch, and decide of it what is decided at once; answers how many there were."""
        async with self.under_way:
            return await understand_next(self.database, self.keys, decides=True)

    async def look(self) -> None:
        """Look now, and let those be understood anew that could not be opened, or not be judged, before."""
        if self.keys.of_portal() != self.known:
            async with self.under_way:
                now = self.keys.of_portal()
                await self._again(NOT_DECRYPTED, NOT_PORTAL)
                self.known = now
        await self._look_at_list()

    async def _look_at_list(self) -> None:
        revoked = self.keys.list_in_date()
        if revoked != self.revoked:
            if not revoked:
                log.warning("no card can be judged, submissions wait", file=REVOKED)
            elif self.revoked is not None and not self.revoked:
                log.info("cards can be judged again", file=REVOKED)
            self.revoked, self.judged_at = revoked, 0.0
        if revoked and time.monotonic() >= self.judged_at:
            async with self.under_way:
                await self._again(NOT_JUDGED)
            self.judged_at = time.monotonic() + LIST_SECONDS

    async def _again(self, *problems: str) -> None:
        """Let what was set aside for such problems (their beginnings) be understood anew."""
        async with self.database.transaction() as transaction:
            await transaction.run(
                """with again as (
                       update incoming set state = 'waiting', problem = ''
                       where state = 'unreadable' and problem ^@ any($1::text[]) returning id
                   )
                   select pg_notify($2, '') from again limit 1""",
                list(problems),
                CHANNEL,
            )


async def understand_again(transaction: Transaction, identifier: int) -> None:
    """Put a message that could not be understood back to those that wait, once what hindered it is mended (a key, a
    defect); it is understood as if it came now. Raises NotInThisState where it does not stand before a person."""
    found = await transaction.value(
        "update incoming set state = 'waiting', problem = '' where id = $1 and state = 'unreadable' returning true",
        identifier,
    )
    if not found:
        raise NotInThisState("该报文已重试或已能处理，请刷新查看")
    await transaction.wake(CHANNEL)


async def understand_all_again(database: Database) -> int:
    """The same of all of them; answers how many those are."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            "update incoming set state = 'waiting', problem = '' where state = 'unreadable' returning id"
        )
        await transaction.wake(CHANNEL)
    return len(rows)


async def _understand_together(
    transaction: Transaction, keys: Keys, rows: Sequence[Row]
) -> dict[int, tuple[str, str]] | None:
    """Each envelope's new state, without a problem; None, and nothing was done, where one has a difficulty."""
    if len(rows) < 2:
        return None
    try:
        async with transaction.savepoint():
            states = await _understand(transaction, keys, rows)
    except PASSING:
        raise
    except Exception as error:
        log.info("messages are understood one by one", messages=len(rows), reason=repr(error)[:200])
        return None
    return {identifier: (state, "") for identifier, state in states.items()}


async def _understand_safely(transaction: Transaction, keys: Keys, row: Row) -> tuple[str, str]:
    """The envelope's new state and the problem, if any: one bad message must not stop the ones behind it.

    Nor must one whose card cannot be judged for now: it leaves those that wait, and `Renewal` brings it back.
    """
    try:
        async with transaction.savepoint():
            return (await _understand(transaction, keys, [row]))[row["id"]], ""
    except TRY_AGAIN:
        raise
    except Unreadable as unreadable:
        problem = str(unreadable)
    except Unjudged:
        log.warning("message waits for the revocation list", message_id=row["message_id"])
        return "unreadable", NO_LIST
    except Exception as error:
        log.exception("message could not be understood", message_id=row["message_id"])
        problem = f"{type(error).__name__}: {error}"
    problem = cleaned(problem)[:500]  # it may quote the message
    log.warning("message needs a person", message_id=row["message_id"], problem=problem)
    return "unreadable", problem


async def _understand(transaction: Transaction, keys: Keys, rows: Sequence[Row]) -> dict[int, str]:
    """The envelopes' new states: understood, or doubled where the submission is known already.

    Raises Unreadable for another submission under a known number: a portal that was restored to an earlier moment may
    give one again, and customs' answers to the first would be taken for answers to the second.
    """
    read = {row["id"]: _read(keys, row["body"], transaction) for row in rows}
    known = await _known(transaction, [each.submission for each in read.values()])
    states: dict[int, str] = {}
    new: list[tuple[int, Read]] = []
    for identifier, each in read.items():
        key, digests = _key(each.submission), _digests(each.submission)
        states[identifier] = "doubled" if key in known else "understood"
        if known.setdefault(key, digests[0]) not in digests:
            raise Unreadable(
                f"{key[1]} 的第 {key[2]} 次申报已收到过，本次所签的内容与其不同，请与单一窗口核对"
            )
        if states[identifier] == "doubled":
            log.info("doubled submission", number=key[1], request_id=each.submission.request_id)
        else:
            new.append((identifier, each))
    if new:
        await _take_in(transaction, keys, new)
    return states


def _key(submission: Submission) -> tuple[str, str, int]:
    return submission.type, submission.number, submission.sequence


def _digests(submission: Submission) -> list[str]:
    """What may stand for its statement: of the bytes, and of the text where it was rejected (`_rejected`)."""
    of_text = hashlib.sha256(submission.statement.encode()).hexdigest()
    try:
        return [of_text, statement_digest(submission)]
    except Rejected:
        return [of_text]


async def _known(
    transaction: Transaction, submissions: Sequence[Submission]
) -> dict[tuple[str, str, int], str]:
    """Of those that are known, the digest of what was signed."""
    rows = await transaction.rows(
        """select type, number, sequence, statement_sha256 from submission
           join unnest($1::text[], $2::text[], $3::int[]) as w (type, number, sequence)
           using (type, number, sequence)""",
        *map(list, zip(*map(_key, submissions), strict=True)),
    )
    return {(row["type"], row["number"], row["sequence"]): row["statement_sha256"] for row in rows}


def _read(keys: Keys, body: str, transaction: Transaction) -> Read:
    try:
        plain = keys.recall(body)
    except DecryptionFailed as failure:
        raise Unreadable(f"{NOT_DECRYPTED}{failure}") from failure
    except SignatureRefused as failure:
        raise Unreadable(f"{NOT_PORTAL}{failure}") from failure
    try:
        submission = Submission.model_validate_json(plain)
    except ValidationError as error:
        return Read(_outline(_named(plain), transaction), f"报文格式不符合规定（{error.error_count()} 处）")
    if _may_hold_more(submission, plain) and not all_storable(submission.model_dump()):
        return Read(_outline(_named(plain), transaction), "报文含有不能处理的字符或数值")
    return Read(submission, plain=plain)


def _may_hold_more(submission: Submission, plain: bytes) -> bool:
    """Whether it may hold what cannot be stored: a character is said by an escape alone, a number is one of few."""
    numbers = [submission.sequence, *(n for a in submission.attachments for n in (a.size, a.pages))]
    return b"\\" in plain or not all_storable(numbers)


def _named(plain: bytes) -> Named:
    try:
        return Named.model_validate_json(plain)
    except ValidationError as error:
        raise Unreadable("报文格式不符合规定，且没有指明单据") from error


def _outline(named: Named, transaction: Transaction) -> Submission:
    blank = dict.fromkeys(
        ("title", "action", "action_title", "district", "company", "company_name",
         "content", "statement", "signature", "certificate"), "",
    )  # fmt: skip
    return Submission.model_validate(
        {**blank, **named.model_dump(), "labels": {}, "attachments": [], "submitted_at": transaction.now}
    )


@dataclass(frozen=True)
class Verdict:
    """What customs make of a submission: the digest under which its signature counts once, and who signed it, or why
    it is rejected."""

    incoming_id: int
    read: Read
    digest: str
    identity: CardIdentity | None = None
    rejection: str = ""


async def _take_in(transaction: Transaction, keys: Keys, new: Sequence[tuple[int, Read]]) -> None:
    """Store submissions with their first answers: received, or rejected with the reason."""
    verdicts = await _verdicts(transaction, keys, new)
    rows = await _insert(transaction, verdicts)
    await _arrive(transaction, rows, verdicts)
    await write(
        transaction,
        [
            Answer(row, ReceiptCode.REJECTED, verdict.rejection)
            if verdict.rejection
            else _received(transaction, row, verdict.read.submission.function)
            for row, verdict in zip(rows, verdicts, strict=True)
        ],
        keys,
    )


def _received(transaction: Transaction, row: Row, function: str) -> Answer:
    desk = desk_for(row["type"])
    data = desk.received_data(function, transaction.now) if desk.received_data else {}
    return Answer(row, ReceiptCode.RECEIVED, desk.received(function), data)


async def _arrive(transaction: Transaction, rows: Sequence[Row], verdicts: Sequence[Verdict]) -> None:
    """Let desks write what they keep of their submissions besides."""
    asked: dict[Arrival, list[tuple[int, Submission]]] = {}
    for row, verdict in zip(rows, verdicts, strict=True):
        if not verdict.rejection and (arrival := desk_for(row["type"]).arrival) is not None:
            asked.setdefault(arrival, []).append((row["id"], verdict.read.submission))
    for arrival, arrived in asked.items():
        await arrival(transaction, arrived)


async def _verdicts(transaction: Transaction, keys: Keys, new: Sequence[tuple[int, Read]]) -> list[Verdict]:
    submissions = [each.submission for _, each in new]
    present, taken_in = await _present(transaction, submissions), await _taken_in(transaction, submissions)
    verdicts = [_verdict(keys, identifier, each, present, taken_in) for identifier, each in new]
    rows = await transaction.rows(
        "select statement_sha256 from submission where statement_sha256 = any($1) and state <> 'rejected'",
        [verdict.digest for verdict in verdicts if not verdict.rejection],
    )
    used = {row["statement_sha256"] for row in rows}
    return [_once(verdict, used) for verdict in verdicts]


def _once(verdict: Verdict, used: set[str]) -> Verdict:
    """The verdict, or a rejection where its signature counted before; otherwise it counts from now on."""
    if verdict.rejection:
        return verdict
    if verdict.digest in used:
        return _rejected(verdict.incoming_id, verdict.read, "该签名已用于另一次申报，不能重复使用")
    used.add(verdict.digest)
    return verdict


def _verdict(
    keys: Keys,
    identifier: int,
    read: Read,
    present: Mapping[str, int],
    taken_in: Mapping[tuple[str, str], Collection[FileSignature]],
) -> Verdict:
    if read.problem:
        return _rejected(identifier, read, read.problem)
    before = taken_in.get((read.submission.type, read.submission.number), ())
    try:
        identity = verify_submission(read.submission, present, keys.identify, before)
    except Rejected as rejected:
        return _rejected(identifier, read, rejected.text)
    unfit = desk_for(read.submission.type).unfit
    if unfit is not None and (why := unfit(read.submission)):
        return _rejected(identifier, read, why)
    return Verdict(identifier, read, statement_digest(read.submission), identity)


def _rejected(identifier: int, read: Read, why: str) -> Verdict:
    digest = hashlib.sha256(read.submission.statement.encode()).hexdigest()
    return Verdict(identifier, read, digest, rejection=why)


async def _present(transaction: Transaction, submissions: Sequence[Submission]) -> dict[str, int]:
    """The attachments that arrived: digest → size in bytes."""
    named = [attachment.sha256 for each in submissions for attachment in each.attachments]
    if not named:
        return {}
    rows = await transaction.rows(
        "select sha256, length(content) as size from attachment where sha256 = any($1)", named
    )
    return {row["sha256"]: row["size"] for row in rows}


async def _taken_in(
    transaction: Transaction, submissions: Sequence[Submission]
) -> Mapping[tuple[str, str], Collection[FileSignature]]:
    """Of documents that come again with files, by type and number: the files that came with a submission whose
    signatures held, whatever was decided of it."""
    again = {(each.type, each.number) for each in submissions if each.attachments and each.sequence > 1}
    found: dict[tuple[str, str], set[FileSignature]] = {key: set() for key in again}
    if not again:
        return found
    rows = await transaction.rows(
        """select type, number, a->>'statement' as statement, a->>'signature' as signature,
                  a->>'certificate' as certificate
           from submission join unnest($1::text[], $2::text[]) as w (type, number) using (type, number),
                json_array_elements(received->'attachments') as a
           where card_no is not null""",
        [type for type, _ in again],
        [number for _, number in again],
    )
    for row in rows:
        found[row["type"], row["number"]].add((row["statement"], row["signature"], row["certificate"]))
    return found


async def _insert(transaction: Transaction, verdicts: Sequence[Verdict]) -> list[Row]:
    """Store the submissions; their rows (`ANSWERED`) in the same order, with the first answer's number counted."""
    submissions = [verdict.read.submission for verdict in verdicts]
    rows = await transaction.rows(
        f"""insert into submission (incoming_id, type, title, number, sequence, action_title, district, company,
                company_name, received, statement_sha256, card_no, holder, state, request_id, function, received_at,
                due_at, last_seq)
            select incoming_id, type, title, number, sequence, action_title, district, company, company_name,
                received::json, digest, card_no, holder, state, request_id, function, $1,
                earliest + roll(number || '/' || sequence) * seconds * interval '1 second', 1
            from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[])
                with ordinality as w (incoming_id, type, title, number, sequence, action_title, district, company,
                company_name, received, digest, card_no, holder, state, request_id, function, place)
            left join automatic_span() on state = '{RECEIVED}'
            order by place returning {ANSWERED}, incoming_id""",
        transaction.now,
        [verdict.incoming_id for verdict in verdicts],
        [each.type for each in submissions],
        [each.title for each in submissions],
        [each.number for each in submissions],
        [each.sequence for each in submissions],
        [each.action_title for each in submissions],
        [each.district for each in submissions],
        [each.company for each in submissions],
        [each.company_name for each in submissions],
        [verdict.read.text for verdict in verdicts],
        [verdict.digest for verdict in verdicts],
        [verdict.identity and verdict.identity.card_no for verdict in verdicts],
        [verdict.identity and verdict.identity.holder for verdict in verdicts],
        [REJECTED if verdict.rejection else RECEIVED for verdict in verdicts],
        [each.request_id for each in submissions],
        [each.function for each in submissions],
    )
    by_incoming = {row["incoming_id"]: row for row in rows}
    return [by_incoming[verdict.incoming_id] for verdict in verdicts]
