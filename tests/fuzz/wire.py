"""A request as a server hands it to the application, without a server: fast, and nothing in between mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

PEER = ("203.0.113.77", 50000)  # of whom nothing else in these tests is counted
PATIENCE = 10.0  # seconds for an answer that ends; nothing may take longer
STREAM_PATIENCE = 0.05  # seconds for one that does not


@dataclass
class Answer:
    """What came back; `whole` says whether it ended by itself."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    whole: bool = False
    began: asyncio.Event = field(default_factory=asyncio.Event)

    def header(self, name: str) -> str:
        """The first value of a header; "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")


async def ask(app: Any, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send a request and take what comes. Raises TimeoutError for an answer that does not end, streams aside."""
    answer, gone = Answer(), asyncio.Event()
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"]]
            answer.began.set()
            return
        answer.body += message.get("body", b"")
        answer.whole = not message.get("more_body", False)

    running = asyncio.create_task(app(_scope(method, url, headers), receive, send))
    try:
        await _patiently(running, answer)
    finally:
        gone.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(running, PATIENCE)
    return answer


async def _patiently(running: asyncio.Task[None], answer: Answer) -> None:
    """Wait for the end, or for the beginning of a stream that has none."""
    began = asyncio.create_task(answer.began.wait())
    try:
        done, _ = await asyncio.wait({running, began}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise TimeoutError("no answer")
        endless = answer.header("content-type").startswith("text/event-stream")
        await asyncio.wait({running}, timeout=STREAM_PATIENCE if endless else PATIENCE)
        if not running.done() and not endless:
            raise TimeoutError("the answer does not end")
    finally:
        began.cancel()


def _scope(method: str, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode("ascii", "replace"),
        "query_string": parts.query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [
            (k.lower().encode("latin-1"), v.encode("latin-1", "replace")) for k, v in headers.items()
        ],
        "client": PEER,
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
