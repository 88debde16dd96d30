"""Logging in and out: captcha, password, card, and the session itself (PORT-02, PORT-03, PORT-07)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import Base64Bytes, BaseModel, Field

from singlewindow.kernel.database.connection import Actor, Database
from singlewindow.kernel.http.addresses import address_of
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.sessions import (
    check_origin,
    clear_cookie,
    cookie_name,
    session_account,
    session_life,
    set_cookie,
)
from singlewindow.kernel.http.text import RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import login, session_store
from singlewindow.kernel.people.captcha import make_captcha
from singlewindow.kernel.people.person import Account, Level, Person, Role
from singlewindow.kernel.people.rights import rights_of
from singlewindow.kernel.problems import Forbidden, NotLoggedIn, Refused, TooMany
from singlewindow.kernel.settings import settings

log = structlog.get_logger()

Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@asynccontextmanager
async def _warn(app: FastAPI) -> AsyncIterator[None]:
    if settings().captcha_fixed:
        log.warning("every captcha has the same answer; for tests only", setting="SINGLEWINDOW_CAPTCHA_FIXED")
    yield


router = APIRouter(prefix="/api", tags=["session"], lifespan=_warn)


class CaptchaAnswer(BaseModel):
    """A captcha: good once, for three minutes."""

    id: str = Field(description="To be sent back with what the person reads")
    image: str = Field(description="A PNG as data: address", examples=["data:image/png;base64,iVBORw0…"])


class PasswordBody(RequestBody):
    """What the person typed."""

    username: Annotated[Text, Field(max_length=64)]
    password: Annotated[str, Field(max_length=256)]
    captcha_id: Token
    captcha: Annotated[str, Field(max_length=16, description="Upper or lower case")]


class ChallengeAnswer(BaseModel):
    """What the card is to sign: good once, for three minutes."""

    challenge: str = Field(description="To be sent back with the signature")
    signing_input: str = Field(description="The exact ASCII text to be signed (detached JWS, ES256)")


class CardBody(RequestBody):
    """What the card answered. The PIN stays with the card service."""

    challenge: Token
    certificate: Annotated[Base64Bytes, Field(max_length=8000, description="DER, Base64")]
    signature: Annotated[Base64Bytes, Field(max_length=400, description="Raw r‖s, Base64")]


class AccountView(BaseModel):
    """The account that is logged in."""

    username: str
    display_name: str
    role: Role


class CompanyView(BaseModel):
    """The account's company."""

    customs_code: str = Field(description="海关编码, 10 characters")
    scc: str = Field(description="统一社会信用代码, 18 characters")
    name: str


class RightView(BaseModel):
    """Whether something may be done and, if not, why its button is grey."""

    allowed: bool
    why: str

    @classmethod
    def of(cls, why: str) -> RightView:
        """Allowed where there is nothing against it."""
        return cls(allowed=not why, why=why)


class SessionView(BaseModel):
    """Who is logged in, and the token that every changing request carries."""

    account: AccountView
    company: CompanyView | None = Field(description="null: a system administrator's account")
    bound_card: str | None = Field(description="Number of the account's card; null: none is bound")
    card_kind: str | None = Field(description="法人卡 or 操作员卡; null: no card is bound")
    level: Level = Field(description="How the session began")
    must_change_password: bool = Field(description="Until then nothing else is answered")
    rights: dict[str, RightView] = Field(description="What the account's role may do with accounts")
    csrf: str = Field(description="To be sent as X-CSRF-Token")


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


Base = Annotated[Database, Depends(_database)]
Address = Annotated[str, Depends(address_of)]
own_page = Depends(check_origin)


@router.get("/captcha", summary="A new captcha (验证码)", responses=documented(TooMany))
@for_tokens("public")
async def captcha(database: Base, address: Address) -> CaptchaAnswer:
    """Public. Upper-case letters and digits that cannot be mistaken for each other."""
    made = await make_captcha(database, address, settings().captcha_fixed)
    return CaptchaAnswer(id=made.id, image=made.image)


@router.post(
    "/session/password",
    summary="Log in with user name, password and captcha",
    responses=documented(Forbidden, Refused, TooMany),
    dependencies=[own_page],
)
@for_tokens("public")
async def log_in_by_password(
    body: PasswordBody, request: Request, response: Response, database: Base, address: Address
) -> SessionView:
    """The captcha is used up whatever happens. Five wrong passwords close a user name for 15 minutes (PORT-02)."""
    tried = login.PasswordTry(body.username, body.password, body.captcha_id, body.captcha, address)
    account = await login.by_password(database, tried)
    return await _begin(request, response, account, "password")


@router.post(
    "/session/card/challenge",
    summary="First step of a log-in by card: what the card is to sign",
    responses=documented(Forbidden, TooMany),
    dependencies=[own_page],
)
@for_tokens("public")
async def challenge(database: Base, address: Address) -> ChallengeAnswer:
    """Public (PORT-03)."""
    made = await login.challenge_card(database, address)
    return ChallengeAnswer(challenge=made.id, signing_input=made.signing_input)


@router.post(
    "/session/card",
    summary="Second step of a log-in by card: certificate and signature",
    responses=documented(Forbidden, Refused, TooMany),
    dependencies=[own_page],
)
@for_tokens("public")
async def log_in_by_card(
    body: CardBody, request: Request, response: Response, database: Base, address: Address
) -> SessionView:
    """Refused for a used or expired challenge, a foreign, expired or revoked certificate, another's signature, an
    unbound card, a closed account, or a company that differs from the certificate's (PORT-03)."""
    tried = login.CardTry(body.challenge, body.certificate, body.signature, address)
    account = await login.by_card(database, tried, settings().pki_folder)
    return await _begin(request, response, account, "card")


@router.get("/session", summary="Who is logged in", responses=documented(NotLoggedIn))
@for_tokens("read")
async def get_session(account: Annotated[Account, Depends(session_account)]) -> SessionView:
    """Absent, ended and unknown sessions are answered alike."""
    return _view(account)


@router.delete(
    "/session", status_code=204, summary="Log out (退出)", responses=documented(NotLoggedIn, Forbidden)
)
@for_tokens("none")
async def log_out(
    account: Annotated[Account, Depends(session_account)],
    request: Request,
    response: Response,
    database: Base,
) -> None:
    """Ends the session on the server: its token is worth nothing afterwards (PORT-07)."""
    await session_store.end(database, request.cookies[cookie_name()])
    clear_cookie(response)


async def _begin(request: Request, response: Response, actor: Actor, level: Level) -> SessionView:
    """A session with a new token; the one that the browser had until now ends."""
    database = _database(request)
    if earlier := request.cookies.get(cookie_name()):
        await session_store.end(database, earlier)
    token = await session_store.start(database, actor, level, session_life())
    account = await session_store.find(database, token, session_life())
    if account is None:
        raise NotLoggedIn("账号刚刚被停用，请联系本企业管理员")
    set_cookie(response, token)
    return _view(account)


def _view(account: Account) -> SessionView:
    person = account if isinstance(account, Person) else None
    return SessionView(
        account=AccountView(username=account.username, display_name=account.display_name, role=account.role),
        company=person
        and CompanyView(customs_code=person.customs_code, scc=person.scc, name=person.company_name),
        bound_card=person and person.bound_card,
        card_kind=person and person.card_kind,
        level=account.level,
        must_change_password=account.must_change,
        rights={name: RightView.of(why) for name, why in rights_of(account).items()},
        csrf=account.csrf,
    )
