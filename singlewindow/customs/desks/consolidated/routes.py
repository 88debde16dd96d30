"""The officers' route: filings, lists and declarations as customs hold them. They are decided as in the queue."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from singlewindow.customs.database import Row
from singlewindow.customs.desk import RECEIVED, RECEPTION
from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.consolidated import records
from singlewindow.customs.desks.consolidated.contents import LIST_KINDS, NATURES
from singlewindow.customs.desks.consolidated.states import AGREED, BASE, LIST, REFUSED, STATES, TITLES
from singlewindow.customs.http.inputs import District, PageNumber, PageSize, Prefix, Wanted
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.register_kinds import DIRECTIONS
from singlewindow.customs.searching import CAP

officers = APIRouter(prefix="/api/consolidated", tags=["consolidated"])
Kind = Annotated[str, Query(pattern=f"^({'|'.join(map(re.escape, TITLES))})$")]
NATURE_NAMES = NATURES | LIST_KINDS | DIRECTIONS


class RecordView(BaseModel):
    """A document as customs hold it; `submission_id` is its base submission."""

    id: int
    submission_id: int
    number: str
    customs_no: str
    company: str
    company_name: str
    trader: str
    district: str
    nature_name: str
    basis: str
    state: str
    state_name: str
    valid_until: date | None
    accepted_at: datetime | None
    changed_at: datetime

    @classmethod
    def of(cls, row: Row) -> RecordView:
        """A row of `records.find`."""
        named = {
            "customs_no": row["customs_no"] or "",
            "nature_name": NATURE_NAMES.get(row["nature"], ""),
            "state_name": records.state_name(row["type"], row["state"]),
        }
        return cls.model_validate({**dict(row), **named})


class DecisionView(BaseModel):
    """A decision that is taken on documents of a type; on which of them, customs say when it is taken."""

    name: str
    title: str
    needs_remark: bool
    question: str


class RecordPage(BaseModel):
    """One page of documents; `total` is capped. `states` and `decisions` are those of the type, `types` all of the
    chapter."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[RecordView]
    states: dict[str, str]
    types: dict[str, str]
    decisions: list[DecisionView]


@officers.get("/records")
async def find_records(
    parts: Running,
    officer: Officer,
    district: District,
    type: Kind = LIST,
    state: Wanted = "",
    number: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> RecordPage:
    """Documents of a type, the newest first; `number` is the beginning of 统一编号, the others are exact."""
    async with parts.database.transaction() as transaction:
        total, rows = await records.find(transaction, type, state, district, number, page, size)
    own = {name: words for name, words in STATES[type].items() if name not in (AGREED, REFUSED)}
    return RecordPage(
        total=total,
        total_capped=total >= CAP,
        page=page,
        size=size,
        items=[RecordView.of(row) for row in rows],
        states={RECEIVED: RECEPTION[RECEIVED], **own},
        types=TITLES,
        decisions=[
            DecisionView(
                name=each.name, title=each.title, needs_remark=each.needs_remark, question=each.question
            )
            for each in desk_for(type).decisions
            if each.concerns(BASE[0])
        ],
    )
