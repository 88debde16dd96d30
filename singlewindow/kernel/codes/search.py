"""How an entry of a code table is looked up while it is being typed (UI-04)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, any_, case, func, literal, or_, select

from singlewindow.kernel.codes.schema import code_entry

_entry = code_entry.c


def search_statement(table: str, q: str, limit: int, on: date) -> Select[tuple[str, str, str]]:
    """Select code, name and initials of the entries of `table` in force `on` that day, best first, at most `limit`.

    `q` is the beginning of a code in any case, a part of the Chinese name, or a part of its pinyin initials;
    full-width characters count as ordinary ones, and an empty `q` gives the first entries.
    """
    wanted = unicodedata.normalize("NFKC", q).strip()
    statement = select(_entry.code, _entry.name, _entry.initials).where(
        _entry.table_name == table, in_force(on)
    )
    if wanted:
        ranks = _ranks(wanted)
        statement = statement.where(or_(*ranks[1:]))  # the first is contained in the second
        statement = statement.order_by(case(*((found, rank) for rank, found in enumerate(ranks))))
    return statement.order_by(_entry.position, _entry.code).limit(limit)


def in_force(on: date) -> ColumnElement[bool]:
    """Whether an entry counts on that day; both days of its validity are inclusive."""
    return and_(
        or_(_entry.valid_from.is_(None), _entry.valid_from <= on),
        or_(_entry.valid_to.is_(None), _entry.valid_to >= on),
    )


def validity_statement(wanted: Mapping[str, Collection[str]], on: date) -> Select[tuple[str, str, bool]]:
    """Select table, code and whether it is in force `on` that day, of those entries of table → codes that exist."""
    return select(_entry.table_name, _entry.code, in_force(on).label("in_force")).where(
        or_(
            *(
                and_(_entry.table_name == table, _entry.code == any_(literal(sorted(codes), ARRAY(Text))))
                for table, codes in wanted.items()
            )
        )
    )


def _ranks(wanted: str) -> list[ColumnElement[bool]]:
    """What an entry may have in common with what was typed, the closest first."""
    code, letters = func.lower(_entry.code), wanted.lower()
    return [
        code == letters,
        code.startswith(letters, autoescape=True),
        _entry.initials.startswith(letters, autoescape=True),
        _entry.name.contains(wanted, autoescape=True),
        _entry.initials.contains(letters, autoescape=True),
    ]
