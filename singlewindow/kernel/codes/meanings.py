"""What codes mean on a day (OPER-02), as each save, each list and each message asks: remembered by the process, since
code tables change seldom (`database/remembered.py`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from singlewindow.kernel.database.connection import Transaction

Code = tuple[str, str]
"""Code table and code."""
Meanings = Collection[tuple[date, date, str]]
"""First day, last day and name, however often a meaning changed; none for a code that the table does not have."""


async def validity(transaction: Transaction, wanted: Collection[Code], on: date) -> dict[Code, bool]:
    """(table, code) → whether it is in force `on` that day, of those that exist."""
    found = await _meanings(transaction, wanted)
    return {
        code: any(first <= on <= last for first, last, _ in meanings)
        for code, meanings in found.items()
        if meanings
    }


async def names(
    transaction: Transaction, wanted: Collection[tuple[str, str, date]]
) -> dict[tuple[str, str, date], str]:
    """(table, code, day) → the name that the code had that day, of those that were in force."""
    found = await _meanings(transaction, {(table, code) for table, code, _ in wanted})
    return {
        (table, code, day): name
        for table, code, day in wanted
        for first, last, name in found[table, code]
        if first <= day <= last
    }


async def details(
    transaction: Transaction, wanted: Collection[Code], on: date
) -> dict[Code, Mapping[str, Any]]:
    """(table, code) → the further columns of the entry in force `on` that day: of a good unit1, unit2, supervision, and
    as a list its declaration elements. What is not in force is left out; nobody changes what is answered."""
    known = transaction.codes
    found = {code: known["details", code] for code in wanted if ("details", code) in known}
    if missing := [code for code in wanted if code not in found]:
        rows = await transaction.look_up(
            """select table_name, code, valid_from, valid_to, extra
               from unnest($1::text[], $2::text[]) as w (table_name, code) join code_entry using (table_name, code)""",
            missing,
        )
        for row in rows:
            meant = (row["valid_from"], row["valid_to"], row["extra"])
            found.setdefault((row["table_name"], row["code"]), []).append(meant)
        known.update((("details", code), found[code]) for code in missing if code in found)
    return {
        code: extra
        for code, entries in found.items()
        for first, last, extra in entries
        if first <= on <= last
    }


async def _meanings(transaction: Transaction, wanted: Collection[Code]) -> Mapping[Code, Meanings]:
    """All meanings of each code; what is not known yet is asked for at once.

    A code that does not exist is not remembered: anybody may make up as many of them as he likes.
    """
    known = transaction.codes
    found: dict[Code, list[tuple[date, date, str]]] = {code: known[code] for code in wanted if code in known}
    if missing := [code for code in wanted if code not in found]:
        rows = await transaction.look_up(
            """select table_name, code, valid_from, valid_to, name
               from unnest($1::text[], $2::text[]) as w (table_name, code) join code_entry using (table_name, code)""",
            missing,
        )
        found.update({code: [] for code in missing})
        for row in rows:
            found[row["table_name"], row["code"]].append((row["valid_from"], row["valid_to"], row["name"]))
        known.update((code, found[code]) for code in missing if found[code])
    return found
