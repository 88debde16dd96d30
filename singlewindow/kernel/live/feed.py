"""A company's feed of events, read from a cursor on: the same bytes each time (decision 0052).

A row says what was told when the sequencer numbered it, never how the document stands now. A cursor is the number of
the row after which to go on, with a check that ties it to the company, so that one that was cut off, made up, or
another company's is refused instead of leading somewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.history import of_amendment
from singlewindow.kernel.problems import CursorExpired, Refused, Violation
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import DocumentType, document_types

NOW = "now"  # instead of a cursor: what comes from here on
MOST = 500
PASSED_OVER = 2_000  # rows of closed types that one question passes over at most

BEGIN = (
    "请使用本接口返回的 next；没有时不给 after，从保留的最早事件读起。数据恢复后请用数据查询核对已登记的单据"
)

OWN = "company_id = $1"
"""The application's own check of whose feed it is. Row-level security is the second fence."""

COLUMNS = """company_id, no, event_no, type, number, sender_number, version, kind, code, amends, outcome, status, text,
    at"""
"""What `event_of` needs of a row of `feed`."""


class FeedEvent(BaseModel):
    """One entry of a document's history, as it was told; none of it changes later."""

    cursor: str = Field(description="Where to go on after this event: the next question's `after`")
    no: int = Field(description="The entry's number in the document's own history, which may have gaps")
    type: str = Field(description="Document type, e.g. inspection.declaration")
    number: str = Field(description="The document's number")
    sender_number: str | None = Field(description="The sender's own number of it; null where there is none")
    version: int = Field(description="The document's version after the event")
    kind: str = Field(
        description="created, built, saved, uploaded, upload removed, submitted, receipt, late receipt, timed, moved, "
        "held, waits, released, amendment saved, amendment deleted, deleted"
    )
    code: str = Field(
        description="Of a receipt its code, of timed and moved which timer or move, of submitted and amendment saved "
        "the action, of files the category; else empty"
    )
    code_name: str = Field(description="The word for it")
    status: str = Field(description="The document's status after the event")
    status_name: str = Field(description="The word for it")
    amends: str = Field(description="Of a receipt of an amendment its action (change, revoke, …); else empty")
    outcome: str = Field(
        description="What became of the amendment by this receipt: accepted, refused, failed; else empty"
    )
    amendment: str = Field(description="The same in words (海关已接受变更), or what the receipt says of it")
    text: str = Field(description="What customs or the portal said, or empty")
    at: datetime = Field(description="When, by the business clock")


class FeedPage(BaseModel):
    """Events in their order, and where to go on: a cursor also where there are none."""

    items: list[FeedEvent]
    next: str


@dataclass(frozen=True)
class Place:
    """How far a company's feed goes: numbers `oldest` to `last` are kept. `in_gap`: the number asked about lies
    between two that do not follow each other, which only a restore leaves (`skipping.py`)."""

    oldest: int
    last: int
    in_gap: bool


def cursor_of(company_id: int, no: int) -> str:
    """The cursor after that row of a company's feed; 0: before the first."""
    return f"{no}-{blake2s(f'{company_id}:{no}'.encode(), digest_size=4).hexdigest()}"


def no_of(company_id: int, cursor: str) -> int:
    """The number in a cursor. Raises Refused for what is no cursor of this company's."""
    no = cursor.partition("-")[0]
    if no.isascii() and no.isdigit() and len(no) <= 18 and cursor == cursor_of(company_id, int(no)):
        return int(no)
    raise _no_cursor(f"事件游标 {cursor[:40]} 无效，不是本企业事件的游标")


def event_of(row: Row) -> FeedEvent | None:
    """A row of the feed, with COLUMNS, as it is told; None where its document type is no longer there."""
    type = document_types().get(row["type"])
    if type is None:
        return None
    return FeedEvent(
        cursor=cursor_of(row["company_id"], row["no"]),
        no=row["event_no"],
        type=type.name,
        number=row["number"],
        sender_number=row["sender_number"],
        version=row["version"],
        kind=row["kind"],
        code=row["code"],
        code_name=_name_of(type, row["kind"], row["code"]),
        status=row["status"],
        status_name=type.lifecycle.name_of(row["status"]),
        amends=row["amends"],
        outcome=row["outcome"],
        amendment=of_amendment(
            type, {name: row[name] for name in ("code", "amends", "outcome") if row[name]}
        ),
        text=row["text"],
        at=row["at"],
    )


