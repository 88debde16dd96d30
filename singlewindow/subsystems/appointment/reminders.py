"""What the home page says of appointments in state I, to both companies (APPT-06): neither may apply until it is
answered, and only who applied for it can answer. Until then the timer's own reminder is shown (`lifecycle.py`)."""

from __future__ import annotations

from datetime import datetime

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.definition.moments import find_moment
from singlewindow.kernel.subsystem import Reminded
from singlewindow.subsystems.appointment.feedback import unanswered_from
from singlewindow.subsystems.appointment.readings import readings

TYPE = "appointment.application"
OWN = "预约通关 {number}：未按时反馈报关单号，请反馈或提交情况说明；在此之前不能新增预约"
THEIRS = "预约通关 {number}：申报单位未按时反馈报关单号，请其反馈或提交情况说明；在此之前本企业不能新增预约"

_LEFT = """
    select d.number, d.content->>'start' as start, left_so.own
    from company c cross join lateral appointment_unanswered(c.customs_code, $2) as left_so (document_id, own)
    join document d on d.id = left_so.document_id
    where c.id = $1 and d.amending = '' and not d.hidden
    order by start, number limit $3"""
"""Of the transaction's own company alone, in whichever role; row-level security is the second fence."""


async def reminders(transaction: Transaction, limit: int) -> list[Reminded]:
    """The lines of the transaction's company, the longest overdue first; none of what waits for customs' answer."""
    rows = await transaction.rows(_LEFT, transaction.actor.company_id, transaction.now, limit)
    return [_line(row, transaction.now) for row in rows]


def _line(row: Row, now: datetime) -> Reminded:
    start = find_moment(row["start"] or "")
    due = unanswered_from(start, readings()) if start else now
    return Reminded((OWN if row["own"] else THEIRS).format(number=row["number"]), due, TYPE, row["number"])
