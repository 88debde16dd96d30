"""How an entry of a code table is looked up: while it is being typed (UI-04), and by day (OPER-02)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date

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
    begin = (
        _ranked(near, 0).where(here, or_(*near[2:])).cte("begin")
    )  # the first two are contained in the third
    few = select(func.count()).select_from(begin).scalar_subquery() < limit
    within = _ranked(far, len(near)).where(few, here, or_(*far), not_(or_(*near[2:])))
    found = union_all(select(begin), within).subquery("found").c
    ordered = select(found.code, found.name, found.initials)
    return ordered.order_by(found.rank, found.position, found.code).limit(limit)


def _ranked(ranks: list[ColumnElement[bool]], first: int) -> Select[tuple[str, str, str, int, int]]:
    rank = case(*((found, literal_column(str(first + n))) for n, found in enumerate(ranks))).label("rank")
    return select(_entry.code, _entry.name, _entry.initials, _entry.position, rank)


def _near(wanted: str) -> list[ColumnElement[bool]]:
    """How the beginning of an entry may be what was typed, the closest first."""
    letters = wanted.lower()
    code = func.lower(_entry.code)
    ranks = [_entry.code == wanted, code == letters, _begins(code, letters)]
    return [*ranks, _begins(_entry.initials, letters)] if letters.isascii() else ranks


def _far(wanted: str, typed: str) -> list[ColumnElement[bool]]:
    """How what was typed may stand within an entry, the closest first.

    Some names have full-width brackets, some ordinary ones: a name is also searched for exactly what was typed.
    """
    names = [_entry.name.like(_holding(text)) for text in dict.fromkeys([wanted, typed])]
    letters = wanted.lower()
    initials = [_entry.initials.like(_holding(letters))] if letters.isascii() else []
    return [or_(*names), *initials]


def _holding(text: str) -> str:
    """The pattern of texts that hold this one; made here once, where the database would make it for each row."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"


def _begins(column: ColumnElement[str], letters: str) -> ColumnElement[bool]:
    column = column.collate("C")
    return and_(column >= letters, column < letters + _LAST)
