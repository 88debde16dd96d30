"""What of the company's documents has its term soon: read from the timers that wait, nothing of its own is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.subsystem import DocumentType, document_types
from singlewindow.kernel.timing import Reminder

SHOWN = 50
COUNTED = 1000  # the total stops here
DAY = timedelta(days=1)

OWN = "s.company_id = $1"
"""The application's own check of whose terms are told; row-level security is the second fence."""


class ReminderItem(BaseModel):
    """A document, what to do about it, until when, and how many days are left (a day begun counts)."""

    type: str
    title: str = Field(description="The document type's")
    number: str
    text: str
    due_at: datetime
    days: int


async def of_company(
    transaction: Transaction, closed: Collection[str] = ()
) -> tuple[list[ReminderItem], int]:
    """The first SHOWN reminders of the transaction's company, the next term first, and how many there are in all (at
    most COUNTED); none of the types that are `closed` to who asks (PORT-06).

    A document of which something is with customs is not reminded of: its term waits for their answer.
    """
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
    for type in document_types().values():
        for timer in type.lifecycle.timers:
            if timer.reminds and type.name not in closed:
                yield type, timer.name, timer.reminds


def _item(row: Row, reminder: Reminder, now: datetime) -> ReminderItem:
    days = -((now - row["due_at"]) // DAY)  # what has begun counts
    return ReminderItem(
        type=row["type"],
        title=document_types()[row["type"]].title,
        number=row["number"],
        text=reminder.say(row["number"], days),
        due_at=row["due_at"],
        days=days,
    )
