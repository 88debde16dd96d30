"""What the routes are given: the running program's parts, and the officer who asks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from singlewindow.customs.database import Database
from singlewindow.customs.keys import Keys
from singlewindow.customs.officers.sessions import Session, get_session
from singlewindow.customs.problems import Forbidden, TooLarge
from singlewindow.customs.settings import CustomsSettings

COOKIE = "customs_session"
CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True)
class Parts:
    """What a running customs process consists of."""

    settings: CustomsSettings
    database: Database
    keys: Keys


def get_parts(request: Request) -> Parts:
    """The process' parts."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


Running = Annotated[Parts, Depends(get_parts)]


def check_origin(request: Request, parts: Running) -> None:
    """Refuse a change that another site's page asks for; programs without an Origin header pass."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in parts.settings.origins:
        raise Forbidden("请求来自其他网站，未予办理")


async def get_officer(request: Request, parts: Running) -> Session:
    """Who asks; raises NotLoggedIn, and Forbidden for a change without the session's CSRF token."""
    session = await get_session(parts.database, request.cookies.get(COOKIE))
    if request.method not in ("GET", "HEAD"):
        check_origin(request, parts)
        if not secrets.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), session.csrf.encode()):
            raise Forbidden("页面已过期，请刷新后重试")
    return session


Officer = Annotated[Session, Depends(get_officer)]


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes; raises TooLarge without reading further."""
    if int(request.headers.get("Content-Length", "0") or 0) > limit:
        raise TooLarge(f"请求不能超过 {limit:,} 字节")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"请求不能超过 {limit:,} 字节")
    return bytes(body)
