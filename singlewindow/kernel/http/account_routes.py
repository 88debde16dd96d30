"""账户: the own account, its password, its card and its log-ins (PORT-04, PORT-09)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Base64Bytes, BaseModel, Field

from singlewindow.kernel.http.desk import CurrentPerson
from singlewindow.kernel.http.people_routes import Address, Base, ChallengeAnswer, Token
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.registration_routes import CertificateBody
from singlewindow.kernel.http.sessions import cookie_name, current_account, session_account
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import own
from singlewindow.kernel.people.binding import Answer, Binder
from singlewindow.kernel.people.person import Account
from singlewindow.kernel.problems import Conflict, Forbidden, NotLoggedIn, Refused, TooMany
from singlewindow.kernel.settings import settings

router = APIRouter(prefix="/api/account", tags=["account"], responses=documented(NotLoggedIn, Forbidden))

AnyAccount = Annotated[Account, Depends(session_account)]
CurrentAccount = Annotated[Account, Depends(current_account)]
Before = Annotated[int | None, Query(ge=1, le=MAX_ID, description="Only entries older than this id")]


class PasswordChangeBody(RequestBody):
    """The old password and the new one."""

    old: Annotated[str, Field(max_length=256)]
    password: Annotated[Text, Field(max_length=256)]


class CardAnswerBody(CertificateBody):
    """What the card answered to a challenge."""

    challenge: Token
    signature: Annotated[Base64Bytes, Field(max_length=400, description="Raw r‖s, Base64")]

    def answer(self) -> Answer:
        """The answer as the binder takes it."""
        return Answer(self.challenge, self.certificate, self.signature)


class BoundCard(BaseModel):
    """The card that an account has now."""

    card_no: str | None
    card_kind: str | None


class LoginView(BaseModel):
    """A try to log in with the own user name."""

    id: int
    at: datetime
    address: str
    level: str = Field(description="password or card")
    succeeded: bool


class LoginsAnswer(BaseModel):
    """Newest first; `more`: there may be older ones."""

    items: list[LoginView]
    more: bool


@router.post(
    "/password",
    status_code=204,
    summary="Change the own password",
    responses=documented(Refused, TooMany),
)
@for_tokens("none")
async def change_password(
    body: PasswordChangeBody, account: AnyAccount, request: Request, database: Base, address: Address
) -> None:
    """The account's other sessions end. Wrong old passwords count with wrong passwords at log-in."""
    token = request.cookies[cookie_name()]
    await own.change_password(database, account, own.PasswordChange(body.old, body.password, address, token))


@router.get("/logins", summary="The own log-ins")
@for_tokens("none")
async def logins(account: CurrentAccount, database: Base, before: Before = None) -> LoginsAnswer:
    """Time, address, way and whether it succeeded."""
    async with database.transaction(account.actor) as transaction:
        found = await own.logins(transaction, account, before)
    items = [
        LoginView(
            id=each.id, at=each.at, address=each.address, level=each.level, succeeded=bool(each.succeeded)
        )
        for each in found
    ]
    return LoginsAnswer(items=items, more=len(items) == own.MOST_LOGINS)


@router.post(
    "/card/challenge",
    summary="First step of binding a card to the own account",
    responses=documented(Conflict, Refused, TooMany),
)
@for_tokens("none")
async def challenge(
    body: CertificateBody, person: CurrentPerson, database: Base, address: Address
) -> ChallengeAnswer:
    """Where none is bound yet (PORT-04)."""
    binder = Binder(database, person, settings().pki_folder)
    made = await binder.challenge(person.account_id, body.certificate, address)
    return ChallengeAnswer(challenge=made.id, signing_input=made.signing_input)


@router.post(
    "/card",
    summary="Second step of binding a card to the own account",
    responses=documented(Conflict, Refused),
)
@for_tokens("none")
async def bind(body: CardAnswerBody, person: CurrentPerson, database: Base) -> BoundCard:
    """A card of the own company that signed the challenge and is bound to nobody."""
    binder = Binder(database, person, settings().pki_folder)
    bound = await binder.bind(person.account_id, body.answer())
    return BoundCard(card_no=bound.card_no, card_kind=bound.card_kind)
