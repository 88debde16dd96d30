"""自助打印/导出: results, layout files, 操作记录 and archives (PRNT-04 to PRNT-06, PRNT-08)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.people_routes import Address
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import NotFound, Refused
from singlewindow.kernel.zip_stream import stream_zip
from singlewindow.subsystems.declarations import archives, results, rules
from singlewindow.subsystems.declarations.access import at_desk
from singlewindow.subsystems.declarations.closed_routes import Day, Numbers
from singlewindow.subsystems.declarations.months import day_of
from singlewindow.subsystems.declarations.problems import Gone, NotReady
from singlewindow.subsystems.declarations.results import Asked

router: APIRouter = APIRouter()
Kind = Literal["print", "export"]
ResultId = Annotated[int, Path(ge=1, le=MAX_ID)]


class AllowedView(BaseModel):
    """Whether something may be done now; `why` not."""

    allowed: bool
    why: str


class MayView(BaseModel):
    """导出, 打印, 操作记录."""

    export: AllowedView
    print: AllowedView
    log: AllowedView


class ResultView(BaseModel):
    """What became of a declaration; `why` explains a state in which there is nothing to be had."""

    id: int
    application: str
    number: str
    kind: Kind
    sealed: bool
    state: str
    state_name: str
    why: str
    applied_at: datetime
    applied_by: str
    expires_at: datetime | None
    expired: bool
    may: MayView


class ResultsAnswer(BaseModel):
    """A page of results; `total_capped`: there are more than `total`."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[ResultView]


class OperationView(BaseModel):
    """Who did what with a layout file, when (business time) and from which address."""

    at: datetime
    by: str
    address: str
    what: str


class OperationsAnswer(BaseModel):
    """操作记录 of a layout file: of `total` the last 200, the newest first."""

    number: str
    total: int
    items: list[OperationView]


class ArchiveBody(RequestBody):
    """The ticked results."""

    ids: list[Annotated[int, Field(ge=1, le=MAX_ID)]] = Field(min_length=1, max_length=archives.MOST)


class Pdf(Response):
    """A PDF file."""

    media_type = "application/pdf"


async def asked(
    kind: Annotated[Kind, Query(description="What was applied for: papers or data")],
    application: Annotated[Text, Query(max_length=40, description="申请编号")] = "",
    state: Annotated[Text, Query(max_length=20, description="A state's code; empty for 全部")] = "",
    number: Numbers = [],  # noqa: B006
    applied_from: Day = "",
    applied_to: Day = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
    sort: Annotated[Text, Query(max_length=60)] = "-applied_at",
) -> Asked:
    """The conditions of the query. Raises Refused."""
    return results.asked_for(kind, application, state, number, (applied_from, applied_to), page, size, sort)


Wanted = Annotated[Asked, Depends(asked)]


@router.get(
    "/results",
    summary="What became of the company's applications",
    response_model=ResultsAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def found(person: ChapterPerson, database: Base, wanted: Wanted) -> Response:
    """One row for each accepted declaration. Days may be left out where numbers or 申请编号 are given."""
    async with at_desk(database, person) as transaction:
        page = await results.search(transaction, person, wanted)
        now = transaction.now
    return json_answer(
        ResultsAnswer(
            total=page.total,
            total_capped=page.capped,
            page=wanted.page,
            size=wanted.size,
            items=[_view(row, now) for row in page.rows],
        )
    )


@router.get(
    "/results/{id}/pdf",
    summary="A layout file",
    response_class=Pdf,
    responses=documented(NotFound, NotReady, Gone),
)
@for_tokens("read")
async def pdf(
    id: ResultId,
    person: ChapterPerson,
    database: Base,
    address: Address,
    purpose: Annotated[
        Literal["export", "print"], Query(alias="for", description="What 操作记录 says of it")
    ],
) -> Pdf:
    """Each time is written into 操作记录."""
    async with at_desk(database, person) as transaction:
        row, file = await results.fetch(transaction, person, id, purpose, address)
    shown = "inline" if purpose == "print" else "attachment"
    return Pdf(file.content, headers=_headers(shown, f"{row['number']}.pdf"))


@router.get(
    "/results/{id}/log",
    summary="Who exported or printed a layout file",
    response_model=OperationsAnswer,
    responses=documented(NotFound, NotReady, Gone),
)
@for_tokens("read")
async def operations(id: ResultId, person: ChapterPerson, database: Base) -> Response:
    """操作记录, as long as the file is kept."""
    async with at_desk(database, person) as transaction:
        row, total, done = await results.operations_of(transaction, person, id)
    items = [
        OperationView(
            at=each["at"],
            by=f"{each['who']}（{each['username']}）",
            address=each["address"],
            what=results.OPERATIONS[each["what"]],
        )
        for each in done
    ]
    return json_answer(OperationsAnswer(number=row["number"], total=total, items=items))


@router.post(
    "/archives",
    summary="The layout files of several results as one archive",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}, **documented(NotFound, NotReady, Gone)},
)
@for_tokens("read")
async def archive(
    body: ArchiveBody, person: ChapterPerson, database: Base, address: Address
) -> StreamingResponse:
    """A zip file, sent while it is made. One result that may not be had refuses all; each is written into 操作记录."""
    ids = list(dict.fromkeys(body.ids))
    async with at_desk(database, person) as transaction:
        rows = await results.get_layout_files(transaction, person, ids)
        await results.log(transaction, person, ids, "archive", address)
        now = transaction.now
    name = f"报关单版式文件_{day_of(now):%Y%m%d}_{len(rows)}份.zip"
    return StreamingResponse(
        stream_zip(archives.entries(database, person, rows), now),
        media_type="application/zip",
        headers=_headers("attachment", name),
    )


def _view(row: Row, now: datetime) -> ResultView:
    kind: rules.Kind = row["kind"]
    expired = results.is_gone(row, now)
    may = rules.permissions(kind, row["state"], expired=expired, written=row["written"])
    return ResultView(
        **{name: row[name] for name in ("id", "application", "number", "kind", "sealed", "state", "why")},
        state_name=rules.STATES[kind][row["state"]],
        applied_at=row["applied_at"],
        applied_by=row["applied_by"],
        expires_at=row["expires_at"],
        expired=expired,
        may=MayView(**{name: AllowedView(**vars(each)) for name, each in may.items()}),
    )


def _headers(shown: str, name: str) -> dict[str, str]:
    return {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
    }
