"""How much a request may carry: counted while it is read, whatever it announced."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from singlewindow.customs.http.problems import answer_problem
from singlewindow.customs.problems import TooLarge

MAX_BODY = 1024 * 1024  # of what officers send; a thousand decisions have less
EXCHANGE = "/exchange/"  # its routes count for themselves


class Interrupted(HTTPException):
    """A problem found while the framework reads a request: it lets only its own exceptions pass."""

    def __init__(self, problem: TooLarge) -> None:
        super().__init__(problem.status, problem.detail)
        self.problem = problem


class BodyLimit:
    """ASGI middleware: 413 at once for an announced length above the limit, else as soon as the bytes exceed it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http" or scope["path"].startswith(EXCHANGE):
            await self._app(scope, receive, send)
            return
        too_large = TooLarge(f"请求不能超过 {MAX_BODY:,} 字节")
        announced = Request(scope).headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > MAX_BODY:
            await answer_problem(too_large)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY:
                raise Interrupted(too_large)
            return message

        await self._app(scope, counted, send)
