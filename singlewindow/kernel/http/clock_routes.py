"""The business clock, for the banner of the pages."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from singlewindow.kernel.http.desk import Base
from singlewindow.kernel.http.token_rights import for_tokens

router = APIRouter()


class ClockView(BaseModel):
    """The business moment; `real` unless it was moved or frozen for a training."""

    now: datetime
    real: bool
    frozen: bool


@router.get("/api/clock", tags=["portal"], summary="The business clock")
@for_tokens("public")
async def read_clock(database: Base) -> ClockView:
    """Public."""
    async with database.transaction() as transaction:
        row = await transaction.row("select frozen is not null as frozen, shift = '0' as unmoved from clock")
    frozen, unmoved = (row["frozen"], row["unmoved"]) if row else (False, True)
    return ClockView(now=transaction.now, real=unmoved and not frozen, frozen=frozen)
