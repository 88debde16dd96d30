"""The officer's desk: the queue, a submission, the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from singlewindow.customs import answers, faults
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desks import desk_for, state_names, states_named_alike
from singlewindow.customs.exchange import understanding
from singlewindow.customs.http.inputs import (
    Digest,
    District,
    Identifier,
    PageNumber,
    PageSize,
    Prefix,
    Text,
    Wanted,
)
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.officers import queue
from singlewindow.customs.officers.changes import find_changes
from singlewindow.customs.officers.queue import Conditions
from singlewindow.customs.problems import Refused
from singlewindow.customs.searching import CAP

MOST_AT_ONCE = 100  # submissions that one click decides
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; object-src 'self'"
router = APIRouter(prefix="/api", tags=["desk"])


class Item(BaseModel):
    """A submission in the queue."""

    id: int
    type: str
    number: str
    sequence: int
    title: str
    action_title: str
    district: str
    company: str
    company_name: str
    state: str
    state_name: str
    customs_no: str | None
    received_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None

    @classmethod
    def of(cls, row: Row) -> Item:
        """A row of `queue.find`."""
        return cls.model_validate({**dict(row), "state_name": desk_for(row["type"]).state_name(row["state"])})


class ItemPage(BaseModel):
    """One page of the queue; `total` is capped."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[Item]


class LabelledValue(BaseModel):
    """A field's Chinese label and its value: a string, or rows."""

    label: str
    value: Any


class AttachmentView(BaseModel):
    """An attachment; its bytes, if they arrived, are under …/attachments/{sha256}."""

    category: str
    category_name: str
    name: str
    sha256: str
    size: int
    pages: int
    arrived: bool


class ReceiptView(BaseModel):
    """A receipt and the state of its delivery to the portal."""

    seq: int
    code: str
    text: str
    at: datetime
    delivery: Literal["queued", "sent", "refused", "lost"]
    sent_at: datetime | None
    problem: str


class Signer(BaseModel):
    """The card whose signature was verified on arrival."""

    card_no: str
    holder: str


class DecisionView(BaseModel):
    """A decision that was taken."""

    title: str
    remark: str
    from_state: str
    to_state: str
    at: datetime
    by: str


class Offered(BaseModel):
    """A decision that may be taken now, or not for now: then `why_not` says why. `question` is asked before it,
    `confirms` is shown with it."""

    name: str
    title: str
    needs_remark: bool
    question: str
    confirms: str
    why_not: str


class ChangeView(BaseModel):
    """A field or a row that a change alters; a row is an object by its columns' labels, null: nothing stood there."""

    label: str
    before: Any
    after: Any


class Detail(Item):
    """A submission in full; `signer` is null when the signature did not hold, `note` is the desk's.

    `changes` is null for what alters nothing that was in force.
    """

    changes: list[ChangeView] | None
    content: list[LabelledValue]
    statement: dict[str, Any]
    signer: Signer | None
    attachments: list[AttachmentView]
    receipts: list[ReceiptView]
    decisions: list[Offered]
    note: str
    history: list[DecisionView]
    submitted_at: datetime
    request_id: str


class OneDecision(BaseModel):
    """The name of a decision that the desk offers (the default desk: approve 同意, refuse 不同意), and the remark."""

    decision: Text = Field(max_length=64)
    remark: Text = Field(default="", max_length=2000)


class DecisionBody(OneDecision):
    """The same for one submission, with what the page showed as `confirms` beside it."""

    confirms: Text = Field(default="", max_length=200)


class DecisionsBody(OneDecision):
    """The same for several submissions, by their ids; one whose decision confirms something is left."""

    ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(min_length=1, max_length=MOST_AT_ONCE)


class NotDecided(BaseModel):
    """A submission that was left as it is, and why."""

    id: int
    why_not: str


class Decided(BaseModel):
    """How many submissions were decided, and which were not."""

    decided: int
    not_decided: list[NotDecided]


class FilterChoices(BaseModel):
    """What the queue can be filtered by: code or type → name."""

    states: dict[str, str]
    types: dict[str, str]


class SentAgain(BaseModel):
    """How many receipts were put into the outbox again."""

    receipts: int


class Delivery(BaseModel):
    """Counts for the top bar."""

    queued: int
    refused: int
    lost: int
    unreadable: int
    waiting: int


class UnreadableMessage(BaseModel):
    """A message that a person must look at."""

    id: int
    message_id: str
    sender: str
    received_at: datetime
    problem: str


