"""How an entry of a code table is looked up: while it is being typed (UI-04), and by day (OPER-02)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    any_,
    case,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)

from singlewindow.kernel.codes.schema import code_entry

_entry = code_entry.c
_LAST = "\U0010ffff"  # sorts after every character: the end of a range of texts that begin alike


def search_statement(table: str, q: str, limit: int, on: date) -> Select[tuple[str, str, str]]:
    """Select code, name and initials of the entries of `table` in force `on` that day, best first, at most `limit`.

    `q` is the beginning of a code in any case, a part of the Chinese name, or a part of its pinyin initials;
    full-width characters count as ordinary ones, and an empty `q` gives the first entries.
    """
    wanted = unicodedata.normalize("NFKC", typed := q.strip()).strip()
    here = and_(_entry.table_name == table, in_force(on))
    if not wanted:
        first = select(_entry.code, _entry.name, _entry.initials).where(here)
        return first.order_by(_entry.position, _entry.code).limit(limit)
    return _best_first(here, wanted, typed, limit)


def in_force(on: date) -> ColumnElement[bool]:
    """Whether an entry counts on that day; both days of its validity are inclusive.

    At most one entry for each table and code is in force on a day.
    """
    return literal(on, Date).between(_entry.valid_from, _entry.valid_to)


def names_statement(wanted: Mapping[str, Collection[str]], on: date) -> Select[tuple[str, str, str]]:
    """Select table, code and name, as they were `on` that day, of those codes of table → codes that were in force."""
    return select(_entry.table_name, _entry.code, _entry.name).where(_one_of(wanted), in_force(on))


def _one_of(wanted: Mapping[str, Collection[str]]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(_entry.table_name == table, _entry.code == any_(literal(sorted(codes), ARRAY(Text))))
            for table, codes in wanted.items()
        )
    )


def _best_first(
    here: ColumnElement[bool], wanted: str, typed: str, limit: int
) -> Select[tuple[str, str, str]]:
    """What begins as typed is found by index; the names are read through only when that is not enough."""
    near, far = _near(wanted), _far(wanted, typed)
    begin = _ranked(near, 0).where(here, near.found).cte("begin")
    few = select(func.count()).select_from(begin).scalar_subquery() < limit
    within = _ranked(far, len(near.ranks)).where(few, here, far.found, not_(near.found))
    found = union_all(select(begin), within).subquery("found").c
    ordered = select(found.code, found.name, found.initials)
    return ordered.order_by(found.rank, found.position, found.code).limit(limit)


class _Ways(NamedTuple):
    """How an entry may be what was typed, the closest first, and what is true of all of them together."""

    ranks: list[ColumnElement[bool]]
    found: ColumnElement[bool]


def _ranked(ways: _Ways, first: int) -> Select[tuple[str, str, str, int, int]]:
    rank = case(*((way, literal_column(str(first + n))) for n, way in enumerate(ways.ranks))).label("rank")
    return select(_entry.code, _entry.name, _entry.initials, _entry.position, rank)


def _near(wanted: str) -> _Ways:
    """The beginning of its code or of its initials."""
    letters = wanted.lower()
    code, begins = func.lower(_entry.code), _begins(func.lower(_entry.code), letters)
    ranks = [_entry.code == wanted, code == letters, begins]
    if not letters.isascii():
        return _Ways(ranks, begins)
    initials = _begins(_entry.initials, letters)
    return _Ways([*ranks, _entry.initials == letters, initials], or_(begins, initials))


def _far(wanted: str, typed: str) -> _Ways:
    """Its whole name, the beginning of its name, something in it: 美国 before 美国本土外小岛屿, 印度 before 印度尼西亚.

    Some names have full-width brackets, some ordinary ones: a name is also searched for exactly what was typed.
    """
    texts = list(dict.fromkeys([wanted, typed]))
    whole, begins, holds = (
        or_(*(way(text) for text in texts))
        for way in (
            _entry.name.__eq__,
            lambda text: _entry.name.like(_literal(text) + "%"),
            lambda text: _entry.name.like(f"%{_literal(text)}%"),
        )
    )
    ranks = [whole, begins, holds]
    letters = wanted.lower()
    if not letters.isascii():
        return _Ways(ranks, holds)
    initials = _entry.initials.like(f"%{_literal(letters)}%")
    return _Ways([*ranks, initials], or_(holds, initials))


def _literal(text: str) -> str:
    """In a pattern it stands for itself; made here once, where the database would make it for each row."""
    return re.sub(r"([%_\\])", r"\\\1", text)


def _begins(column: ColumnElement[str], letters: str) -> ColumnElement[bool]:
    column = column.collate("C")
    return and_(column >= letters, column < letters + _LAST)
