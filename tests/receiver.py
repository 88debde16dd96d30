"""An endpoint of a company for tests: takes what is sent to it, and answers as it is told, or not at all."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[["Receiver", "Arrival", asyncio.StreamWriter], Awaitable[None]]
CHUNK = b"x" * 65_536


@dataclass(frozen=True)
class Arrival:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    def signed_with(self, secret: str) -> bool:
        """Whether one of its signatures was made with this secret: written anew here, not the program's own."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return right in self.headers["webhook-signature"].split(" ")


async def says(writer: asyncio.StreamWriter, status: int, headers: str = "") -> None:
    writer.write(f"HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\n\r\n".encode())
    await writer.drain()


async def accepts(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
    receiver.accepted.append(arrival)
    await says(writer, 200)


async def hangs(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
    await receiver.closing.wait()


async def talks_for_ever(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
    """Says yes, and then a gigabyte."""
    receiver.accepted.append(arrival)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(1_000_000_000 // len(CHUNK)):
        writer.write(CHUNK)
        await writer.drain()
        receiver.sent += len(CHUNK)


async def drips(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
    """A header that never ends, a letter at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not receiver.closing.is_set():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


def fails(status: int = 500, headers: str = "") -> Answer:
    async def answer(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
        await says(writer, status, headers)

    return answer


@dataclass
class Receiver:
    """What has come (`arrivals`), what of it was accepted, and how the next is answered."""

    answer: Answer = accepts
    arrivals: list[Arrival] = field(default_factory=list)
    accepted: list[Arrival] = field(default_factory=list)
    sent: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    scheme: str = "http"

    def url(self, path: str = "/hook") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def by_document(self) -> dict[str, list[int]]:
        """Numbers of the entries that were accepted, by document, in the order in which they came first."""
        found: dict[str, list[int]] = defaultdict(list)
        for event in (arrival.event for arrival in self.accepted):
            if event["no"] not in found[event["number"]]:
                found[event["number"]].append(event["no"])
        return dict(found)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            arrival = await _read(reader)
            self.arrivals.append(arrival)
            await self.answer(self, arrival, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Arrival:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Arrival(lines[0].split(" ")[1], headers, body)


@asynccontextmanager
async def receiving(answer: Answer = accepts, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port of this computer."""
    receiver = Receiver(answer, scheme="https" if tls else "http")
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.close()
