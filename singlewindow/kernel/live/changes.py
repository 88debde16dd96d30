"""What a page is told of a change: read from the history, as the company that is told.

A cursor is the real time of a history entry, in microseconds since 1970. Entries become visible when their
transaction commits, which may be later than their time: whoever asks for what came after a cursor is told
again what lies up to OVERLAP before it, and must not mind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from singlewindow.kernel.database.connection import COMMAND_SECONDS, Row, Transaction
from singlewindow.kernel.documents.history import TOLD, of_amendment
from singlewindow.kernel.subsystem import document_types

OVERLAP = timedelta(seconds=COMMAND_SECONDS + 10)  # longer than a transaction may take
REPLAYED = 500  # the most that is told again; who missed more looks at everything anew
FOREIGN = 200  # of the documents of others in which a company is a party, the last changed
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


_COLUMNS = "e.kind, e.data, e.at, e.recorded_at, d.type, d.number, d.status, d.version, a.username"

SEEN = f"""(d.company_id = $1 and (not d.hidden or e.kind = 'deleted')
    or e.kind in ({TOLD}) and not d.hidden and exists (
        select from document_party p where p.document_id = d.id and p.shown
            and p.code = (select customs_code from company where id = $1)))"""
"""The application's own check of who may see an entry: the company that files the document, and of what another party
may read that party. Row-level security is the second fence."""

OTHERS = f"""select document_id from document_party
    where code = (select customs_code from company where id = $1) and owner_id <> $1 and shown
    order by updated_at desc limit {FOREIGN}"""
"""Documents of others to which the company $1 is a party."""


class Change(BaseModel):
    """A change of a document: what happened (`kind`, for a receipt its `code`), and how it stands now.

    `amendment` says what became of an amendment (海关已接受变更), or is empty. `author` is the user name of the
    colleague whose document it is; "" for another company's.
    """

    type: str
    number: str
    status: str
    status_name: str
    version: int
    kind: str
    code: str
    amendment: str
    author: str
    at: datetime
    cursor: str


Entry = tuple[int, int]
"""An entry of the history: document id and number."""


async def of_entries(transaction: Transaction, entries: Sequence[Entry]) -> list[Change]:
    """The changes behind these entries, in their order: only those that the transaction's company may see."""
    rows = await transaction.rows(
        f"""select {_COLUMNS} from unnest($2::bigint[], $3::int[]) as w (document_id, no)
            join event e using (document_id, no) join document d on d.id = e.document_id
            left join account a on a.id = d.created_by and a.company_id = $1
            where {SEEN} order by e.recorded_at, e.document_id, e.no""",
        transaction.actor.company_id,
        [document for document, _ in entries],
        [no for _, no in entries],
    )
    return _changes(rows)


async def since(transaction: Transaction, cursor: datetime) -> list[Change] | None:
    """What the transaction's company missed since then, oldest first; None when it is more than REPLAYED."""
    rows = await transaction.rows(
        f"""with own as (
                select document_id, no from event
                where company_id = $1 and recorded_at > $2 and kind <> 'created' order by recorded_at limit $3
            ), foreign_documents as (
                {OTHERS}
            ), others as (
                select e.document_id, e.no from foreign_documents join event e using (document_id)
                where e.recorded_at > $2 and e.kind <> 'created' order by e.recorded_at limit $3
            )
            select {_COLUMNS} from (select * from own union select * from others) as w
            join event e using (document_id, no) join document d on d.id = e.document_id
            left join account a on a.id = d.created_by and a.company_id = $1
            where {SEEN} order by e.recorded_at, e.document_id, e.no limit $3""",
        transaction.actor.company_id,
        cursor - OVERLAP,
        REPLAYED + 1,
    )
    return None if len(rows) > REPLAYED else _changes(rows)


def cursor_of(moment: datetime) -> str:
    """The cursor of a moment."""
    return str((moment - _BEGINNING) // timedelta(microseconds=1))


def moment_of(cursor: str) -> datetime | None:
    """The moment of a cursor; None for what is no cursor."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 16):
        return None
    return _BEGINNING + timedelta(microseconds=int(cursor))


def _changes(rows: Sequence[Row]) -> list[Change]:
    types = document_types()
    return [
        Change(
            type=row["type"],
            number=row["number"],
            status=row["status"],
            status_name=types[row["type"]].lifecycle.name_of(row["status"]),
            version=row["version"],
            kind=row["kind"],
            code=row["data"].get("code", ""),
            amendment=of_amendment(types[row["type"]], row["data"]),
            author=row["username"] or "",
            at=row["at"],
            cursor=cursor_of(row["recorded_at"]),
        )
        for row in rows
        if row["type"] in types
    ]
