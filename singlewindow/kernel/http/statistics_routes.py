"""Business statistics over HTTP: as figures for the page, as a paper, and as a file (GATE-09, CONS-14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from singlewindow.kernel.documents.statistics import MOST_DIMENSIONS, Figures, Line, count
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import KnownFirst, NamedType, own_desk
from singlewindow.kernel.http.parameters import FreeParameters
from singlewindow.kernel.http.print_routes import Pdf
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.jobs.files import XLSX
from singlewindow.kernel.printing import figures as printed
from singlewindow.kernel.printing.typesetter import CannotPrint, Typesetter
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn, Refused, TooMany
from singlewindow.kernel.subsystem import DocumentType

router = APIRouter(
    prefix="/api/documents/{type}/statistics",
    tags=["documents"],
    responses=documented(NotLoggedIn, Forbidden, NotFound, Refused),
    route_class=KnownFirst,
)

By = Annotated[
    list[Annotated[Text, Query(max_length=60)]],
    Query(min_length=1, max_length=MOST_DIMENSIONS, description="Dimensions of the definition, one or two"),
]


class LineView(BaseModel):
    """Keys (codes, days) with the words for them, how many documents, how many of them have ended, and the sums as
    decimal texts."""

    keys: list[str]
    names: list[str]
    count: int
    ended: int
    sums: list[str]


class FiguresAnswer(BaseModel):
    """The lines in the order of their keys; beyond 1,000 the rest is cut off (`capped`), the total counts all."""

    by: list[str]
    lines: list[LineView]
    total: LineView
    capped: bool


class Workbook(Response):
    """A table as a workbook (xlsx)."""

    media_type = XLSX


@router.get("", summary="Documents counted by one or two dimensions", response_model=FiguresAnswer)
@for_tokens("read")
async def statistics(type: NamedType, request: Request, by: By, asked: FreeParameters) -> Response:
    """Conditions are query parameters named as in the definition's statistics; a span has `_from` and `_to`."""
    async with own_desk(request, type, bound=False, finds=True) as desk:
        found = await count(desk.transaction, type, desk.person, by, asked)
    return json_answer(
        FiguresAnswer(
            by=[each.name for each in found.by],
            lines=[_view(line) for line in found.lines],
            total=_view(found.total),
            capped=found.capped,
        )
    )


@router.get(
    "/print",
    summary="The same on paper",
    response_class=Pdf,
    responses=documented(TooMany, CannotPrint),
)
@for_tokens("read")
async def print_statistics(type: NamedType, request: Request, by: By, asked: FreeParameters) -> Pdf:
    """A PDF with the conditions, the bars and the table (UI-12)."""
    async with own_desk(request, type, bound=False, finds=True) as desk:
        found = await count(desk.transaction, type, desk.person, by, asked)
        company = await desk.transaction.value(
            "select name from company where id = $1", desk.person.company_id
        )
        now = desk.transaction.now
        data = printed.print_data(type, found, company, desk.person, now)
    typesetter: Typesetter = request.app.state.typesetter
    made = await typesetter.typeset(printed.TEMPLATE, data, now)
    return Pdf(made, headers=_named(type, found, "pdf", "inline"))


@router.get("/export", summary="The same as a workbook", response_class=Workbook)
@for_tokens("read")
async def export_statistics(type: NamedType, request: Request, by: By, asked: FreeParameters) -> Workbook:
    """One sheet (xlsx): a head, a line for each, the total; counts and sums are numbers."""
    async with own_desk(request, type, bound=False, finds=True) as desk:
        found = await count(desk.transaction, type, desk.person, by, asked)
    return Workbook(printed.workbook_of(type, found), headers=_named(type, found, "xlsx", "attachment"))


def _view(line: Line) -> LineView:
    return LineView(
        keys=list(line.keys), names=list(line.names), count=line.count, ended=line.ended, sums=list(line.sums)
    )


def _named(type: DocumentType, found: Figures, ending: str, how: str) -> Mapping[str, str]:
    name = quote(f"{type.title}统计（{'、'.join(each.label for each in found.by)}）.{ending}")
    return {"Cache-Control": "no-store", "Content-Disposition": f"{how}; filename*=UTF-8''{name}"}
