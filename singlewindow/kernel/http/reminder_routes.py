"""Reminders: which of the company's documents have a term soon."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from singlewindow.kernel.documents import reminders
from singlewindow.kernel.http.desk import Base, BoundPerson, closed_applications
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Forbidden, NotLoggedIn

router = APIRouter(prefix="/api/reminders", tags=["news"], responses=documented(NotLoggedIn, Forbidden))


class RemindersAnswer(BaseModel):
    """The next ones, and how many there are in all."""

    items: list[reminders.ReminderItem] = Field(max_length=reminders.SHOWN)
    total: int = Field(le=reminders.COUNTED)


@router.get("", summary="What has its term soon")
@for_tokens("read")
async def soon(person: BoundPerson, database: Base) -> RemindersAnswer:
    """Documents that the company files, whose status changes by itself in a few days unless something is done, and what
    else chapters remind of."""
    async with database.transaction(person.actor) as transaction:
        items, total = await reminders.of_company(transaction, closed_applications(person))
    return RemindersAnswer(items=items, total=total)
