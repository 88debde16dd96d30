"""What a change of an entry alters, in words for the officer who is about to publish it (OPER-02). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.customs.register_kinds import Member, Register

REST = "休息"
FLAGS = {True: "是", False: "否"}


@dataclass(frozen=True)
class Difference:
    """A member, or one day of a calendar: what stands there and what shall; "" for nothing."""

    label: str
    before: str
    after: str


def differences(register: Register, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every difference between an entry's data, in the order of the members; names beside codes are left out."""
    names = {member.names for member in register.members if member.names}
    return [
        each
        for member in register.members
        if member.name not in names
        for each in _of_member(member, before.get(member.name), after.get(member.name))
    ]


def _of_member(member: Member, before: Any, after: Any) -> Iterator[Difference]:
    if member.kind == "hours":
        old, new = (value if isinstance(value, dict) else {} for value in (before, after))
        for day in sorted({*old, *new}):
            if old.get(day) != new.get(day):
                yield Difference(f"{day} 日", _hours(old.get(day)), _hours(new.get(day)))
    elif before != after:
        yield Difference(member.label, _words(member, before), _words(member, after))


def _hours(intervals: list[str] | None) -> str:
    return "，".join(intervals) if intervals else REST


def _words(member: Member, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return FLAGS[value]
    if isinstance(value, list):
        return f"{len(value)} 行"
    return f"{value} {member.choices[value]}" if value in member.choices else str(value)
