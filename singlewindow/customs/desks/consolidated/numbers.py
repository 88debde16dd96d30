"""The numbers that customs give in this chapter, all of them here.

Public are only the shapes of the 18-character numbers of lists and declarations (FA 0.5); the others are proposals.
企业资质海关编号 is customs' serial of the day (`customs/numbers.py`). Of the others the serials begin anew each year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.numbers import next_serials
from singlewindow.customs.problems import NotInThisState
from singlewindow.customs.times import local_day

FIRST_DECLARATION = 800_000_000
"""Serials of declarations begin above it, so that none is one of the demo world or of an officer's (below 8…)."""
FLAGS = {"I": "1", "E": "0"}


async def booklet_numbers(transaction: Transaction, rows: Sequence[Row]) -> list[str]:
    """备案分册海关编号, 12: X, district 4, year 2, serial 5 (FA 3.4)."""
    heads = [f"X{row['district']}{_year(transaction) % 100:02d}" for row in rows]
    return await _numbered(transaction, rows, heads, 5)


async def list_numbers(transaction: Transaction, rows: Sequence[Row], ways: Sequence[str]) -> list[str]:
    """清单海关编号, 18: district 4, year 4, I or E, serial 9; `ways` are I or E."""
    heads = [f"{row['district']}{_year(transaction)}{way}" for row, way in zip(rows, ways, strict=True)]
    return await _numbered(transaction, rows, heads, 9)


async def declaration_numbers(
    transaction: Transaction, rows: Sequence[Row], ways: Sequence[str]
) -> list[str]:
    """报关单号, 18: district 4, year 4, 1 (import) or 0 (export), serial 9."""
    heads = [
        f"{row['district']}{_year(transaction)}{FLAGS[way]}" for row, way in zip(rows, ways, strict=True)
    ]
    return await _numbered(transaction, rows, heads, 9, FIRST_DECLARATION)


def _year(transaction: Transaction) -> int:
    return local_day(transaction.now).year


async def _numbered(
    transaction: Transaction, rows: Sequence[Row], heads: Sequence[str], digits: int, beyond: int = 0
) -> list[str]:
    """A number for each row, the one that it has where it has one. Raises NotInThisState where none is left."""
    new = Counter(head for row, head in zip(rows, heads, strict=True) if not row["customs_no"])
    since = date(_year(transaction), 1, 1)
    serials = {
        head: iter(await next_serials(transaction, f"no/{head}", new[head], since)) for head in sorted(new)
    }
    numbers = [
        row["customs_no"] or f"{head}{beyond + next(serials[head]):0{digits}d}"
        for row, head in zip(rows, heads, strict=True)
    ]
    if any(len(number) > len(head) + digits for number, head in zip(numbers, heads, strict=True)):
        raise NotInThisState("本年度的编号已用完")
    return numbers
