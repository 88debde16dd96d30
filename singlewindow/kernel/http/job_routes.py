"""Long work over HTTP: hand in a file, start a job, look at its progress, stop it, let it go on, fetch the result."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Header, Path, Query, Response, UploadFile
from pydantic import BaseModel, Field

from singlewindow.kernel.bounded import Gate
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.http.desk import Base, BoundPerson, admit, admit_to, may_enter
from singlewindow.kernel.http.downloads import stored_attachment
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.desk import Job, JobDesk, Wanted
from singlewindow.kernel.jobs.files import XLSX, FileFacts
from singlewindow.kernel.jobs.found import get_kind, get_open_kind, subsystem_of_kind
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import (
    Forbidden,
    NotFound,
    NotInThisState,
    NotLoggedIn,
    NotReady,
    Refused,
    SentBefore,
    TooLarge,
    TooMany,
)
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import Subsystem, document_types, get_document_type, subsystem_of

RESULTS = (XLSX, "application/jsonl", "application/xml", "application/pdf", "application/zip")
"""The kinds of files that jobs make."""
_in_memory = Gate(2)
"""Files that are handed in lie on the disk (starlette spools them) until they are stored, which takes three times their
size in memory: so many of a process at once."""
router = APIRouter(prefix="/api", tags=["jobs"], responses=documented(NotLoggedIn, Forbidden, NotFound))
State = Literal["queued", "running", "done", "stopped", "failed"]
JobId = Annotated[int, Path(ge=1, le=MAX_ID)]
STATES = {
    "queued": "排队中",
    "running": "进行中",
    "done": "已完成",
    "stopped": "已停止",
    "failed": "未能完成",
}


class FileView(BaseModel):
    """A file of the account: size in bytes, SHA-256 in hexadecimal; read until it expires."""

    id: int
    name: str
    size: int
    sha256: str
    expires_at: datetime


class JobBody(RequestBody):
    """What is to be done. `file` is the id of one that was handed in; `again`: also if it was handed in before."""

    kind: Text = Field(max_length=40, examples=["import"])
    type: Text = Field(default="", max_length=80, description="A document type, for kinds that are about one")
    file: int | None = Field(default=None, ge=1, le=MAX_ID)
    options: dict[Text, Any] = Field(default_factory=dict, max_length=20, examples=[{"check_only": True}])
    again: bool = False


class JobView(BaseModel):
    """A job: `total` is null until the items are counted; done and failed together reach it."""

    id: int
    kind: str
    title: str
    type: str
    options: dict[str, Any]
    state: State
    state_name: str
    total: int | None
    done: int
    failed: int
    message: str
    stopping: bool
    file: str | None
    result: FileView | None
    created_at: datetime
    ended_at: datetime | None


class JobsAnswer(BaseModel):
    """The account's last 50, the newest first."""

    items: list[JobView]


class FailureView(BaseModel):
    """An item that failed; what `data` holds is the kind's."""

    no: int
    data: dict[str, Any]


class FailuresAnswer(BaseModel):
    """By number; the next page begins after the last one's."""

    items: list[FailureView]


@router.post(
    "/files",
    status_code=201,
    summary="Hand in a file for a job",
    responses=documented(Refused, TooLarge, TooMany),
)
@for_tokens("draft")
async def hand_in(
    person: BoundPerson, database: Base, file: Annotated[UploadFile, File(description="The file")]
) -> FileView:
    """Kept for this account until it expires; nothing is done with it until a job is started."""
    limit, size = settings().file_megabytes, file.size or 0
    if size > limit * 1024 * 1024:
        raise TooLarge(f"文件超过 {limit} MB；请分成几个文件后再试", clause=CLAUSE)
    name = "".join(c if c.isprintable() else "_" for c in file.filename or "文件").rpartition("/")[2][-200:]
    async with _in_memory.of_loop(), database.transaction(person.actor) as transaction:
        await files.check_room(transaction, person, size, settings().files_megabytes * 1024 * 1024)
        kept = timedelta(days=settings().file_days)
        media_type = "application/octet-stream"
        content = await file.read(size)
        return _file_view(await files.store(transaction, person, name, media_type, content, kept))


@router.post(
    "/jobs",
    status_code=201,
    summary="Start a job",
    responses=documented(Refused, SentBefore, NotInThisState, TooMany),
)
@for_tokens("draft")
async def start(
    person: BoundPerson,
    database: Base,
    body: JobBody,
    idempotency_key: Annotated[Text | None, Header(max_length=100)] = None,
) -> JobView:
    """The same Idempotency-Key answers with the same job again. A file that the company has handed in before is asked
    about (`sent-before`): nothing is done unless the request comes with `again`."""
    kind = get_open_kind(body.kind)
    if chapter := subsystem_of_kind(kind.name):
        admit_to(chapter, person)
    if body.type:
        admit(get_document_type(body.type), person)
    wanted = Wanted(kind, body.type, body.options, body.file, body.again, idempotency_key)
    async with database.transaction(person.actor) as transaction:
        return _view(await JobDesk(transaction, person).start(wanted))


