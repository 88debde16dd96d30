"""The service's one port: WebSocket for pages, and a small HTTP page with the demo reader.

Other web sites are kept out three ways: only 127.0.0.1 is listened on; Host must name this computer (a page
of a name that was pointed here does not pass); Origin must be on the list. Refusals are HTTP 403.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from singlewindow.card import protocol
from singlewindow.card.page import reader_page
from singlewindow.card.pkcs12 import FolderReader
from singlewindow.card.reader import NoCard
from singlewindow.card.settings import HOST

_log = logging.getLogger(__name__)
_POLL = 0.3  # seconds between looks whether the card is still there
_LARGEST_MESSAGE = 120 * 1024  # larger ones the real control cuts into blocks; pages here send digests only
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class CardService:
    """Answers pages one call at a time and tells them when the card changes."""

    def __init__(self, reader: FolderReader, port: int, origins: frozenset[str]) -> None:
        self._reader = reader
        self._hosts = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
        self._origins = origins
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

    async def watch(self) -> None:
        """Push `card_removed` / `card_inserted` for ever."""
        before = self._reader.inserted()
        while True:
            await asyncio.sleep(_POLL)
            now = self._reader.inserted()
            for name in _events(before, now):
                _log.info(name)
                broadcast(self._connections, protocol.event(name))
            before = now

    def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets a WebSocket handshake pass; everything else is answered here."""
        if request.headers.get("Host", "").lower() not in self._hosts:
            return _plain(HTTPStatus.FORBIDDEN, "Host not allowed")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return self._handshake(request)
        if request.method == "POST":
            return self._post(request)
        if request.method == "GET" and request.path == "/":
            return _html(reader_page(self._reader))
        return _plain(HTTPStatus.NOT_FOUND, "not found")

    async def _answer(self, session: protocol.Session, message: str | bytes) -> str:
        async with self._one_at_a_time:
            try:
                answer, line = await asyncio.to_thread(protocol.answer, session, message)
            except Exception:
                _log.exception("a request failed")
                return protocol.failure(message)
        _log.info(line)
        return answer

    def _handshake(self, request: Request) -> Response | None:
        origin = request.headers.get("Origin", "")
        if origin in self._origins:
            return None
        _log.warning("refused a page of origin %r", origin)
        return _plain(HTTPStatus.FORBIDDEN, "Origin not allowed")

    def _post(self, request: Request) -> Response:
        if request.headers.get("Origin", "") not in {f"http://{host}" for host in self._hosts}:
            return _plain(HTTPStatus.FORBIDDEN, "Origin not allowed")
        action, *rest = request.path.lstrip("/").split("/")
        moves: dict[tuple[str, int], Callable[[], None]] = {
            ("insert", 1): lambda: self._reader.insert(rest[0]),
            ("pull", 0): lambda: self._reader.insert(None),
            ("unlock", 1): lambda: self._reader.unlock(rest[0]),
        }
        move = moves.get((action, len(rest)))
        if move is None:
            return _plain(HTTPStatus.NOT_FOUND, "not found")
        return _moved(move)


def _events(before: str | None, now: str | None) -> list[str]:
    if before == now:
        return []
    return ["card_removed"] * (before is not None) + ["card_inserted"] * (now is not None)


def _moved(move: Callable[[], None]) -> Response:
    try:
        move()
    except NoCard:
        return _plain(HTTPStatus.NOT_FOUND, "no such card")
    return _response(HTTPStatus.SEE_OTHER, b"", {"Location": "/"})


def _html(text: str) -> Response:
    return _response(
        HTTPStatus.OK, text.encode(), {"Content-Type": "text/html; charset=utf-8", **_PAGE_HEADERS}
    )


def _plain(status: HTTPStatus, text: str) -> Response:
    return _response(status, f"{text}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


def _response(status: HTTPStatus, body: bytes, headers: dict[str, str]) -> Response:
    every = {"Connection": "close", "Content-Length": str(len(body)), **headers}
    return Response(status.value, status.phrase, Headers(every), body)


@asynccontextmanager
async def running(reader: FolderReader, port: int, origins: frozenset[str]) -> AsyncIterator[Server]:
    """The service on 127.0.0.1:`port` until the block ends. Raises OSError when the port is taken."""
    service = CardService(reader, port, origins)
    async with serve(
        service.connected,
        HOST,
        port,
        process_request=service.process_request,
        max_size=_LARGEST_MESSAGE,
        server_header=None,
    ) as server:
        watching = asyncio.create_task(service.watch())
        try:
            yield server
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
