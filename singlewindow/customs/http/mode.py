"""自动审核 and the faults of delivery, as officers set them (CUST-04)."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from singlewindow.customs import faults, mode
from singlewindow.customs.faults import Faults
from singlewindow.customs.http.inputs import Text
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.mode import Mode
from singlewindow.customs.problems import Refused

router = APIRouter(prefix="/api", tags=["mode"])


class ModeBody(BaseModel):
    """自动审核: on or off, seconds of delay from–to (to left out: always from), share of refusals 0..1."""

    automatic: bool
    delay_seconds: float = Field(ge=0, le=86400, allow_inf_nan=False)
    delay_max_seconds: float | None = Field(default=None, ge=0, le=86400, allow_inf_nan=False)
    refuse_share: float = Field(ge=0, le=1, allow_inf_nan=False)


class FaultsBody(BaseModel):
    """Shares 0..1 of receipts that are lost, doubled, delayed, shuffled.

    `lost_seconds`: when a lost one is sent after all (0: by 重发 only); `hold_seconds`: longest hold of the others.
    """

    lost: float = Field(ge=0, le=1, allow_inf_nan=False)
    doubled: float = Field(ge=0, le=1, allow_inf_nan=False)
    delayed: float = Field(ge=0, le=1, allow_inf_nan=False)
    shuffled: float = Field(ge=0, le=1, allow_inf_nan=False)
    lost_seconds: float = Field(ge=0, le=86400, allow_inf_nan=False)
    hold_seconds: float = Field(ge=0, le=3600, allow_inf_nan=False)
    seed: Text = Field(default="", max_length=32)


@router.get("/mode")
async def read_mode(parts: Running, officer: Officer) -> ModeBody:
    """The automatic mode."""
    async with parts.database.transaction() as transaction:
        return ModeBody.model_validate(await mode.get_mode(transaction), from_attributes=True)


@router.put("/mode")
async def write_mode(body: ModeBody, parts: Running, officer: Officer) -> ModeBody:
    """Switch the automatic mode; what is waiting follows it."""
    longest = body.delay_seconds if body.delay_max_seconds is None else body.delay_max_seconds
    if longest < body.delay_seconds:
        raise Refused.because("delay_max_seconds", "mode.delay", "最长延时不能小于最短延时")
    chosen = Mode(body.automatic, body.delay_seconds, longest, body.refuse_share)
    async with parts.database.transaction() as transaction:
        await mode.switch(transaction, chosen)
    return body.model_copy(update={"delay_max_seconds": longest})


@router.get("/faults")
async def read_faults(parts: Running, officer: Officer) -> FaultsBody:
    """The faults of delivery."""
    async with parts.database.transaction() as transaction:
        return FaultsBody.model_validate(await faults.get_faults(transaction), from_attributes=True)


@router.put("/faults")
async def write_faults(body: FaultsBody, parts: Running, officer: Officer) -> FaultsBody:
    """Set the faults for receipts from now on."""
    async with parts.database.transaction() as transaction:
        await faults.set_faults(transaction, Faults(**body.model_dump()))
    return body