@router.get("/jobs", summary="The account's jobs")
@for_tokens("read")
async def own(
    person: BoundPerson,
    database: Base,
    kind: Annotated[Text | None, Query(max_length=40, description="Only jobs of this kind")] = None,
    type: Annotated[Text | None, Query(max_length=80)] = None,
) -> JobsAnswer:
    """The newest first, of a kind or a document type if asked so."""
    async with database.transaction(person.actor) as transaction:
        jobs = await JobDesk(transaction, person).own(kind, type)
    return JobsAnswer(items=[_view(job) for job in jobs if not _closed(job, person)])


@router.get("/jobs/{id}", summary="How far a job is")
@for_tokens("read")
async def status(id: JobId, person: BoundPerson, database: Base) -> JobView:
    """To be asked about once a second while it waits or runs."""
    async with database.transaction(person.actor) as transaction:
        return _view(await _entered(transaction, person, id))


@router.get("/jobs/{id}/failures", summary="What failed of a job")
@for_tokens("read")
async def failures(
    id: JobId,
    person: BoundPerson,
    database: Base,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    most: Annotated[int, Query(ge=1, le=100)] = 50,
) -> FailuresAnswer:
    """Also while it runs. Of an import: `data.findings` name the cell, what is wrong and what to do."""
    async with database.transaction(person.actor) as transaction:
        await _entered(transaction, person, id)
        items = await JobDesk(transaction, person).failures(id, after, most)
    return FailuresAnswer(items=[FailureView(no=item.no, data=dict(item.data)) for item in items])


@router.post("/jobs/{id}/stop", summary="Stop a job", responses=documented(NotInThisState))
@for_tokens("draft")
async def stop(id: JobId, person: BoundPerson, database: Base) -> JobView:
    """What is done stays done; the step under way ends."""
    async with database.transaction(person.actor) as transaction:
        await _entered(transaction, person, id)
        return _view(await JobDesk(transaction, person).stop(id))


@router.post(
    "/jobs/{id}/resume",
    summary="Let a stopped job go on",
    responses=documented(NotInThisState, SentBefore, TooMany),
)
@for_tokens("draft")
async def resume(id: JobId, person: BoundPerson, database: Base) -> JobView:
    """It goes on where it stood."""
    async with database.transaction(person.actor) as transaction:
        await _entered(transaction, person, id)
        return _view(await JobDesk(transaction, person).resume(id))


@router.get(
    "/jobs/{id}/result",
    summary="The file that a job made",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in RESULTS}}, **documented(NotReady)},
)
@for_tokens("read")
async def result(id: JobId, person: BoundPerson, database: Base) -> Response:
    """As long as it is kept; sent in pieces. `not-ready` while the job has not ended, and where it failed."""
    async with database.transaction(person.actor) as transaction:
        await _entered(transaction, person, id)
        made = await JobDesk(transaction, person).result(id)
    return stored_attachment(database, person, made)


async def _entered(transaction: Transaction, person: Person, id: int) -> Job:
    """The job, for who may enter the application whose work it is. Raises NotFound, WrongCard (PORT-06)."""
    job = await JobDesk(transaction, person).get(id)
    if subsystem := _chapter(job):
        admit_to(subsystem, person)
    return job


def _chapter(job: Job) -> Subsystem | None:
    type = document_types().get(job.about)
    return subsystem_of(type) if type else subsystem_of_kind(job.kind)


def _closed(job: Job, person: Person) -> bool:
    """Whether the session may not enter the application whose work the job is."""
    subsystem = _chapter(job)
    return subsystem is not None and not may_enter(subsystem, person)


CLAUSE = "系统规则 7：成批办理有份数和大小的上限"


def _file_view(facts: FileFacts) -> FileView:
    return FileView(**vars(facts))


def _view(job: Job) -> JobView:
    return JobView(
        id=job.id, kind=job.kind, title=get_kind(job.kind).title, type=job.about, options=dict(job.asked),
        state=job.state, state_name=STATES[job.state], total=job.total, done=job.done, failed=job.failed,
        message=job.message, stopping=job.stop_asked and job.state in ("queued", "running"), file=job.source_name,
        result=_file_view(job.result) if job.result else None, created_at=job.created_at, ended_at=job.ended_at,
    )  # fmt: skip
