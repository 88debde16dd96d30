"""Files that a company hands in or that jobs make, kept in PostgreSQL until they expire.

Most are one account's and expire in real time. Some are the whole company's and expire at a moment of the business
clock (kept for a month, says a manual): those do not count against anybody's room.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound, TooMany

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OWN = "company_id = $2 and (account_id = $3 or company_wide)"
"""The application's own check of whose files are read; row-level security is the second fence."""
KEPT = "(expires_at > clock_timestamp() or until > $4)"
FACTS = "id, name, size, sha256, coalesce(until, expires_at) as expires_at"
PIECE = 2**20  # bytes of a file that are read at a time


@dataclass(frozen=True)
class FileFacts:
    """A stored file without its bytes; `size` in bytes, `sha256` hexadecimal."""

    id: int
    name: str
    size: int
    sha256: str
    expires_at: datetime


@dataclass(frozen=True)
class StoredFile:
    """A file to be read."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class BegunFile:
    """A file to be sent, `size` bytes, of which the `beginning` is read."""

    id: int
    name: str
    media_type: str
    size: int
    beginning: bytes


@dataclass(frozen=True)
class NewFile:
    """A file to be kept."""

    name: str
    media_type: str
    content: bytes


async def store(
    transaction: Transaction, person: Person, name: str, media_type: str, content: bytes, kept: timedelta
) -> FileFacts:
    """Keep a file for a person, for so long (real time)."""
    sha256 = hashlib.sha256(content).hexdigest()
    row = await transaction.row(
        """insert into file (company_id, account_id, name, media_type, size, sha256, content, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8::interval)
           returning id, name, size, sha256, expires_at""",
        person.company_id, person.account_id, name, media_type, len(content), sha256, content, kept,
    )  # fmt: skip
    assert row is not None
    return FileFacts(**dict(row))


async def store_for_company(
    transaction: Transaction, person: Person, given: Sequence[NewFile], until: datetime
) -> list[FileFacts]:
    """Keep files that the person's whole company may read, until a moment of the business clock; in their order.

    Who keeps an id of them names it `references file on delete set null`, with an index.
    """
    rows = await transaction.rows(
        f"""insert into file (company_id, account_id, name, media_type, size, sha256, content, company_wide, until)
           select $1, $2, name, media_type, length(content), sha256, content, true, $7
           from unnest($3::text[], $4::text[], $5::text[], $6::bytea[]) with ordinality
               as given (name, media_type, sha256, content, place)
           order by place returning {FACTS}""",
        person.company_id,
        person.account_id,
        [each.name for each in given],
        [each.media_type for each in given],
        [hashlib.sha256(each.content).hexdigest() for each in given],
        [each.content for each in given],
        until,
    )
    return sorted((FileFacts(**dict(row)) for row in rows), key=lambda facts: facts.id)


async def find_facts(transaction: Transaction, person: Person, id: int) -> FileFacts | None:
    """A file that this person handed in and that has not expired, or None: what a chapter keeps for the company is its
    own to hand out, and nothing to start other work with."""
    row = await transaction.row(
        f"select {FACTS} from file where id = $1 and {OWN} and not company_wide and {KEPT}",
        id,
        person.company_id,
        person.account_id,
        transaction.now,
    )
    return None if row is None else FileFacts(**dict(row))


async def get(transaction: Transaction, person: Person, id: int | None, what: str = "文件") -> StoredFile:
    """A file of that person or of the company, with its bytes. Raises NotFound: absent, foreign and expired ones
    alike."""
    found = {} if id is None else await get_many(transaction, person, [id])
    if id not in found:
        raise _absent(what)
    return found[id]


async def get_many(transaction: Transaction, person: Person, ids: Sequence[int]) -> dict[int, StoredFile]:
    """Those of the files that are there, by id, with their bytes; not more at a time than memory has room for."""
    rows = await transaction.rows(
        f"select id, name, media_type, content from file where id = any($1) and {OWN} and {KEPT}",
        ids,
        person.company_id,
        person.account_id,
        transaction.now,
    )
    return {row["id"]: StoredFile(row["name"], row["media_type"], row["content"]) for row in rows}


async def begin(transaction: Transaction, person: Person, id: int | None, what: str = "文件") -> BegunFile:
    """A file of that person or of the company, whose `pieces` follow. Raises NotFound as `get`."""
    row = await transaction.row(
        f"""select id, name, media_type, size, substr(content, 1, $5) as beginning from file
            where id = $1 and {OWN} and {KEPT}""",
        id,
        person.company_id,
        person.account_id,
        transaction.now,
        PIECE,
    )
    if row is None:
        raise _absent(what)
    return BegunFile(**dict(row))


async def pieces(database: Database, person: Person, begun: BegunFile) -> AsyncIterator[bytes]:
    """The bytes of a file, PIECE at a time: each is read when the one before is sent, in a transaction of its own, so
    that a slow reader holds neither memory nor a connection.

    What was begun in time is sent to its end as long as it is there. Raises NotFound where it was swept meanwhile.
    """
    piece, sent = begun.beginning, 0
    while True:
        yield piece
        sent += len(piece)
        if sent >= begun.size:
            return
        async with database.transaction(person.actor) as transaction:
            piece = await transaction.value(
                f"select substr(content, $4, $5) from file where id = $1 and {OWN}",
                begun.id,
                person.company_id,
                person.account_id,
                sent + 1,
                PIECE,
            )
        if not piece:
            raise _absent("文件")


def _absent(what: str) -> NotFound:
    return NotFound(f"没有这个{what}，或已超过保存期限")


async def check_room(transaction: Transaction, person: Person, size: int, most: int) -> None:
    """Raise TooMany where an account's files that are kept would take more than `most` bytes."""
    held = await transaction.value(
        """select coalesce(sum(size), 0) from file
           where company_id = $1 and account_id = $2 and not company_wide and expires_at > clock_timestamp()""",
        person.company_id,
        person.account_id,
    )
    if held + size > most:
        raise TooMany(
            f"本账号保存中的文件已有 {held // 2**20} MB，上限 {most // 2**20} MB；请等较早的文件过期后再试",
            retry_after=3600,
        )
