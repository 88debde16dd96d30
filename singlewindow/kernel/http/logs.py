"""Structured logs and the request id that stands in them, in the answer, and in the message to customs (OPER-01)."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import unicodedata
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal

import structlog
from fastapi import Request, Response

from singlewindow.kernel.http import problems
from singlewindow.kernel.http.metrics import observe

_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode categories
_MANY_LINES = ("exception", "stack")
QUIET = ("/healthz", "/readyz", "/metrics")  # asked every few seconds by machines
log = structlog.get_logger()


def configure(style: Literal["console", "json"]) -> None:
    """One line per event on standard output, libraries' own included; JSON for machines, plain for people."""
    steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if style == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
        steps.append(_without_controls)
    libraries = logging.StreamHandler(sys.stdout)
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*steps, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def _without_controls(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """What a stranger sent must not move a terminal's cursor: control characters stand there as \\x1b."""
    for name, value in event.items():
        if isinstance(value, str):
            kept = "\n\t" if name in _MANY_LINES else ""
            event[name] = "".join(
                c if c in kept or unicodedata.category(c) not in _CONTROLS else repr(c)[1:-1] for c in value
            )
    return event


async def with_request_id(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: take a well-formed X-Request-Id or make one, log the request, answer with the id."""
    given = request.headers.get("x-request-id", "")
    request.state.request_id = given if re.fullmatch(r"[0-9A-Za-z-]{8,64}", given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
    began = time.perf_counter()
    try:
        response = await call(request)
    except Exception as error:  # the outermost place that still knows the request
        response = await problems.bug(request, error)
    response.headers["X-Request-Id"] = request.state.request_id
    took = time.perf_counter() - began
    observe(request, response.status_code, took)
    if request.url.path not in QUIET:
        log.info(
            "request",
            method=request.method,
            path=request.url.path,
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
    return response
