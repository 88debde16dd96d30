"""Connections that want too much: a real server in this process, whose patience is short (PORT-10)."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn

from singlewindow.contract import connections
from singlewindow.contract.connections import HEAD_BYTES, Answers, GuardedConnection

SOON = 20.0  # seconds; what is waited for takes less than one
GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
BIG = 8_000_000  # bytes of an answer: more than the machine's own buffers take


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("HEAD_SECONDS", 0.6), ("STALL_SECONDS", 0.6), ("TICK_SECONDS", 0.1), ("LEAST_BYTES", 600.0),
        ("LINGER_SECONDS", 0.5),
    ):  # fmt: skip
        monkeypatch.setattr(connections, name, value)


class Site:
    """A server with one application: it says how long the body was, or much, or answers before the body's end."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        size = 0
        while scope["path"] != "/early":
            message = await receive()
            size += len(message.get("body", b""))
            if not message.get("more_body") or message["type"] == "http.disconnect":
                break
        body = b"x" * BIG if scope["path"] == "/big" else str(size).encode()
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=1000)

    async def say(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Send pieces and read to the end of the connection."""
        reader, writer = await self.open()
        reading = asyncio.create_task(_all_of(reader))
        try:
            for piece in pieces:
                if reading.done() or writer.transport.is_closing():
                    break
                writer.write(piece)
                await asyncio.sleep(pause)
            return await asyncio.wait_for(reading, SOON)
        finally:
            writer.transport.abort()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    """What comes until the end, also where that is a cut."""
    said = b""
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            said += piece
    return said


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    site, listening = Site(), socket.create_server(("127.0.0.1", 0))
    site.port = listening.getsockname()[1]
    config = uvicorn.Config(
        site, lifespan="off", log_config=None, http=GuardedConnection, ws="none", server_header=False,
        timeout_keep_alive=1, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield site
    server.should_exit = True
    await asyncio.wait_for(task, SOON)


async def answers(site: Site) -> bool:
    """Whether an honest request is answered meanwhile."""
    said = await site.say(GET + b"Connection: close\r\n\r\n")
    return said.startswith(b"HTTP/1.1 200") and said.endswith(b"\r\n\r\n0")


def refusal(said: bytes) -> dict[str, Any]:
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, said[:300]
    found: dict[str, Any] = json.loads(body)
    return found


def dripping(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


async def test_a_head_has_a_size() -> None:
    """Whether it comes at once, in pieces or never ends; in headers, many of them, or the address."""
    async with serving() as site:
        large = b"a" * (HEAD_BYTES + 10)
        for head in (
            GET + b"X: " + large + b"\r\n\r\n", GET + b"X: 1\r\n" * 8_000 + b"\r\n",
            GET + b"Cookie: " + b"c" * 2_000_000, b"GET /?" + large + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        ):  # fmt: skip
            problem = refusal(await site.say(head))
            assert (problem["status"], problem["advice"] != "") == (431, True)
        assert "32 KB" in problem["detail"]
        assert not site.asked
        assert (await site.say(GET + b"X: " + large[:30_000] + b"\r\nConnection: close\r\n\r\n"))[
            9:12
        ] == b"200"
        kept_alive = GET + b"X: " + large[:20_000] + b"\r\n\r\n"
        assert (await site.say(kept_alive * 3)).count(b"HTTP/1.1 200") == 3


async def test_slow_ones_are_ended_and_others_answered() -> None:
    """A head and a body that drip, a body that stops, a connection that says nothing, an answer that nobody reads."""
    body = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    chunked = b"POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving() as site:
        _, unread = await site.open()
        unread.write(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        slow = [
            site.say(*dripping(GET * 40), pause=0.05), site.say(body, *dripping(b"x" * 400), pause=0.05),
            site.say(body), site.say(b""), site.say(chunked, *[b"5\r\nhello\r\n"] * 400, pause=0.02),
        ]  # fmt: skip
        ended = asyncio.gather(*slow)
        assert await answers(site)
        said = await ended
        assert [each.count(b"HTTP/1.1 200") for each in said] == [0, 0, 0, 0, 1]
        await asyncio.wait_for(_lost(unread), SOON)
        assert await answers(site)


async def _lost(writer: asyncio.StreamWriter) -> None:
    """Wait until the other side has given the connection up: who writes is told."""
    while not writer.transport.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.1)


async def test_who_reads_slowly_but_reads_gets_all() -> None:
    async with serving() as site:
        reader, writer = await site.open()
        writer.write(b"GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        got = 0
        while piece := await reader.read(60_000):
            got += len(piece)
            await asyncio.sleep(0.005)
        assert got > BIG
        writer.close()


async def test_idle_connections_do_no_harm() -> None:
    async with serving() as site:
        idle = await asyncio.gather(*(site.open() for _ in range(300)))
        assert await answers(site)
        ends = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in idle)), SOON)
        assert set(ends) == {b""}
        for _, writer in idle:
            writer.close()


POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = {
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks of another kind": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunks with blanks": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a length with a sign": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "a length of many digits": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
    "a chunk of minus one": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "a chunk of too many digits": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b: c\r\n\r\n",
    "a bare CR": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
    "NUL": b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01",
    "HTTP 9": b"GET / HTTP/9.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_what_two_programs_would_read_differently(name: str) -> None:
    """No request is read out of it, or one and nothing after it; never a second one that stands in a body."""
    inner = b"GET /inner HTTP/1.1\r\nHost: a\r\n\r\n"
    async with serving() as site:
        said = await site.say(SMUGGLED[name] + inner)
        assert "/inner" not in site.asked, said
        assert refusal(said[said.rfind(b"HTTP/1.1 4") :])["status"] == 400


class Pieces:
    """A transport that keeps what each write sends."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def writelines(self, pieces: tuple[bytes, ...]) -> None:
        self.sent.append(b"".join(pieces))

    def close(self) -> None:
        self.sent.append(b"closed")


async def test_head_and_body_go_out_together_and_nothing_waits_longer_than_a_turn() -> None:
    transport: Any = Pieces()
    answers = Answers(transport, asyncio.get_running_loop())
    answers.write(b"head")
    answers.write(b"body")
    assert transport.sent == [b"headbody"]
    answers.write(b"head of a stream")
    assert transport.sent == [b"headbody"]
    await asyncio.sleep(0)
    assert transport.sent[1:] == [b"head of a stream"]
    answers.write(b"last piece")
    answers.close()
    await asyncio.sleep(0)
    assert transport.sent[2:] == [b"last piece", b"closed"]
