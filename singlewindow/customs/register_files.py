"""Entries of a register from a file: CSV with one line for an entry or for each of its rows, or JSON (OPER-02).

CSV columns: `key`, members by identifier, `rows.column` for members that are rows (lines of one key belong together),
`valid_from` and `valid_to` (days, inclusive). A calendar has one line for each interval: port, name, day, from, to
(without from and to: a day of rest). JSON: a list of objects with the same names, rows as lists.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from singlewindow.contract.files import read_at_most
from singlewindow.customs.register_kinds import PORT_CALENDAR, Member, Register
from singlewindow.customs.register_values import DAY, wrong, wrong_entry
from singlewindow.customs.texts import all_storable

MOST_BYTES = 32 * 1024 * 1024
MOST_PROBLEMS = 20
FLAGS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}
FIRST_YEAR, LAST_YEAR = 1900, 2200
DAYS = ("valid_from", "valid_to")
LOCAL = re.compile(rf"{DAY.pattern}[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?")
"""A time as spreadsheets have it, without an offset: it is Chinese time, and is kept with its offset, because readers
would take it for that of their own machine."""


Part = TypeVar("Part", list[Any], dict[str, Any])


class Unreadable(Exception):
    """A file that cannot be taken; `problems` name line and reason, the first ones of `count`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0] if problems else "")
        self.problems, self.count = problems[:MOST_PROBLEMS], len(problems)


@dataclass
class Read:
    """An entry as the file gives it; `days` are valid_from and valid_to where the file names them."""

    line: int
    key: str
    data: dict[str, Any] = field(default_factory=dict)
    days: dict[str, date | None] = field(default_factory=dict)
    last: int = 0  # the last line that adds to it

    @property
    def where(self) -> str:
        """Its lines in the file, and its key; of one that several lines make the wrong one is among them."""
        lines = f"lines {self.line} to {self.last}" if self.last > self.line else f"line {self.line}"
        return f"{lines} ({self.key})"


def read_file(register: Register, file: Path) -> list[Read]:
    """The entries of a file, one for each key; raises Unreadable and OSError."""
    if (content := read_at_most(file, MOST_BYTES)) is None:
        raise Unreadable([f"larger than {MOST_BYTES:,} bytes"])
    text = _decoded(content)
    problems: list[str] = []
    objects = list(_json(text) if file.suffix.lower() == ".json" else _csv(register, text))
    entries = _entries(register, objects, problems)
    problems += [problem for entry in entries for problem in _wrong(register, entry)]
    if problems:
        raise Unreadable(problems)
    if not entries:
        raise Unreadable(["no entries"])
    return entries


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(["neither UTF-8 nor GB18030"])


