"""Whether the history is as it was written: every document's hash chain, from its first entry to its last.

Each entry's hash covers the entry before it, its own number and its content (trigger event_chain), so an entry that
was changed, taken out or moved breaks the chain where it stood. What was taken from the end leaves no gap: there the
count of submissions tells. A document's own row says how it stands, and so does its last entry. And a history that was
written anew as a whole, or taken out with its document, is not the one that the checkpoints vouch for
(`checkpoints.py`). Of those the database knows how many there are: a book that is another one, or lacks its end, is a
break too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import astuple, dataclass
from typing import Literal

from singlewindow.contract import checkpoints
from singlewindow.contract.checkpoints import Book, BrokenCheckpoint, Leaf
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.documents.checkpoints import unlike
from singlewindow.kernel.documents.history import HASH, HASHED

BATCH = 5000  # entries or documents held in memory at once

Kind = Literal[
    "changed", "deleted", "reordered", "end missing", "row changed", "checkpoint broken", "checkpoint missing"
]


@dataclass(frozen=True)
class Break:
    """Where a document's history is not as it was written: at which entry, and how."""

    number: str
    entry: int
    kind: Kind

    @property
    def place(self) -> tuple[str, int]:
        """Document and entry."""
        return self.number, self.entry


@dataclass
class Checked:
    """How much was looked at."""

    documents: int = 0
    entries: int = 0
    checkpoints: int = 0


async def breaks(
    database: Database, checked: Checked, book: Book | None = None, certificate: bytes = b""
) -> AsyncIterator[Break]:
    """Every break in the history of all documents, in the order of their making, each once; counts in `checked`.

    With a book of checkpoints and the portal's certificate (PEM) also what differs from those.
    """
    seen: set[tuple[str, int]] = set()
    walks = [_broken_chains(database, checked), _missing_ends(database, checked)]
    if book is not None:
        walks += [_not_as_vouched(database, checked, book, certificate), _not_in_book(database, book)]
    for walk in walks:
        async for found in walk:
            if found.place not in seen:
                seen.add(found.place)
                yield found


async def _broken_chains(database: Database, checked: Checked) -> AsyncIterator[Break]:
    """Walk over all entries in batches; only the entry before is remembered."""
    last = _Last(0)
    while True:
        async with database.transaction() as transaction:
            rows = await transaction.rows(_ENTRIES, last.document, last.no)
            found = []
            for row in rows:
                if row["document_id"] != last.document:
                    last = _Last(row["document_id"])
                broken = await _broken(transaction, row, last)
                found += [broken] if broken else []
                last = _Last(row["document_id"], row["no"], None if broken else row["hash"])
        for each in found:
            yield each
        checked.entries += len(rows)
        if len(rows) < BATCH:
            return


@dataclass(frozen=True)
class _Last:
    """The entry before; its hash is None where it was broken itself: then the link says nothing."""

    document: int
    no: int = 0
    hash: bytes | None = b""


async def _broken(transaction: Transaction, row: Row, last: _Last) -> Break | None:
    """What is wrong at an entry that follows `last`."""
    if not row["own"]:
        moved = await transaction.value(_MOVED, row["document_id"], row["no"])
        return Break(row["number"], row["no"], "reordered" if moved else "changed")
    if row["no"] != last.no + 1:
        return Break(row["number"], last.no + 1, "deleted")
    if last.hash is None or row["previous"] == last.hash:
        return None
    # Its own hash covers what it followed, so it is the one before that was written anew.
    return Break(row["number"], max(last.no, 1), "changed")


async def _missing_ends(database: Database, checked: Checked) -> AsyncIterator[Break]:
    """Documents with fewer 申报 in their history than were made, or without any history; and those whose own row has
    another company, version or status than their last entry says."""
    last = 0
    while True:
        async with database.transaction() as transaction:
            rows = await transaction.rows(_DOCUMENTS, last)
        for row in rows:
            if row["submitted"] != row["last_submission"] or not row["entries"]:
                yield Break(row["number"], row["entries"] + 1, "end missing")
            elif row["unlike"]:
                yield Break(row["number"], row["entries"], "row changed")
        checked.documents += len(rows)
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]


async def _not_as_vouched(
    database: Database, checked: Checked, book: Book, certificate: bytes
) -> AsyncIterator[Break]:
    """Entries that a checkpoint has otherwise than the database, or that are no longer there.

    Drafts that were never declared may be deleted, and their history goes with them.
    """
    for each in checkpoints.walk(book, certificate):
        checked.checkpoints += 1
        if isinstance(each, BrokenCheckpoint):
            yield Break(str(each), 0, "checkpoint broken")
            continue
        leaves = [Leaf.decode(leaf) for leaf in each[1]]
        columns = [list(column) for column in zip(*map(astuple, leaves), strict=True)]
        async with database.transaction() as transaction:
            rows = await transaction.rows(_DIFFERENT, *columns)
        for row in rows:
            number = row["number"] or f"document {row['document']}"
            gone: Kind = "deleted" if row["followed"] or row["number"] is None else "end missing"
            yield Break(number, row["no"], "changed" if row["there"] else gone)


async def _not_in_book(database: Database, book: Book) -> AsyncIterator[Break]:
    """Checkpoints that the database knows and the book has not, or has otherwise."""
    async with database.transaction() as transaction:
        runs = await unlike(transaction, book)
    for run in runs:
        which = f"checkpoints {run.start} to {run[-1]}" if len(run) > 1 else f"checkpoint {run.start}"
        yield Break(which, 0, "checkpoint missing")


_DIFFERENT = """
    select l.document, l.no, d.number, e.hash is not null as there,
           exists (select from event f where f.document_id = l.document and f.no > l.no) as followed
    from unnest($1::bigint[], $2::int[], $3::boolean[], $4::bytea[]) as l (document, no, submitted, hash)
    left join event e on e.document_id = l.document and e.no = l.no left join document d on d.id = l.document
    where e.hash is distinct from l.hash and (d.id is not null or l.submitted) order by l.document, l.no"""


def _own(no: str) -> str:
    """SQL: whether the entry's hash is that of its text, under this number."""
    return " or ".join(f"e.hash = {HASH.format(text=text.format(no=no))}" for text in HASHED)


_ENTRIES = f"""
    select e.document_id, e.no, e.previous, e.hash, {_own("e.no")} as own, d.number
    from event e join document d on d.id = e.document_id
    where (e.document_id, e.no) > ($1, $2) order by e.document_id, e.no limit {BATCH}"""

_MOVED = f"""
    select exists (select from generate_series(1, (select max(no) + 100 from event where document_id = $1)) as n
                   where {_own("n")})
    from event e where document_id = $1 and no = $2"""
"""Whether the entry's hash is right under another number than its own."""

_DOCUMENTS = f"""
    select d.id, d.number, d.last_submission, count(e.no) as entries,
           count(*) filter (where e.kind = 'submitted') as submitted,
           (array_agg(jsonb_build_array(e.company_id, e.version, e.status) order by e.no desc)
               filter (where e.status is not null))[1] <> jsonb_build_array(d.company_id, d.version, d.status) as unlike
    from (
        select id, number, company_id, version, status, last_submission
        from document where id > $1 order by id limit {BATCH}
    ) d left join event e on e.document_id = d.id
    group by d.id, d.number, d.company_id, d.version, d.status, d.last_submission order by d.id"""
