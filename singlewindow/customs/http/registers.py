"""Registers on the officers' pages: what there is, one page of it, one entry; changes are published at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from singlewindow.customs import registers
from singlewindow.customs.database import Transaction
from singlewindow.customs.http.inputs import Day, Key, PageNumber, PageSize, Prefix, RegisterName, Seq, Text
from singlewindow.customs.http.parts import Officer, Running
from singlewindow.customs.problems import Refused
from singlewindow.customs.register_catalogue import all_registers, get_register
from singlewindow.customs.register_differences import Difference, differences
from singlewindow.customs.register_kinds import Member, Register
from singlewindow.customs.register_values import change_of, of_key, wrong_entry
from singlewindow.customs.registers import Entry
from singlewindow.customs.times import end_of, local_day, start_of

router = APIRouter(prefix="/api/registers", tags=["registers"])
Value = Text | bool | list[dict[Text, Text | bool]] | dict[Text, list[Text]] | None


class MemberView(BaseModel):
    """A member of a register's entries; `steps`: code → the codes that may follow it."""

    name: str
    label: str
    kind: str
    choices: dict[str, str]
    steps: dict[str, list[str]] | None
    columns: list[MemberView]
    listed: bool
    editable: bool

    @classmethod
    def of(cls, member: Member) -> MemberView:
        """A row of the table of registers."""
        return cls(
            name=member.name,
            label=member.label,
            kind=member.kind,
            choices=dict(member.choices),
            steps=member.steps and {code: list(following) for code, following in member.steps.items()},
            columns=[cls.of(column) for column in member.columns],
            listed=member.listed,
            editable=member.editable,
        )


class RegisterView(BaseModel):
    """A register, so that a page can draw it."""

    name: str
    title: str
    key_label: str
    may_add: bool
    dated: bool
    members: list[MemberView]

    @classmethod
    def of(cls, register: Register) -> RegisterView:
        """A row of the table of registers."""
        return cls(
            name=register.name,
            title=register.title,
            key_label=register.key_label,
            may_add=register.may_add,
            dated=register.dated,
            members=[MemberView.of(member) for member in register.members],
        )


class EntryView(BaseModel):
    """An entry; `first_day` and `last_day` are inclusive."""

    key: str
    seq: int
    data: dict[str, Any]
    first_day: date | None
    last_day: date | None

    @classmethod
    def of(cls, entry: Entry, names: frozenset[str] | None = None) -> EntryView:
        """The entry as the page sees it; with `names` only those members."""
        data = entry.data or {}
        return cls(
            key=entry.key,
            seq=entry.seq,
            data=data if names is None else {name: data[name] for name in data if name in names},
            first_day=entry.valid_from and local_day(entry.valid_from),
            last_day=entry.valid_to and local_day(entry.valid_to - timedelta(microseconds=1)),
        )

    @property
    def days(self) -> str:
        """The days in force in words."""
        return f"{self.first_day or '不限'} 至 {self.last_day or '不限'}"


class DifferenceView(BaseModel):
    """What a change would alter: a member or a day of a calendar, before and after; "" for nothing."""

    label: str
    before: str
    after: str


class EntryPage(BaseModel):
    """One page of a register; entries show the list's columns and what may be changed."""

    total: int
    page: int
    size: int
    items: list[EntryView]


class Change(BaseModel):
    """New values of members, and the inclusive days in force (null: open).

    `seq` is that of the entry as the officer saw it: 412 when it was changed since; 0 adds an entry.
    """

    seq: Seq
    data: dict[Text, Value] = Field(default_factory=dict, max_length=50)
    first_day: Day | None = None
    last_day: Day | None = None


@router.get("")
async def read_registers(officer: Officer) -> list[RegisterView]:
    """Every register with its members."""
    return [RegisterView.of(register) for register in all_registers().values()]


