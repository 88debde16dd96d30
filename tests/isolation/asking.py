"""Requests straight into the application, and their answers as they can be compared."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from tests.house import ORIGIN
from tests.strangers import Ask

VARIES = frozenset({"x-request-id", "date"})
MADE_AT = "docProps/core.xml"  # the second in which a workbook was made
NEW = re.compile(rb'[0-9]+|"[A-Za-z0-9_.-]{32,}"')
ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
ENOUGH = 64  # messages of a stream


@dataclass(frozen=True)
class Answer:
    """Status, headers without what differs between any two requests, and the whole body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    request_id: str

    @property
    def texts(self) -> list[bytes]:
        """The body, and what is packed in it: a canary sings wherever it sits."""
        found = [self.body]
        if self.body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(self.body)) as parts:
                found += [parts.read(name) for name in parts.namelist()]
        if b"\\u" in self.body:
            found.append(ESCAPED.sub(lambda one: chr(int(one[1], 16)).encode(errors="replace"), self.body))
        return found

    def holds(self, mark: str) -> bool:
        """Whether the mark stands anywhere in it, as it is or as escapes."""
        wanted = mark.encode()
        head = "".join(value for _, value in self.headers).encode()
        return any(wanted in each for each in (*self.texts, head))

    def said(self, method: str, named: Mapping[str, Any]) -> tuple[int, str, bytes]:
        """The answer with a placeholder for everything that was asked for."""
        body, headers = self._same(), json.dumps(self.headers)
        texts = [(name, text) for name, value in named.items() for text in _texts(value)]
        for name, text in sorted(texts, key=lambda pair: -len(pair[1])):
            body = body.replace(text.encode(), f"<{name}>".encode())
            headers = headers.replace(text, f"<{name}>")
        if (
            self.status < 300 and method != "GET"
        ):  # what was made has a number, a moment and a nonce of its own
            body, headers = NEW.sub(b"0", body), NEW.sub(b"0", headers.encode()).decode()
        return self.status, headers, body

    def _same(self) -> bytes:
        body = self.body.replace(self.request_id.encode(), b"")
        if not body.startswith(b"PK"):
            return body
        with zipfile.ZipFile(io.BytesIO(self.body)) as parts:
            return b"".join(name.encode() + parts.read(name) for name in parts.namelist() if name != MADE_AT)


@dataclass
class Exchange:
    """One request on its way through the application."""

    body: bytes
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    sent: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Message:
        if not self.sent:
            self.sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            ]
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body") or len(self.parts) > ENOUGH:
                self.over.set()


async def send(app: ASGIApp, method: str, path: str, headers: Mapping[str, str], ask: Ask) -> Answer:
    """The application's answer."""
    more: dict[str, Any] = {"json": ask.json} if ask.json is not None else {}
    request = httpx.Request(
        method, ORIGIN + path, params=ask.params or None, headers={**headers, **ask.headers}, data=ask.data,
        files=ask.files, **more,
    )  # fmt: skip
    exchange = Exchange(request.read())
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
    }
    await app(scope, exchange.receive, exchange.send)
    told = dict(exchange.headers)
    kept = tuple((name, value) for name, value in exchange.headers if name not in VARIES)
    return Answer(exchange.status, kept, b"".join(exchange.parts), told.get("x-request-id", "-"))


def _texts(value: Any) -> list[str]:
    return (
        [text for each in value.values() for text in _texts(each)]
        if isinstance(value, dict)
        else [str(value)]
    )
