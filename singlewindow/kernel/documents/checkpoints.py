"""The worker's checkpoints of the history: its entries are vouched for outside the database, at most a minute after.

Whoever may write in the database could write a document's whole history anew, so that its chain holds again. A
checkpoint (`contract/checkpoints.py`) is signed with the portal's key and lies in a folder; `verification.py` compares
both. The table `checkpoint` only helps to find the one that vouches for an entry.

An entry is vouched for once every transaction is over that could still write one before it: by transaction id, below
the oldest that is under way. A worker that is killed between folder and table leaves a checkpoint that the table gets
with the next one; entries then stand in two, which harms nothing. The other way round, a table that knows a checkpoint
which the book has not, or has otherwise, says that the folder is another one, was restored, or was cut off. Then
nothing is vouched for until a person has looked, and has set the folder right or said that the book counts (`accept`;
decision 0069).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from singlewindow.contract.key_files import Renewed, read_certificate, read_private_key
from singlewindow.kernel.database.connection import Database, Transaction

LOCK = 7_411_002  # one worker at a time
SECONDS = 60.0  # from one round to the next
BATCH = 5_000  # rows of the table in one look
log = structlog.get_logger()

_PLACE = """select pg_try_advisory_xact_lock($1) as ours,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as open,
    (select system_identifier from pg_control_system())::text as cluster"""
_NEWEST = "select no, line from checkpoint order by no desc limit 1"

_ENTRIES = f"""select document_id, no, kind = 'submitted' as submitted, hash from event
    where {{which}} and xid < $1::text::xid8 and (document_id, no) > ($2, $3)
    order by document_id, no limit {MOST}"""
_SINCE = _ENTRIES.format(which="xid >= $4::text::xid8")
_EVER = _ENTRIES.format(which="true").replace(
    "and xid < $1::text::xid8", "and (xid is null or xid < $1::text::xid8)"
)


@dataclass(frozen=True)
class Page:
    """A checkpoint, and its line in the book."""

    said: Checkpoint
    line: str


@dataclass(frozen=True)
class Notary:
    """Whoever writes checkpoints: where, and with which key and certificate (PEM), as the files have them now."""

    book: Book
    _key: Renewed[bytes]
    _certificate: Renewed[bytes]

    @classmethod
    def load(cls, folder: Path, pki: Path) -> Notary:
        """With the portal's signing key. Raises OSError where it cannot be read, ValueError where it is none."""
        key, certificate = pki / "portal-signing.key.pem", pki / "portal-signing.pem"
        return cls(Book(folder), Renewed(key, read_private_key), Renewed(certificate, read_certificate))

    @property
    def key(self) -> bytes:
        """With it the portal signs."""
        return self._key.now()

    @property
    def certificate(self) -> bytes:
        """By it, and those of keys before below it, the book's checkpoints are known."""
        return self._certificate.now()

    async def round(self, worker: Database) -> int:
        """Vouch for what is new; how many entries that were. Another worker's turn: 0.

        Raises BrokenCheckpoint where the book's last line is not this portal's, or the book is not the one that the
        table knows: a person has to look.
        """
        async with worker.transaction() as transaction:
            place = await transaction.row(_PLACE, LOCK)
            if place is None or not place["ours"]:
                return 0
            known, beyond = await self._pages(transaction)
            # How far it was vouched for says what the database itself knows: the book may go on after a moment that a
            # restore took back. Ids of another cluster say nothing either: then all is vouched for anew.
            valid = known and known.said.cluster == place["cluster"] and known.said.next <= place["open"]
            first = known.said.next if known and valid else 0
            last = beyond[-1] if beyond else known
            made = await self._vouch(transaction, last, first, place["open"], place["cluster"])
            if made:  # the table comes last: from here on the transaction would hold up the feed (`live/sequencer.py`)
                told = [(page, page.said.next) for page in beyond]
                await _know(transaction, [*told, *((page, place["open"]) for page in made)])
            return sum(page.said.entries for page in made)

    async def work(self, worker: Database) -> int:
        """A round as the worker's loops want it: with it there is nothing more to do before the next minute."""
        try:
            await self.round(worker)
        except BrokenCheckpoint as broken:  # until a person has looked, once a minute
            log.error("nothing is vouched for", why=str(broken), book=str(self.book.folder))
        return 0

    async def _pages(self, transaction: Transaction) -> tuple[Page | None, list[Page]]:
        """The newest checkpoint that the table knows, and those that the book has after it."""
        row = await transaction.row(_NEWEST)
        if row is None:
            return None, [self._page(line) for line in await asyncio.to_thread(self.book.lines)]
        if await asyncio.to_thread(self.book.last_line) == row["line"]:  # as mostly; the book is long
            return self._page(row["line"]), []
        lines = (await asyncio.to_thread(self.book.lines))[row["no"] - 1 :]
        if lines[:1] != [row["line"]]:
            raise BrokenCheckpoint(f"the database knows checkpoint {row['no']}, which is not in the book")
        first, *beyond = map(self._page, lines)
        return first, beyond

    def _page(self, line: str) -> Page:
        return Page(read(line, self.certificate), line)

    async def _vouch(
        self, transaction: Transaction, last: Page | None, first: int, open: int, cluster: str
    ) -> list[Page]:
        """Portion by portion; only the last of them says that everything before `open` is done."""
        made: list[Page] = []
        no, line, after = (last.said.no, last.line, (0, 0)) if last else (0, "", (0, 0))
        while True:
            since = (_SINCE, str(open), *after, str(first)) if first else (_EVER, str(open), *after)
            rows = await transaction.rows(*since)
            if not rows:
                break
            ends = len(rows) < MOST
            leaves = [Leaf(*row).encode() for row in rows]
            no, after = no + 1, (rows[-1]["document_id"], rows[-1]["no"])
            now = datetime.now(UTC).isoformat()
            root = (await asyncio.to_thread(root_of, leaves)).hex()
            checkpoint = Checkpoint(
                no=no, entries=len(leaves), lowest=rows[0]["document_id"], highest=after[0], root=root,
                previous=digest_of(line), first=first, next=open if ends else first, cluster=cluster, at=now,
            )  # fmt: skip
            line = await asyncio.to_thread(self.book.add, checkpoint, leaves, self.key)
            made.append(Page(checkpoint, line))
            if ends:
                break
        return made


