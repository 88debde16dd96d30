"""Registers on the officers' pages: declarations, companies, pilot districts; changes are published at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from singlewindow.customs import registers
from singlewindow.customs.http.inputs import (
    Day,
    DeclarationNumber,
    District,
    PageNumber,
    PageSize,
    Prefix,
    Seq,
    SwitchName,
    Text,
)
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.problems import Refused
from singlewindow.customs.registers import DECLARATION_STATUSES, Entry, Kind
from singlewindow.customs.times import end_of, local_day, start_of

router = APIRouter(prefix="/api/registers", tags=["registers"])


class EntryView(BaseModel):
    """An entry; `first_day` and `last_day` are inclusive."""

    key: str
    seq: int
    data: dict[str, Any]
    first_day: date | None
    last_day: date | None

    @classmethod
    def of(cls, entry: Entry) -> EntryView:
        """The entry as the page sees it."""
        return cls(
            key=entry.key,
            seq=entry.seq,
            data=entry.data or {},
            first_day=entry.valid_from and local_day(entry.valid_from),
            last_day=entry.valid_to and local_day(entry.valid_to - timedelta(microseconds=1)),
        )


class EntryPage(BaseModel):
    """One page of a register."""

    total: int
    page: int
    size: int
    items: list[EntryView]


class Change(BaseModel):
    """`seq` is that of the entry as the officer saw it: 412 when it was changed since."""

    seq: Seq


class StatusChange(Change):
    """A declaration's new status, a key of `registers.DECLARATION_STATUSES`."""

    status: Text


class PilotChange(Change):
    """A pilot district: on or off, and its inclusive days (null: open); seq 0 adds a district to the list."""

    enabled: bool
    first_day: Day | None = None
    last_day: Day | None = None


class SwitchChange(Change):
    """A whole application: on or off."""

    enabled: bool


@router.get("/statuses")
async def read_statuses(officer: Officer) -> dict[str, str]:
    """The declaration's statuses with their names."""
    return DECLARATION_STATUSES


@router.get("/{kind}")
async def find_entries(
    kind: Kind,
    parts: Running,
    officer: Officer,
    key: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> EntryPage:
    """One page of a register; `key` is a prefix."""
    async with parts.database.transaction() as transaction:
        total, entries = await registers.find(transaction, kind, key.strip(), page, size)
    return EntryPage(total=total, page=page, size=size, items=[EntryView.of(entry) for entry in entries])


@router.put("/declaration/{number}")
async def change_declaration(
    number: DeclarationNumber, body: StatusChange, parts: Running, officer: Officer
) -> EntryView:
    """Set a declaration's status and publish it."""
    if body.status not in DECLARATION_STATUSES:
        raise Refused.because("status", "register.status", "没有这种报关单状态")
    data = {"status": body.status, "status_name": DECLARATION_STATUSES[body.status]}
    async with parts.database.transaction() as transaction:
        return EntryView.of(await registers.change(transaction, Kind.DECLARATION, number, body.seq, data))


@router.put("/pilot_district/{district}")
async def change_pilot_district(
    district: District, body: PilotChange, parts: Running, officer: Officer
) -> EntryView:
    """Switch a pilot district and set its days, or add one (seq 0): 412 when it is on the list already."""
    if body.first_day and body.last_day and body.first_day > body.last_day:
        raise Refused.because("last_day", "register.days", "截止日期不能早于起始日期")
    validity = (
        start_of(body.first_day) if body.first_day else None,
        end_of(body.last_day) if body.last_day else None,
    )
    async with parts.database.transaction() as transaction:
        if body.seq == 0:
            new = Entry(Kind.PILOT_DISTRICT, district, 1, {"enabled": body.enabled}, *validity)
            return EntryView.of(await registers.add_one(transaction, new))
        entry = await registers.change(
            transaction, Kind.PILOT_DISTRICT, district, body.seq, {"enabled": body.enabled}, validity
        )
    return EntryView.of(entry)


@router.put("/pilot_switch/{name}")
async def change_pilot_switch(
    name: SwitchName, body: SwitchChange, parts: Running, officer: Officer
) -> EntryView:
    """Switch a whole application on or off."""
    async with parts.database.transaction() as transaction:
        entry = await registers.change(
            transaction, Kind.PILOT_SWITCH, name, body.seq, {"enabled": body.enabled}
        )
    return EntryView.of(entry)
