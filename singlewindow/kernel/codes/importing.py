"""Imports of code tables: what was in force before stays known for its days (OPER-02).

An entry that a file changes or lacks ends on the day before, the changed one begins on the day. Imports of a table go
forward only: a day before a change that stands there already is refused.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import asyncpg

from singlewindow.contract.postgres import connect
from singlewindow.kernel.codes.difference import Change, Difference, Kept, compare
from singlewindow.kernel.codes.files import TableFile
from singlewindow.kernel.codes.load import CodeEntry
from singlewindow.kernel.codes.schema import ALWAYS

_COLUMNS = (
    "table_name", "code", "name", "initials", "position", "shipped", "valid_from", "extra",
)  # fmt: skip
_DAY = timedelta(days=1)


class ImportRefused(Exception):
    """An import that the table's history forbids; the message says why and what to do."""


@dataclass(frozen=True)
class Order:
    """How a file is taken in.

    `begins`: the first day, None for today in China, by the business clock. `partial`: entries that the file lacks
    stay. `replace`: the file is the whole truth, for the past too; nothing of what stood there remains.
    """

    begins: date | None = None
    partial: bool = False
    replace: bool = False


@dataclass(frozen=True)
class Outcome:
    """What an import does or did, and from which day; `forgotten` is how many earlier meanings it removes."""

    difference: Difference
    begins: date
    forgotten: int = 0


async def import_tables(
    owner_url: str, files: Iterable[TableFile], order: Order, *, dry_run: bool = False
) -> list[Outcome]:
    """Take in all tables in one transaction, or see what that would do. Raises ImportRefused."""
    connection = await connect(owner_url)
    transaction = connection.transaction()
    try:
        await transaction.start()
        await connection.execute("lock table code_entry in share row exclusive mode")
        outcomes = [await _import(connection, file, order) for file in files]
        if dry_run:
            await transaction.rollback()
        else:
            await connection.execute("analyze code_entry")
            await transaction.commit()
        return outcomes
    finally:
        await connection.close()


async def _import(connection: asyncpg.Connection, file: TableFile, order: Order) -> Outcome:
    begins = order.begins or await connection.fetchval("select sw_today()")
    first = not await _known(connection, file.table)
    if not order.replace:
        await _check_forward(connection, file.table, begins)
    kept = await _in_force(connection, file.table, begins)
    difference = compare(file, kept, partial=order.partial, merge=not order.replace)
    if order.replace:
        return await _replace(connection, file, difference)
    if first and order.begins is None:
        begins = ALWAYS
    await _apply(connection, difference, begins)
    return Outcome(difference, begins)


async def _known(connection: asyncpg.Connection, table: str) -> bool:
    return bool(
        await connection.fetchval("select exists (select from code_entry where table_name = $1)", table)
    )


async def _check_forward(connection: asyncpg.Connection, table: str, begins: date) -> None:
    last = await connection.fetchval(
        """select max(greatest(valid_from, case when valid_to < 'infinity' then valid_to + 1 end))
           from code_entry where table_name = $1""",
        table,
    )
    if last is not None and last > begins:
        raise ImportRefused(
            f"{table} changes on {last} already: import it from {last} or later, or replace it as a whole"
        )


async def _in_force(connection: asyncpg.Connection, table: str, on: date) -> dict[str, Kept]:
    rows = await connection.fetch(
        """select code, name, initials, position, extra, valid_from from code_entry
           where table_name = $1 and $2 between valid_from and valid_to order by position, code""",
        table, on,
    )  # fmt: skip
    return {row["code"]: Kept(_entry(table, row), row["valid_from"]) for row in rows}


def _entry(table: str, row: Any) -> CodeEntry:
    extra = json.loads(row["extra"])
    return CodeEntry(table, row["code"], row["name"], row["initials"], row["position"], extra)


async def _replace(connection: asyncpg.Connection, file: TableFile, difference: Difference) -> Outcome:
    """Put the file in the place of everything that the table held."""
    before = await connection.fetchval("select count(*) from code_entry where table_name = $1", file.table)
    await connection.execute("delete from code_entry where table_name = $1", file.table)
    everything = compare(file, {}, partial=False).new
    await _insert(connection, everything, ALWAYS)
    stay = difference.unchanged
    return Outcome(difference, ALWAYS, before - stay)


async def _apply(connection: asyncpg.Connection, difference: Difference, begins: date) -> None:
    table = difference.table
    rewritten = [each for each in difference.changed if each.before.valid_from == begins]
    succeeded = [each for each in difference.changed if each.before.valid_from != begins]
    never = [each.entry.code for each in difference.ended if each.valid_from == begins]
    over = [each.entry.code for each in difference.ended if each.valid_from != begins]
    await connection.execute("update code_entry set shipped = false where table_name = $1 and shipped", table)
    await _rewrite(connection, table, rewritten, begins)
    await _delete(connection, table, never, begins)
    await _end(connection, table, [*over, *(each.before.entry.code for each in succeeded)], begins)
    await _insert(connection, [*difference.new, *(each.after for each in succeeded)], begins)
    await _move(connection, table, difference.moved, begins)


async def _rewrite(
    connection: asyncpg.Connection, table: str, changes: Collection[Change], begins: date
) -> None:
    """What began on the same day is corrected where it stands."""
    await connection.executemany(
        """update code_entry set name = $4, initials = $5, position = $6, extra = $7
           where table_name = $1 and code = $2 and valid_from = $3""",
        [
            (table, e.code, begins, e.name, e.initials, e.position, _json(e))
            for e in (change.after for change in changes)
        ],
    )


async def _delete(connection: asyncpg.Connection, table: str, codes: Collection[str], begins: date) -> None:
    """What would begin and end on the same day never was."""
    await connection.execute(
        "delete from code_entry where table_name = $1 and code = any($2) and valid_from = $3",
        table, list(codes), begins,
    )  # fmt: skip


async def _end(connection: asyncpg.Connection, table: str, codes: Collection[str], begins: date) -> None:
    if codes:
        await connection.execute(
            """update code_entry set valid_to = $3
               where table_name = $1 and code = any($2) and valid_to = 'infinity'""",
            table, list(codes), begins - _DAY,
        )  # fmt: skip


async def _insert(connection: asyncpg.Connection, entries: Collection[CodeEntry], begins: date) -> None:
    records = [(e.table, e.code, e.name, e.initials, e.position, False, begins, _json(e)) for e in entries]
    await connection.copy_records_to_table("code_entry", columns=_COLUMNS, records=records)


async def _move(connection: asyncpg.Connection, table: str, entries: Collection[CodeEntry], on: date) -> None:
    """The order in which a table is shown has no history."""
    await connection.execute(
        """update code_entry e set position = m.position
           from unnest($2::text[], $3::int[]) as m (code, position)
           where e.table_name = $1 and e.code = m.code and $4 between e.valid_from and e.valid_to""",
        table, [e.code for e in entries], [e.position for e in entries], on,
    )  # fmt: skip


def _json(entry: CodeEntry) -> str:
    return json.dumps(entry.extra, ensure_ascii=False)
