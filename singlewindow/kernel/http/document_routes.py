"""Documents of every type over HTTP: open, save, find, delete, sign, and their receipts and history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field

from singlewindow.kernel.definition.check import asking_fields, grey_cells
from singlewindow.kernel.documents import autosave, history
from singlewindow.kernel.documents.search import Page, search
from singlewindow.kernel.documents.senders import LENGTH as SENDER_LENGTH
from singlewindow.kernel.documents.view import ActionView, View
from singlewindow.kernel.documents.work import KeyUsedBefore
from singlewindow.kernel.http.answers import json_answer, tagged
from singlewindow.kernel.http.desk import (
    AmendingIfGiven,
    AutosaveIfGiven,
    KnownFirst,
    NamedType,
    VersionIfGiven,
    VersionInHeader,
    own_desk,
)
from singlewindow.kernel.http.direct import Direct
from singlewindow.kernel.http.parameters import FreeParameters, only_known, refuse
from singlewindow.kernel.http.problems import ProblemBody, ViolationBody, body_of, documented
from singlewindow.kernel.http.signed import PrepareAnswer, SubmitBody, prepared_answer
from singlewindow.kernel.http.text import Number, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.notices import Notice
from singlewindow.kernel.problems import (
    Conflict,
    Forbidden,
    NotFound,
    NotInThisState,
    NotLoggedIn,
    Refused,
    StaleVersion,
)
from singlewindow.kernel.settings import settings
from singlewindow.kernel.signing.declare import SigningDesk
from singlewindow.kernel.signing.dry_run import Question, dry_run
from singlewindow.kernel.signing.prepared import Signed

HOW: dict[str, Any] = {
    "prefix": "/api/documents/{type}",
    "tags": ["documents"],
    "responses": documented(NotLoggedIn, Forbidden, NotFound),
}
router = APIRouter(**HOW, route_class=KnownFirst)
most_asked = APIRouter(**HOW, route_class=Direct, dependencies=[Depends(only_known)])
"""Their routes stand in the application itself: there a route is looked for once."""


class ContentBody(RequestBody):
    """What is filled in: field name → text, or a list of rows. Grey fields are ignored."""

    content: dict[str, Any] = Field(max_length=500, examples=[{"contact_name": "王芳"}])


class NewBody(ContentBody):
    """A new draft; `sender_number` is the number by which the sender's own system knows it."""

    sender_number: Text | None = Field(
        default=None, min_length=1, max_length=SENDER_LENGTH, examples=["ERP-2026-000117"]
    )


class AmendmentBody(ContentBody):
    """The changed content, and the action in whose form it was typed."""

    action: Text = Field(max_length=40, examples=["change"])


class LookupBody(ContentBody):
    """The form as it stands when a field is left."""

    field: Text = Field(max_length=200)
    number: Number | None = None
    amending: Text = Field(
        default="", max_length=40, description="The action on whose form it is; empty: the document's own"
    )


class LookupAnswer(BaseModel):
    """Grey values that the field brings, what is wrong or doubtful with it and with the other fields that ask, and what
    is said at fields (null for a type that says nothing).

    `rows` are the grey cells of each row, for tables that have such; `brought` the cells that count as typed in the row
    whose cell was left, "" for those that are emptied."""

    content: dict[str, Any]
    rows: dict[str, list[dict[str, str]]]
    brought: dict[str, str]
    violations: list[ViolationBody]
    notices: list[Notice] | None


class CheckBody(RequestBody):
    """What would be submitted. `content` as it would be sent to 暂存; of the stored document `number`, null takes what
    is stored. `attachments` are the categories of its files: null takes those that are stored. With `sender_number` it
    is asked as 暂存 under that number would be: what was sent before under it is judged as it stands."""

    content: dict[str, Any] | None = Field(
        default=None,
        max_length=500,
        examples=[{"contact_name": "王芳"}],
        description="Field name → text or rows",
    )
    action: Text = Field(
        default="", max_length=40, description="A signed action; empty: the one that submits a draft"
    )
    number: Number | None = None
    attachments: list[Annotated[Text, Field(max_length=40)]] | None = Field(default=None, max_length=100)
    sender_number: Text | None = Field(
        default=None,
        min_length=1,
        max_length=SENDER_LENGTH,
        description="The sender's own number of a new document",
    )


