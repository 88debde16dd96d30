"""事件推送: where the company's events are sent, in the hands of its administrator (INTG-03)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, model_validator

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.documents.history import KINDS
from singlewindow.kernel.http.company_routes import Administrator
from singlewindow.kernel.http.desk import Base, closed_applications
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.live import feed
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import (
    Conflict,
    CursorExpired,
    Forbidden,
    NotFound,
    NotLoggedIn,
    Refused,
    Violation,
)
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import document_types, subsystems
from singlewindow.kernel.webhooks.endpoints import (
    MOST,
    NAME_LENGTH,
    PAGE,
    Delivery,
    DeliveryState,
    Endpoint,
    Endpoints,
    State,
    Wanted,
    wrong_in,
)
from singlewindow.kernel.webhooks.sending import FAULT_WORDS, Fault
from singlewindow.kernel.webhooks.signing import Sealer
from singlewindow.kernel.webhooks.targets import LONGEST, BadTarget, NameServer, addresses_of, read_target

ASK_SECONDS = 3.0  # a name that is not answered within is judged when something is sent

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"], responses=documented(NotLoggedIn, Forbidden))
names = NameServer()

Id = Annotated[int, Path(ge=1, le=MAX_ID, description="An endpoint's id")]
Before = Annotated[int | None, Query(ge=1, le=MAX_ID, description="Only deliveries older than this id")]


class WebhookBody(RequestBody):
    """What is to be sent where."""

    name: Annotated[
        Text, Field(max_length=NAME_LENGTH, examples=["ERP"], description="For the administrator")
    ]
    url: Annotated[
        Text,
        Field(
            max_length=LONGEST, examples=["https://erp.example.com/singlewindow"], description="https, public"
        ),
    ]
    applications: Annotated[
        list[Annotated[Text, Field(max_length=50)]] | None,
        Field(
            max_length=100,
            examples=[["inspection"]],
            description="Events of these applications; null: of all",
        ),
    ] = None

    def wanted(self) -> Wanted:
        """As the desk takes it."""
        return Wanted(self.name, self.url, self.applications)


class WebhookChangeBody(WebhookBody):
    """The same, and whether anything is sent at all."""

    active: bool = True


class WebhookView(BaseModel):
    """An endpoint. `state`: ok; retrying, the last requests failed; failed, an event was given up after three days;
    stopped. It is `failed` until an administrator saves it anew or lets events be sent again."""

    id: int
    name: str
    url: str
    applications: list[str] | None
    state: State
    failing: int = Field(description="Requests that failed since the last that did not")
    failed_since: datetime | None
    gave_up_at: datetime | None
    delivered_at: datetime | None = Field(description="The last success, to the minute")
    created_at: datetime
    old_secret_until: datetime | None = Field(description="Until then the former secret signs too")


class WebhookSecret(WebhookView):
    """The same with its secret, which is told this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="])


class ApplicationName(BaseModel):
    """An application whose events may be chosen."""

    name: str
    title: str


class WebhooksAnswer(BaseModel):
    """All endpoints of the company, oldest first, and what may be chosen for them."""

    items: list[WebhookView]
    most: int
    private: bool = Field(description="Whether http and addresses of the own network are taken")
    applications: list[ApplicationName]


class ReplayBody(RequestBody):
    """From where on: after a cursor of `GET /api/events` ("" for all that is kept), or the last so many hours."""

    after: Annotated[Text | None, Field(max_length=64)] = None
    hours: Annotated[int | None, Field(ge=1, le=24 * 90)] = None

    @model_validator(mode="after")
    def _one(self) -> ReplayBody:
        if (self.after is None) == (self.hours is None):
            raise ValueError("after 与 hours 须且只能填写一项")
        return self


class ReplayAnswer(BaseModel):
    """How many events came after it (of all applications), counted up to 10,000."""

    events: int


class DeliveryView(BaseModel):
    """One event for one endpoint. `next_at`: when it is tried again, or null. Type, number and event are empty for a
    test, and where the event is no longer kept."""

    id: int
    event_id: str = Field(description="The header webhook-id, the same in every try")
    kind: Literal["event", "test"]
    title: str = Field(description="The document type's")
    type: str
    number: str
    event: str = Field(description="What happened, in words: 回执 海关接收成功")
    after: str | None = Field(description="A cursor: a replay after it begins with this event")
    state: DeliveryState
    tries: int
    made_at: datetime
    last_at: datetime | None
    next_at: datetime | None
    status: int | None = Field(description="The last answer's HTTP status")
    fault: Fault
    fault_name: str


class DeliveriesAnswer(BaseModel):
    """A page of the log, newest first; `more`: there are older ones."""

    items: list[DeliveryView]
    more: bool


@asynccontextmanager
async def _desk(database: Database, person: Person) -> AsyncIterator[Endpoints]:
    async with database.transaction(person.actor) as transaction:
        yield Endpoints(transaction, person, Sealer(settings().pki_folder))


@router.get("", summary="The company's endpoints")
@for_tokens("none")
async def list_webhooks(person: Administrator, database: Base) -> WebhooksAnswer:
    """With how each does."""
    async with _desk(database, person) as desk:
        found = await desk.all()
    return WebhooksAnswer(
        items=[_view(each) for each in found],
        most=MOST,
        private=settings().webhook_private,
        applications=[ApplicationName(name=name, title=title) for name, title in _open_to(person)],
    )


