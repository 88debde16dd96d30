"""The worker's checkpoints of the history: its entries are vouched for outside the database, at most a minute after.

Whoever may write in the database could write a document's whole history anew, so that its chain holds again. A
checkpoint (`contract/checkpoints.py`) is signed with the portal's key and lies in a folder; `verification.py` compares
both. The table `checkpoint` only helps to find the one that vouches for an entry.

An entry is vouched for once every transaction is over that could still write one before it: by transaction id, below
the oldest that is under way. A worker that is killed between folder and table leaves a checkpoint that the table gets
with the next one; entries then stand in two, which harms nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from singlewindow.contract.checkpoints import (
    MOST,
    Book,
    BrokenCheckpoint,
    Checkpoint,
    Leaf,
    digest_of,
    read,
    root_of,
)
from singlewindow.kernel.database.connection import Database, Transaction

LOCK = 7_411_002  # one worker at a time
SECONDS = 60.0  # from one round to the next
log = structlog.get_logger()

_PLACE = """select pg_try_advisory_xact_lock($1) as ours,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as open,
    (select system_identifier from pg_control_system())::text as cluster,
    coalesce((select max(no) from checkpoint), 0) as known"""

_ENTRIES = f"""select document_id, no, kind = 'submitted' as submitted, hash from event
    where {{which}} and xid < $1::text::xid8 and (document_id, no) > ($2, $3)
    order by document_id, no limit {MOST}"""
_SINCE = _ENTRIES.format(which="xid >= $4::text::xid8")
_EVER = _ENTRIES.format(which="true").replace(
    "and xid < $1::text::xid8", "and (xid is null or xid < $1::text::xid8)"
)


@dataclass(frozen=True)
class Notary:
    """Whoever writes checkpoints: where, and with which key and certificate (PEM)."""

    book: Book
    key: bytes
    certificate: bytes

    @classmethod
    def load(cls, folder: Path, pki: Path) -> Notary:
        """With the portal's signing key. Raises OSError where it is missing."""
        key, certificate = (pki / f"portal-signing.{each}pem" for each in ("key.", ""))
        return cls(Book(folder), key.read_bytes(), certificate.read_bytes())

    async def round(self, worker: Database) -> int:
        """Vouch for what is new; how many entries that were. Another worker's turn: 0.

        Raises BrokenCheckpoint where the book's last line is not this portal's: a person has to look.
        """
        async with worker.transaction() as transaction:
            place = await transaction.row(_PLACE, LOCK)
            if place is None or not place["ours"]:
                return 0
            await self._tell(transaction, place["known"])
            line = await asyncio.to_thread(self.book.last_line)
            last = read(line, self.certificate) if line else None
            # Ids of another cluster, or of a time that a restore took back, say nothing: all is vouched for anew.
            known = last is not None and last.cluster == place["cluster"] and last.next <= place["open"]
            first = last.next if last and known else 0
            return await self._vouch(
                transaction, last.no if last else 0, line, first, place["open"], place["cluster"]
            )

    async def work(self, worker: Database) -> int:
        """A round as the worker's loops want it: with it there is nothing more to do before the next minute."""
        try:
            await self.round(worker)
        except BrokenCheckpoint as broken:  # until a person has looked, once a minute
            log.error("nothing is vouched for", why=str(broken), book=str(self.book.folder))
        return 0

    async def _vouch(
        self, transaction: Transaction, no: int, line: str, first: int, open: int, cluster: str
    ) -> int:
        """Portion by portion; only the last of them says that everything before `open` is done.

        The table comes last: from its first row on the transaction would hold up the feed (`live/sequencer.py`)."""
        made: list[tuple[Checkpoint, int, str]] = []
        count, after = 0, (0, 0)
        while True:
            since = (_SINCE, str(open), *after, str(first)) if first else (_EVER, str(open), *after)
            rows = await transaction.rows(*since)
            if not rows:
                break
            ends = len(rows) < MOST
            leaves = [Leaf(*row).encode() for row in rows]
            no, after, count = no + 1, (rows[-1]["document_id"], rows[-1]["no"]), count + len(rows)
            now = datetime.now(UTC).isoformat()
            root = (await asyncio.to_thread(root_of, leaves)).hex()
            checkpoint = Checkpoint(
                no=no, entries=len(leaves), lowest=rows[0]["document_id"], highest=after[0], root=root,
                previous=digest_of(line), first=first, next=open if ends else first, cluster=cluster, at=now,
            )  # fmt: skip
            line = await asyncio.to_thread(self.book.add, checkpoint, leaves, self.key)
            made.append((checkpoint, open, line))
            if ends:
                break
        await _know(transaction, made)
        return count

    async def _tell(self, transaction: Transaction, known: int) -> None:
        """Give the table what only the book has."""
        line = await asyncio.to_thread(self.book.last_line)
        if line and read(line, self.certificate).no > known:
            missing = (await asyncio.to_thread(self.book.lines))[known:]
            found = [(read(each, self.certificate), each) for each in missing]
            await _know(transaction, [(each, each.next, line) for each, line in found])


async def _know(transaction: Transaction, made: Sequence[tuple[Checkpoint, int, str]]) -> None:
    await transaction.run_many(
        """insert into checkpoint (no, first, next, lowest, highest, line)
           values ($1, $2::text::xid8, $3::text::xid8, $4, $5, $6) on conflict (no) do nothing""",
        [
            (each.no, str(each.first), str(until), each.lowest, each.highest, line)
            for each, until, line in made
        ],
    )
