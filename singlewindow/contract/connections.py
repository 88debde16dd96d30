"""Connections of portal and customs: what one of them may send before it is heard, and how long it may take.

The server (uvicorn) knows neither a limit of the head nor of time: one machine could hold thousands of connections open
with a byte now and then. What is checked here costs a request nothing but a few additions; the clock is looked at every
few seconds for each connection. What a request's body may hold is the application's matter.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32_768  # of address and headers; browsers send 2,000
HEAD_SECONDS = 10.0  # from the connection, or the head's first byte, to its last
STALL_SECONDS = 15.0  # in which a body, or the reading of an answer, must get on …
LEAST_BYTES = 1_000 * STALL_SECONDS  # … by so much
LINGER_SECONDS = (
    2.0  # after a refusal: who closes on what was not read yet destroys his own words on their way
)
LINGER_BYTES = 4_000_000  # that are then thrown away
TICK_SECONDS = 2.0
REASONS = {
    400: ("Bad Request", "请求不是有效的 HTTP，无法读取", "请按 HTTP/1.1 重新发送"),
    431: (
        "Request Header Fields Too Large",
        f"请求的地址和请求头共超过 {HEAD_BYTES // 1024} KB",
        "请清除本站点的 Cookie 后重试；由程序发送的，请减少请求头",
    ),
}


class HeadTooLarge(Exception):
    """The parser is told to stop."""


class Answers:
    """What answers are written to: head and body, which the server writes one after the other, go out together. Each
    would be a packet, and wake whoever reads it.

    What nothing follows at once goes out by itself in the event loop's next turn; no more than one piece ever waits.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._first: bytes | None = None
        self._turn: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        """Send it with what waits, or let it wait for what follows."""
        if self._first is None:
            self._first, self._turn = data, self._loop.call_soon(self._send)
        else:
            self._send(data)

    def close(self) -> None:
        """Send what waits, and hang up."""
        self._send()
        self._transport.close()

    def _send(self, more: bytes = b"") -> None:
        if self._turn is not None:
            self._turn.cancel()
        first, self._first, self._turn = self._first or b"", None, None
        if first or more:
            self._transport.writelines((first, more) if more else (first,))


class GuardedConnection(HttpToolsProtocol):
    """A connection with limits; uvicorn's `http=`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at the clock."""
        super().connection_made(transport)
        now = self.loop.time()
        self._reading_head, self._reading_body = True, False
        self._head_since, self._head_bytes, self._too_large = now, 0, False
        self._taken, self._refused_at = 0, 0.0  # bytes that came; when it was refused
        self._body_mark = self._answer_mark = (now, 0)
        self._timer = self.loop.call_later(TICK_SECONDS, self._tick)
        self._answers = Answers(transport, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look at it no more."""
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count, then read; a head that has become too large is refused before its end."""
        self._taken += len(data)
        if self._refused_at:
            self._linger()
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._reading_head and self._head_bytes > HEAD_BYTES and not self._refused_at:
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._reading_head, self._head_bytes, self._head_since = True, 0, self.loop.time()

    def on_headers_complete(self) -> None:
        """A head has ended: its request is answered. Raises HeadTooLarge, which ends the connection with 431."""
        if len(self.url) + sum([len(name) + len(value) + 4 for name, value in self.headers]) > HEAD_BYTES:
            self._too_large = True
            raise HeadTooLarge
        self._reading_head, self._reading_body = False, True
        self._body_mark = (self.loop.time(), self._taken)
        super().on_headers_complete()
        self.cycle.transport = self._answers  # type: ignore[assignment]  # it writes and closes, no more

    def on_message_complete(self) -> None:
        """A body has ended."""
        self._reading_body = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """The one shape of every refusal, and the end of the connection."""
        status = 431 if self._too_large else 400
        reason, detail, advice = REASONS[status]
        body = json.dumps(_problem(status, detail, advice), ensure_ascii=False).encode()
        head = (
            f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.write_eof()
        self._refused_at, self._taken = self.loop.time(), 0

    def _linger(self) -> None:
        if self._taken > LINGER_BYTES:
            self.transport.abort()

    def _tick(self) -> None:
        """End what does not get on: a head, a body, an answer that nobody reads."""
        self._timer = self.loop.call_later(TICK_SECONDS, self._tick)
        now = self.loop.time()
        if not self._answer_gets_on(now) or (self._refused_at and now - self._refused_at > LINGER_SECONDS):
            self.transport.abort()
        elif not self.transport.is_closing() and not (self._head_gets_on(now) and self._body_gets_on(now)):
            self.transport.close()

    def _head_gets_on(self, now: float) -> bool:
        answering = self.cycle is not None and not self.cycle.response_complete
        return not self._reading_head or answering or now - self._head_since < HEAD_SECONDS

    def _body_gets_on(self, now: float) -> bool:
        since, taken = self._body_mark
        if not self._reading_body or now - since < STALL_SECONDS:
            return True
        answered = self.cycle is not None and self.cycle.response_complete  # what still comes is for nobody
        waiting = self.flow.read_paused  # for us
        self._body_mark = (now, self._taken)
        return not answered and (waiting or self._taken - taken >= LEAST_BYTES)

    def _answer_gets_on(self, now: float) -> bool:
        left = self.transport.get_write_buffer_size()
        since, before = self._answer_mark
        if left == 0 or left > before or before - left >= LEAST_BYTES:
            self._answer_mark = (now, left)
            return True
        return now - since < STALL_SECONDS


def _problem(status: int, detail: str, advice: str) -> dict[str, Any]:
    return {
        "type": "/problems/refused",
        "title": "请求无法办理",
        "status": status,
        "detail": detail,
        "advice": advice,
        "clause": "接口说明 /api/openapi.json",
        "violations": [],
        "request_id": "",
    }
