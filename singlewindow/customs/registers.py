"""Registers that customs keep and publish: every change is an entry with the next seq and a notice (CUST-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from singlewindow.contract.messages import Notice
from singlewindow.customs.database import Transaction
from singlewindow.customs.exchange.outgoing import new_message_id, queue_notices
from singlewindow.customs.problems import NotFound, StaleVersion


@dataclass(frozen=True)
class Entry:
    """One entry of a register; `valid_to` is exclusive."""

    kind: str
    key: str
    seq: int
    data: dict[str, Any] | None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Whether it was in force and is no more."""
        return self.valid_to is not None and self.valid_to <= now

    def notice(self) -> Notice:
        """The message that publishes this entry."""
        return Notice(
            message_id=new_message_id(),
            kind=self.kind,
            key=self.key,
            seq=self.seq,
            data=self.data,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


_COLUMNS = ("kind", "key", "seq", "data", "valid_from", "valid_to")
_SELECT = f"select {', '.join(_COLUMNS)} from entry"


async def add(transaction: Transaction, entries: Sequence[Entry]) -> None:
    """Add new entries by COPY and publish them."""
    rows = [(e.kind, e.key, e.seq, e.data, e.valid_from, e.valid_to) for e in entries]
    await transaction.copy("entry", _COLUMNS, rows)
    await queue_notices(transaction, [entry.notice() for entry in entries])


async def add_one(transaction: Transaction, entry: Entry) -> Entry:
    """Add a new entry and publish it; raises StaleVersion when its key is taken. Waits for a file that is being taken
    into the register: it may have the key too."""
    await _take_turn(transaction, entry.kind)
    added = await transaction.value(
        """insert into entry (kind, key, seq, data, valid_from, valid_to) values ($1, $2, $3, $4, $5, $6)
           on conflict (kind, key) do nothing returning true""",
        entry.kind,
        entry.key,
        entry.seq,
        entry.data,
        entry.valid_from,
        entry.valid_to,
    )
    if not added:
        raise StaleVersion(f"{entry.key} 已在列表中，请刷新后修改原有的数据")
    await queue_notices(transaction, [entry.notice()])
    return entry


async def lock_all(transaction: Transaction, kind: str) -> list[Entry]:
    """Every entry of a register, locked in the order of the keys; nobody adds one, or locks all, until the transaction
    ends. Desks, which change entries that they have locked or whose keys they gave themselves, take no turn."""
    await _take_turn(transaction, kind)
    rows = await transaction.rows(f"{_SELECT} where kind = $1 order by key for update", kind)
    return [Entry(**dict(row)) for row in rows]


async def _take_turn(transaction: Transaction, kind: str) -> None:
    """A key that is not there yet has no row that could be locked. Before rows, so that nobody waits in a circle."""
    await transaction.run("select pg_advisory_xact_lock(hashtextextended('register ' || $1, 0))", kind)


async def put_all(transaction: Transaction, entries: Sequence[Entry]) -> None:
    """Write entries, new or with the next seq, with one statement, and publish them.

    An entry that somebody added meanwhile gets the seq after that one's: under the same seq the portal would pass over
    what stands here.
    """
    if not entries:
        return
    written = await transaction.rows(
        f"""insert into entry ({", ".join(_COLUMNS)})
            select * from unnest($1::text[], $2::text[], $3::int[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[])
            on conflict (kind, key) do update set seq = greatest(entry.seq + 1, excluded.seq), data = excluded.data,
                valid_from = excluded.valid_from, valid_to = excluded.valid_to
            returning kind, key, seq""",
        *([getattr(entry, column) for entry in entries] for column in _COLUMNS),
    )
    seqs = {(row["kind"], row["key"]): row["seq"] for row in written}
    published = [replace(entry, seq=seqs[entry.kind, entry.key]) for entry in entries]
    await queue_notices(transaction, [entry.notice() for entry in published])


async def change(
    transaction: Transaction,
    kind: str,
    key: str,
    seq: int,
    data: dict[str, Any],
    validity: tuple[datetime | None, datetime | None] | None = None,
) -> Entry:
    """Merge `data` into an entry, set its validity (from, exclusive to) when given, and publish it.

    `seq` is what the officer saw: raises StaleVersion when someone else was first, NotFound.
    """
    held = await get(transaction, kind, key, lock=True)
    check_seq(held, seq)
    valid_from, valid_to = validity or (held.valid_from, held.valid_to)
    entry = Entry(kind, key, seq + 1, {**(held.data or {}), **data}, valid_from, valid_to)
    await transaction.run(
        "update entry set seq = $3, data = $4, valid_from = $5, valid_to = $6 where kind = $1 and key = $2",
        kind,
        key,
        entry.seq,
        entry.data,
        entry.valid_from,
        entry.valid_to,
    )
    await queue_notices(transaction, [entry.notice()])
    return entry


def check_seq(held: Entry, seq: int) -> None:
    """Raises StaleVersion unless `seq` is the entry's own: someone else was first."""
    if held.seq != seq:
        raise StaleVersion("这条数据刚刚被其他关员修改过，请刷新后重试")


async def get(transaction: Transaction, kind: str, key: str, *, lock: bool = False) -> Entry:
    """The entry; raises NotFound."""
    row = await transaction.row(
        f"{_SELECT} where kind = $1 and key = $2{' for update' if lock else ''}", kind, key
    )
    if row is None:
        raise NotFound("没有这条登记数据")
    return Entry(**dict(row))


async def after(transaction: Transaction, kind: str, key: str, most: int) -> list[Entry]:
    """The next entries of all registers behind this one, in the order of kind and key."""
    rows = await transaction.rows(
        f"{_SELECT} where (kind, key) > ($1, $2) order by kind, key limit $3", kind, key, most
    )
    return [Entry(**dict(row)) for row in rows]


async def find(
    transaction: Transaction, kind: str, key_prefix: str, page: int, size: int
) -> tuple[int, list[Entry]]:
    """How many entries' keys begin with `key_prefix` (all: ""), and one page of them in the keys' order."""
    pattern = key_prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    total = await transaction.value(
        "select count(*) from entry where kind = $1 and key like $2", kind, pattern
    )
    rows = await transaction.rows(
        f"{_SELECT} where kind = $1 and key like $2 order by key limit $3 offset $4",
        kind,
        pattern,
        size,
        (page - 1) * size,
    )
    return total, [Entry(**dict(row)) for row in rows]
