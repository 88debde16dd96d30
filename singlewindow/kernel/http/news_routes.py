"""消息提醒: what customs answered of late, and how far one has read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from singlewindow.kernel.http.desk import Base, BoundPerson, closed_types
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.live import news
from singlewindow.kernel.live.changes import moment_of
from singlewindow.kernel.problems import API, Forbidden, NotLoggedIn, Refused, Violation

router = APIRouter(prefix="/api/news", tags=["news"], responses=documented(NotLoggedIn, Forbidden))

Cursor = Annotated[Text, Field(max_length=20, examples=["1795646815123456"])]


class NewsAnswer(BaseModel):
    """The newest items, newest first; `unread` counts up to 100; `more` says whether there are older ones."""

    items: list[news.NewsItem]
    unread: int
    more: bool


class ReadBody(RequestBody):
    """Up to which item (its cursor) all has been read."""

    until: Cursor


class ReadAnswer(BaseModel):
    """How many are left unread."""

    unread: int


@router.get("", summary="The newest receipts of the company's documents", responses=documented(Refused))
@for_tokens("read")
async def latest(
    person: BoundPerson,
    database: Base,
    before: Annotated[
        Text | None, Query(max_length=20, description="Only what is older than this cursor")
    ] = None,
    size: Annotated[int, Query(ge=1, le=50)] = 20,
) -> NewsAnswer:
    """Receipts by customs and sending that failed; documents that the company deleted are left out."""
    async with database.transaction(person.actor) as transaction:
        items = await news.latest(
            transaction, None if before is None else _moment(before), size + 1, closed_types(person)
        )
        count = await news.unread(transaction, closed_types(person))
    return NewsAnswer(items=items[:size], unread=count, more=len(items) > size)


@router.post("/read", summary="Mark as read", responses=documented(Refused))
@for_tokens("none")
async def read(person: BoundPerson, database: Base, body: ReadBody) -> ReadAnswer:
    """All up to the named item counts as read by this account, on every computer."""
    async with database.transaction(person.actor) as transaction:
        await news.mark_read(transaction, _moment(body.until))
        return ReadAnswer(unread=await news.unread(transaction, closed_types(person)))


def _moment(cursor: str) -> datetime:
    moment = moment_of(cursor)
    if moment is None:
        raise Refused.because(
            [Violation("cursor", "request.cursor", "消息位置不正确", "请刷新消息列表后重试", API)]
        )
    return moment
