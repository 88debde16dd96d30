"""系统管理: companies, accounts, customs' unread messages, the business clock; no business documents (PORT-10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from singlewindow.kernel.exchange import people_list
from singlewindow.kernel.http.company_routes import ActiveBody
from singlewindow.kernel.http.people_routes import Address, Base
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.sessions import system_administrator
from singlewindow.kernel.http.text import MAX_ID, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import system
from singlewindow.kernel.people.person import Account
from singlewindow.kernel.people.system import SystemOffice
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn

router = APIRouter(prefix="/api/system", tags=["system"], responses=documented(NotLoggedIn, Forbidden))

SystemAdministrator = Annotated[Account, Depends(system_administrator)]
Id = Annotated[int, Path(ge=1, le=MAX_ID)]


class SystemCompany(BaseModel):
    """A company at the portal."""

    id: int
    customs_code: str
    scc: str
    name: str
    active: bool
    accounts: int


class SystemCompanies(BaseModel):
    """A page of the companies that fit, by customs code."""

    total: int
    page: int
    size: int
    items: list[SystemCompany]


class SystemAccount(BaseModel):
    """An account of a company; locked: too many wrong passwords."""

    id: int
    username: str
    display_name: str
    role: str
    active: bool
    last_login_at: datetime | None
    card_no: str | None
    locked: bool


class SystemAccounts(BaseModel):
    """The accounts of one company."""

    items: list[SystemAccount]


class UnreadMessage(BaseModel):
    """A message from customs that nobody understood."""

    id: int
    message_id: str
    kind: str
    problem: str
    received_at: datetime


class UnreadMessages(BaseModel):
    """The oldest ones that wait."""

    items: list[UnreadMessage]


class SystemClock(BaseModel):
    """The business clock beside the real one; it differs in training only."""

    now: datetime
    real: datetime
    shift_seconds: float
    frozen: datetime | None


@router.get("/companies", summary="Find companies")
@for_tokens("none")
async def companies(
    account: SystemAdministrator,
    database: Base,
    q: Annotated[Text, Query(max_length=60)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> SystemCompanies:
    """By the beginning of the 海关编码, 统一社会信用代码, a part of the name, or a user name."""
    async with database.transaction(account.actor) as transaction:
        total, found = await SystemOffice(transaction, account).companies(q.strip(), page)
    items = [SystemCompany(**vars(each)) for each in found]
    return SystemCompanies(total=total, page=page, size=system.PAGE, items=items)


@router.get("/companies/{id}/accounts", summary="A company's accounts", responses=documented(NotFound))
@for_tokens("none")
async def accounts(id: Id, account: SystemAdministrator, database: Base) -> SystemAccounts:
    """Without anything of their documents."""
    async with database.transaction(account.actor) as transaction:
        found = await SystemOffice(transaction, account).accounts(id)
    return SystemAccounts(items=[SystemAccount(**vars(each)) for each in found])


@router.put(
    "/companies/{id}/active",
    status_code=204,
    summary="Deactivate or activate a company",
    responses=documented(NotFound),
)
@for_tokens("none")
async def set_company_active(id: Id, body: ActiveBody, account: SystemAdministrator, database: Base) -> None:
    """Deactivating ends the sessions of all its accounts at once."""
    async with database.transaction(account.actor) as transaction:
        await SystemOffice(transaction, account).set_company_active(id, active=body.active)


@router.put(
    "/accounts/{id}/active",
    status_code=204,
    summary="Deactivate or activate an account",
    responses=documented(NotFound),
)
@for_tokens("none")
async def set_active(id: Id, body: ActiveBody, account: SystemAdministrator, database: Base) -> None:
    """Deactivating ends its sessions at once; a company's last administrator too."""
    async with database.transaction(account.actor) as transaction:
        await SystemOffice(transaction, account).set_active(id, active=body.active)


@router.post(
    "/accounts/{id}/unlock",
    status_code=204,
    summary="Let an account log in again after too many wrong passwords",
    responses=documented(NotFound),
)
@for_tokens("none")
async def unlock(id: Id, account: SystemAdministrator, database: Base, address: Address) -> None:
    """What was wrong up to now counts no more."""
    async with database.transaction(account.actor) as transaction:
        await SystemOffice(transaction, account).unlock(id, address)


@router.get("/messages", summary="Customs' messages that nobody understood")
@for_tokens("none")
async def messages(account: SystemAdministrator, database: Base) -> UnreadMessages:
    """Why, and since when; their contents are not shown."""
    found = await people_list.waiting(database, account.actor)
    return UnreadMessages(items=[UnreadMessage(**vars(each)) for each in found])


@router.post(
    "/messages/{id}/again",
    status_code=204,
    summary="Let the worker try a message again (重试)",
    responses=documented(NotFound),
)
@for_tokens("none")
async def again(id: Id, account: SystemAdministrator, database: Base) -> None:
    """It comes back into the list where it is still not understood."""
    if not await people_list.again(database, [id], account.actor):
        raise NotFound("这条报文已不在待处理列表中；请刷新列表")


@router.get("/clock", summary="The business clock")
@for_tokens("none")
async def clock(account: SystemAdministrator, database: Base) -> SystemClock:
    """Read-only."""
    async with database.transaction(account.actor) as transaction:
        row = await transaction.row("select extract(epoch from shift)::float8 as shift, frozen from clock")
        assert row is not None
        return SystemClock(
            now=transaction.now, real=datetime.now(UTC), shift_seconds=row["shift"], frozen=row["frozen"]
        )
