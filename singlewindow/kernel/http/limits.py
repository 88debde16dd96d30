"""How much a request may carry: counted while it is read, whatever it announced."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from singlewindow.kernel.http.problems import Interrupted, answer
from singlewindow.kernel.problems import TooLarge
from singlewindow.kernel.settings import settings

MEGABYTE = 1024 * 1024
MAX_BODY = 6 * MEGABYTE  # the greatest upload with its form fields
MAX_EXCHANGE = 16 * MEGABYTE  # a batch of customs' messages
EXCHANGE = "/exchange/"
FILES = "/api/files"


class BodyLimit:
    """ASGI middleware: 413 at once for an announced length above the limit, else as soon as the bytes exceed it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = _limit(scope["path"])
        if _announced(request) > limit:
            await answer(_too_large(limit), request)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise Interrupted(_too_large(limit))
            return message

        await self._app(scope, counted, send)


def _limit(path: str) -> int:
    if path == FILES:
        return (settings().file_megabytes + 1) * MEGABYTE  # the file with its form
    return MAX_EXCHANGE if path.startswith(EXCHANGE) else MAX_BODY


def _announced(request: Request) -> int:
    """The length that the request says it has; 0 where it says none. A number of 20 digits is above any limit."""
    length = request.headers.get("content-length", "")
    return int(length[:20]) if length.isascii() and length.isdigit() else 0


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"请求内容超过上限 {limit // MEGABYTE} MB；单个 PDF 文件不能超过 4M")