class CheckAnswer(BaseModel):
    """What would come of it. `refusal` is the answer that the submission would get, `violations` are all that are wrong
    with the content (none where only the state or another document stands against it). `values` are what would be
    signed: grey values filled in, disabled ones left out, without numbers that the first 暂存 gives. `number` is the
    stored document's: the one that was named, or the one that was sent before under the sender's number."""

    would_be: Literal["accepted", "refused"]
    action: str
    violations: list[ViolationBody]
    warnings: list[ViolationBody]
    notices: list[Notice] | None
    values: dict[str, Any]
    refusal: ProblemBody | None
    number: str | None


class NumbersBody(RequestBody):
    """Which documents: at most 100."""

    numbers: list[Number] = Field(min_length=1, max_length=100)


class RefusedNumber(BaseModel):
    """A document that could not be deleted, and why."""

    number: str
    why: str


class DeletedAnswer(BaseModel):
    """Each document is answered on its own."""

    deleted: list[str]
    refused: list[RefusedNumber]


class PrepareBody(RequestBody):
    """Which signed action, and the number of the card in the reader."""

    action: Text = Field(max_length=40, examples=["apply"])
    card_no: Text = Field(max_length=40)


class SearchRow(BaseModel):
    """A document in the result list; `values` are the columns of the definition's query page. `marker` is the word
    beside the status (变更中, 已删单) or ""; `answered`: customs have sent a receipt."""

    number: str
    status: str
    status_name: str
    marker: str
    answered: bool
    actions: dict[str, ActionView]
    values: dict[str, str]


class SearchAnswer(BaseModel):
    """A page of the result; beyond 10,000 the total is capped."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[SearchRow]


class ReceiptsAnswer(BaseModel):
    """All receipts of a document, newest first."""

    items: list[history.ReceiptView]


class HistoryAnswer(BaseModel):
    """What happened to a document, oldest first."""

    items: list[history.EventView]


@router.get(
    "/new",
    summary="An empty form with what is known of the applicant",
    responses=documented(Refused),
    response_model=View,
)
@for_tokens("read")
async def open_new(type: NamedType, request: Request, preset: FreeParameters) -> Response:
    """Also for accounts without a card: they may look, but not save (PORT-04). Fields with `preset` come as query
    parameters of their names."""
    async with own_desk(request, type, bound=False, one_write=True) as desk:
        refuse([name for name in preset if name not in type.form.content.presets])
        view = await desk.blank(preset)
    return json_answer(view)


@most_asked.post(
    "",
    status_code=201,
    summary="Save a new draft (暂存)",
    responses={
        200: {"model": View, "description": "Sent before under this sender_number"},
        **documented(NotInThisState, Refused),
    },
    response_model=View,
)
@for_tokens("draft")
async def save_new(
    type: NamedType,
    request: Request,
    body: NewBody,
    idempotency_key: Annotated[Text | None, Header(max_length=100)] = None,
    autosaved: AutosaveIfGiven = None,
) -> Response:
    """Gives number and date. The same Idempotency-Key answers with the same document again; with another type or
    content it is refused.

    With `sender_number` the company's own number does so, for ever and for every account of the company, and the
    Idempotency-Key is not looked at: what was sent before under it is answered with 200 and the document as it stands
    now; other content is refused (`sender.other`)."""
    if body.sender_number is not None:
        async with own_desk(request, type) as desk:
            await autosave.forget(desk, autosaved)
            view, made = await desk.save_sent(body.content, body.sender_number)
        return tagged(view, 201 if made else 200)
    try:
        async with own_desk(request, type, one_write=True) as desk:
            view = await desk.save_new(body.content, idempotency_key, autosaved)
    except KeyUsedBefore:
        async with own_desk(request, type) as desk:
            await autosave.forget(desk, autosaved)
            view = await desk.save_again(body.content, idempotency_key or "")
    return tagged(view, 201)


@most_asked.get(
    "", summary="Find documents", responses=documented(Refused, NotInThisState), response_model=SearchAnswer
)
@for_tokens("read")
async def find(
    type: NamedType,
    request: Request,
    asked: FreeParameters,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
    sort: Annotated[Text, Query(max_length=60)] = "-updated_at",
    amends: Annotated[
        Text, Query(max_length=40, description="Only documents for which that action may be begun")
    ] = "",
    sender_number: Annotated[
        Text,
        Query(max_length=100, description="Instead of conditions: the one that was sent under this number"),
    ] = "",
) -> Response:
    """Conditions are query parameters named as in the type's definition; a span has `_from` and `_to`."""
    wanted = Page(page, size, sort)
    async with own_desk(request, type, bound=False, finds=True, one_write=True) as desk:
        result = await search(desk.transaction, type, desk.person, asked, wanted, amends, sender_number)
    items = [
        SearchRow.model_construct(  # all of it is ours: nothing to validate
            number=row.document.number, status=row.document.status, status_name=row.status_name,
            marker=row.marker, answered=row.document.answered, actions=row.actions, values=row.values,
        )
        for row in result.rows
    ]  # fmt: skip
    return json_answer(
        SearchAnswer.model_construct(
            total=result.total, total_capped=result.capped, page=page, size=size, items=items
        )
    )