def _json(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable([f"no JSON: {error}"]) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not _storable(rows):
        raise Unreadable(["no list of objects that can be stored"])
    yield from enumerate(rows, 1)


def _storable(rows: list[dict[str, Any]]) -> bool:
    try:
        return all_storable(rows)
    except RecursionError:
        return False


def _csv(register: Register, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if unknown := [name for name in reader.fieldnames or () if name not in _columns(register)]:
            raise Unreadable(
                [f"line 1: unknown column {unknown[0]!r}; there are {', '.join(_columns(register))}"]
            )
        for row in reader:
            if None in row or not all_storable(row):
                raise Unreadable(
                    [f"line {reader.line_num}: more values than columns, or a character that cannot be"]
                )
            yield (
                reader.line_num,
                {name: value.strip() for name, value in row.items() if value and value.strip()},
            )
    except csv.Error as error:
        raise Unreadable([f"line {reader.line_num}: {error}"]) from error


def _columns(register: Register) -> list[str]:
    """The names that a header may have."""
    if register is PORT_CALENDAR:
        return ["port", "name", "day", "from", "to", "provisional"]
    nested = [f"{m.name}.{column.name}" for m in register.members for column in m.columns]
    return ["key", *(m.name for m in register.members if m.kind != "rows"), *nested, *DAYS]


def _entries(
    register: Register, objects: Iterable[tuple[int, dict[str, Any]]], problems: list[str]
) -> list[Read]:
    entries: dict[str, Read] = {}
    for line, row in objects:
        try:
            if register is PORT_CALENDAR and "day" in row:
                _add_interval(entries, line, row)
            else:
                _add(register, entries, line, row)
        except (ValueError, KeyError, TypeError) as error:
            problems.append(f"line {line}: {error}")
    return list(entries.values())


def _add(register: Register, entries: dict[str, Read], line: int, row: Mapping[str, Any]) -> None:
    """Take one line: a new entry, or further rows of one that stands above."""
    key = str(row.get("key", ""))
    entry = entries.setdefault(key, Read(line, key))
    entry.last = line
    rows: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        member, _, column = name.partition(".")
        if name in DAYS:
            _set(entry.days, name, _day(value) if value else None)
        elif column:
            rows.setdefault(member, {})[column] = _value(_column(register, member, column), value)
        elif name != "key":
            _set(entry.data, name, _value(register.member(name), value))
    for member, values in rows.items():
        _part(entry, member, list).append(values)


def _set(values: dict[str, Any], name: str, value: Any) -> None:
    if values.setdefault(name, value) != value:
        raise ValueError(f"{name} is {value!r} here and {values[name]!r} in an earlier line of the same key")


def _day(text: str) -> date:
    """A day within the years that any calendar here has. Raises ValueError, TypeError."""
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{text} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _part(entry: Read, name: str, kind: type[Part]) -> Part:
    """The rows or days of an entry, to which another line adds. Raises ValueError where a text stands there."""
    part = entry.data.setdefault(name, kind())
    if not isinstance(part, kind):
        raise ValueError(f"{name} is {part!r} in an earlier line of the same key")
    return part


def _column(register: Register, name: str, column: str) -> Member | None:
    member = register.member(name)
    return member and next((each for each in member.columns if each.name == column), None)


def _value(member: Member | None, value: Any) -> Any:
    if member is not None and member.kind == "flag" and isinstance(value, str):
        return FLAGS.get(value.lower(), value)
    if member is not None and member.kind == "moment" and isinstance(value, str):
        return f"{value}+08:00" if LOCAL.fullmatch(value) else value
    return value


def _add_interval(entries: dict[str, Read], line: int, row: Mapping[str, Any]) -> None:
    day = _day(row["day"])
    key = f"{row.get('port', '')}-{day:%Y%m}"
    entry = entries.setdefault(
        key, Read(line, key, {"port": row.get("port", ""), "month": f"{day:%Y-%m}", "days": {}})
    )
    entry.last = line
    if "name" in row:
        _set(entry.data, "name", row["name"])
    if "provisional" in row:
        _set(entry.data, "provisional", _value(PORT_CALENDAR.member("provisional"), row["provisional"]))
    intervals = _part(entry, "days", dict).setdefault(f"{day:%d}", [])
    if not isinstance(intervals, list):
        raise ValueError(f"{day} is {intervals!r} in an earlier line of the same key")
    if "from" in row or "to" in row:
        intervals.append(f"{row.get('from', '')}-{row.get('to', '')}")


def _wrong(register: Register, entry: Read) -> Iterator[str]:
    """What is wrong with the values that the file gives; what it does not give may stand in the register."""
    found = [(name, why) for name, why in wrong_entry(register, entry.key, entry.data) if why != "必须填写"]
    found += [
        (m.label, why)
        for m in register.members
        if m.name in entry.data and (why := wrong(m, entry.data[m.name])) == "必须填写"
    ]
    first, last = entry.days.get("valid_from"), entry.days.get("valid_to")
    if first and last and first > last:
        found.append(("valid_to", "截止日期不能早于起始日期"))
    yield from (f"{entry.where}: {name}：{why}" for name, why in found)
