"""Who asks with a token instead of a session, and whether it may (INTG-01).

`Authorization: Bearer swt_…` stands in place of the cookie, which then counts for nothing; and since no other site's
page can make a browser send it, no CSRF token is asked for.
"""

from __future__ import annotations

import re
from contextlib import suppress

import asyncpg
from fastapi import Request

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.http.addresses import address_of
from singlewindow.kernel.http.token_rights import wanted_by
from singlewindow.kernel.people import refusals, token_store
from singlewindow.kernel.people.grant import RIGHT_NAMES, Grant
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.token_store import Asked, Over, Use
from singlewindow.kernel.problems import BadToken, Forbidden, Problem, Violation

BEARER = re.compile(r"bearer(?: +(.*))?", re.IGNORECASE | re.DOTALL)
_NEW = refusals.GRANT_ADVICE
_OVER: dict[Over, str] = {
    "revoked": "接口令牌【{name}】已停用",
    "expired": "接口令牌【{name}】已过有效期",
    "closed": "接口令牌【{name}】所代表的账号或企业已停用",
}


def token_of(request: Request) -> str | None:
    """What a request says as its token, however it is made; None where it names none.

    Other schemes (a proxy's own password, say) are not ours to read. Raises BadToken for two tokens.
    """
    said = [match for value in request.headers.getlist("authorization") if (match := BEARER.fullmatch(value))]
    if not said:
        return None
    if len(said) > 1:
        raise BadToken(f"请求中有多个接口令牌；{_NEW}", advice="请只发送一个 Authorization 请求头")
    return (said[0][1] or "").strip(" ")


async def person_with(request: Request, token: str) -> Person:
    """Whom a token stands for, at a route that it may ask. Each use is in the log, also what is refused; a second
    question within the same request is answered from memory.

    Raises BadToken for one that was never given or is good no more, Forbidden where its right is not enough.
    """
    known: Use | None = getattr(request.state, "token_use", None)
    if known is not None:
        return known.person
    use = await _look_up(request, token)
    if use is None:
        raise BadToken(f"接口令牌无效；{BadToken.usual_advice}")
    request.state.token_use = use
    if use.over:
        raise BadToken(f"{_OVER[use.over].format(name=use.grant.name)}；{_NEW}，并更新到本企业的程序中")
    _require(use.grant, wanted_by(request.scope["endpoint"]))
    return use.person


async def note_refusal(request: Request, problem: Problem) -> None:
    """Write down that what a token asked for was not done; where the database is away, the refusal goes out all the
    same."""
    use: Use | None = getattr(request.state, "token_use", None)
    if use is None or use.id is None:
        return
    database: Database = request.app.state.database
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        await token_store.note_refusal(database, use.id, f"{problem.status} {problem.title}")


async def _look_up(request: Request, token: str) -> Use | None:
    if not token_store.TOKEN.fullmatch(token):
        return None
    database: Database = request.app.state.database
    asked = Asked(request.method, _route_of(request), request.state.request_id, address_of(request))
    return await token_store.use(database, token, asked)


def _route_of(request: Request) -> str:
    """The route's pattern; that of a chapter's own route does not know where the chapter stands."""
    pattern: str = request.scope["route"].path
    if pattern.startswith("/api/"):
        return pattern
    return "/".join(request.scope["path"].split("/")[:3]) + pattern


def _require(grant: Grant, wanted: str | None) -> None:
    if wanted == "public":
        return
    if wanted not in RIGHT_NAMES:
        why, advice = "接口令牌不能用于本操作", "请登录系统，在页面中办理"
        raise Forbidden(f"{why}；{advice}", [Violation("", "token.none", why, advice, refusals.TOKENS)])
    if not grant.includes(wanted):
        has, needs = RIGHT_NAMES[grant.right], RIGHT_NAMES[wanted]
        why = f"接口令牌【{grant.name}】的权限是“{has}”，本操作须有“{needs}”权限"
        raise Forbidden(f"{why}；{_NEW}", [Violation("", "token.right", why, _NEW, refusals.TOKENS)])
