"""The officers' routes: appointments at customs, and a declaration to feed back."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from singlewindow.customs.database import Row
from singlewindow.customs.desk import RECEIVED, RECEPTION
from singlewindow.customs.desks.appointment import books, training
from singlewindow.customs.desks.appointment.states import (
    REFUSED,
    STATES,
    UNANSWERED,
    UNANSWERED_NAME,
)
from singlewindow.customs.http.inputs import District, Identifier, PageNumber, PageSize, Prefix, Wanted
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.searching import CAP

officers = APIRouter(prefix="/api/appointment", tags=["appointment"])
NAMES = {
    RECEIVED: RECEPTION[RECEIVED],
    **{state: name for state, name in STATES.items() if state != REFUSED},
    UNANSWERED: UNANSWERED_NAME,
}
"""The states of the page; `unanswered` is reckoned from the clock."""


class BookingView(BaseModel):
    """An appointment as customs hold it; `submission_id` is its base submission, `ends_at` is exclusive."""

    id: int
    submission_id: int
    number: str
    application_no: str
    company: str
    company_name: str
    consignee: str
    consignee_name: str
    declare_port: str
    entry_port: str
    ie_flag: str
    starts_at: datetime
    ends_at: datetime
    answer_by: datetime
    state: str
    state_name: str

    @classmethod
    def of(cls, row: Row, now: datetime) -> BookingView:
        """A row of `books.find`."""
        state = books.state_of(row, now)
        known = {**dict(row), "application_no": row["application_no"] or "", "state": state}
        return cls.model_validate({**known, "state_name": NAMES[state]})


class BookingPage(BaseModel):
    """One page of appointments; `total` is capped."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[BookingView]
    states: dict[str, str]


class Declared(BaseModel):
    """The number of a declaration that was entered."""

    number: str


@officers.get("/bookings")
async def find_bookings(
    parts: Running,
    officer: Officer,
    district: District,
    state: Wanted = "",
    number: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> BookingPage:
    """Appointments at customs, the newest first; `number` is the beginning of 预录入编号, the others are exact."""
    async with parts.database.transaction() as transaction:
        total, rows = await books.find(transaction, state, district, number, page, size)
        now = transaction.now
    return BookingPage(
        total=total,
        total_capped=total >= CAP,
        page=page,
        size=size,
        items=[BookingView.of(row, now) for row in rows],
        states=NAMES,
    )


@officers.post("/bookings/{identifier}/declaration", status_code=201)
async def declare(identifier: Identifier, parts: Running, officer: Officer) -> Declared:
    """Enter and publish a declaration that fits the appointment, declared now (for trainings)."""
    async with parts.database.transaction() as transaction:
        return Declared(number=await training.declare(transaction, identifier))
