"""The chapter's own routes, below /api/appointment; documents have the kernel's."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Refused
from singlewindow.subsystems.appointment.lead_time import UNKNOWN_TEXT
from singlewindow.subsystems.appointment.working_time import COUNTED, asked_for, find_times

router = APIRouter()
Day = Annotated[Text, Query(max_length=20, description="YYYY-MM-DD, counted", examples=["2026-11-26"])]


class WorkingTime(BaseModel):
    """An interval in which customs work at a port; a day with a break has several. `ends` may be 24:00, or lie on the
    next day where it is not after `begins`. `provisional`: the port's calendar of that month is provisional."""

    port: str
    port_name: str
    day: date
    weekday: str
    begins: str
    ends: str
    provisional: bool


class WorkingTimesAnswer(BaseModel):
    """A page; beyond 10,000 the total is capped. `nothing` says what to do where there are none."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[WorkingTime]
    nothing: str


@router.get(
    "/working-time",
    summary="Working time of customs' ports",
    response_model=WorkingTimesAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def working_time(
    person: ChapterPerson,
    database: Base,
    day_from: Day = "",
    day_to: Day = "",
    port: Annotated[
        Text, Query(max_length=100, description="4-digit code, or a part of the name", examples=["5301"])
    ] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """When customs work, never when they do not; at most fifteen days between the two, by port, day and hour."""
    asked = asked_for(day_from, day_to, port, page, size)
    async with database.transaction(person.actor) as transaction:
        total, rows = await find_times(transaction, asked)
    return json_answer(
        WorkingTimesAnswer(
            total=min(total, COUNTED),
            total_capped=total > COUNTED,
            page=page,
            size=size,
            items=[_view(row) for row in rows],
            nothing="" if total else UNKNOWN_TEXT,
        )
    )


def _view(row: Row) -> WorkingTime:
    day = date.fromisoformat(row["day"])
    return WorkingTime(
        port=row["port"],
        port_name=row["name"] or "",
        day=day,
        weekday=f"星期{'一二三四五六日'[day.weekday()]}",
        begins=row["begins"],
        ends=row["ends"],
        provisional=bool(row["provisional"]),
    )
