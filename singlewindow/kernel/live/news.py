"""消息提醒: what customs answered of late to the company's documents, read from the history itself.

The portal's own word that a message was sent is no news. How far an account has read is one moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.history import KINDS, of_amendment
from singlewindow.kernel.lifecycle import SENT
from singlewindow.kernel.live.changes import OTHERS, SEEN, cursor_of
from singlewindow.kernel.subsystem import DocumentType, document_types

COUNTED = 100  # unread ones are counted up to here


class NewsItem(BaseModel):
    """A receipt of a document: from which status to which, and what it says. `from_name` may be empty.

    `amendment` says what became of an amendment (海关已接受变更), or is empty.
    """

    type: str
    title: str
    number: str
    from_name: str
    status: str
    status_name: str
    amendment: str
    code: str
    code_name: str
    text: str
    at: datetime
    cursor: str
    unread: bool


async def latest(
    transaction: Transaction, before: datetime | None, limit: int, closed: Collection[str] = ()
) -> list[NewsItem]:
    """The newest `limit` items of the transaction's company that are older than `before`, newest first; none of the
    types that are `closed` to who asks (PORT-06)."""
    read = await read_until(transaction)
    rows = await transaction.rows(
        f"""{_FOUND}
            select e.data, e.at, e.recorded_at, d.type, d.number, coalesce(r.text, '') as text
            from found e join document d on d.id = e.document_id
            left join submission s on s.document_id = e.document_id and s.sequence = (e.data->>'submission')::int
            left join receipt r on r.submission_id = s.id and r.seq = (e.data->>'seq')::int
            order by e.recorded_at desc, e.document_id, e.no limit $4""",
        transaction.actor.company_id,
        None,
        before,
        limit,
        list(closed),
    )
    return _items(rows, read)


async def unread(transaction: Transaction, closed: Collection[str] = ()) -> int:
    """How many items the transaction's account has not read, at most COUNTED; none of `closed` types."""
    read = await read_until(transaction)
    count: int = await transaction.value(
        f"{_FOUND} select count(*) from found",
        transaction.actor.company_id,
        read,
        None,
        COUNTED,
        list(closed),
    )
    return min(count, COUNTED)


async def read_until(transaction: Transaction) -> datetime:
    """Up to when the account has read: at first, up to when it was made."""
    moment: datetime = await transaction.value(
        """select coalesce((select read_until from news_read where account_id = $1),
                           (select created_at from account where id = $1), '-infinity')""",
        transaction.actor.account_id,
    )
    return moment


async def mark_read(transaction: Transaction, until: datetime) -> None:
    """The account has read up to `until`, and no further than now; never takes it back."""
    await transaction.run(
        """insert into news_read (account_id, company_id, read_until) values ($1, $2, least($3, clock_timestamp()))
           on conflict (account_id) do update set read_until = greatest(news_read.read_until, excluded.read_until)""",
        transaction.actor.account_id,
        transaction.actor.company_id,
        until,
    )


_NEWS = f"""e.kind in ('receipt', 'timed', 'moved', 'released') and coalesce(e.data->>'code', '') <> '{SENT}'
    and not e.data ? 'quiet'
    and ($2::timestamptz is null or e.recorded_at > $2) and ($3::timestamptz is null or e.recorded_at < $3)
    and d.type <> all($5::text[])"""

_FOUND = f"""with own as (
        select e.* from event e join document d on d.id = e.document_id
        where e.company_id = $1 and {_NEWS} and {SEEN}
        order by e.recorded_at desc limit $4
    ), foreign_documents as (
        {OTHERS}
    ), others as (
        select e.* from foreign_documents join event e using (document_id) join document d on d.id = e.document_id
        where {_NEWS} and {SEEN} order by e.recorded_at desc limit $4
    ), found as (
        select * from own union all select * from others
    )"""
"""Items between $2 and $3, at most $4 of own documents and of those of others in which the company is a party; none of
the types $5."""


def _items(rows: Sequence[Row], read: datetime) -> list[NewsItem]:
    types = document_types()
    return [_item(types[row["type"]], row, row["data"], read) for row in rows if row["type"] in types]


def _item(type: DocumentType, row: Row, data: Mapping[str, Any], read: datetime) -> NewsItem:
    return NewsItem(
        type=type.name,
        title=type.title,
        number=row["number"],
        from_name=type.lifecycle.name_of(data["from"]) if "from" in data else "",
        status=data["status"],
        status_name=type.lifecycle.name_of(data["status"]),
        amendment=of_amendment(type, data),
        code=data.get("code", ""),
        code_name=_cause(type, data),
        text=row["text"] or data.get("text", ""),
        at=row["at"],
        cursor=cursor_of(row["recorded_at"]),
        unread=row["recorded_at"] > read,
    )


def _cause(type: DocumentType, data: Mapping[str, Any]) -> str:
    """Why a document stands where it does: the word for the receipt, the timer or the move, or that it was let go."""
    if "code" in data:
        return type.messages.name_of(data["code"])
    if "timer" in data:
        return type.lifecycle.timer_label(data["timer"])
    return type.lifecycle.move_label(data["move"]) if "move" in data else KINDS["released"]
