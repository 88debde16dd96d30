"""What of the company's work has its term soon: read from timers that wait, and from what chapters say of their own.

Nothing is stored for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people import tokens
from singlewindow.kernel.subsystem import (
    DocumentType,
    Reminded,
    Reminders,
    Subsystem,
    document_types,
    subsystem_of,
    subsystems,
)
from singlewindow.kernel.timing import Reminder
from singlewindow.kernel.webhooks.reminding import given_up

SHOWN = 50
COUNTED = 1000  # the total stops here
DAY = timedelta(days=1)
log = structlog.get_logger()

OWN = "s.company_id = $1"
"""The application's own check of whose terms are told; row-level security is the second fence."""


OWN_LINES: tuple[Reminders, ...] = (tokens.ending, given_up)
"""What the portal itself reminds of, in real time; their `page` is an address of the portal's."""
COMPANY = "企业管理"


class ReminderItem(BaseModel):
    """A document, a page of a chapter's own or one of the portal's, what to do there, until when, and how many days
    are left (a day begun counts; below 1 where it is over)."""

    application: str = Field(description="Empty where it is about the portal itself")
    type: str = Field(description="The document's; empty where it is about a page")
    title: str = Field(description="The document type's, or the application's")
    number: str = Field(description="Empty where it is about no single document")
    page: str = Field(
        description="The name of the application's own page, an address of the portal's (/company/…), or empty"
    )
    preset: dict[str, str] = Field(description="The conditions with which that own page is opened")
    text: str
    due_at: datetime
    days: int


async def of_company(
    transaction: Transaction, closed: Collection[str] = ()
) -> tuple[list[ReminderItem], int]:
    """The first SHOWN reminders of the transaction's company, the next term first, and how many there are in all (at
    most COUNTED); none of the applications that are `closed` to who asks (PORT-06).

    A document of which something is with customs is not reminded of: its term waits for their answer.
    """
    items, total = await _of_timers(transaction, closed)
    for subsystem in subsystems().values():
        if subsystem.reminders and subsystem.name not in closed:
            own = await _of_chapter(transaction, subsystem, subsystem.reminders)
            items, total = items + own, total + len(own)
    real_now = datetime.now(UTC)
    for lines_of in OWN_LINES:
        own = [_own_line(line, real_now) for line in await lines_of(transaction, SHOWN)]
        items, total = items + own, total + len(own)
    items.sort(key=lambda item: (item.due_at, item.number))
    return items[:SHOWN], min(total, COUNTED)


async def _of_timers(transaction: Transaction, closed: Collection[str]) -> tuple[list[ReminderItem], int]:
    reminders = {(type.name, name): reminder for type, name, reminder in _reminders(closed)}
    if not reminders:
        return [], 0
    rows = await transaction.rows(
        _FOUND,
        transaction.actor.company_id,
        transaction.now,
        transaction.now + max(each.days for each in reminders.values()) * DAY,
        [type for type, _ in reminders],
        [timer for _, timer in reminders],
        [each.days * DAY for each in reminders.values()],
    )
    items = [_item(row, reminders[row["type"], row["timer"]], transaction.now) for row in rows]
    return items, rows[0]["total"] if rows else 0


async def _of_chapter(
    transaction: Transaction, subsystem: Subsystem, reminders: Reminders
) -> list[ReminderItem]:
    """What a chapter says of its own; one that stumbles takes nothing from the others."""
    try:
        async with transaction.savepoint():
            lines = await reminders(transaction, SHOWN)
        return [_line(subsystem, line, transaction.now) for line in lines[:SHOWN]]
    except Exception:
        log.exception("a chapter's reminders could not be read", application=subsystem.name)
        return []


_FOUND = f"""
    with found as (
        select d.type, d.number, s.timer, s.due_at from schedule s join document d on d.id = s.document_id
        join unnest($4::text[], $5::text[], $6::interval[]) as w (type, timer, ahead)
          on w.type = d.type and w.timer = s.timer
        where {OWN} and s.due_at > $2 and s.due_at <= $3 and s.due_at <= $2 + w.ahead
          and not d.hidden and d.amending = ''
        order by s.due_at, d.number limit {COUNTED}
    )
    select *, count(*) over () as total from found order by due_at, number limit {SHOWN}"""


def _reminders(closed: Collection[str]) -> Iterator[tuple[DocumentType, str, Reminder]]:
    for subsystem in subsystems().values():
        for type in () if subsystem.name in closed else subsystem.documents:
            for timer in type.lifecycle.timers:
                if timer.reminds:
                    yield type, timer.name, timer.reminds


def _item(row: Row, reminder: Reminder, now: datetime) -> ReminderItem:
    days, type = _days(row["due_at"], now), document_types()[row["type"]]
    return ReminderItem(
        application=subsystem_of(type).name,
        type=type.name,
        title=type.title,
        number=row["number"],
        page="",
        preset={},
        text=reminder.say(row["number"], days),
        due_at=row["due_at"],
        days=days,
    )


def _line(subsystem: Subsystem, line: Reminded, now: datetime) -> ReminderItem:
    title = document_types()[line.type].title if line.type else subsystem.title
    return ReminderItem(
        application=subsystem.name,
        type=line.type,
        title=title,
        number=line.number,
        page=line.page,
        preset=dict(line.preset),
        text=line.text,
        due_at=line.due_at,
        days=_days(line.due_at, now),
    )


def _own_line(line: Reminded, real_now: datetime) -> ReminderItem:
    return ReminderItem(
        application="",
        type="",
        title=COMPANY,
        number="",
        page=line.page,
        preset=dict(line.preset),
        text=line.text,
        due_at=line.due_at,
        days=_days(line.due_at, real_now),
    )


def _days(due: datetime, now: datetime) -> int:
    """How many days are left; what has begun counts."""
    return -((now - due) // DAY)
