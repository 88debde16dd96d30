"""What a file would change in a table: new, changed and ended entries (OPER-02)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from singlewindow.kernel.codes.files import FileEntry, TableFile
from singlewindow.kernel.codes.initials import initials_of
from singlewindow.kernel.codes.load import CodeEntry


@dataclass(frozen=True)
class Kept:
    """An entry that is in force in the database on the day of the import, since `valid_from`."""

    entry: CodeEntry
    valid_from: date


@dataclass(frozen=True)
class Change:
    """An entry whose name or further columns change."""

    before: Kept
    after: CodeEntry


@dataclass(frozen=True)
class Difference:
    """What an import of one table does; `moved` stay what they are at another place in the order."""

    table: str
    new: tuple[CodeEntry, ...]
    changed: tuple[Change, ...]
    ended: tuple[Kept, ...]
    moved: tuple[CodeEntry, ...]
    unchanged: int


def compare(file: TableFile, kept: Mapping[str, Kept], *, partial: bool, merge: bool = True) -> Difference:
    """Hold a file against the entries in force, by code.

    `partial`: the file speaks of its own entries alone; the others stay, and keep their order.
    `merge`: a further column that the file does not have stays as it is.
    """
    new, changed, moved = [], [], []
    for entry in _placed(file, kept, partial=partial, merge=merge):
        before = kept.get(entry.code)
        if before is None:
            new.append(entry)
        elif (before.entry.name, said(before.entry)) != (entry.name, said(entry)):
            changed.append(Change(before, entry))
        elif before.entry.position != entry.position:
            moved.append(entry)
    named = {entry.code for entry in file.entries}
    ended = [] if partial else [before for code, before in kept.items() if code not in named]
    unchanged = len(named) - len(new) - len(changed)
    return Difference(file.table, tuple(new), tuple(changed), tuple(ended), tuple(moved), unchanged)


def said(entry: CodeEntry) -> dict[str, object]:
    """The further columns that say something: an empty one is as good as none."""
    return {name: value for name, value in entry.extra.items() if value not in ("", None, [])}


def _placed(file: TableFile, kept: Mapping[str, Kept], *, partial: bool, merge: bool) -> Iterator[CodeEntry]:
    """The file's entries as they will stand in the database, with initials and position."""
    last = max((each.entry.position for each in kept.values()), default=0) if partial else 0
    for line in file.entries:
        before = kept.get(line.code)
        if partial and before:
            position = before.entry.position
        else:
            position = last = last + 1
        extra = {**before.entry.extra, **line.extra} if before and merge else line.extra
        yield CodeEntry(file.table, line.code, line.name, _initials(line, before), position, extra)


def _initials(line: FileEntry, before: Kept | None) -> str:
    if before and before.entry.name == line.name:
        return before.entry.initials
    return initials_of(line.name)