@router.get("/{kind}")
async def find_entries(
    kind: RegisterName,
    parts: Running,
    officer: Officer,
    key: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> EntryPage:
    """One page of a register; `key` is a prefix."""
    register = get_register(kind)
    async with parts.database.transaction() as transaction:
        total, entries = await registers.find(transaction, kind, key.strip(), page, size)
    shown = _shown(register)
    return EntryPage(
        total=total, page=page, size=size, items=[EntryView.of(entry, shown) for entry in entries]
    )


@router.get("/{kind}/{key:key}")
async def read_entry(kind: RegisterName, key: Key, parts: Running, officer: Officer) -> EntryView:
    """One entry in full."""
    get_register(kind)
    async with parts.database.transaction() as transaction:
        return EntryView.of(await registers.get(transaction, kind, key))


@router.put("/{kind}/{key:key}")
async def change_entry(
    kind: RegisterName, key: Key, body: Change, parts: Running, officer: Officer
) -> EntryView:
    """Change an entry, or add one (seq 0), and publish it."""
    register = get_register(kind)
    async with parts.database.transaction() as transaction:
        before, after = await _wanted(transaction, register, key, body)
        if before is None:
            return EntryView.of(await registers.add_one(transaction, after))
        validity = (after.valid_from, after.valid_to)
        return EntryView.of(
            await registers.change(transaction, kind, key, body.seq, after.data or {}, validity)
        )


@router.post("/{kind}/{key:key}/trial")
async def try_change(
    kind: RegisterName, key: Key, body: Change, parts: Running, officer: Officer
) -> list[DifferenceView]:
    """What `change_entry` would alter: the same refusals, and nothing is written (OPER-02)."""
    register = get_register(kind)
    async with parts.database.transaction() as transaction:
        before, after = await _wanted(transaction, register, key, body)
    found = differences(register, (before and before.data) or {}, after.data or {})
    days = [EntryView.of(each).days if each else "" for each in (before, after)]
    if register.dated and days[0] != days[1]:
        found.append(Difference("有效期", *days))
    return [DifferenceView.model_validate(vars(each)) for each in found]


async def _wanted(
    transaction: Transaction, register: Register, key: str, body: Change
) -> tuple[Entry | None, Entry]:
    """The entry as it stands, locked (None: it is new), and as it shall be. Raises Refused, NotFound, StaleVersion."""
    validity = _validity(register, body)
    if body.seq == 0:
        data = _new_data(register, key, body.data, transaction.now)
        return None, Entry(register.name, key, 1, data, *(validity or (None, None)))
    held = await registers.get(transaction, register.name, key, lock=True)
    registers.check_seq(held, body.seq)
    old = held.data or {}
    data = {**old, **change_of(register, old, body.data, transaction.now)}
    if found := [
        each for each in wrong_entry(register, key, data) if each not in wrong_entry(register, key, old)
    ]:
        raise _refused(found)
    valid_from, valid_to = validity or (held.valid_from, held.valid_to)
    return held, Entry(register.name, key, held.seq + 1, data, valid_from, valid_to)


def _shown(register: Register) -> frozenset[str]:
    members = [m for m in register.members if m.listed or (m.editable and m.kind != "hours")]
    return frozenset(member.name for member in members) | {member.names for member in members if member.names}


def _new_data(register: Register, key: str, wanted: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if not register.may_add:
        raise Refused.because("", "register.add", f"{register.title}不能在此新增", "请用文件导入")
    data = {**of_key(register, key), **change_of(register, {}, wanted, now)}
    if found := wrong_entry(register, key, data):
        raise _refused(found)
    return data


def _refused(found: Sequence[tuple[str, str]]) -> Refused:
    return Refused.because("data", "register.entry", "；".join(f"{name}：{why}" for name, why in found))


def _validity(register: Register, body: Change) -> tuple[datetime | None, datetime | None] | None:
    """The days in force as moments; None where officers do not set them."""
    if not register.dated:
        return None
    if body.first_day and body.last_day and body.first_day > body.last_day:
        raise Refused.because("last_day", "register.days", "截止日期不能早于起始日期")
    return (
        start_of(body.first_day) if body.first_day else None,
        end_of(body.last_day) if body.last_day else None,
    )
