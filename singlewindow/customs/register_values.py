"""Whether values fit the members of a register, and what a change of them brings along: pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from singlewindow.customs.problems import Refused
from singlewindow.customs.register_kinds import Member, Register

MAX_TEXT = 500
NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,5})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    rf"{DAY.pattern}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?"
)
"""The ways of writing that docs/registers.md promises. fromisoformat knows others too (20261231, 2026-W53-4), which
readers that compare days as texts, and the portal's columns, take for other days or for none."""
HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
Wrong = str
"""What is wrong with a value, in Chinese; empty when nothing is."""


def wrong(member: Member, value: Any) -> Wrong:
    """What is wrong with a member's value."""
    if value is None or value == "" or (value == [] and member.kind == "rows"):
        return "必须填写" if member.required else ""
    return _CHECKS[member.kind](member, value)


def wrong_entry(register: Register, key: str, data: Mapping[str, Any]) -> list[tuple[str, Wrong]]:
    """All that is wrong with an entry: (member's name, why)."""
    found = (
        []
        if re.fullmatch(register.key, key)
        else [(register.key_label, f"{key or '（空）'} 的格式不符合规定")]
    )
    found += [(name, "没有这一项") for name in data if register.member(name) is None]
    found += [(m.label, why) for m in register.members if (why := wrong(m, data.get(m.name)))]
    found += [
        (register.label(name), f"与{register.key_label}不符，应为 {value}")
        for name, value in of_key(register, key).items()
        if data.get(name) not in (None, value)
    ]
    return found + (register.unfit(data) if register.unfit else [])


def of_key(register: Register, key: str) -> Mapping[str, str]:
    """The members that an entry's key says by itself; none where the key has not its shape."""
    if register.of_key is None or not re.fullmatch(register.key, key):
        return {}
    return register.of_key(key)


def change_of(
    register: Register, held: Mapping[str, Any], wanted: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """What an officer's values change in an entry's data, names and stamps included.

    Raises Refused for a member that officers do not change, a wrong value, or a step that is not possible.
    """
    changed: dict[str, Any] = {}
    for name, value in wanted.items():
        member = register.member(name)
        if member is None or not member.editable:
            raise Refused.because(f"data/{name}", "register.member", "这一项不能修改")
        if why := wrong(member, value) or _wrong_step(member, held.get(name), value):
            raise Refused.because(f"data/{name}", f"register.{name}", f"{member.label}：{why}")
        changed |= _with_names(member, value, now)
    return changed


def with_names(register: Register, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data, with the name beside each chosen code that has none yet."""
    named = {
        m.names: m.choices[data[m.name]]
        for m in register.members
        if m.names and data.get(m.name) in m.choices
    }
    return {**named, **data}


def _with_names(member: Member, value: Any, now: datetime) -> dict[str, Any]:
    changed = {member.name: value}
    if member.names:
        changed[member.names] = member.choices.get(value, "")  # what is not obligatory may be emptied
    if stamp := member.stamps.get(str(value)):
        changed[stamp] = now.isoformat()
    return changed


def _wrong_step(member: Member, held: Any, value: Any) -> Wrong:
    if member.steps is None or value == held or value in member.steps.get(str(held), ()):
        return ""
    following = "、".join(member.choices[code] for code in member.steps.get(str(held), ())) or "无"
    return (
        f"「{member.choices.get(str(held), held)}」不能改为「{member.choices[value]}」，可以改为：{following}"
    )


def _text(member: Member, value: Any) -> Wrong:
    if not isinstance(value, str):
        return "应为文字"
    if len(value) > MAX_TEXT:
        return f"至多 {MAX_TEXT} 个字符，现为 {len(value)} 个"
    return "" if not member.pattern or re.fullmatch(member.pattern, value) else "格式不符合规定"


def _choice(member: Member, value: Any) -> Wrong:
    if isinstance(value, str) and value in member.choices:
        return ""
    return f"没有 {value} 这个代码，可以填：{'、'.join(f'{c} {n}' for c, n in member.choices.items())}"


def _flag(member: Member, value: Any) -> Wrong:
    return "" if isinstance(value, bool) else "应为是或否"


def _number(member: Member, value: Any) -> Wrong:
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        return "应为数字，小数不超过 5 位"
    if member.bounds and not member.bounds[0] <= Decimal(value) <= member.bounds[1]:
        return f"应在 {member.bounds[0]} 至 {member.bounds[1]} 之间"
    return ""


def _day(member: Member, value: Any) -> Wrong:
    return "" if _names(DAY, date.fromisoformat, value) else "应为日期，如 2026-12-31"


def _moment(member: Member, value: Any) -> Wrong:
    fits = _names(MOMENT, datetime.fromisoformat, value)
    return "" if fits else "应为日期或时间，如 2026-12-31T09:00:00+08:00"


def _names(shape: re.Pattern[str], read: Callable[[str], object], value: Any) -> bool:
    """Whether a value has the shape, and names something that there is."""
    if not isinstance(value, str) or not shape.fullmatch(value):
        return False
    try:
        read(value)
    except ValueError:
        return False
    return True


def _rows(member: Member, value: Any) -> Wrong:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return "应为若干行"
    columns = {column.name: column for column in member.columns}
    for at, row in enumerate(value, 1):
        if unknown := [name for name in row if name not in columns]:
            return f"第 {at} 行没有 {unknown[0]} 这一列"
        for column in member.columns:
            if why := wrong(column, row.get(column.name)):
                return f"第 {at} 行{column.label}：{why}"
    return ""


def _hours(member: Member, value: Any) -> Wrong:
    """Day of the month, two digits → intervals "09:00-12:00" in order, that do not touch."""
    if not isinstance(value, dict):
        return "应为每日的工作时间"
    for day, intervals in value.items():
        if not re.fullmatch(r"0[1-9]|[12][0-9]|3[01]", str(day)):
            return f"没有 {day} 日"
        if not isinstance(intervals, list) or not all(
            isinstance(i, str) and HOURS.fullmatch(i) for i in intervals
        ):
            return f"{day} 日的时间应如 09:00-12:00"
        moments = [moment for interval in intervals for moment in interval.split("-")]
        if any(later <= earlier for earlier, later in pairwise(moments)):
            return f"{day} 日的时间应从早到晚，且不相接"
    return ""


_CHECKS: dict[str, Callable[[Member, Any], Wrong]] = {
    "text": _text, "choice": _choice, "flag": _flag, "number": _number, "day": _day, "moment": _moment,
    "rows": _rows, "hours": _hours,
}  # fmt: skip
