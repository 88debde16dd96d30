"""Changes of documents as Server-Sent Events (UI-14)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from singlewindow.kernel.http import tokens
from singlewindow.kernel.http.desk import BoundPerson, closed_types
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.sessions import cookie_name
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.live.changes import Change
from singlewindow.kernel.live.hub import PER_ACCOUNT, Hub, Stream
from singlewindow.kernel.people.session_store import digest
from singlewindow.kernel.problems import Forbidden, NotLoggedIn, TooMany

RETRY = b"retry: 2000\n\n"  # milliseconds until a browser tries again
FULL_SECONDS = 30
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = APIRouter(prefix="/api/events", tags=["events"])


class EventStream(StreamingResponse):
    """An answer that goes on; its type stands in the API's description."""

    media_type = "text/event-stream"


@router.get(
    "/stream",
    summary="Changes of the company's documents, as they happen",
    response_class=EventStream,
    responses={200: {"model": Change}, **documented(NotLoggedIn, Forbidden, TooMany)},
)
@for_tokens("read")
async def stream(
    person: BoundPerson,
    request: Request,
    cursor: Annotated[Text, Query(max_length=20, description="The id of the last event seen")] = "",
    last_event_id: Annotated[Text, Header(max_length=20)] = "",
) -> EventStream:
    """Server-Sent Events. `change`: a document changed (its data as described here). `hello`: the stream has begun, and
    what was missed since the cursor has been told. `beat`: it lives. `resync`: more was missed than is told, look at
    everything anew. `end`: the session is over. After a cursor the changes of 40 seconds before it may come again."""
    hub: Hub = request.app.state.hub
    if hub.full(person.account_id):
        raise TooMany(
            f"该账号同时打开的实时状态连接已达上限（{PER_ACCOUNT} 个）；请关闭其他浏览器窗口，否则状态改为定时刷新",
            retry_after=FULL_SECONDS,
        )
    session = digest(tokens.token_of(request) or request.cookies[cookie_name()])
    return EventStream(
        _events(hub, lambda: hub.join(person.actor, session), last_event_id or cursor, closed_types(person)),
        headers=HEADERS,
    )


async def _events(
    hub: Hub, join: Callable[[], Stream], cursor: str, closed: frozenset[str]
) -> AsyncIterator[bytes]:
    """Joined before what was missed is read: what happens meanwhile waits in the stream. Nothing is told of `closed`
    types, which this session may not enter (PORT-06)."""
    opened = join()
    try:
        yield RETRY
        for message in await hub.missed(opened.actor, cursor):
            if message.about not in closed:
                yield message.encode()
        async for message in opened.messages():
            if message.about not in closed:
                yield message.encode()
    finally:
        hub.leave(opened)
