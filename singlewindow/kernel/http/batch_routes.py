"""Signing several documents of a type with one PIN entry."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from singlewindow.kernel.documents.view import View
from singlewindow.kernel.http.desk import KnownFirst, NamedType, own_desk
from singlewindow.kernel.http.problems import ProblemBody, ViolationBody, body_of, documented
from singlewindow.kernel.http.signed import PrepareAnswer
from singlewindow.kernel.http.text import Number, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn, Problem, Refused
from singlewindow.kernel.settings import settings
from singlewindow.kernel.signing import batch
from singlewindow.kernel.signing.batch import MOST, Given, Wanted
from singlewindow.kernel.signing.declare import SigningDesk

router = APIRouter(
    prefix="/api/documents/{type}",
    tags=["documents"],
    responses=documented(NotLoggedIn, Forbidden, NotFound, Refused),
    route_class=KnownFirst,
)


class WantedBody(RequestBody):
    """A document, the version that was read, and what is to be done with it."""

    number: Number
    version: int = Field(ge=0, le=10**9)
    action: Text = Field(max_length=40, examples=["apply"])


class PrepareManyBody(RequestBody):
    """The number of the card in the reader, and at most 100 documents."""

    card_no: Text = Field(max_length=40)
    documents: list[WantedBody] = Field(min_length=1, max_length=MOST)


class PreparedItem(BaseModel):
    """What the card is to sign for a document, or why it is refused."""

    number: str
    prepared: PrepareAnswer | None = None
    problem: ProblemBody | None = None


class PreparedMany(BaseModel):
    """One answer for each document, in the order of the question."""

    items: list[PreparedItem]


class GivenBody(RequestBody):
    """A document's token and the card's signature (raw r‖s, Base64)."""

    number: Number
    token: Text = Field(max_length=100)
    signature: Text = Field(max_length=400)


class SubmitManyBody(RequestBody):
    """The card's certificate (DER, Base64), and at most 100 signatures."""

    certificate: Text = Field(max_length=8000)
    documents: list[GivenBody] = Field(min_length=1, max_length=MOST)


class SubmittedItem(BaseModel):
    """A document after its action, or why it was refused."""

    number: str
    document: View | None = None
    problem: ProblemBody | None = None


class SubmittedMany(BaseModel):
    """One answer for each document, in the order of the question."""

    items: list[SubmittedItem]


@router.post("/prepare", summary="First step of a signed action on several documents")
@for_tokens("submit")
async def prepare_many(type: NamedType, body: PrepareManyBody, request: Request) -> PreparedMany:
    """A statement for each document; one that is refused does not hold up the others."""
    wanted = [Wanted(each.number, each.version, each.action) for each in body.documents]
    async with own_desk(request, type) as desk:
        signing = SigningDesk(desk, settings().pki_folder, settings().prepare_minutes)
        answers = await batch.prepare_all(signing, wanted, body.card_no)
    return PreparedMany(
        items=[
            PreparedItem(number=each.number, problem=_problem(request, answer))
            if isinstance(answer, Problem)
            else PreparedItem(
                number=each.number,
                prepared=PrepareAnswer(
                    token=answer.token,
                    statement=answer.statement_object,
                    signing_input=answer.signing_input,
                    content=answer.content_object,
                    warnings=[ViolationBody(**each.as_json()) for each in answer.warnings],
                ),
            )
            for each, answer in zip(wanted, answers, strict=True)
        ]
    )


@router.post("/submit", summary="Second step of a signed action on several documents")
@for_tokens("submit")
async def submit_many(type: NamedType, body: SubmitManyBody, request: Request) -> SubmittedMany:
    """Each signature is verified, and each document handed to the outbox, on its own."""
    given = [Given(each.number, each.token, each.signature) for each in body.documents]
    async with own_desk(request, type) as desk:
        signing = SigningDesk(desk, settings().pki_folder, settings().prepare_minutes)
        answers = await batch.submit_all(
            signing, given, body.certificate, request.state.request_id, datetime.now(UTC)
        )
    return SubmittedMany(
        items=[
            SubmittedItem(number=each.number, problem=_problem(request, answer))
            if isinstance(answer, Problem)
            else SubmittedItem(number=each.number, document=answer)
            for each, answer in zip(given, answers, strict=True)
        ]
    )


def _problem(request: Request, problem: Problem) -> ProblemBody:
    return ProblemBody.model_validate(body_of(problem, request))
