"""Files that a company hands in or that jobs make: of one owner, until they expire; kept in PostgreSQL."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound, TooMany

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OWN = "company_id = $2 and account_id = $3"
"""The application's own check of whose files are read; row-level security is the second fence."""


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


async def find_facts(transaction: Transaction, person: Person, id: int) -> FileFacts | None:
    """A file of that person that has not expired, or None."""
    row = await transaction.row(
        f"""select id, name, size, sha256, expires_at from file
            where id = $1 and {OWN} and expires_at > clock_timestamp()""",
        id,
        person.company_id,
        person.account_id,
    )
    return None if row is None else FileFacts(**dict(row))


async def get(transaction: Transaction, person: Person, id: int | None, what: str = "文件") -> StoredFile:
    """A file of that person with its bytes. Raises NotFound: absent, foreign and expired ones alike."""
    row = await transaction.row(
        f"""select name, media_type, content from file
            where id = $1 and {OWN} and expires_at > clock_timestamp()""",
        id,
        person.company_id,
        person.account_id,
    )
    if row is None:
        raise NotFound(f"没有这个{what}，或已超过保存期限")
    return StoredFile(**dict(row))


async def check_room(transaction: Transaction, person: Person, size: int, most: int) -> None:
    """Raise TooMany where an account's files that are kept would take more than `most` bytes."""
    held = await transaction.value(
        """select coalesce(sum(size), 0) from file
           where company_id = $1 and account_id = $2 and expires_at > clock_timestamp()""",
        person.company_id,
        person.account_id,
    )
    if held + size > most:
        raise TooMany(
            f"本账号保存中的文件已有 {held // 2**20} MB，上限 {most // 2**20} MB；请等较早的文件过期后再试",
            retry_after=3600,
        )
