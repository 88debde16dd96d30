"""Rows in force that stay in an amendment: a table with `kept` takes new ones, and flags on those (CONS-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from singlewindow.kernel.definition.fields import FLAGGED, Content, Kept, Lines
from singlewindow.kernel.problems import Refused, Violation

Row = Mapping[str, Any]


def counts(content: type[Content], in_force: Mapping[str, Any]) -> dict[str, int]:
    """How many rows of which tables are kept."""
    return {name: len(in_force.get(name, ())) for name, table in content.tables.items() if table.kept}


def with_kept_rows(
    content: type[Content], in_force: Mapping[str, Any], cleaned: Mapping[str, Any]
) -> dict[str, Any]:
    """What was sent in an amendment, with the rows in force as they are in force, but for their flags.

    They come first, in their order. Raises Refused where one was edited or is not there.
    """
    tables = {name: (table, table.kept) for name, table in content.tables.items() if table.kept}
    rows = {
        name: _kept(table, kept, in_force.get(name, ()), cleaned.get(name, ()))
        for name, (table, kept) in tables.items()
    }
    return {**cleaned, **rows}


def _kept(table: Lines, kept: Kept, before: Sequence[Row], sent: Sequence[Row]) -> list[Row]:
    wrong = [
        _not_as_in_force(table, kept, at)
        for at, row in enumerate(before, start=1)
        if at > len(sent) or _typed(table, kept, sent[at - 1]) != _typed(table, kept, row)
    ]
    if wrong:
        raise Refused.because(wrong)
    rows = [_flagged(kept, row, as_sent) for row, as_sent in zip(before, sent, strict=False)]
    return rows + [_without(kept, row) for row in sent[len(before) :]]


def _flagged(kept: Kept, row: Row, sent: Row) -> Row:
    """A row in force, flagged where it was so or is to be: no flag is ever taken away."""
    flagged = FLAGGED in (row.get(kept.flag), sent.get(kept.flag))
    return {**row, kept.flag: FLAGGED} if flagged else row


def _without(kept: Kept, row: Row) -> Row:
    """A new row: it is removed, not flagged."""
    return {name: value for name, value in row.items() if name != kept.flag}


def _typed(table: Lines, kept: Kept, row: Row) -> Row:
    return {n: v for n, v in row.items() if n in table.row.typed and n != kept.flag and v != ""}


def _not_as_in_force(table: Lines, kept: Kept, at: int) -> Violation:
    message = f"{table.label}第 {at} 行已由海关审批通过，不能修改或删除"
    advice = f"请恢复该行；不再使用的可以{kept.label}，另有变化的请新增一行"
    return Violation(f"{table.name}/{at}", "field.kept", message, advice, table.clause, "field")
