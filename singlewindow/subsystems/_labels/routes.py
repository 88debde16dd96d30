"""The chapter's own routes, below /api/_labels; who may not enter the chapter never comes here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.downloads import attachment
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.signed import PrepareAnswer, SubmitBody, prepared_answer
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Conflict, NotFound, NotInThisState, Refused, TooMany
from singlewindow.kernel.signing.prepared import Signed
from singlewindow.subsystems._labels.orders import Order, OrderDesk
from singlewindow.subsystems._labels.queries import COUNTED, Wanted, find_parcels
from singlewindow.subsystems._labels.rules import check_days

router = APIRouter()
MOST_NUMBERS = 50


class ParcelRow(BaseModel):
    """A parcel; the weight in kg is a decimal string."""

    number: str
    arrived_on: date
    weight: str | None


class ParcelsAnswer(BaseModel):
    """A page of the result; beyond 10,000 the total is capped."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[ParcelRow]


@router.get("/parcels", summary="The company's parcels", responses=documented(Refused))
@for_tokens("read")
async def parcels(
    person: ChapterPerson,
    database: Base,
    arrived_from: Annotated[date, Query(description="First day, counted", examples=["2026-11-01"])],
    arrived_to: Annotated[date, Query(description="Last day, counted", examples=["2026-11-30"])],
    number: Annotated[list[Text], Query(max_length=MOST_NUMBERS)] = [],  # noqa: B006
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ParcelsAnswer:
    """Those that arrived on these days, both counted; with numbers, those of them alone."""
    if violations := check_days(arrived_from, arrived_to):
        raise Refused.because(violations)
    wanted = Wanted(number, arrived_from, arrived_to, page, size)
    async with database.transaction(person.actor) as transaction:
        total, rows = await find_parcels(transaction, person, wanted)
    items = [ParcelRow(**dict(row)) for row in rows]
    capped = total > COUNTED
    return ParcelsAnswer(total=min(total, COUNTED), total_capped=capped, page=page, size=size, items=items)


class OrderBody(RequestBody):
    """Whose labels are wanted, and the number of the card in the reader."""

    numbers: list[Text] = Field(max_length=1000)
    card_no: Text = Field(max_length=40)


class OrderAnswer(BaseModel):
    """An order: `state` is that of its work, `ready` labels can be fetched."""

    id: int
    ordered_at: datetime
    state: str
    total: int
    ready: int


OrderId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.post(
    "/orders/prepare",
    summary="First step of an order of labels",
    response_model=PrepareAnswer,
    responses=documented(Refused),
)
@for_tokens("submit")
async def prepare(person: ChapterPerson, database: Base, body: OrderBody) -> Response:
    """Answers the exact text that the card signs."""
    async with database.transaction(person.actor) as transaction:
        prepared = await OrderDesk(transaction, person).prepare(body.numbers, body.card_no)
    return prepared_answer(prepared)


@router.post(
    "/orders",
    status_code=201,
    summary="Second step of an order of labels",
    responses=documented(Refused, Conflict, TooMany),
)
@for_tokens("submit")
async def place(person: ChapterPerson, database: Base, body: SubmitBody) -> OrderAnswer:
    """Kept as it was signed; the worker makes the labels."""
    signed = Signed.of(body.signature, body.certificate)
    async with database.transaction(person.actor) as transaction:
        order = await OrderDesk(transaction, person).place(body.token, signed, datetime.now(UTC))
    return _answer(order)


@router.get("/orders/{id}", summary="How far an order is", responses=documented(NotFound))
@for_tokens("read")
async def get(id: OrderId, person: ChapterPerson, database: Base) -> OrderAnswer:
    """For everybody of the company."""
    async with database.transaction(person.actor) as transaction:
        return _answer(await OrderDesk(transaction, person).get(id))


@router.post("/orders/{id}/stop", summary="Stop an order", responses=documented(NotFound, NotInThisState))
@for_tokens("submit")
async def stop(id: OrderId, person: ChapterPerson, database: Base) -> OrderAnswer:
    """What is ready stays."""
    async with database.transaction(person.actor) as transaction:
        return _answer(await OrderDesk(transaction, person).stop(id))


@router.get(
    "/orders/{id}/labels/{number}",
    summary="A label",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **documented(NotFound)},
)
@for_tokens("read")
async def label(
    id: OrderId, number: Annotated[Text, Path(max_length=60)], person: ChapterPerson, database: Base
) -> Response:
    """A PDF, for thirty days."""
    async with database.transaction(person.actor) as transaction:
        made = await OrderDesk(transaction, person).label(id, number)
    return attachment(made.name, made.media_type, made.content)


def _answer(order: Order) -> OrderAnswer:
    return OrderAnswer(**vars(order))