@router.post("", status_code=201, summary="Add an endpoint", responses=documented(Refused, Conflict))
@for_tokens("none")
async def add(body: WebhookBody, person: Administrator, database: Base) -> WebhookSecret:
    """It is sent what happens from now on. The answer holds the secret that signs, and nothing else ever does.

    Of applications that this session may not enter (PORT-06) nothing is sent.
    """
    await _check(body)
    async with _desk(database, person) as desk:
        made, secret = await desk.add(body.wanted(), sorted(closed_applications(person)))
    return WebhookSecret(**_members(made), secret=secret)


@router.put("/{id}", summary="Change, stop or start an endpoint", responses=documented(Refused, NotFound))
@for_tokens("none")
async def change(id: Id, body: WebhookChangeBody, person: Administrator, database: Base) -> WebhookView:
    """One that is stopped is sent nothing; started again it is sent what happened meanwhile. All that waits is tried at
    once, with three days before it."""
    await _check(body)
    async with _desk(database, person) as desk:
        closed = sorted(closed_applications(person))
        return _view(await desk.change(id, body.wanted(), closed, active=body.active))


@router.delete("/{id}", status_code=204, summary="Remove an endpoint", responses=documented(NotFound))
@for_tokens("none")
async def remove(id: Id, person: Administrator, database: Base) -> None:
    """With all that waits for it and its log."""
    async with _desk(database, person) as desk:
        await desk.remove(id)


@router.post("/{id}/secret", summary="Replace the secret of an endpoint", responses=documented(NotFound))
@for_tokens("none")
async def rotate(id: Id, person: Administrator, database: Base) -> WebhookSecret:
    """For 24 hours each request is signed with both, the new one first; of two that were replaced within a day only the
    later one still signs."""
    async with _desk(database, person) as desk:
        changed, secret = await desk.new_secret(id)
    return WebhookSecret(**_members(changed), secret=secret)


@router.post(
    "/{id}/test",
    status_code=202,
    summary="Send a test to an endpoint",
    responses=documented(NotFound, Conflict),
)
@for_tokens("none")
async def try_out(id: Id, person: Administrator, database: Base) -> DeliveryView:
    """An event of kind `test`, signed as any other, tried once; the log says what became of it."""
    async with _desk(database, person) as desk:
        return _line(await desk.try_out(id), person)


@router.post(
    "/{id}/replay",
    status_code=202,
    summary="Send events to an endpoint again",
    responses=documented(NotFound, Conflict, Refused, CursorExpired),
)
@for_tokens("none")
async def replay(id: Id, body: ReplayBody, person: Administrator, database: Base) -> ReplayAnswer:
    """All that came after, whether it was delivered or not, in the old order, with the same webhook-id; what is newer
    waits for it."""
    async with _desk(database, person) as desk:
        if body.after is None:
            after = await desk.number_before(datetime.now(UTC) - timedelta(hours=body.hours or 0))
        else:
            after = await feed.begin(desk.transaction, body.after)
        return ReplayAnswer(events=await desk.replay(id, after))


@router.get("/{id}/deliveries", summary="What was sent to an endpoint", responses=documented(NotFound))
@for_tokens("none")
async def deliveries(
    id: Id,
    person: Administrator,
    database: Base,
    before: Before = None,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state")] = None,
) -> DeliveriesAnswer:
    """Each event once, with its last try; what was delivered or given up is kept 30 days."""
    async with _desk(database, person) as desk:
        found = await desk.log(id, before, state)
    return DeliveriesAnswer(items=[_line(each, person) for each in found[:PAGE]], more=len(found) > PAGE)


async def _check(body: WebhookBody) -> None:
    """Raises Refused with all that is wrong."""
    if wrong := [*wrong_in(body.wanted()), *await _wrong_target(body.url)]:
        raise Refused.because(wrong)


async def _wrong_target(url: str) -> list[Violation]:
    """What is wrong with a typed address, and with where its name leads now."""
    private = settings().webhook_private
    try:
        target = read_target(url, private=private)
        async with asyncio.timeout(ASK_SECONDS):
            await addresses_of(target, names.resolve, private=private)
    except BadTarget as bad:
        return [bad.violation("url")]
    except (OSError, UnicodeError):
        pass  # nobody knows the name now (TimeoutError is one too); the log of deliveries will tell
    return []


def _open_to(person: Person) -> Sequence[tuple[str, str]]:
    closed = closed_applications(person)
    return [
        (chapter.name, chapter.title)
        for chapter in subsystems().values()
        if chapter.documents and chapter.name not in closed
    ]


def _members(endpoint: Endpoint) -> dict[str, object]:
    members = dict(vars(endpoint))
    return members | {"old_secret_until": members.pop("old_until")}


def _view(endpoint: Endpoint) -> WebhookView:
    return WebhookView(**_members(endpoint))


def _line(delivery: Delivery, person: Person) -> DeliveryView:
    event = delivery.event
    members = {name: value for name, value in vars(delivery).items() if name not in ("no", "event")}
    return DeliveryView(
        **members,
        kind="test" if delivery.no is None else "event",
        title=document_types()[event.type].title if event else "",
        type=event.type if event else "",
        number=event.number if event else "",
        event=happened(event) if event else "",
        after=None if delivery.no is None else feed.cursor_of(person.company_id, delivery.no - 1),
        fault_name=FAULT_WORDS[delivery.fault],
    )


def happened(event: feed.FeedEvent) -> str:
    """回执 海关接收成功; once where the word for the code is that for the kind (申报)."""
    kind = KINDS.get(event.kind, "暂存")
    return " ".join(dict.fromkeys(word for word in (kind, event.code_name) if word))