@router.post("/delete", summary="Delete several drafts", responses=documented(NotInThisState))
@for_tokens("draft")
async def delete_many(type: NamedType, request: Request, body: NumbersBody) -> DeletedAnswer:
    """Each number is answered on its own; one that may not be deleted does not hold up the others (INSP-11)."""
    async with own_desk(request, type) as desk:
        deleted, refused = await desk.delete_many(body.numbers)
        await autosave.forget_documents(desk, deleted)
    return DeletedAnswer(deleted=deleted, refused=[RefusedNumber(number=n, why=w) for n, w in refused])


@router.post("/lookup", summary="What leaving a field fills in")
@for_tokens("read")
async def look_up(type: NamedType, request: Request, body: LookupBody) -> LookupAnswer:
    """Answers the grey values and the violations of that field; nothing is stored. What is filled in here may make
    right or wrong what stands in another field that asks: its violations are answered too. A cell is named
    goods/2/code; rows count from 1."""
    async with own_desk(request, type, bound=False, one_write=True) as desk:
        verdict = await desk.look_up(body.content, body.number, body.field, body.amending)
    grey = {n: verdict.values.get(n, "") for n, spec in type.form.content.fields.items() if spec.system}
    asking = asking_fields(type.form.content, verdict.values, body.field) | {body.field}
    found = [v for v in (*verdict.violations, *verdict.warnings) if v.path in asking]
    wrong = [ViolationBody(**violation.as_json()) for violation in found]
    rows = grey_cells(type.form.content, verdict.values)
    return LookupAnswer(
        content=grey, rows=rows, brought=dict(verdict.brought), violations=wrong, notices=verdict.notices
    )


@router.post("/check", summary="What submitting would answer: a dry run", responses=documented(Refused))
@for_tokens("read")
async def check(type: NamedType, request: Request, body: CheckBody) -> CheckAnswer:
    """The verdict of 暂存, prepare and submit one after another, with all that is wrong at once; nothing is stored and
    no number is given. It answers 200 also for what would be refused: that is what was asked. Other companies' claims
    count as they are now; the signature is not asked for."""
    asked = Question(body.content, body.action, body.number, body.attachments, body.sender_number)
    async with own_desk(request, type) as desk:
        signing = SigningDesk(desk, settings().pki_folder, settings().prepare_minutes)
        found = await dry_run(signing, asked)
    verdict, refusal = found.verdict, found.refusal
    return CheckAnswer(
        would_be="refused" if refusal else "accepted",
        action=found.action,
        violations=[ViolationBody(**each.as_json()) for each in found.violations],
        warnings=[ViolationBody(**each.as_json()) for each in (verdict.warnings if verdict else ())],
        notices=verdict.notices if verdict else None,
        values=dict(found.signed),
        refusal=ProblemBody.model_validate(body_of(refusal, request)) if refusal else None,
        number=found.number,
    )


@router.get(
    "/{number}", summary="Open a document", responses=documented(NotInThisState, Refused), response_model=View
)
@for_tokens("read")
async def open_document(
    type: NamedType, number: Number, request: Request, amending: AmendingIfGiven = ""
) -> Response:
    """The ETag is the version that later changes must name. With `for`, the form of an action that amends what is in
    force (变更, 删单): the saved change or the content in force, and what may be done there."""
    async with own_desk(request, type, one_write=True) as desk:
        view = await desk.open(number, amending)
    return tagged(view)