@router.get("/submissions")
async def find_submissions(
    parts: Running,
    officer: Officer,
    district: District,
    state: Wanted = "",
    type: Wanted = "",
    company: Wanted = "",
    number: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> ItemPage:
    """The queue, the newest first; `number` is a prefix, the others are exact, empty ones count for nothing.

    `state` finds every state of the same name, as /api/filters has them.
    """
    wanted = Conditions(
        states_named_alike(state) if state else (), type, district, company.strip().upper(), number.strip()
    )
    async with parts.database.transaction() as transaction:
        total, rows = await queue.find(transaction, wanted, page, size)
    items = [Item.of(row) for row in rows]
    return ItemPage(total=total, total_capped=total >= CAP, page=page, size=size, items=items)


@router.get("/filters")
async def read_filters(parts: Running, officer: Officer) -> FilterChoices:
    """The states of all desks, one of each name, and the document types that have come in."""
    async with parts.database.transaction() as transaction:
        return FilterChoices(states=state_names(), types=await queue.types(transaction))


@router.get("/submissions/{identifier}")
async def read_submission(identifier: Identifier, parts: Running, officer: Officer) -> Detail:
    """One submission with content, signature, attachments and receipts."""
    return await _detail(parts, identifier)


@router.post("/submissions/{identifier}/decision")
async def decide(identifier: Identifier, body: DecisionBody, parts: Running, officer: Officer) -> Detail:
    """Decide: 409 when the submission's state does not allow it (any more)."""
    async with parts.database.transaction() as transaction:
        type, function = await queue.kind_of(transaction, identifier)
        decision = desk_for(type).find_decision(body.decision, function)
        if decision is None:
            raise Refused.because("decision", "desk.decision", "没有这个选项", "请刷新页面后重试")
        await answers.decide(transaction, identifier, decision, body.remark, officer.name, body.confirms)
    return await _detail(parts, identifier)


@router.post("/decisions")
async def decide_many(body: DecisionsBody, parts: Running, officer: Officer) -> Decided:
    """One decision on several submissions: what its state does not allow, or what is hindered, is left and named."""
    async with parts.database.transaction() as transaction:
        left = await answers.decide_many(transaction, body.decision, body.ids, body.remark, officer.name)
    return Decided(
        decided=len(set(body.ids)) - len(left),
        not_decided=[NotDecided(id=each, why_not=why) for each, why in left.items()],
    )


@router.post("/submissions/{identifier}/send-again")
async def send_again(identifier: Identifier, parts: Running, officer: Officer) -> SentAgain:
    """重发: every receipt of the submission once more."""
    async with parts.database.transaction() as transaction:
        return SentAgain(receipts=await faults.send_again(transaction, identifier))


@router.get("/submissions/{identifier}/attachments/{sha256}", response_class=Response)
async def read_attachment(
    identifier: Identifier, sha256: Digest, parts: Running, officer: Officer
) -> Response:
    """The PDF, to be shown in a tab of its own and allowed nothing there."""
    async with parts.database.transaction() as transaction:
        name, content = await queue.attachment_of(transaction, identifier, sha256)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/delivery")
async def read_delivery(parts: Running, officer: Officer) -> Delivery:
    """What waits, here and for the portal."""
    async with parts.database.transaction() as transaction:
        return Delivery.model_validate(await queue.delivery(transaction))


@router.get("/unreadable")
async def read_unreadable(parts: Running, officer: Officer) -> list[UnreadableMessage]:
    """The newest 100 messages that could not be understood."""
    async with parts.database.transaction() as transaction:
        return [UnreadableMessage.model_validate(dict(r)) for r in await queue.unreadable(transaction, 100)]


@router.post("/unreadable/{identifier}/again", status_code=204)
async def understand_again(identifier: Identifier, parts: Running, officer: Officer) -> None:
    """重试: one of them is read once more, a moment later."""
    async with parts.database.transaction() as transaction:
        await understanding.understand_again(transaction, identifier)


async def _offered(transaction: Transaction, row: Row) -> list[Offered]:
    """The decisions that the state and the function of a submission's row allow."""
    return [
        Offered(
            name=each.name,
            title=each.title,
            needs_remark=each.needs_remark,
            question=each.question,
            confirms=(await answers.confirmed(transaction, each, [row]))[0],
            why_not=(await answers.hindrances(transaction, each, [row]))[0],
        )
        for each in desk_for(row["type"]).open_to(row["state"], row["function"])
    ]


async def _detail(parts: Running, identifier: int) -> Detail:
    async with parts.database.transaction() as transaction:
        row, submission = await queue.get(transaction, identifier)
        receipts = await queue.receipts_of(transaction, identifier)
        arrived = await queue.arrived(transaction, submission)
        history = await queue.decisions_of(transaction, identifier)
        offered = await _offered(transaction, row)
        desk = desk_for(row["type"])
        note = await desk.note(transaction, row) if desk.note else ""
        changes = await find_changes(transaction, row, submission)
    return Detail.model_validate(
        {
            **Item.of(row).model_dump(),
            "content": [{"label": label, "value": value} for label, value in queue.labelled(submission)],
            "changes": changes and [vars(each) for each in changes],
            "statement": queue.statement_of(submission),
            "signer": row["card_no"] and {"card_no": row["card_no"], "holder": row["holder"]},
            "attachments": [
                {**each.model_dump(), "arrived": each.sha256 in arrived} for each in submission.attachments
            ],
            "receipts": [dict(receipt) for receipt in receipts],
            "decisions": offered,
            "note": note,
            "history": [
                {
                    **dict(each),
                    "from_state": desk.state_name(each["from_state"]),
                    "to_state": desk.state_name(each["to_state"]),
                }
                for each in history
            ],
            "submitted_at": submission.submitted_at,
            "request_id": row["request_id"],
        }
    )
