"""自助打印申请: the query over the company's closed declarations (PRNT-01, PRNT-11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Refused
from singlewindow.subsystems.declarations import queries
from singlewindow.subsystems.declarations.access import at_desk, load_known
from singlewindow.subsystems.declarations.months import day_of
from singlewindow.subsystems.declarations.queries import Asked, Missing
from singlewindow.subsystems.declarations.settings import chapter_settings

router: APIRouter = APIRouter(responses=documented(Refused))
FLAGS = {"I": "进口", "E": "出口"}
Numbers = Annotated[
    list[Annotated[Text, Query(max_length=100)]],
    Query(description="报关单号, at most 50", examples=[["420120261000000001"]]),
]
Day = Annotated[
    Text, Query(max_length=20, description="YYYY-MM-DD in Chinese time, counted", examples=["2026-11-26"])
]


class ClosedView(BaseModel):
    """A closed declaration, as the list shows it; weights in kilograms, decimal strings."""

    number: str
    ie_flag: str
    ie_name: str
    pre_entry_no: str
    declared_at: datetime | None
    closed_at: datetime | None
    district: str
    district_name: str
    declarant_name: str
    consignee_name: str
    trade_mode: str
    trade_mode_name: str
    bill_no: str
    packages: str
    gross_weight: str


class MissingView(BaseModel):
    """A number that was asked for and is not in the answer: why, what to do, and where that is written."""

    number: str
    why: str
    advice: str
    clause: str


class ClosedAnswer(BaseModel):
    """A page; `total_capped`: there are more than `total`. `missing` only where numbers were asked for."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[ClosedView]
    missing: list[MissingView]


class NumbersAnswer(BaseModel):
    """The numbers of the whole result, as many as one application takes, in the list's order."""

    numbers: list[str]
    total: int
    total_capped: bool
    limit: int


async def asked(
    number: Numbers = [],  # noqa: B006
    declared_from: Day = "",
    declared_to: Day = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
    sort: Annotated[Text, Query(max_length=60)] = "-declared_at",
) -> Asked:
    """The conditions of the query. Raises Refused."""
    return queries.asked_for(number, (declared_from, declared_to), page, size, sort)


Wanted = Annotated[Asked, Depends(asked)]


@router.get("/closed", summary="The company's closed declarations", response_model=ClosedAnswer)
@for_tokens("read")
async def closed(person: ChapterPerson, database: Base, wanted: Wanted) -> Response:
    """By numbers, by the days on which they were declared, or both. Days may be left out where numbers are given."""
    async with at_desk(database, person) as transaction:
        found = await queries.search(transaction, person, wanted, await load_known(transaction))
        names = await queries.names_of(transaction, found.rows)
    return json_answer(
        ClosedAnswer(
            total=found.total,
            total_capped=found.capped,
            page=wanted.page,
            size=wanted.size,
            items=[_view(row, names) for row in found.rows],
            missing=[_missing(each) for each in found.missing],
        )
    )


@router.get("/closed/numbers", summary="The numbers of a whole result", response_model=NumbersAnswer)
@for_tokens("read")
async def closed_numbers(person: ChapterPerson, database: Base, wanted: Wanted) -> Response:
    """To tick across pages: conditions as in the query, page and size count for nothing."""
    limit = chapter_settings().application_declarations
    async with at_desk(database, person) as transaction:
        known = await load_known(transaction)
        found = await queries.all_numbers(transaction, person, wanted, known, limit)
    return json_answer(
        NumbersAnswer(numbers=list(found.numbers), total=found.total, total_capped=found.capped, limit=limit)
    )


def _view(row: Row, names: Mapping[tuple[str, str, date], str]) -> ClosedView:
    texts = {name: row[name] or "" for name in ("number", *queries.TEXTS)}
    day = day_of(row["declared_at"]) if row["declared_at"] else date.min
    return ClosedView.model_validate(
        {
            **texts,
            "ie_name": FLAGS.get(texts["ie_flag"], texts["ie_flag"]),
            "declared_at": row["declared_at"],
            "closed_at": row["closed_at"],
            "district_name": names.get(("customs_districts", texts["district"], day), ""),
            "trade_mode_name": names.get(("trade_modes", texts["trade_mode"], day), ""),
        }
    )


def _missing(missing: Missing) -> MissingView:
    return MissingView(number=missing.number, **vars(missing.reason))
