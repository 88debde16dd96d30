"""Understands stored envelopes, one transaction each: decrypt, verify, take in or reject.

What cannot be opened, or names no document, waits on a list for a person; nothing is thrown away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

import asyncpg
import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from singlewindow.contract.certificates import CardIdentity
from singlewindow.contract.encryption import DecryptionFailed
from singlewindow.contract.messages import ReceiptCode, Submission
from singlewindow.contract.signatures import SignatureRefused
from singlewindow.customs.answers import answer
from singlewindow.customs.database import Database, Row, Transaction
from singlewindow.customs.desk import RECEIVED, RECEIVED_TEXT, REJECTED
from singlewindow.customs.due import DESK_CHANNEL, due_at
from singlewindow.customs.exchange.verification import Rejected, statement_digest, verify_submission
from singlewindow.customs.keys import Keys
from singlewindow.customs.texts import all_storable, cleaned, storable

TRY_AGAIN = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.TransactionRollbackError,
    asyncpg.UniqueViolationError,  # another process took in the same submission at this instant
    OSError,
)
"""Failures that are not the message's fault."""
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


async def understand_next(database: Database, keys: Keys) -> int:
    """Understand the oldest waiting envelope; answers how many there were, 0 or 1."""
    async with database.transaction() as transaction:
        row = await transaction.row(
            """select id, message_id, body from incoming where state = 'waiting' order by id limit 1
               for update skip locked"""
        )
        if row is None:
            return 0
        state, problem = await _understand_safely(transaction, keys, row)
        await transaction.run(
            "update incoming set state = $2, problem = $3 where id = $1", row["id"], state, problem
        )
    return 1


async def _understand_safely(transaction: Transaction, keys: Keys, row: Row) -> tuple[str, str]:
    """The envelope's new state and the problem, if any: one bad message must not stop the ones behind it."""
    try:
        async with transaction.savepoint():
            return await _understand(transaction, keys, row), ""
    except TRY_AGAIN:
        raise
    except Unreadable as unreadable:
        problem = str(unreadable)
    except Exception as error:
        log.exception("message could not be understood", message_id=row["message_id"])
        problem = f"{type(error).__name__}: {error}"
    problem = cleaned(problem)[:500]  # it may quote the message
    log.warning("message needs a person", message_id=row["message_id"], problem=problem)
    return "unreadable", problem


async def _understand(transaction: Transaction, keys: Keys, row: Row) -> str:
    read = _read(keys, row["body"], transaction)
    submission = read.submission
    with structlog.contextvars.bound_contextvars(request_id=submission.request_id, number=submission.number):
        known = await transaction.value(
            "select true from submission where type = $1 and number = $2 and sequence = $3",
            submission.type,
            submission.number,
            submission.sequence,
        )
        if known:
            log.info("doubled submission", sequence=submission.sequence)
            return "doubled"
        await _take_in(transaction, keys, row["id"], read)
        return "understood"


def _read(keys: Keys, body: str, transaction: Transaction) -> Read:
    try:
        plain = keys.unseal(body)
    except DecryptionFailed as failure:
        raise Unreadable(f"无法解密：{failure}") from failure
    except SignatureRefused as failure:
        raise Unreadable(f"不是单一窗口发来的报文：{failure}") from failure
    named = _named(plain)
    try:
        submission = Submission.model_validate_json(plain)
    except ValidationError as error:
        return Read(_outline(named, transaction), f"报文格式不符合规定（{error.error_count()} 处）")
    if not all_storable(submission.model_dump()):
        return Read(_outline(named, transaction), "报文含有不能处理的字符或数值")
    return Read(submission)


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


async def _take_in(transaction: Transaction, keys: Keys, incoming_id: int, read: Read) -> None:
    submission = read.submission
    try:
        identity, digest = await _verify(transaction, keys, read)
    except Rejected as rejected:
        digest = hashlib.sha256(submission.statement.encode()).hexdigest()
        identifier = await _insert(transaction, incoming_id, submission, REJECTED, digest, None)
        await answer(transaction, identifier, ReceiptCode.REJECTED, rejected.text)
        return
    identifier = await _insert(transaction, incoming_id, submission, RECEIVED, digest, identity)
    await answer(transaction, identifier, ReceiptCode.RECEIVED, RECEIVED_TEXT)
    await transaction.wake(DESK_CHANNEL)


async def _verify(transaction: Transaction, keys: Keys, read: Read) -> tuple[CardIdentity, str]:
    if read.problem:
        raise Rejected(read.problem)
    rows = await transaction.rows(
        "select sha256, length(content) as size from attachment where sha256 = any($1)",
        [attachment.sha256 for attachment in read.submission.attachments],
    )
    identity = verify_submission(read.submission, {row["sha256"]: row["size"] for row in rows}, keys.identify)
    digest = statement_digest(read.submission)
    if await transaction.value(
        "select true from submission where statement_sha256 = $1 and state <> 'rejected'", digest
    ):
        raise Rejected("该签名已用于另一次申报，不能重复使用")
    return identity, digest


async def _insert(
    transaction: Transaction,
    incoming_id: int,
    submission: Submission,
    state: str,
    digest: str,
    identity: CardIdentity | None,
) -> int:
    due = await due_at(transaction, submission.number, submission.sequence) if state == RECEIVED else None
    identifier: int = await transaction.value(
        """insert into submission (incoming_id, type, title, number, sequence, action_title, district, company,
               company_name, received, statement_sha256, card_no, holder, state, request_id, received_at, due_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning id""",
        incoming_id, submission.type, submission.title, submission.number, submission.sequence,
        submission.action_title, submission.district, submission.company, submission.company_name,
        submission.model_dump(mode="json"), digest, identity and identity.card_no, identity and identity.holder,
        state, submission.request_id, transaction.now, due,
    )  # fmt: skip
    return identifier
