"""What a change (变更) alters: the signed content beside the one that was in force when it was declared (CUST-03)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import REJECTED
from singlewindow.customs.desks import desk_for
from singlewindow.customs.officers.queue import in_words, order_of, row_in_words, said_in

Content = Mapping[str, Any]
Rows = Sequence[Content]


@dataclass(frozen=True)
class Change:
    """A field, a row's field or a whole row: what stood there and what shall; None: nothing.

    Values are as `queue.labelled` has them: a text with its code's name, a row under the labels of its columns.
    """

    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Version:
    """A submission's content with the words for it."""

    submission: Submission
    content: Content

    @classmethod
    def of(cls, submission: Submission) -> Version:
        """The submission, its content read."""
        return cls(submission, said_in(submission.content))

    def words(self, name: str) -> str | None:
        """A field's value in words; None where it has none."""
        value = self.content.get(name)
        return in_words(self.submission, name, value) if value not in (None, "") else None

    def row(self, table: str, at: int) -> dict[str, Any]:
        """A row in words, without its empty cells."""
        filled = {name: value for name, value in self.content[table][at].items() if value not in (None, "")}
        return row_in_words(self.submission, table, at, filled)


async def find_changes(transaction: Transaction, row: Row, submission: Submission) -> list[Change] | None:
    """What a submission alters of what was in force before it; None for one that alters nothing."""
    amending = desk_for(row["type"]).amending
    if not amending.get(row["function"]):
        return None
    counted = [(function, state) for function, states in amending.items() for state in states]
    received = await transaction.value(
        """select received from submission
           where type = $1 and number = $2 and sequence < $3
             and ((state <> $4 and not function = any($5::text[]))
                  or (function, state) in (select * from unnest($6::text[], $7::text[])))
           order by sequence desc limit 1""",
        row["type"],
        row["number"],
        row["sequence"],
        REJECTED,
        list(amending),
        [function for function, _ in counted],
        [state for _, state in counted],
    )
    if received is None:
        return None
    return changes(Submission.model_validate(received), submission)


def changes(before: Submission, after: Submission) -> list[Change]:
    """The differences in the form's order. Pure."""
    old, new = Version.of(before), Version.of(after)
    names = order_of(after, {**old.content, **new.content})
    return [each for name in names for each in _changes_of(old, new, name)]


def _changes_of(old: Version, new: Version, name: str) -> Iterator[Change]:
    label = new.submission.labels.get(name, name)
    rows = [_rows(version.content.get(name)) for version in (old, new)]
    if rows[0] or rows[1]:
        yield from _changed_rows(old, new, name, label)
    elif old.content.get(name, "") != new.content.get(name, ""):
        yield Change(label, old.words(name), new.words(name))


def _rows(value: Any) -> Rows:
    is_table = isinstance(value, list) and all(isinstance(row, dict) for row in value)
    return value if is_table else []


def _changed_rows(old: Version, new: Version, table: str, label: str) -> Iterator[Change]:
    """Rows have no names of their own: those that are the same on both sides hold their place, and of what stands
    between them the first goes with the first."""
    before, after = (_rows(version.content.get(table)) for version in (old, new))
    texts = [[repr(sorted(row.items())) for row in rows] for rows in (before, after)]
    same = SequenceMatcher(a=texts[0], b=texts[1], autojunk=False)
    for kind, first, last, to_first, to_last in same.get_opcodes():
        if kind == "equal":
            continue
        both = min(last - first, to_last - to_first)
        for step in range(both):
            yield from _changed_cells(old, new, table, first + step, to_first + step)
        for at in range(first + both, last):
            yield Change(f"{label} 原第 {at + 1} 行", old.row(table, at), None)
        for at in range(to_first + both, to_last):
            yield Change(f"{label} 第 {at + 1} 行", None, new.row(table, at))


def _changed_cells(old: Version, new: Version, table: str, at: int, to: int) -> Iterator[Change]:
    """The cells of a row that differ, in the order of the form's columns."""
    before, after = old.content[table][at], new.content[table][to]
    labels = new.submission.labels
    row = f"{labels.get(table, table)} 第 {to + 1} 行" + (f"（原第 {at + 1} 行）" if at != to else "")
    for name in order_of(new.submission, {**before, **after}, f"{table}/"):
        values = [side.get(name) or "" for side in (before, after)]
        if values[0] != values[1]:
            words = [
                in_words(version.submission, f"{table}/{place}/{name}", value) if value else None
                for version, place, value in zip((old, new), (at, to), values, strict=True)
            ]
            yield Change(f"{row} {labels.get(f'{table}/{name}', name)}", *words)
