"""Taking entries into a register: what differs, all of it in one transaction, published like any change (OPER-02)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from singlewindow.customs import registers
from singlewindow.customs.database import Transaction
from singlewindow.customs.register_files import Read, Unreadable
from singlewindow.customs.register_kinds import Register
from singlewindow.customs.register_values import with_names, wrong_entry
from singlewindow.customs.registers import Entry
from singlewindow.customs.times import end_of, local_day, start_of

SHORT, LEAD = 60, 15  # how much of a value is shown, and how much of it before what differs


@dataclass(frozen=True)
class Changed:
    """An entry before and after."""

    before: Entry
    after: Entry

    def said(self) -> str:
        """Its key, and member: old → new."""
        old, new = (each.data or {} for each in (self.before, self.after))
        names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
        parts = [part for name in names for part in _parts(name, old.get(name), new.get(name))]
        if (self.before.valid_from, self.before.valid_to) != (self.after.valid_from, self.after.valid_to):
            parts.append(f"valid: {_days(self.before)} → {_days(self.after)}")
        return f"{self.after.key} {'; '.join(parts)}"


@dataclass
class Difference:
    """What a file means for a register. `gone` stand in the register and not in the file; `ended` stand in the file and
    are nevertheless no more in force, be they new, changed or not; `unchanged` counts the others as they were."""

    new: list[Entry] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    gone: list[Entry] = field(default_factory=list)
    ended: list[Entry] = field(default_factory=list)
    unchanged: int = 0


async def compare(transaction: Transaction, register: Register, read: Sequence[Read]) -> Difference:
    """The difference between file and register, whose entries are locked.

    Raises Unreadable for entries that would lack obligatory members.
    """
    held = {entry.key: entry for entry in await registers.lock_all(transaction, register.name)}
    found, problems = Difference(), []
    for each in read:
        before = held.pop(each.key, None)
        after = _after(register, before, each, transaction.now)
        if why := wrong_entry(register, after.key, after.data or {}):
            problems += [f"{each.where}: {name}：{text}" for name, text in why]
            continue
        ended = after.has_ended(transaction.now)
        if ended:
            found.ended.append(after)
        if before is None:
            found.new.append(after)
        elif replace(after, seq=before.seq) != before:
            found.changed.append(Changed(before, after))
        elif not ended:
            found.unchanged += 1
    if problems:
        raise Unreadable(problems)
    found.gone = [entry for entry in held.values() if not entry.has_ended(transaction.now)]
    return found


async def apply(transaction: Transaction, found: Difference, *, complete: bool) -> None:
    """Write and publish what is new and changed; with `complete` what is gone ends today: its past stays."""
    end = start_of(local_day(transaction.now))
    ended = [replace(entry, seq=entry.seq + 1, valid_to=end) for entry in found.gone] if complete else []
    entries = [*found.new, *(each.after for each in found.changed), *ended]
    await registers.put_all(transaction, sorted(entries, key=lambda entry: entry.key))


def _after(register: Register, before: Entry | None, read: Read, now: datetime) -> Entry:
    """The entry once the file's values stand over those of the register; days of a calendar month are merged.

    Where officers set no days, an entry ended because a file lacked it: one that has it again, and says no last day
    itself, puts it in force again, since nobody could do so otherwise.
    """
    old: Mapping[str, Any] = (before.data if before else None) or {}
    data = {**old, **with_names(register, read.data)}
    if isinstance(data.get("days"), dict):
        merged = {**old.get("days", {}), **read.data.get("days", {})}
        data["days"] = {day: merged[day] for day in sorted(merged) if merged[day]}
    valid_from = _moment(read, "valid_from", before.valid_from if before else None)
    revived = before is not None and not register.dated and before.has_ended(now)
    valid_to = _moment(read, "valid_to", before.valid_to if before and not revived else None)
    return Entry(register.name, read.key, (before.seq if before else 0) + 1, data, valid_from, valid_to)


def _moment(read: Read, name: str, before: datetime | None) -> datetime | None:
    if name not in read.days:
        return before
    day = read.days[name]
    if day is None:
        return None
    return start_of(day) if name == "valid_from" else end_of(day)


def _parts(name: str, old: Any, new: Any) -> list[str]:
    """What differs in a member: old → new; day by day where it holds days, and cell by cell where it is a table."""
    if isinstance(old, dict) and isinstance(new, dict):
        members = [each for each in sorted({*old, *new}) if old.get(each) != new.get(each)]
        return [part for each in members for part in _parts(f"{name}/{each}", old.get(each), new.get(each))]
    if _is_table(old) and _is_table(new):
        return [part for at, *rows in _rows(old, new) for part in _parts(f"{name}/{at}", *rows)]
    return [f"{name}: {' → '.join(_beside(_text(old), _text(new)))}"]


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _rows(old: list[Any], new: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """The rows that differ, before and after (None: not there), with their number from 1, which is that before where a
    row is gone. Rows that only moved because of others are none."""
    lines = [[json.dumps(row, sort_keys=True) for row in rows] for rows in (old, new)]
    for _, i, i_end, j, j_end in _differing(*lines):
        both = min(i_end - i, j_end - j)
        yield from ((j + at + 1, old[i + at], new[j + at]) for at in range(both))
        yield from ((at + 1, old[at], None) for at in range(i + both, i_end))
        yield from ((at + 1, None, new[at]) for at in range(j + both, j_end))


def _differing(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Which stretches of the two differ."""
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [each for each in found if each[0] != "equal"]


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return " ".join(f"{name} {_text(each)}" for name, each in value.items())
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)


def _beside(old: str, new: str) -> tuple[str, str]:
    """Both short enough for a line, from where they begin to differ if that is not in their beginning."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    first = same - LEAD if same > SHORT - LEAD else 0
    return _short(old, first), _short(new, first)


def _short(text: str, first: int) -> str:
    text = f"…{text[first:]}" if first else text
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _days(entry: Entry) -> str:
    first, last = (moment and local_day(moment) for moment in (entry.valid_from, entry.valid_to))
    return f"{first or '…'} to {f'before {last}' if last else '…'}"
