"""The load generator's side of HTTP: keep-alive connections that cost little, for they share the machine's cores.

Requests are whole byte strings; of an answer the status, the body and the time it took are kept.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import cast

LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
IDLE_SECONDS = 3.0  # then a new connection is made: the server hangs up after five


class Failed(Exception):
    """An answer that a client did not hope for."""


class Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer gets none."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Failed(f"connection lost: {exc!r}"))

    def data_received(self, data: bytes) -> None:
        """Collect an answer; whole is one whose body has the announced length."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        found = LENGTH.search(self._buffer, 0, end + 2)
        whole = end + 4 + (int(found[1]) if found else 0)
        if len(self._buffer) < whole or self._answer is None:
            return
        status, body = int(self._buffer[9:12]), self._buffer[end + 4 : whole]
        if CLOSE.search(self._buffer, 0, end + 2):
            self.close()  # the other side does so too, perhaps only after the next request was written
        self._buffer = self._buffer[whole:]
        if not self._answer.done():
            self._answer.set_result((status, body))

    @property
    def closed(self) -> bool:
        """Whether the other side has hung up, as it does after some idle seconds."""
        return self._transport is None or self._transport.is_closing()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a whole request; status and body of the answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


@dataclass
class Client:
    """A person at work: a connection, the headers that every request carries, and how long each kind took."""

    port: int
    connection: Connection
    fixed: bytes  # header lines, each with its line end
    times: dict[str, list[float]] = field(default_factory=dict)
    last: float = 0.0  # when it was answered last
    due: float = 0.0  # when the next request should have gone: its time counts from there

    @classmethod
    async def connect(cls, port: int, headers: dict[str, str]) -> Client:
        """A new connection to a port of this computer."""
        lines = {"Host": f"127.0.0.1:{port}", **headers}
        return cls(port, await connected(port), "".join(f"{n}: {v}\r\n" for n, v in lines.items()).encode())

    async def call(
        self, kind: str, method: str, path: str, body: bytes = b"", more: str = "", expect: int = 200
    ) -> bytes:
        """One request; the answer's body. Raises Failed for another status than `expect`."""
        head = f"{method} {path} HTTP/1.1\r\n{more}content-length: {len(body)}\r\n".encode()
        if body:
            head += b"content-type: application/json\r\n"
        now = time.perf_counter()
        began, self.due = self.due or now, 0.0
        if self.connection.closed or now - self.last > IDLE_SECONDS:
            self.connection.close()
            self.connection = await connected(self.port)
        status, answer = await self.connection.ask(head + self.fixed + b"\r\n" + body)
        self.last = time.perf_counter()
        self.times.setdefault(kind, []).append(self.last - began)
        if status != expect:
            raise Failed(f"{method} {path}: {status} {answer[:400].decode(errors='replace')}")
        return answer


async def connected(port: int) -> Connection:
    """A new connection to a port of this computer."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection
