"""Appointments at customs: a row for each, kept by receptions and decisions in their own transactions.

Locks are taken in one order: follow-up, base submission, appointment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import RECEIVED, Taken
from singlewindow.customs.desks.appointment.contents import Booking, booking_in, numbers_in
from singlewindow.customs.desks.appointment.readings import Readings, readings
from singlewindow.customs.desks.appointment.states import (
    BASE,
    BOOKED,
    ENDS,
    FEEDBACK,
    FROM,
    RETURNED,
    UNANSWERED,
)
from singlewindow.customs.kept import end_kept, newest, received
from singlewindow.customs.problems import NotInThisState
from singlewindow.customs.searching import Asked, begins_with, find_page
from singlewindow.customs.times import end_of, local_day

NAMED = 3
_ANSWERING = ", ".join(f"'{function}'" for function in ENDS)
_DUE = f"""case when exists (
    select from submission s where s.type = b.type and s.number = b.number and s.state = '{RECEIVED}'
        and s.function in ({_ANSWERING})
        and (s.received ->> 'submitted_at')::timestamptz < b.answer_by) then null else b.answer_by end"""
"""The moment from which an approved appointment is in state I; null while what was fed back, explained or cancelled in
time waits for a decision, for that is no reason (APPT-06, FA 2.3), and the portal's clock waits too (decision 0035)."""
_COLUMNS = f"b.*, {_DUE} as due_at"


def answer_by(ends_at: datetime, reading: Readings) -> datetime:
    """The moment from which it is 通关完成未反馈: 00:00 after the fifth day (APPT-16, FA 2.6), or the window's end."""
    if reading.unanswered == "after_window":
        return ends_at
    return end_of(local_day(ends_at) + timedelta(days=reading.feedback_days))


async def arrive(transaction: Transaction, arrived: Sequence[tuple[int, Submission]]) -> None:
    """Write the appointments of base submissions; one that is declared again after a return takes its place."""
    for based in newest(arrived, BASE):
        await transaction.run(_ARRIVE, transaction.now, *_columns(based))


_ARRIVE = f"""
insert into appointment_book as b (submission_id, type, number, sequence, company, company_name, submitted_at,
    consignee, consignee_name, declare_port, entry_port, ie_flag, starts_at, ends_at, answer_by, state, changed_at)
select id, type, number, sequence, company, company_name, submitted_at, consignee, consignee_name, declare_port,
    entry_port, ie_flag, starts_at, ends_at, answer_by, '{RECEIVED}', $1
from unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::timestamptz[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[],
        $16::timestamptz[]) with ordinality
    as w (id, type, number, sequence, company, company_name, submitted_at, consignee, consignee_name, declare_port,
        entry_port, ie_flag, starts_at, ends_at, answer_by, place)
order by place
on conflict (type, number) do update set submission_id = excluded.submission_id, sequence = excluded.sequence,
    submitted_at = excluded.submitted_at, consignee = excluded.consignee, consignee_name = excluded.consignee_name,
    declare_port = excluded.declare_port, entry_port = excluded.entry_port, ie_flag = excluded.ie_flag,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, answer_by = excluded.answer_by,
    state = excluded.state, changed_at = excluded.changed_at
where b.sequence < excluded.sequence and b.state in ('{RECEIVED}', '{RETURNED}') and b.company = excluded.company"""


def _columns(based: Sequence[tuple[int, Submission]]) -> list[list[object]]:
    return [list(column) for column in zip(*(_row(*each) for each in based), strict=True)]


def _row(identifier: int, submission: Submission) -> tuple[object, ...]:
    booking: Booking = booking_in(submission)
    return (
        identifier,
        submission.type,
        submission.number,
        submission.sequence,
        submission.company,
        submission.company_name,
        submission.submitted_at,
        booking.consignee,
        booking.consignee_name,
        booking.declare_port,
        booking.entry_port,
        booking.ie_flag,
        booking.starts_at,
        booking.ends_at,
        answer_by(booking.ends_at, readings()),
    )


async def held(transaction: Transaction, rows: Sequence[Row], *, lock: bool = False) -> list[Row | None]:
    """The appointment of each submission, and `due_at`, from when it is in state I; with `lock` its base submission and
    the appointment are locked."""
    keys = [row["type"] for row in rows], [row["number"] for row in rows]
    wanted = (
        "from appointment_book b join unnest($1::text[], $2::text[]) as w (type, number) using (type, number)"
    )
    if lock:
        await transaction.rows(
            f"select from submission where id in (select b.submission_id {wanted}) order by id for update",
            *keys,
        )
    found = await transaction.rows(
        f"select {_COLUMNS} {wanted} order by b.type, b.number {'for update of b' if lock else ''}", *keys
    )
    by_key = {(book["type"], book["number"]): book for book in found}
    return [by_key.get((row["type"], row["number"])) for row in rows]


@dataclass(frozen=True)
class Unanswered:
    """How many appointments of a company are in state I, and the first NAMED of their numbers."""

    total: int
    numbers: tuple[str, ...]


def state_of(book: Row, now: datetime) -> str:
    """The state of a row of `held` or `find`: as it is kept, or UNANSWERED, which the clock brings."""
    is_due = book["state"] == BOOKED and book["due_at"] is not None and book["due_at"] <= now
    return UNANSWERED if is_due else str(book["state"])


async def unanswered(transaction: Transaction, companies: Sequence[str]) -> dict[str, Unanswered]:
    """The companies with appointments in state I, in either role: approved, the time is over, nothing was fed back."""
    rows = await transaction.rows(
        f"""select c.code, i.total, i.numbers
            from unnest($1::text[]) as c (code)
            join lateral (
                select count(*) as total, (array_agg(b.number order by b.id))[:{NAMED}] as numbers from (
                    select id, type, number, answer_by from appointment_book
                    where state = '{BOOKED}' and company = c.code and answer_by <= $2
                    union
                    select id, type, number, answer_by from appointment_book
                    where state = '{BOOKED}' and consignee = c.code and answer_by <= $2
                ) as b where {_DUE} <= $2
            ) as i on i.total > 0""",
        sorted(set(companies)),
        transaction.now,
    )
    return {row["code"]: Unanswered(row["total"], tuple(row["numbers"])) for row in rows}


async def find(
    transaction: Transaction, state: str, district: str, number: str, page: int, size: int
) -> tuple[int, list[Row]]:
    """How many appointments match (counted up to CAP) and one page of them, the newest first; `number` is a prefix.

    Rows are those of `held`.
    """
    asked: list[Asked] = [("declare_port = ", district)] if district else []
    if state:
        asked.append(("state = ", BOOKED if state in (BOOKED, UNANSWERED) else state))
    if state in (BOOKED, UNANSWERED):
        asked.append(
            (f"coalesce({_DUE}, 'infinity') {'<=' if state == UNANSWERED else '>'} ", transaction.now)
        )
    if number.strip():
        asked.append(begins_with("number", number.strip()))
    return await find_page(transaction, "appointment_book b", asked, page, size, columns=_COLUMNS)


async def follow(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """The desk's effect: an appointment's state follows its base submission, and ends with an accepted follow-up."""
    await _move(transaction, [each for each in taken if each.row["function"] in BASE])
    for function, state in ENDS.items():
        ending = [
            each.row for each in taken if each.row["function"] == function and each.decision.state == state
        ]
        await _end(transaction, ending, state, FROM[function])
        if function == FEEDBACK:
            await _keep_numbers(transaction, ending)


async def _move(transaction: Transaction, taken: Sequence[Taken]) -> None:
    if not taken:
        return
    await transaction.run(
        """update appointment_book b set state = s.state, application_no = s.customs_no, changed_at = $1
           from submission s where s.id = b.submission_id and s.id = any($2)""",
        transaction.now,
        [each.row["id"] for each in taken],
    )


async def _end(transaction: Transaction, rows: Sequence[Row], state: str, possible: Sequence[str]) -> None:
    """End appointments; raises NotInThisState where one has ended meanwhile."""
    if not rows:
        return
    if not await end_kept(transaction, "appointment_book", rows, state, possible):
        raise NotInThisState("该预约已另行办理，请刷新查看结果")


async def _keep_numbers(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Note the declarations of accepted feedbacks; raises NotInThisState where one counts already."""
    if not rows:
        return
    pairs = [
        (number, submission.type, submission.number)
        for submission in await received(transaction, rows)
        for number in numbers_in(submission)
    ]
    kept = await transaction.rows(
        """insert into appointment_declaration (entry_no, book_id)
           select w.entry_no, b.id from unnest($1::text[], $2::text[], $3::text[]) as w (entry_no, type, number)
           join appointment_book b using (type, number)
           on conflict do nothing returning entry_no""",
        *(list(column) for column in zip(*pairs, strict=True)),
    )
    if len(kept) < len(pairs):
        raise NotInThisState("报关单已用于另一份预约的反馈，请刷新查看结果")
