"""What the routes are given: the running program's parts, and the officer who asks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

from singlewindow.customs.database import Database
from singlewindow.customs.keys import Keys
from singlewindow.customs.officers.sessions import Session, get_session
from singlewindow.customs.problems import Forbidden, TooLarge
from singlewindow.customs.settings import CustomsSettings

CSRF_HEADER = "X-CSRF-Token"
UNATTENDED_HEADER = "X-Unattended"
"""With what an open page looks at by itself: an officer who went away is logged out all the same."""


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


def address_of(request: Request) -> str:
    """Whom the limits count: an IPv4 address, or the /64 network of an IPv6 one (behind a proxy: X-Forwarded-For)."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


Address = Annotated[str, Depends(address_of)]


def check_origin(request: Request, parts: Running) -> None:
    """Refuse a change that another site's page asks for; programs without an Origin header pass."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in parts.settings.origins:
        raise Forbidden("请求来自其他网站，未予办理")


async def get_officer(request: Request, parts: Running) -> Session:
    """Who asks; raises NotLoggedIn, and Forbidden for a change without the session's CSRF token."""
    token = request.cookies.get(parts.settings.cookie)
    looks = request.method in ("GET", "HEAD")
    unattended = looks and UNATTENDED_HEADER in request.headers
    session = await get_session(parts.database, token, parts.settings.session_hours, unattended=unattended)
    if not looks:
        check_origin(request, parts)
        if not secrets.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), session.csrf.encode()):
            raise Forbidden("页面已过期，请刷新后重试")
    return session


Officer = Annotated[Session, Depends(get_officer)]


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes; raises TooLarge without reading further."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise TooLarge(f"请求不能超过 {limit:,} 字节")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"请求不能超过 {limit:,} 字节")
    return bytes(body)
