"""接口令牌: a company's tokens in the hands of its administrator (INTG-01)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.http.account_routes import Before
from singlewindow.kernel.http.company_routes import Administrator
from singlewindow.kernel.http.people_routes import Base
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import tokens
from singlewindow.kernel.people.grant import Right
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.tokens import State, Token, TokenDesk, Wanted
from singlewindow.kernel.problems import Conflict, Forbidden, NotFound, NotLoggedIn, Refused
from singlewindow.kernel.settings import settings

router = APIRouter(prefix="/api/tokens", tags=["tokens"], responses=documented(NotLoggedIn, Forbidden))

TokenId = Annotated[int, Path(ge=1, le=MAX_ID, description="The token's id, from the list of tokens")]


class TokenBody(RequestBody):
    """A new token: for which program, whose card signs for it, what it may do, and how long."""

    name: Annotated[Text, Field(max_length=200, description="What uses it", examples=["ERP 报关接口"])]
    account_id: Annotated[
        int, Field(ge=1, le=MAX_ID, description="The account that it stands for, whose card signs")
    ]
    right: Annotated[Right, Field(description="read (查询) < draft (暂存) < submit (申报)")]
    chapters: Annotated[
        list[Annotated[Text, Field(max_length=80)]] | None,
        Field(
            max_length=100, description="Applications that it may use; null: all", examples=[["inspection"]]
        ),
    ] = None
    last_day: Annotated[
        date | None,
        Field(description="The last day, in Chinese time, at most 365 days ahead; null: 90 days ahead"),
    ] = None


class TokenView(BaseModel):
    """A token without the token itself, which nobody sees again."""

    id: int
    name: str
    shown: str = Field(description="Its first characters", examples=["swt_mP9x2KqA"])
    username: str
    display_name: str
    account_active: bool = Field(description="false: the token is worth nothing meanwhile")
    card_no: str | None
    card_kind: str | None
    right: Right
    chapters: list[str] | None = Field(description="null: all applications")
    last_day: date
    state: State
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str


class MadeToken(BaseModel):
    """A new token, this once."""

    token: str = Field(description="Kept nowhere: it is shown here and never again")
    kept: TokenView


class TokensAnswer(BaseModel):
    """A page of the company's tokens, newest first."""

    total: int
    page: int
    size: int
    usual_last_day: date = Field(description="What is offered for a new one")
    items: list[TokenView]


class TokenUseView(BaseModel):
    """One use of a token."""

    id: int
    at: datetime
    method: str
    route: str = Field(description="The route's pattern", examples=["/api/documents/{type}"])
    request_id: str
    address: str
    refused: str = Field(description="Status and title of the refusal; empty: not refused")


class TokenUsesAnswer(BaseModel):
    """Newest first; `more`: there may be older ones."""

    items: list[TokenUseView]
    more: bool
    kept_days: float = Field(description="How long uses are kept")


@asynccontextmanager
async def _desk(database: Database, person: Person) -> AsyncIterator[TokenDesk]:
    async with database.transaction(person.actor) as transaction:
        yield TokenDesk(transaction, person)


@router.get("", summary="The company's tokens")
@for_tokens("none")
async def list_tokens(
    person: Administrator,
    database: Base,
    page: Annotated[int, Query(ge=1, le=1000, description="From 1")] = 1,
) -> TokensAnswer:
    """Also those that are over."""
    async with _desk(database, person) as desk:
        total, found = await desk.page(page)
        now = await desk.transaction.value("select now()")
    return TokensAnswer(
        total=total,
        page=page,
        size=tokens.PAGE,
        usual_last_day=tokens.usual_last_day(now),
        items=[_view(each) for each in found],
    )


@router.post("", status_code=201, summary="Make a token", responses=documented(Refused, NotFound, Conflict))
@for_tokens("none")
async def make_token(body: TokenBody, person: Administrator, database: Base) -> MadeToken:
    """Everything that is wrong is named. The token itself is in this answer alone."""
    wanted = Wanted(body.name, body.account_id, body.right, body.chapters, body.last_day)
    async with _desk(database, person) as desk:
        token, kept = await desk.make(wanted)
    return MadeToken(token=token, kept=_view(kept))


@router.delete("/{id}", status_code=204, summary="Revoke a token", responses=documented(NotFound))
@for_tokens("none")
async def revoke_token(id: TokenId, person: Administrator, database: Base) -> None:
    """Its next use is refused, and its open streams end. Again does nothing."""
    async with _desk(database, person) as desk:
        await desk.revoke(id)


@router.get("/{id}/uses", summary="What a token was used for", responses=documented(NotFound))
@for_tokens("none")
async def token_uses(
    id: TokenId, person: Administrator, database: Base, before: Before = None
) -> TokenUsesAnswer:
    """What it asked for and whether that was refused, as long as it is kept."""
    async with _desk(database, person) as desk:
        found = await desk.uses(id, before)
    items = [TokenUseView(**vars(each)) for each in found]
    return TokenUsesAnswer(
        items=items, more=len(items) == tokens.MOST_USES, kept_days=settings().token_log_days
    )


def _view(token: Token) -> TokenView:
    values = {name: value for name, value in vars(token).items() if name not in ("access", "valid_until")}
    return TokenView(**values, right=token.access, last_day=tokens.last_day_of(token.valid_until))