@most_asked.put(
    "/{number}",
    summary="Save a draft again",
    responses=documented(NotInThisState, StaleVersion, Refused),
    response_model=View,
)
@for_tokens("draft")
async def save(
    type: NamedType,
    number: Number,
    request: Request,
    version: VersionInHeader,
    body: ContentBody,
    autosaved: AutosaveIfGiven = None,
) -> Response:
    """A version that is no longer the stored one is refused with what is stored now."""
    async with own_desk(request, type) as desk:
        await autosave.forget(desk, autosaved)
        view = await desk.save(number, version, body.content)
    return tagged(view)


@router.put(
    "/{number}/amendment",
    summary="Save a change of what is in force",
    responses=documented(NotInThisState, StaleVersion, Refused),
    response_model=View,
)
@for_tokens("draft")
async def save_amendment(
    type: NamedType,
    number: Number,
    request: Request,
    version: VersionInHeader,
    body: AmendmentBody,
    autosaved: AutosaveIfGiven = None,
) -> Response:
    """What is in force stays as it is, and is what everything else shows, until customs accept the change.

    For a follow-up (an action with `edits`) only the view's `editable` names are taken, and the answer is the
    document's own form."""
    async with own_desk(request, type) as desk:
        await autosave.forget(desk, autosaved)
        view = await desk.save_amendment(number, version, body.action, body.content)
    return tagged(view)


@router.delete(
    "/{number}/amendment",
    status_code=204,
    summary="Throw a saved change away",
    responses=documented(NotInThisState, StaleVersion, Refused),
)
@for_tokens("draft")
async def delete_amendment(
    type: NamedType, number: Number, request: Request, version: VersionInHeader
) -> None:
    """Refused where there is none, and while it is with customs."""
    async with own_desk(request, type) as desk:
        await desk.delete_amendment(number, version)
        await autosave.forget_documents(desk, [number], amendments=True)


@router.delete(
    "/{number}",
    status_code=204,
    summary="Delete a document",
    responses=documented(NotInThisState, StaleVersion, Refused),
)
@for_tokens("draft")
async def delete(type: NamedType, number: Number, request: Request, version: VersionIfGiven) -> None:
    """What was once sent is hidden from the company and stays in the archive (PORT-08). With If-Match, only the
    version that was read is deleted."""
    async with own_desk(request, type) as desk:
        await desk.delete(number, version)
        await autosave.forget_documents(desk, [number])


@most_asked.post(
    "/{number}/prepare",
    summary="First step of a signed action",
    responses=documented(NotInThisState, StaleVersion, Refused),
    response_model=PrepareAnswer,
)
@for_tokens("submit")
async def prepare(
    type: NamedType, number: Number, request: Request, version: VersionInHeader, body: PrepareBody
) -> Response:
    """Checks all rules and pins the version; answers the exact text that the card signs."""
    async with own_desk(request, type, one_write=True) as desk:
        signing = SigningDesk(desk, settings().pki_folder, settings().prepare_minutes)
        prepared = await signing.prepare(number, version, body.action, body.card_no)
    return prepared_answer(prepared)


@most_asked.post(
    "/{number}/submit",
    summary="Second step of a signed action",
    responses=documented(NotInThisState, Conflict, StaleVersion, Refused),
    response_model=View,
)
@for_tokens("submit")
async def submit(type: NamedType, number: Number, body: SubmitBody, request: Request) -> Response:
    """Verifies certificate and signature and hands the document to the outbox, all or nothing."""
    async with own_desk(request, type) as desk:
        signed = Signed.of(body.signature, body.certificate)
        signing = SigningDesk(desk, settings().pki_folder, settings().prepare_minutes)
        view = await signing.submit(number, body.token, signed, request.state.request_id, datetime.now(UTC))
    return json_answer(view)


@router.get("/{number}/receipts", summary="Customs' answers")
@for_tokens("read")
async def receipts(type: NamedType, number: Number, request: Request) -> ReceiptsAnswer:
    """Receipts of superseded submissions are shown and marked."""
    async with own_desk(request, type, one_write=True) as desk:
        return ReceiptsAnswer(items=await history.receipts(desk, number))


@router.get("/{number}/history", summary="What happened to a document")
@for_tokens("read")
async def events(type: NamedType, number: Number, request: Request) -> HistoryAnswer:
    """Each entry's hash covers the entry before it."""
    async with own_desk(request, type, one_write=True) as desk:
        return HistoryAnswer(items=await history.events(desk, number))
