"""How much a request may carry: counted while it is read, whatever it announced. Both sides' web processes have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class BodyLimit:
    """ASGI middleware: refuses at once what announces a length above its limit, and raises `interrupted` as soon as
    the bytes exceed it.

    `limit` answers the bytes that a path may carry, None for a path that is not counted; `refuse` the response to a
    request above a limit, `interrupted` what is raised while such a request is read.
    """

    app: ASGIApp
    limit: Callable[[str], int | None]
    refuse: Callable[[Request, int], Response]
    interrupted: Callable[[int], Exception]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        limit = self.limit(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if _announced(request) > limit:
            await self.refuse(request, limit)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise self.interrupted(limit)
            return message

        await self.app(scope, counted, send)


def _announced(request: Request) -> int:
    """The length that the request says it has; 0 where it says none. A number of 20 digits is above any limit."""
    length = request.headers.get("content-length", "")
    return int(length[:20]) if length.isascii() and length.isdigit() else 0
