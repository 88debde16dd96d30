"""What officers see of the submissions: the queue, one submission in full, its attachments."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.problems import NotFound
from singlewindow.customs.searching import Asked, begins_with, find_page
from singlewindow.customs.texts import json_object

LIST_COLUMNS = """id, type, number, sequence, function, title, action_title, district, company, company_name, state,
                  customs_no, received_at, due_at, decided_at, decided_by, card_no, holder"""


@dataclass(frozen=True)
class Conditions:
    """What the queue is searched by; empty ones count for nothing. `number` is a prefix, the others are exact."""

    states: Sequence[str] = ()  # one of them
    type: str = ""
    district: str = ""
    company: str = ""
    number: str = ""

    def asked(self) -> list[Asked | list[Asked]]:
        """What is asked."""
        asked: list[Asked | list[Asked]] = [
            (f"{name} = ", value) for name in EXACT if (value := getattr(self, name))
        ]
        if self.states:
            asked.append([("state = ", each) for each in self.states])
        return [*asked, begins_with("number", self.number)] if self.number else asked


EXACT = ("type", "district", "company")


async def find(
    transaction: Transaction, conditions: Conditions, page: int, size: int
) -> tuple[int, list[Row]]:
    """How many submissions match (counted up to CAP) and one page of them, the newest first."""
    return await find_page(
        transaction,
        "submission",
        conditions.asked(),
        page,
        size,
        columns=LIST_COLUMNS,
        order="received_at desc, id desc",
    )


async def types(transaction: Transaction) -> dict[str, str]:
    """The document types that have come in with their titles, by one step of the index for each."""
    rows = await transaction.rows(
        """with recursive each (type) as (
               select min(type) from submission
               union all
               select (select min(type) from submission where type > each.type) from each where each.type is not null
           )
           select each.type, (select title from submission s where s.type = each.type
                              order by received_at desc limit 1) as title
           from each where each.type is not null"""
    )
    return {row["type"]: row["title"] or row["type"] for row in rows}


async def kind_of(transaction: Transaction, identifier: int) -> tuple[str, str]:
    """Document type and function of a submission; raises NotFound."""
    row = await transaction.row("select type, function from submission where id = $1", identifier)
    if row is None:
        raise NotFound("没有这份申请")
    return row["type"], row["function"]


async def decisions_of(transaction: Transaction, identifier: int) -> list[Row]:
    """The decisions on a submission, in their order."""
    return await transaction.rows(
        "select title, remark, from_state, to_state, at, by from decision where submission_id = $1 order by id",
        identifier,
    )


async def get(transaction: Transaction, identifier: int) -> tuple[Row, Submission]:
    """A submission's row and the message as it came; raises NotFound."""
    row = await transaction.row(
        f"select {LIST_COLUMNS}, received, request_id from submission where id = $1", identifier
    )
    if row is None:
        raise NotFound("没有这份申请")
    return row, Submission.model_validate(row["received"])


async def receipts_of(transaction: Transaction, identifier: int) -> list[Row]:
    """The receipts of a submission with the state of their delivery, in their order."""
    return await transaction.rows(
        """select r.seq, r.code, r.text, r.at, o.state as delivery, o.sent_at, o.problem
           from receipt r join outgoing o using (message_id) where submission_id = $1 order by seq""",
        identifier,
    )


async def attachment_of(transaction: Transaction, identifier: int, sha256: str) -> tuple[str, bytes]:
    """Name and bytes of an attachment that the submission names; raises NotFound."""
    _, submission = await get(transaction, identifier)
    named = next((each for each in submission.attachments if each.sha256 == sha256), None)
    content: bytes | None = await transaction.value(
        "select content from attachment where sha256 = $1", sha256
    )
    if named is None or content is None:
        raise NotFound("没有这份随附单据")
    return named.name, content


async def arrived(transaction: Transaction, submission: Submission) -> set[str]:
    """The digests of those of its attachments that came."""
    named = [attachment.sha256 for attachment in submission.attachments]
    rows = await transaction.rows("select sha256 from attachment where sha256 = any($1)", named)
    return {row["sha256"] for row in rows}


def labelled(submission: Submission) -> list[tuple[str, Any]]:
    """The content as (Chinese label, value) in the form's order; what has no label comes last under its name.

    Codes stand with their names, rows under the labels of their columns. A rejected message's content may be
    anything: then the list is empty.
    """
    content = said_in(submission.content)
    return [
        (submission.labels.get(name, name), _value_in_words(submission, name, content[name]))
        for name in order_of(submission, content)
    ]


def order_of(submission: Submission, content: Mapping[str, Any], under: str = "") -> list[str]:
    """The content's names, or those of a row (`under` its table: "goods/"), in the form's order, which signed content
    has not; what has no label comes last."""
    known = [name.removeprefix(under) for name in submission.labels if name.startswith(under)]
    return [name for name in dict.fromkeys([*known, *content]) if name in content]


def _value_in_words(submission: Submission, name: str, value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return [row_in_words(submission, name, at, row) for at, row in enumerate(value)]
    return in_words(submission, name, value)


def row_in_words(submission: Submission, name: str, at: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row under the labels of its columns, in the form's order, codes with their names."""
    return {
        submission.labels.get(f"{name}/{column}", column): in_words(
            submission, f"{name}/{at}/{column}", row[column]
        )
        for column in order_of(submission, row, f"{name}/")
    }


def in_words(submission: Submission, path: str, value: Any) -> Any:
    """A value with its code's name."""
    known = submission.code_names.get(path)
    return f"{value} {known}" if known and isinstance(value, str) else value


def statement_of(submission: Submission) -> dict[str, Any]:
    """What the card signed, for the officer to read; empty when it is not JSON."""
    return said_in(submission.statement)


def said_in(encoded: str) -> dict[str, Any]:
    """The JSON object in Base64; empty where there is none."""
    try:
        return json_object(b64decode(encoded))
    except ValueError:
        return {}


async def unreadable(transaction: Transaction, limit: int) -> Sequence[Row]:
    """Messages that a person must look at, the newest first."""
    return await transaction.rows(
        """select id, message_id, sender, received_at, problem from incoming where state = 'unreadable'
           order by id desc limit $1""",
        limit,
    )


async def delivery(transaction: Transaction) -> dict[str, int]:
    """How many messages wait for the portal, were refused by it, or could not be understood here."""
    row = await transaction.row(
        """select (select count(*) from outgoing where state = 'queued') as queued,
                  (select count(*) from outgoing where state = 'refused') as refused,
                  (select count(*) from outgoing where state = 'lost') as lost,
                  (select count(*) from incoming where state = 'unreadable') as unreadable,
                  (select count(*) from submission where state = 'received') as waiting"""
    )
    return dict(row) if row else {}
