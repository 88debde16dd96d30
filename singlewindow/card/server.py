"""The service's one port: WebSocket for pages, and, for demo cards, the page of their reader.

Other web sites are kept out three ways: only 127.0.0.1 is listened on; Host must name this computer (a page
of a name that was pointed here does not pass); Origin must be on the list. Refusals are HTTP 403.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Protocol, TypeVar

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from singlewindow.card import protocol
from singlewindow.card.reader import Reader
from singlewindow.card.responses import plain
from singlewindow.card.settings import HOST

_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)
_POLL = 0.3  # seconds between looks whether the card is still there
_LARGEST_MESSAGE = 120 * 1024  # larger ones the real control cuts into blocks; pages here send digests only


class ReaderPage(Protocol):
    """A page of the reader itself, beside the WebSocket."""

    def respond(self, method: str, path: str) -> Response:
        """The answer to a request whose Host and, for POST, Origin name the service itself."""
        ...


class CardService:
    """Answers pages one call at a time and tells them when the card changes."""

    def __init__(
        self, reader: Reader, port: int, origins: frozenset[str], page: ReaderPage | None = None
    ) -> None:
        self._reader = reader
        self._hosts = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
        self._origins = origins
        self._page = page
        self._connections: set[ServerConnection] = set()
        self._one_at_a_time = asyncio.Lock()

    async def connected(self, connection: ServerConnection) -> None:
        """Serve one page until it goes."""
        session = protocol.Session(self._reader)
        self._connections.add(connection)
        try:
            with suppress(ConnectionClosed):  # pages go as they please, killed browsers without a word
                await connection.send(protocol.OPEN_MESSAGE)
                async for message in connection:
                    await connection.send(await self._answer(session, message))
        finally:
            self._connections.discard(connection)

    async def look(self) -> str | None:
        """What tells the card in the reader now from another one."""
        return await self._ask(self._reader.inserted)

    async def watch(self, before: str | None) -> None:
        """Push `card_removed` / `card_inserted` for ever, beginning with the change since `before`."""
        while True:
            await asyncio.sleep(_POLL)
            now = await self.look()
            for name in _events(before, now):
                _log.info(name)
                broadcast(self._connections, protocol.event(name))
            before = now

    def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets a WebSocket handshake pass; everything else is answered here."""
        if request.headers.get("Host", "").lower() not in self._hosts:
            return plain(HTTPStatus.FORBIDDEN, "Host not allowed")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return self._handshake(request)
        if self._page is None:
            return plain(HTTPStatus.NOT_FOUND, "not found")
        if request.method == "POST" and not self._own_origin(request):
            return plain(HTTPStatus.FORBIDDEN, "Origin not allowed")
        return self._page.respond(request.method, request.path)

    async def _answer(self, session: protocol.Session, message: str | bytes) -> str:
        try:
            answer, line = await self._ask(lambda: protocol.answer(session, message))
        except Exception:
            _log.exception("a request failed")
            return protocol.failure(message)
        _log.info(line)
        return answer

    async def _ask(self, question: Callable[[], _Result]) -> _Result:
        """What the reader answers: in a thread, for a card takes its time, and one question at a time."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(question)

    def _handshake(self, request: Request) -> Response | None:
        origin = request.headers.get("Origin", "")
        if origin in self._origins:
            return None
        _log.warning("refused a page of origin %r", origin)
        return plain(HTTPStatus.FORBIDDEN, "Origin not allowed")

    def _own_origin(self, request: Request) -> bool:
        return request.headers.get("Origin", "") in {f"http://{host}" for host in self._hosts}


def _events(before: str | None, now: str | None) -> list[str]:
    if before == now:
        return []
    return ["card_removed"] * (before is not None) + ["card_inserted"] * (now is not None)


@asynccontextmanager
async def running(
    reader: Reader, port: int, origins: frozenset[str], page: ReaderPage | None = None
) -> AsyncIterator[Server]:
    """The service on 127.0.0.1:`port` until the block ends. Raises OSError when the port is taken."""
    service = CardService(reader, port, origins, page)
    before = await service.look()
    async with serve(
        service.connected,
        HOST,
        port,
        process_request=service.process_request,
        max_size=_LARGEST_MESSAGE,
        server_header=None,
    ) as server:
        watching = asyncio.create_task(service.watch(before))
        try:
            yield server
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
