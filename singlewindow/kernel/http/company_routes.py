"""企业管理: a company's accounts in the hands of its administrator (PORT-09, PORT-10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.http.account_routes import Before, CardAnswerBody
from singlewindow.kernel.http.people_routes import Address, Base, ChallengeAnswer, RightView
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.registration_routes import CertificateBody
from singlewindow.kernel.http.sessions import administrator
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import account_log, accounts, rights
from singlewindow.kernel.people.accounts import Colleague, Newcomer, Office
from singlewindow.kernel.people.binding import Binder
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Conflict, Forbidden, NotFound, NotLoggedIn, Refused, TooMany
from singlewindow.kernel.settings import settings

router = APIRouter(
    prefix="/api/company", tags=["company"], responses=documented(NotLoggedIn, Forbidden, Conflict)
)

Administrator = Annotated[Person, Depends(administrator)]
AccountId = Annotated[int, Path(ge=1, le=MAX_ID)]
ON_ACCOUNT = (rights.ROLE, rights.ACTIVE, rights.PASSWORD, rights.BIND, rights.UNBIND)


class AccountRow(BaseModel):
    """An account of the company, and what may be done with it."""

    id: int
    username: str
    display_name: str
    role: Literal["administrator", "operator"]
    active: bool
    must_change_password: bool
    card_no: str | None
    card_kind: str | None
    created_at: datetime
    last_login_at: datetime | None
    actions: dict[str, RightView]


class AccountsAnswer(BaseModel):
    """A page of the company's accounts, oldest first."""

    total: int
    page: int
    size: int
    items: list[AccountRow]


class NewAccountBody(RequestBody):
    """A new operator; the password is to be changed at the first log-in."""

    username: Annotated[Text, Field(max_length=64)]
    display_name: Annotated[Text, Field(max_length=100)]
    password: Annotated[Text, Field(max_length=256)]


class NewPasswordBody(RequestBody):
    """A password that the account's owner is to change at the next log-in."""

    password: Annotated[Text, Field(max_length=256)]


class RoleBody(RequestBody):
    """The role that the account shall have."""

    role: Literal["administrator", "operator"]


class ActiveBody(RequestBody):
    """Whether the account may be used."""

    active: bool


class EntryView(BaseModel):
    """An entry of the account log."""

    id: int
    at: datetime
    who: str
    what: str
    account: str
    detail: str


class LogAnswer(BaseModel):
    """Newest first; `more`: there may be older ones."""

    items: list[EntryView]
    more: bool


@asynccontextmanager
async def _office(database: Database, person: Person) -> AsyncIterator[Office]:
    async with database.transaction(person.actor) as transaction:
        yield Office(transaction, person)


@router.get("/accounts", summary="The company's accounts")
@for_tokens("none")
async def list_accounts(
    person: Administrator, database: Base, page: Annotated[int, Query(ge=1, le=1000)] = 1
) -> AccountsAnswer:
    """With what may be done with each, and why not."""
    async with _office(database, person) as office:
        total, found, heads = await office.page(page)
    items = [_row(person, each, heads) for each in found]
    return AccountsAnswer(total=total, page=page, size=accounts.PAGE, items=items)


@router.post("/accounts", status_code=201, summary="Add an operator", responses=documented(Refused))
@for_tokens("none")
async def add(body: NewAccountBody, person: Administrator, database: Base) -> AccountRow:
    """Everything that is wrong is named."""
    async with _office(database, person) as office:
        made = await office.add(Newcomer(body.username, body.display_name, body.password))
        return await _answer(office, made)


@router.put("/accounts/{id}/role", summary="Set the role of an account", responses=documented(NotFound))
@for_tokens("none")
async def set_role(id: AccountId, body: RoleBody, person: Administrator, database: Base) -> AccountRow:
    """The last active administrator stays one."""
    async with _office(database, person) as office:
        return await _answer(office, await office.set_role(id, body.role))


@router.put(
    "/accounts/{id}/active", summary="Deactivate or activate an account", responses=documented(NotFound)
)
@for_tokens("none")
async def set_active(id: AccountId, body: ActiveBody, person: Administrator, database: Base) -> AccountRow:
    """Deactivating ends its sessions at once; the last active administrator stays active."""
    async with _office(database, person) as office:
        return await _answer(office, await office.set_active(id, active=body.active))


@router.put(
    "/accounts/{id}/password",
    status_code=204,
    summary="Reset the password of an account",
    responses=documented(NotFound, Refused),
)
@for_tokens("none")
async def reset_password(
    id: AccountId, body: NewPasswordBody, person: Administrator, database: Base, address: Address
) -> None:
    """Its sessions end, too many wrong passwords are forgotten, and the new one is to be changed at log-in."""
    async with _office(database, person) as office:
        await office.reset_password(id, body.password, address)


@router.post(
    "/accounts/{id}/card/challenge",
    summary="First step of binding a card to an account",
    responses=documented(NotFound, Refused, TooMany),
)
@for_tokens("none")
async def challenge(
    id: AccountId, body: CertificateBody, person: Administrator, database: Base, address: Address
) -> ChallengeAnswer:
    """What the card is to sign."""
    made = await _binder(database, person).challenge(id, body.certificate, address)
    return ChallengeAnswer(challenge=made.id, signing_input=made.signing_input)


@router.post(
    "/accounts/{id}/card",
    summary="Second step of binding a card to an account",
    responses=documented(NotFound, Refused),
)
@for_tokens("none")
async def bind(id: AccountId, body: CardAnswerBody, person: Administrator, database: Base) -> AccountRow:
    """A card of the company that signed the challenge and is bound to nobody."""
    bound = await _binder(database, person).bind(id, body.answer())
    async with _office(database, person) as office:
        return await _answer(office, bound)


@router.delete(
    "/accounts/{id}/card", summary="Take the card of an account away", responses=documented(NotFound)
)
@for_tokens("none")
async def unbind(id: AccountId, person: Administrator, database: Base) -> AccountRow:
    """Sessions of the account that began with the card end."""
    unbound = await _binder(database, person).unbind(id)
    async with _office(database, person) as office:
        return await _answer(office, unbound)


@router.get("/log", summary="The company's account log")
@for_tokens("none")
async def log(person: Administrator, database: Base, before: Before = None) -> LogAnswer:
    """Who did what to whose account, and when."""
    async with database.transaction(person.actor) as transaction:
        found = await account_log.read(transaction, person, before)
    return LogAnswer(items=[EntryView(**vars(each)) for each in found], more=len(found) == account_log.MOST)


def _binder(database: Database, person: Person) -> Binder:
    return Binder(database, person, settings().pki_folder)


async def _answer(office: Office, found: Colleague) -> AccountRow:
    return _row(office.person, found, await office.heads())


def _row(person: Person, found: Colleague, heads: int) -> AccountRow:
    return AccountRow(
        id=found.id,
        username=found.username,
        display_name=found.display_name,
        role=found.role,
        active=found.active,
        must_change_password=found.must_change,
        card_no=found.card_no,
        card_kind=found.card_kind,
        created_at=found.created_at,
        last_login_at=found.last_login_at,
        actions={act.name: RightView.of(accounts.why_not(act, person, found, heads)) for act in ON_ACCOUNT},
    )
