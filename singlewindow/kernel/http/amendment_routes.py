"""Amendments of every type over HTTP: found by their company, and looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from singlewindow.kernel.documents.amendment_list import NEWEST_FIRST, Amendment, Asked, find, open_amendment
from singlewindow.kernel.documents.search import Page
from singlewindow.kernel.documents.view import View
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import KnownFirst, NamedType, own_desk
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Number, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn, Refused

router = APIRouter(
    prefix="/api/amendments/{type}",
    tags=["amendments"],
    responses=documented(NotLoggedIn, Forbidden, NotFound),
    route_class=KnownFirst,
)


class AskedView(BaseModel):
    """What was typed for an amendment alone: its label, and the text (a code with its name)."""

    label: str
    text: str


class AmendmentRow(BaseModel):
    """An amendment. `document` is the number of what it amends; `action` and `status` stand with their words;
    `asked_at` is the last 暂存, then 申报; `settled_at` and `answer` are customs', null and "" before."""

    number: str
    document: str
    action: str
    action_name: str
    status: str
    status_name: str
    asked: list[AskedView]
    asked_at: datetime
    settled_at: datetime | None
    answer: str


class AmendmentsAnswer(BaseModel):
    """A page of the result; beyond 10,000 the total is capped."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[AmendmentRow]


@router.get("", summary="Find amendments", responses=documented(Refused))
@for_tokens("read")
async def find_amendments(
    type: NamedType,
    request: Request,
    action: Annotated[
        Text, Query(max_length=40, description="Obligatory: the amending action", examples=["change"])
    ] = "",
    status: Annotated[
        Text, Query(max_length=20, description="draft, declared, agreed, refused, failed")
    ] = "",
    number: Annotated[Text, Query(max_length=40)] = "",
    document: Annotated[Text, Query(max_length=40, description="The number of what is amended")] = "",
    first: Annotated[Text, Query(alias="asked_from", max_length=20, description="YYYY-MM-DD")] = "",
    last: Annotated[Text, Query(alias="asked_to", max_length=20, description="YYYY-MM-DD")] = "",
    sort: Annotated[Text, Query(max_length=60)] = NEWEST_FIRST,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> AmendmentsAnswer:
    """The company's own, the newest first unless said otherwise: saved, with customs, or settled."""
    asked = Asked(*(each.strip() for each in (action, status, number, document, first, last)))
    async with own_desk(request, type, bound=False) as desk:
        result = await find(desk, asked, Page(page, size, sort))
    items = [_row(each) for each in result.rows]
    return AmendmentsAnswer(total=result.total, total_capped=result.capped, page=page, size=size, items=items)


@router.get("/{number}", summary="An amendment on the form of its document", response_model=View)
@for_tokens("read")
async def open_one(type: NamedType, number: Number, request: Request) -> Response:
    """What it asked for in `content`, and what was in force then in `in_force`; nothing can be done there."""
    async with own_desk(request, type) as desk:
        view = await open_amendment(desk, number)
    return json_answer(view)


def _row(each: Amendment) -> AmendmentRow:
    return AmendmentRow(
        number=each.number, document=each.document, action=each.action.name, action_name=each.action.word,
        status=each.status, status_name=each.status_name, asked_at=each.asked_at, settled_at=each.settled_at,
        asked=[AskedView(label=label, text=text) for label, text in each.asked], answer=each.answer,
    )  # fmt: skip
