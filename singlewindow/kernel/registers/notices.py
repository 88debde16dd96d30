"""Notices of customs: what changes in their registers is taken in here, and in the tables that chapters search."""

from __future__ import annotations

from collections.abc import Sequence

from singlewindow.contract.messages import Notice
from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.registers.found import register_indexes
from singlewindow.kernel.registers.index import RegisterIndex

PORTION = 5_000  # entries of a reindexing that are locked at a time


async def store_notices(transaction: Transaction, notices: Sequence[Notice]) -> None:
    """Take in notices with one statement, and one more for each index of their registers; a notice with a lower seq
    than what is held changes nothing."""
    newest: dict[tuple[str, str], Notice] = {}
    for notice in sorted(notices, key=lambda each: each.seq):
        newest[notice.kind, notice.key] = notice
    wanted = [newest[key] for key in sorted(newest)]  # everything locks entries in this order
    await transaction.run(
        """insert into register_entry (kind, key, seq, data, valid_from, valid_to)
           select * from unnest($1::text[], $2::text[], $3::bigint[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[])
           on conflict (kind, key) do update
           set seq = excluded.seq, data = excluded.data, valid_from = excluded.valid_from,
               valid_to = excluded.valid_to, received_at = now()
           where register_entry.seq < excluded.seq""",
        [notice.kind for notice in wanted],
        [notice.key for notice in wanted],
        [notice.seq for notice in wanted],
        [notice.data for notice in wanted],
        [notice.valid_from for notice in wanted],
        [notice.valid_to for notice in wanted],
    )
    await _index(transaction, wanted)


async def _index(transaction: Transaction, notices: Sequence[Notice]) -> None:
    """Bring the indexes up to what the register now holds; its entries are locked by the statement before, also where
    it changed nothing."""
    indexes = register_indexes()
    for kind in sorted({notice.kind for notice in notices} & indexes.keys()):
        keys = [notice.key for notice in notices if notice.kind == kind]
        for index in indexes[kind]:
            await transaction.run(index.keep, keys)


async def reindex(database: Database, index: RegisterIndex) -> int:
    """Make an index anew out of its register, in portions, while the worker goes on; how many entries it looked at.

    `database` is the worker's.
    """
    last, looked_at = "", 0
    while True:
        async with database.transaction() as transaction:
            row = await transaction.row(index.refill, last, PORTION)
        if row is None or not row["entries"]:
            return looked_at
        last, looked_at = row["last"], looked_at + row["entries"]
