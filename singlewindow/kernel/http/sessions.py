"""Who asks: the session of a request, and the fences against other people's pages (PORT-04, PORT-07, PORT-10).

The cookie is HttpOnly and SameSite=Lax. Besides, a request that changes anything must come from one of our
own origins and carry the session's token in X-CSRF-Token, which no other page can read.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.http import tokens
from singlewindow.kernel.people import refusals, rights, session_store
from singlewindow.kernel.people.person import Account, Person
from singlewindow.kernel.problems import Forbidden, MustChangePassword, NotLoggedIn, StaleToken
from singlewindow.kernel.settings import settings

CSRF_HEADER = "X-CSRF-Token"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UNATTENDED_HEADER = "X-Unattended"
STREAM = "text/event-stream"  # opened by the page, which cannot send headers with it


async def session_account(request: Request) -> Account:
    """The account whose session the request's cookie names, also while its password has to be changed; or for whom
    its token stands, whatever the cookie says.

    Raises NotLoggedIn (absent, ended and unknown sessions alike), and Forbidden when a changing request comes
    from elsewhere or lacks the session's token.
    """
    check_origin(request)
    if (bearer := tokens.token_of(request)) is not None:
        return await tokens.person_with(request, bearer)
    database: Database = request.app.state.database
    token = request.cookies.get(cookie_name())
    account = await session_store.find(database, token, _put_off(request)) if token else None
    return _checked(request, account)


async def current_account(account: Annotated[Account, Depends(session_account)]) -> Account:
    """The same, once a password that someone else set has been changed. Raises MustChangePassword."""
    if account.must_change:
        raise MustChangePassword("您的密码由管理员设置，须先修改密码才能办理业务；请在【账户】页修改")
    return account


async def current_person(account: Annotated[Account, Depends(current_account)]) -> Person:
    """Someone of a company. Raises Forbidden for system administrators, who have no documents (PORT-10)."""
    rights.require(account, rights.DOCUMENTS)
    assert isinstance(account, Person)
    return account


@asynccontextmanager
async def at_work(
    request: Request, *, finds: bool = False, one_write: bool = False
) -> AsyncIterator[tuple[Transaction, Person]]:
    """A transaction of that person, found and begun by one statement: what a request does, it does in here.

    `finds`: it searches; `one_write`: it writes with one statement at most (`Database.session_transaction`).

    Raises as `current_person`.
    """
    check_origin(request)
    database: Database = request.app.state.database
    if (bearer := tokens.token_of(request)) is not None:
        person = await tokens.person_with(request, bearer)
        async with database.work_transaction(person.actor, finds=finds, one_write=one_write) as transaction:
            yield transaction, person
        return
    token = request.cookies.get(cookie_name())
    if not token:
        raise _not_logged_in()
    async with session_store.at_work(
        database, token, _put_off(request), finds=finds, one_write=one_write
    ) as (
        transaction,
        account,
    ):
        yield transaction, await current_person(await current_account(_checked(request, account)))


async def administrator(person: Annotated[Person, Depends(current_person)]) -> Person:
    """A company's administrator. Raises Forbidden."""
    rights.require(person, rights.COMPANY)
    return person


async def system_administrator(account: Annotated[Account, Depends(current_account)]) -> Account:
    """Raises Forbidden for everybody of a company."""
    rights.require(account, rights.SYSTEM)
    return account


async def bound_person(person: Annotated[Person, Depends(current_person)]) -> Person:
    """A person whose account has a card. Raises Forbidden, which tells how to get one bound (PORT-04)."""
    if person.bound_card is None:
        raise refusals.unbound_account()
    return person


def check_origin(request: Request) -> None:
    """Refuse a changing request from another origin's page. Raises Forbidden.

    Programs send neither Origin nor Sec-Fetch-Site and pass; what they lack is the user's cookie.
    """
    if request.method not in CHANGING:
        return
    origin = request.headers.get("origin")
    if origin is None:
        allowed = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    else:
        allowed = origin.lower() in settings().origins
    if not allowed:
        raise Forbidden("请求不是从本系统的页面发出的，未予受理；请在本系统页面中操作")


def cookie_name() -> str:
    """The session's cookie; browsers do not keep cookies of different ports apart, so its name does.

    Portals of one installation that stand behind one address share it by a setting (OPER-04).
    """
    return settings().session_cookie or f"sw_session_{settings().port}"


def session_life() -> timedelta:
    """How long a session lasts after its last request."""
    return timedelta(hours=settings().session_hours)


def _put_off(request: Request) -> timedelta | None:
    """By how much a request puts the session's end off; None for what an open page asks by itself while nobody is at it
    (`web/src/kernel/attended.ts`). Who changes anything is there."""
    alone = UNATTENDED_HEADER in request.headers or request.headers.get("accept") == STREAM
    return None if alone and request.method not in CHANGING else session_life()


def set_cookie(response: Response, token: str) -> None:
    """Give the browser a session's token, until the browser closes."""
    response.set_cookie(cookie_name(), token, httponly=True, samesite="lax", secure=settings().secure_cookies)


def clear_cookie(response: Response) -> None:
    """Take the token away again."""
    response.delete_cookie(cookie_name(), httponly=True, samesite="lax", secure=settings().secure_cookies)


def _checked(request: Request, account: Account | None) -> Account:
    if account is None:
        raise _not_logged_in()
    _check_csrf(request, account)
    return account


def _not_logged_in() -> NotLoggedIn:
    return NotLoggedIn("尚未登录或登录已失效，请重新登录")


def _check_csrf(request: Request, account: Account) -> None:
    if request.method not in CHANGING:
        return
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), account.csrf.encode()):
        raise StaleToken("页面的安全标记已失效，未予受理；请刷新页面后重试，已填写的内容请先复制保存")
