"""The officer's desk: the queue, a submission, the decision, the automatic mode."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from singlewindow.customs import answers, mode
from singlewindow.customs.database import Row
from singlewindow.customs.desk import DECISIONS, STATE_NAMES, State
from singlewindow.customs.http.inputs import Digest, Identifier, PageNumber, PageSize, Prefix, Text
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.mode import Mode
from singlewindow.customs.officers import queue

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; object-src 'self'"
router = APIRouter(prefix="/api", tags=["desk"])


class Item(BaseModel):
    """A submission in the queue."""

    id: int
    number: str
    sequence: int
    title: str
    action_title: str
    district: str
    company: str
    company_name: str
    state: State
    state_name: str
    customs_no: str | None
    received_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None

    @classmethod
    def of(cls, row: Row) -> Item:
        """A row of `queue.find`."""
        return cls.model_validate({**dict(row), "state_name": STATE_NAMES[State(row["state"])]})


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
    delivery: Literal["queued", "sent", "refused"]
    sent_at: datetime | None
    problem: str


class Signer(BaseModel):
    """The card whose signature was verified on arrival."""

    card_no: str
    holder: str


class Detail(Item):
    """A submission in full; `signer` is null when the signature did not hold."""

    content: list[LabelledValue]
    statement: dict[str, Any]
    signer: Signer | None
    attachments: list[AttachmentView]
    receipts: list[ReceiptView]
    decisions: list[dict[str, str | bool]]
    submitted_at: datetime
    request_id: str


class DecisionBody(BaseModel):
    """approve 同意 or refuse 不同意; a refusal needs a remark (审核意见)."""

    decision: Literal["approve", "refuse"]
    remark: Text = Field(default="", max_length=2000)


class ModeBody(BaseModel):
    """自动审核: on or off, seconds of delay, share of refusals 0..1."""

    automatic: bool
    delay_seconds: float = Field(ge=0, le=86400, allow_inf_nan=False)
    refuse_share: float = Field(ge=0, le=1, allow_inf_nan=False)


class Delivery(BaseModel):
    """Counts for the top bar."""

    queued: int
    refused: int
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
    state: State | None = None,
    number: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> ItemPage:
    """The queue, the newest first; `number` is a prefix."""
    async with parts.database.transaction() as transaction:
        total, rows = await queue.find(transaction, state, number.strip(), page, size)
    items = [Item.of(row) for row in rows]
    return ItemPage(total=total, total_capped=total >= queue.CAP, page=page, size=size, items=items)


@router.get("/submissions/{identifier}")
async def read_submission(identifier: Identifier, parts: Running, officer: Officer) -> Detail:
    """One submission with content, signature, attachments and receipts."""
    return await _detail(parts, identifier)


@router.post("/submissions/{identifier}/decision")
async def decide(identifier: Identifier, body: DecisionBody, parts: Running, officer: Officer) -> Detail:
    """Decide, once: 409 when it is decided already."""
    async with parts.database.transaction() as transaction:
        await answers.decide(transaction, identifier, DECISIONS[body.decision], body.remark, officer.name)
    return await _detail(parts, identifier)


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


@router.get("/mode")
async def read_mode(parts: Running, officer: Officer) -> ModeBody:
    """The automatic mode."""
    async with parts.database.transaction() as transaction:
        return ModeBody.model_validate(await mode.get_mode(transaction), from_attributes=True)


@router.put("/mode")
async def write_mode(body: ModeBody, parts: Running, officer: Officer) -> ModeBody:
    """Switch the automatic mode; what is waiting follows it."""
    async with parts.database.transaction() as transaction:
        await mode.switch(transaction, Mode(body.automatic, body.delay_seconds, body.refuse_share))
    return body


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


async def _detail(parts: Running, identifier: int) -> Detail:
    async with parts.database.transaction() as transaction:
        row, submission = await queue.get(transaction, identifier)
        receipts = await queue.receipts_of(transaction, identifier)
        arrived = await queue.arrived(transaction, submission)
    open_to = [] if row["state"] != State.RECEIVED else list(DECISIONS.values())
    return Detail.model_validate(
        {
            **Item.of(row).model_dump(),
            "content": [{"label": label, "value": value} for label, value in queue.labelled(submission)],
            "statement": queue.statement_of(submission),
            "signer": row["card_no"] and {"card_no": row["card_no"], "holder": row["holder"]},
            "attachments": [
                {**each.model_dump(), "arrived": each.sha256 in arrived} for each in submission.attachments
            ],
            "receipts": [dict(receipt) for receipt in receipts],
            "decisions": [
                {"name": d.name, "title": d.title, "needs_remark": d.needs_remark} for d in open_to
            ],
            "submitted_at": submission.submitted_at,
            "request_id": row["request_id"],
        }
    )
