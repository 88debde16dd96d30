"""Prints of stored documents as PDF (UI-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from singlewindow.kernel.definition.fields import enabled_values
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.http.desk import Base, BoundPerson, TypeInPath, at_desk
from singlewindow.kernel.http.parameters import FreeParameters
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Number, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.printing import listing
from singlewindow.kernel.printing.data import print_data
from singlewindow.kernel.printing.listing import list_data
from singlewindow.kernel.printing.seals import seal_data
from singlewindow.kernel.printing.typesetter import CannotPrint, Typesetter
from singlewindow.kernel.problems import Forbidden, NotFound, NotInThisState, NotLoggedIn, Refused, TooMany
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import Print

router = APIRouter(prefix="/api/documents/{type}", tags=["documents"])


class Pdf(Response):
    """A PDF file."""

    media_type = "application/pdf"


@router.get(
    "/{number}/prints/{name}",
    summary="A print of a stored document",
    response_class=Pdf,
    responses=documented(NotLoggedIn, Forbidden, NotFound, NotInThisState, TooMany, CannotPrint),
)
@for_tokens("read")
async def print_document(
    type: TypeInPath,
    number: Number,
    name: Annotated[
        Text, Path(max_length=40, description="A print of the definition's `prints`", examples=["form"])
    ],
    person: BoundPerson,
    database: Base,
    request: Request,
) -> Pdf:
    """What is stored is printed, whatever stands in an open form. The definition lists a type's prints."""
    async with at_desk(database, type, person) as desk:
        document = await store.get_document(desk.transaction, type, number)
        wanted = next((each for each in type.prints if each.name == name), None)
        if wanted is None:
            raise NotFound(f"没有名为 {name} 的打印样式")
        desk.check(type.lifecycle.action("print"), document.status, document)
        if not wanted.is_there(document.status):
            status = type.lifecycle.form_name_of(document.status)
            raise NotInThisState(f"当前状态为「{status}」，没有「{wanted.title}」")
        data = await _drawn(desk, document, wanted)
        now = desk.transaction.now
    typesetter: Typesetter = request.app.state.typesetter
    made = await typesetter.typeset(wanted.template, {**data, "print": wanted.title or type.title}, now)
    return Pdf(made, headers=_named(f"{wanted.title or type.title} {number}"))


async def _drawn(desk: Desk, document: Document, wanted: Print) -> Mapping[str, Any]:
    """What the template draws: what the paper itself composes, or the document as its definition shows it."""
    type = desk.type
    if wanted.compose is not None:
        content = enabled_values(type.form.content, document.content)
        return await wanted.compose(desk.transaction, replace(document, content=content))
    files = await desk.files(document, submitted=document.status not in type.lifecycle.drafts)
    data = await print_data(desk.transaction, type, desk.person, document, files)
    now, chosen = desk.transaction.now, settings()
    seal = seal_data(type, wanted, document, data["version"], now, chosen.pki_folder, chosen.seal_days)
    return {**data, **seal}


@router.get(
    "/list/print",
    summary="A query's result on paper",
    response_class=Pdf,
    responses=documented(NotLoggedIn, Forbidden, NotFound, Refused, TooMany, CannotPrint),
)
@for_tokens("read")
async def print_list(
    type: TypeInPath,
    person: BoundPerson,
    database: Base,
    request: Request,
    asked: FreeParameters,
    sort: Annotated[Text, Query(max_length=60)] = "-updated_at",
    column: Annotated[
        list[Annotated[Text, Query(max_length=60)]],
        Query(max_length=100, description="Columns of the definition's query page; none for all"),
    ] = [],  # noqa: B006
) -> Pdf:
    """Conditions are query parameters as in the search. At most 1,000 rows; the paper says what it lacks."""
    if not type.queries.print:
        raise NotFound(f"「{type.title}」的查询结果没有打印")
    async with at_desk(database, type, person) as desk:
        data = await list_data(desk.transaction, type, person, asked, sort, column)
        now = desk.transaction.now
    typesetter: Typesetter = request.app.state.typesetter
    made = await typesetter.typeset(listing.TEMPLATE, data, now)
    return Pdf(made, headers=_named(data["print"]))


def _named(name: str) -> Mapping[str, str]:
    disposition = f"inline; filename*=UTF-8''{quote(f'{name}.pdf')}"
    return {"Cache-Control": "no-store", "Content-Disposition": disposition}
