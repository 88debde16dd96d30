"""What every request passes: its id, the log line and the figures, and how browsers are to treat the answer."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from singlewindow.kernel.http import problems
from singlewindow.kernel.http.metrics import observe

QUIET = ("/healthz", "/readyz", "/metrics")  # asked every few seconds by machines
REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
log = structlog.get_logger()


class RequestFrame:
    """ASGI middleware: takes a well-formed X-Request-Id or makes one, answers with it, logs and counts the request
    when its answer begins, and turns what nobody expected into an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        request.state.request_id = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began, begun = time.perf_counter(), False

        async def framed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _headers(message, request_id, scope["path"])
                _note(request, message["status"], time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, framed)
        except Exception as error:  # the outermost place that still knows the request
            if begun:
                raise
            await (await problems.bug(request, error))(scope, receive, framed)


def _headers(message: Message, request_id: str, path: str) -> list[tuple[bytes, bytes]]:
    """The answer's headers and ours, where it does not say otherwise."""
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
    wanted = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
    if path.startswith("/api/"):
        wanted.append((b"cache-control", b"no-store"))
    said = {name for name, _ in headers}
    return [*headers, *(w for w in wanted if w[0] not in said), (b"x-request-id", request_id.encode())]


def _note(request: Request, status: int, seconds: float) -> None:
    observe(request, status, seconds)
    path = request.scope["path"]
    if path not in QUIET:
        log.info("request", method=request.method, path=path, status=status, ms=round(seconds * 1000, 1))