async def place_of(transaction: Transaction, no: int) -> Place:
    """How far the feed of the transaction's company goes, and how that number lies in it."""
    row = await transaction.row(
        f"""select coalesce((select last from feed_head where {OWN}), 0) as last,
                   (select no from feed where {OWN} order by no limit 1) as oldest,
                   not exists (select from feed where {OWN} and no in ($2::bigint, $2 + 1)) as unknown""",
        transaction.actor.company_id,
        no,
    )
    assert row is not None
    oldest = row["last"] + 1 if row["oldest"] is None else row["oldest"]
    return Place(oldest, row["last"], row["unknown"] and oldest <= no < row["last"])


async def begin(transaction: Transaction, after: str) -> int:
    """The number after which to read: of a cursor, NOW, or "" for all that is kept.

    Raises Refused for what is no cursor of the transaction's company, CursorExpired where what came after it is no
    longer kept.
    """
    company_id = transaction.actor.company_id
    assert company_id is not None
    no = 0 if after in ("", NOW) else no_of(company_id, after)
    place = await place_of(transaction, no)
    if after in ("", NOW):
        return place.last if after else place.oldest - 1
    if no > place.last or place.in_gap:
        raise await _lost(transaction, company_id, after, place)
    if no < place.oldest - 1:
        raise CursorExpired(
            f"事件只保留 {settings().feed_days:g} 天，游标 {after} 之后的事件已有部分清除；"
            "请从 oldest 所给的游标继续读取，其间的变化请用数据查询核对",
            oldest=cursor_of(company_id, place.oldest - 1),
        )
    return no


async def read(transaction: Transaction, after: int, most: int, closed: Collection[str]) -> FeedPage:
    """At most `most` events after that number, none of the types that are `closed` to who asks (PORT-06)."""
    company_id = transaction.actor.company_id
    assert company_id is not None
    rows = await transaction.rows(
        f"""with seen as (select {COLUMNS} from feed where {OWN} and no > $2 order by no limit $3)
            select seen.*, (select max(no) from seen) as passed
            from (select 1) as always left join seen on type <> all($4::text[]) order by no limit $5""",
        company_id,
        after,
        PASSED_OVER if closed else most,
        list(closed),
        most,
    )
    told = [row for row in rows if row["no"] is not None]
    reached = told[-1]["no"] if len(told) == most else rows[0]["passed"] or after
    events = [event_of(row) for row in told]
    return FeedPage(items=[each for each in events if each], next=cursor_of(company_id, reached))


async def _lost(transaction: Transaction, company_id: int, after: str, place: Place) -> Refused:
    """The refusal of a cursor of the time that a restore has lost. `last_known` is the cursor of the last event that
    its owner and the portal both have: what comes after it he has not read, and what comes before it he has. Beyond the
    last number nobody can say which that is, for numbers were given anew (decision 0070)."""
    words = f"事件游标 {after} 不在现有的事件中：数据可能已从备份恢复，其后的单据和事件可能已丢失"
    if not place.in_gap:
        return _no_cursor(words)
    known = await transaction.value(
        f"select max(no) from feed where {OWN} and no <= $2", company_id, no_of(company_id, after)
    )
    advice = "请用数据查询核对已登记的单据，再从 last_known 所给的游标继续读取"
    return _no_cursor(words, advice, last_known=cursor_of(company_id, known))


def _no_cursor(words: str, advice: str = BEGIN, **more: str) -> Refused:
    found = Violation("after", "event.cursor", words, advice, "接口说明 /api/openapi.json")
    return Refused(words, [found], **more)


def _name_of(type: DocumentType, kind: str, code: str) -> str:
    """The word for what an event of that kind names; "" where it names nothing."""
    match kind:
        case "receipt" | "late receipt":
            return type.messages.name_of(code)
        case "timed":
            return type.lifecycle.timer_label(code)
        case "moved":
            return type.lifecycle.move_label(code)
        case "submitted" | "amendment saved":
            return type.lifecycle.label_of(code)
        case "uploaded" | "upload removed":
            return (type.form.attachments and type.form.attachments.name_of(code)) or ""
    return ""
