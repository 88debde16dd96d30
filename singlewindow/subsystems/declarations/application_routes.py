"""Applications: prepare, submit, progress, stop and resume, and the data of an export (PRNT-02, -03, -07, -11)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.downloads import stored_attachment, written_attachment
from singlewindow.kernel.http.job_routes import STATES, State
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.signed import PrepareAnswer, SubmitBody, prepared_answer
from singlewindow.kernel.http.text import RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Conflict, NotFound, NotInThisState, Refused, TooMany
from singlewindow.kernel.signing.prepared import Signed
from singlewindow.kernel.spreadsheets.export_files import FileFormat
from singlewindow.kernel.spreadsheets.exporting import CannotExport
from singlewindow.subsystems.declarations import applications, data_files, progress
from singlewindow.subsystems.declarations.access import at_desk
from singlewindow.subsystems.declarations.applications import Applied
from singlewindow.subsystems.declarations.exporting import MEDIA_TYPES, file_name
from singlewindow.subsystems.declarations.problems import Gone, NotReady, PartialData
from singlewindow.subsystems.declarations.progress import Progress

router: APIRouter = APIRouter(responses=documented(NotFound))
Kind = Literal["print", "export"]
ApplicationNumber = Annotated[Text, Path(max_length=40, examples=["ZZDY2026112600000001"])]
MOST = 100_000  # numbers that are read at all; the setting says how many are taken


class ApplicationBody(RequestBody):
    """What is applied for; `sealed` counts for layout files alone."""

    kind: Kind
    sealed: bool = False
    numbers: list[Annotated[Text, Field(max_length=100)]] = Field(max_length=MOST)
    card_no: Text = Field(max_length=40)


class VerdictView(BaseModel):
    """A declaration of an application: accepted, or why not and what to do."""

    number: str
    accepted: bool
    why: str = ""
    advice: str = ""
    clause: str = ""


class AppliedAnswer(BaseModel):
    """What an application came to; of `items`, the refused ones first, at most 1,000 are told."""

    number: str
    kind: Kind
    accepted: int
    refused: int
    items: list[VerdictView]


class ApplicationProgress(BaseModel):
    """How far an application is: done and failed together reach total. `expires_at`: when all of it is gone."""

    number: str
    kind: Kind
    sealed: bool
    applied_at: datetime
    applied_by: str
    total: int
    done: int
    failed: int
    state: State
    state_name: str
    message: str
    stopping: bool
    expires_at: datetime | None


@router.post(
    "/applications/prepare",
    summary="Prepare an application",
    response_model=PrepareAnswer,
    responses=documented(Refused),
)
@for_tokens("submit")
async def prepare(person: ChapterPerson, database: Base, body: ApplicationBody) -> Response:
    """What the card is to sign. Declarations that will not be accepted are warnings; where none will, it is refused."""
    wanted = applications.wanted_of(body.kind, body.sealed, body.numbers)
    async with at_desk(database, person) as transaction:
        return prepared_answer(await applications.prepare(transaction, person, wanted, body.card_no))


@router.post(
    "/applications",
    status_code=201,
    summary="Submit a signed application",
    response_model=AppliedAnswer,
    responses=documented(Conflict, Refused, TooMany),
)
@for_tokens("submit")
async def submit(
    person: ChapterPerson,
    database: Base,
    request: Request,
    body: SubmitBody,
    idempotency_key: Annotated[Text | None, Header(max_length=100)] = None,
) -> Response:
    """Every declaration is judged again; the accepted ones become the work of a job. The same Idempotency-Key with the
    same token is answered as the first time."""
    signed = Signed.of(body.signature, body.certificate)
    asked = applications.Request(
        body.token, signed, idempotency_key, request.state.request_id, datetime.now(UTC)
    )
    async with at_desk(database, person) as transaction:
        applied = await applications.apply(transaction, person, asked)
    return json_answer(_applied(applied), 201)


@router.get("/applications/{number}", summary="How far an application is", response_model=ApplicationProgress)
@for_tokens("read")
async def status(number: ApplicationNumber, person: ChapterPerson, database: Base) -> Response:
    """To be asked about once a second while it waits or runs; everybody of the company with a 法人卡 sees it."""
    async with at_desk(database, person) as transaction:
        return json_answer(_view(await progress.progress_of(transaction, person, number)))


@router.post(
    "/applications/{number}/stop",
    summary="Stop an application",
    response_model=ApplicationProgress,
    responses=documented(NotInThisState, NotReady),
)
@for_tokens("submit")
async def stop(number: ApplicationNumber, person: ChapterPerson, database: Base) -> Response:
    """What is done stays done; the step under way ends."""
    async with at_desk(database, person) as transaction:
        return json_answer(_view(await progress.stop(transaction, person, number)))


@router.post(
    "/applications/{number}/resume",
    summary="Let a stopped application go on",
    response_model=ApplicationProgress,
    responses=documented(NotInThisState, NotReady, Gone, TooMany),
)
@for_tokens("submit")
async def resume(number: ApplicationNumber, person: ChapterPerson, database: Base) -> Response:
    """It goes on where it stood."""
    async with at_desk(database, person) as transaction:
        return json_answer(_view(await progress.resume(transaction, person, number)))


@router.get(
    "/applications/{number}/data",
    summary="The data of an export",
    response_class=Response,
    responses={
        200: {"content": {each: {} for each in MEDIA_TYPES.values()}},
        **documented(NotReady, PartialData, Gone, TooMany, CannotExport),
    },
)
@for_tokens("read")
async def data(
    number: ApplicationNumber,
    person: ChapterPerson,
    database: Base,
    format: Annotated[
        FileFormat, Query(description="csv comes as a zip archive of one file for each part")
    ] = "xlsx",
    partial: Annotated[bool, Query(description="Also where some declarations failed")] = False,
) -> Response:
    """All generated data of an application. Some failed: `partial-data` asks whether to go on, `partial` says yes."""
    async with at_desk(database, person) as transaction:
        ready = await data_files.get_ready(transaction, person, number, partial=partial)
        if format == "xlsx":
            made = await data_files.workbook(transaction, person, ready)
            return stored_attachment(database, person, made)

    async def write(target: FilePath) -> None:
        await data_files.write(database, person, ready, format, target)

    return await written_attachment(file_name(number, format), MEDIA_TYPES[format], write)


def _applied(applied: Applied) -> AppliedAnswer:
    refused = [VerdictView(accepted=False, **vars(each)) for each in applied.refusals]
    accepted = [VerdictView(number=number, accepted=True) for number in applied.numbers]
    return AppliedAnswer(
        number=applied.number,
        kind=applied.kind,
        accepted=applied.accepted,
        refused=len(refused),
        items=[*refused, *accepted][: applications.LISTED],
    )


def _view(found: Progress) -> ApplicationProgress:
    row, job = found.application, found.job
    return ApplicationProgress(
        number=row["number"], kind=row["kind"], sealed=row["sealed"], applied_at=row["applied_at"],
        applied_by=row["applied_by"], total=row["total"], done=found.made, failed=found.failed, state=found.state,
        state_name=STATES[found.state], message=job.message if job else "", expires_at=row["expires_at"],
        stopping=job is not None and job.stop_asked and job.state in ("queued", "running"),
    )  # fmt: skip