async def _know(transaction: Transaction, pages: Sequence[tuple[Page, int]]) -> None:
    """Pages for the table, each with the transaction id before which its entries were written."""
    await transaction.run_many(
        """insert into checkpoint (no, first, next, lowest, highest, line)
           values ($1, $2::text::xid8, $3::text::xid8, $4, $5, $6) on conflict (no) do nothing""",
        [
            (page.said.no, str(page.said.first), str(until), page.said.lowest, page.said.highest, page.line)
            for page, until in pages
        ],
    )


async def unlike(transaction: Transaction, book: Book) -> list[range]:
    """The numbers of checkpoints that the table knows and the book has not, or has otherwise, in runs."""
    known = await transaction.value("select coalesce(max(no), 0) from checkpoint")
    lines = await asyncio.to_thread(book.lines)  # after that: whatever the table knows was in the book before
    runs: list[range] = []
    last = 0
    while rows := await transaction.rows(_KNOWN, last, known):
        for no, line in rows:
            if lines[no - 1 : no] != [line]:
                begins = runs.pop().start if runs and runs[-1].stop == no else no
                runs.append(range(begins, no + 1))
        last = rows[-1]["no"]
    return runs


_KNOWN = f"select no, line from checkpoint where no > $1 and no <= $2 order by no limit {BATCH}"


async def accept(owner: Database, book: Book) -> int:
    """Say that the book counts, as it is: the table forgets the first checkpoint that is not in it, and all since.
    The next round vouches anew for what they vouched for. Answers its number, 0 where the book has all.

    Only the tables' owner may; a worker adds to the table and takes nothing away.
    """
    async with owner.transaction() as transaction:
        await transaction.run("select pg_advisory_xact_lock($1)", LOCK)
        runs = await unlike(transaction, book)
        if not runs:
            return 0
        await transaction.run("delete from checkpoint where no >= $1", runs[0].start)
    return runs[0].start


async def late(worker: Database) -> int:
    """How many entries no checkpoint vouches for though they are older than LATE; counted up to MANY."""
    async with worker.transaction() as transaction:
        last = await transaction.value("select next::text from checkpoint order by no desc limit 1")
        since, values = ("and xid >= $3::text::xid8", (last,)) if last else ("", ())
        count: int = await transaction.value(_LATE.format(since=since), LATE, MANY, *values)
    return count


LATE = timedelta(minutes=5)
MANY = 100_000
_LATE = """select count(*) from (
    select from event where recorded_at < now() - $1::interval {since} limit $2) as found"""
