"""The chapter's own routes, below /api/_labels; who may not enter the chapter never comes here."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.problems import Refused
from singlewindow.subsystems._labels.queries import Wanted, find_parcels
from singlewindow.subsystems._labels.rules import check_days

router = APIRouter()
MOST_NUMBERS = 50


class ParcelRow(BaseModel):
    """A parcel; the weight in kg is a decimal string."""

    number: str
    arrived_on: date
    weight: str | None


class ParcelsAnswer(BaseModel):
    """A page of the result."""

    total: int
    page: int
    size: int
    items: list[ParcelRow]


@router.get("/parcels", summary="The company's parcels", responses=documented(Refused))
async def parcels(
    person: ChapterPerson,
    database: Base,
    arrived_from: Annotated[date, Query(examples=["2026-11-01"])],
    arrived_to: Annotated[date, Query(examples=["2026-11-30"])],
    number: Annotated[list[Text], Query(max_length=MOST_NUMBERS)] = [],  # noqa: B006
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ParcelsAnswer:
    """Those that arrived on these days, both counted; with numbers, those of them alone."""
    if violations := check_days(arrived_from, arrived_to):
        raise Refused.because(violations)
    wanted = Wanted(number, arrived_from, arrived_to, page, size)
    async with database.transaction(person.actor) as transaction:
        total, rows = await find_parcels(transaction, person, wanted)
    items = [ParcelRow(**dict(row)) for row in rows]
    return ParcelsAnswer(total=total, page=page, size=size, items=items)
