"""What pages keep of a person's typing and arrangements: autosaves (UI-15) and preferences (UI-07)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from singlewindow.kernel.documents import autosave
from singlewindow.kernel.documents.autosave import RowDraft, Typed
from singlewindow.kernel.http.desk import (
    AmendingIfGiven,
    AutosaveKey,
    Base,
    BoundPerson,
    CurrentPerson,
    TypeInPath,
    at_desk,
)
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Number, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import preferences
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn, Refused, TooLarge

router = APIRouter(prefix="/api", responses=documented(NotLoggedIn, Forbidden, Refused))

PreferenceKey = Annotated[
    Text, Path(pattern=r"^[A-Za-z0-9._-]{1,80}$", examples=["columns.inspection.declaration"])
]


class RowDraftBody(RequestBody):
    """What stands in a row editor; `at` is the index of the row that it corrects, `before` that of the next row."""

    row: dict[Text, Any] = Field(max_length=500)
    at: int | None = Field(default=None, ge=0, le=100_000)
    before: int | None = Field(default=None, ge=0, le=100_000)


class AutosaveBody(RequestBody):
    """What a tab's form holds. `number` and `base_version` name the document that is being changed, `amendment` the
    action in whose form it is (变更), "" for the document itself."""

    number: Number | None = None
    amendment: Text = Field(default="", max_length=40)
    base_version: int = Field(default=0, ge=0, le=1_000_000_000)
    content: dict[str, Any] = Field(max_length=500)
    drafts: dict[Text, RowDraftBody] = Field(default_factory=dict, max_length=50)


class AutosaveView(AutosaveBody):
    """What was left, by which tab, and when."""

    key: str
    saved_at: datetime


class AutosavesAnswer(BaseModel):
    """The newest first."""

    items: list[AutosaveView]


class KeptAnswer(BaseModel):
    """When it was kept."""

    saved_at: datetime


class PreferenceBody(RequestBody):
    """Any JSON of at most 4,000 characters; null when nothing was remembered."""

    value: Any = None


@router.get("/autosaves/{type}", tags=["autosaves"], summary="What this account typed and did not save")
@for_tokens("none")
async def offered(
    type: TypeInPath,
    person: BoundPerson,
    database: Base,
    number: Annotated[Number | None, Query()] = None,
    amending: AmendingIfGiven = "",
) -> AutosavesAnswer:
    """For a document, in the form of the action `for` or (empty) its own; without a number for new ones of the type."""
    async with at_desk(database, type, person) as desk:
        rows = await autosave.offered(desk, number, amending)
    return AutosavesAnswer(items=[AutosaveView(**dict(row)) for row in rows])


@router.put(
    "/autosaves/{type}/{key}",
    tags=["autosaves"],
    summary="Keep what is typed",
    responses=documented(NotFound, TooLarge),
)
@for_tokens("none")
async def keep(
    type: TypeInPath, key: AutosaveKey, person: BoundPerson, database: Base, body: AutosaveBody
) -> KeptAnswer:
    """In place of what this tab kept before. It gets no number, date or status and stands in no query."""
    drafts = {name: RowDraft(draft.row, draft.at, draft.before) for name, draft in body.drafts.items()}
    typed = Typed(body.number, body.amendment, body.base_version, body.content, drafts)
    async with at_desk(database, type, person) as desk:
        return KeptAnswer(saved_at=await autosave.keep(desk, key, typed))


@router.delete("/autosaves/{type}/{key}", tags=["autosaves"], status_code=204, summary="放弃")
@for_tokens("none")
async def forget(type: TypeInPath, key: AutosaveKey, person: BoundPerson, database: Base) -> None:
    """Also where there is nothing (any more)."""
    async with at_desk(database, type, person) as desk:
        await autosave.forget(desk, key)


@router.get("/preferences/{key}", tags=["people"], summary="How this account arranged a page")
@for_tokens("none")
async def preference(key: PreferenceKey, person: CurrentPerson, database: Base) -> PreferenceBody:
    """null when nothing was remembered."""
    async with database.transaction(person.actor) as transaction:
        return PreferenceBody(value=await preferences.find(transaction, person, key))


@router.put("/preferences/{key}", tags=["people"], status_code=204, summary="Remember how a page is arranged")
@for_tokens("none")
async def remember(key: PreferenceKey, person: CurrentPerson, database: Base, body: PreferenceBody) -> None:
    """At most 200 keys of an account; the oldest go first."""
    async with database.transaction(person.actor) as transaction:
        await preferences.remember(transaction, person, key, body.value)
