"""The feed of events, for programs that follow what becomes of the company's documents (INTG-03)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.http import tokens
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import closed_types
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.sessions import at_work, bound_person, cookie_name
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.live import feed
from singlewindow.kernel.live.bell import Bell
from singlewindow.kernel.live.feed import FeedPage
from singlewindow.kernel.people import session_store
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.session_store import digest
from singlewindow.kernel.problems import CursorExpired, Forbidden, NotLoggedIn, Refused, TooMany

LONGEST = 25  # seconds that a question may wait

router = APIRouter(prefix="/api/events", tags=["events"])


@router.get(
    "",
    summary="Events of the company's documents, in an order that stays, from a cursor on",
    response_model=FeedPage,
    responses=documented(NotLoggedIn, Forbidden, CursorExpired, Refused, TooMany),
)
@for_tokens("read")
async def events(
    request: Request,
    after: Annotated[
        Text,
        Query(
            max_length=40,
            description="`next` of the last answer. Empty: from the oldest event that is kept; `now`: what comes from "
            "here on",
        ),
    ] = "",
    most: Annotated[int, Query(ge=1, le=feed.MOST, description="How many events at most")] = 100,
    wait: Annotated[
        float, Query(ge=0, le=LONGEST, description="Seconds to wait for the first one where there is none")
    ] = 0,
) -> Response:
    """What happened to the company's own documents, and what was submitted and answered of others in which it is a
    party. Asked again with the same `after`, the answer begins with the same events, word for word; nothing ever comes
    to stand before a cursor. Types that the session or token may not enter are left out. Events are kept for 90 days;
    a cursor that is older answers 410 with `oldest`, one of a time that a restore has lost 422 with `last_known`: from
    there one may go on."""
    page, begin, person = await _first(request, after, most)
    if not page.items and wait:
        page = await _waited(request, person, begin, most, wait)
    return json_answer(page)


async def _first(request: Request, after: str, most: int) -> tuple[FeedPage, int, Person]:
    async with at_work(request) as (transaction, person):
        await bound_person(person)
        begin = await feed.begin(transaction, after)
        return await feed.read(transaction, begin, most, closed_types(person)), begin, person


async def _waited(request: Request, person: Person, after: int, most: int, wait: float) -> FeedPage:
    """Ask again whenever it rings. Raises NotLoggedIn where the session or token is over meanwhile."""
    database: Database = request.app.state.database
    bell: Bell = request.app.state.bell
    clock: Callable[[], float] = asyncio.get_running_loop().time
    until = clock() + wait
    with bell.ear(person.company_id, person.account_id) as ear:
        while True:
            async with database.transaction(person.actor) as transaction:
                await _require_still(transaction, request)
                page = await feed.read(transaction, after, most, closed_types(person))
            if page.items or clock() >= until or bell.leaving():
                return page
            passed = feed.no_of(person.company_id, page.next)
            if passed == after:  # else there may be more behind what was passed over
                await bell.wait(ear, until - clock())
            after = passed


async def _require_still(transaction: Transaction, request: Request) -> None:
    secret = tokens.token_of(request) or request.cookies[cookie_name()]
    if await session_store.over(transaction, {digest(secret)}):
        raise NotLoggedIn("登录或接口令牌在等待期间已失效；请重新登录，或更换令牌")
