"""Documents in the database: one data-modifying statement per change.

A change writes the document, its party rows, its find row, its claims and its history together, so
that none of them can be forgotten or seen without the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.record import COLUMNS, AttachmentRecord, Document
from singlewindow.kernel.problems import Conflict, NotFound, Violation
from singlewindow.kernel.subsystem import Claim, DocumentType

CHINA = ZoneInfo("Asia/Shanghai")  # the time in which business dates are counted


@dataclass(frozen=True)
class Event:
    """An entry of the history: what happened, who did it, and what is worth keeping of it."""

    kind: str
    who: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What a change makes of a document; None leaves a thing as it is.

    `submits` is the id of a new submission, `settles` of one that customs have answered for good, and then
    `in_force` says whether it is what counts from now on. `closes_submission`: the working version is no
    longer what was submitted, so what customs returned for it goes too.
    """

    status: str
    event: Event
    content: Mapping[str, Any] | None = None
    returned: Mapping[str, str] | None = None
    new_version: bool = False
    submits: int | None = None
    settles: int | None = None
    in_force: bool = False
    closes_submission: bool = False
    hidden: bool = False


SEEN = "exists (select from document_party p where p.document_id = document.id and p.company_id = $3)"
"""The application's own check of who may see a document; row-level security is the second fence."""


async def find_document(
    transaction: Transaction, type: DocumentType, number: str, *, lock: bool = False
) -> Document | None:
    """The document that the actor may see, or None. With `lock` it stays as it is until the commit."""
    row = await transaction.row(
        f"select {COLUMNS} from document where number = $1 and type = $2 and not hidden and {SEEN}"
        + (" for update" if lock else ""),
        number,
        type.name,
        transaction.actor.company_id,
    )
    return None if row is None else Document.of(row)


async def get_document(
    transaction: Transaction, type: DocumentType, number: str, *, lock: bool = False
) -> Document:
    """The same, but raises NotFound: with the same words for an absent and for a foreign document."""
    document = await find_document(transaction, type, number, lock=lock)
    if document is None:
        raise NotFound(f"没有编号为 {number} 的单据")
    return document


async def attachments_of(transaction: Transaction, document_id: int) -> list[AttachmentRecord]:
    """The files of a document's working version, by category."""
    rows = await transaction.rows(
        """select id, category, name, size, pages, sha256, uploaded_at from attachment
           where document_id = $1 and not superseded order by category""",
        document_id,
    )
    return [AttachmentRecord(**dict(row)) for row in rows]


async def create(
    transaction: Transaction,
    type: DocumentType,
    status: str,
    content: Mapping[str, Any],
    event: Event,
    owner: tuple[int, int],
) -> Document:
    """Store a new document of (company id, account id); its number is the year and 14 digits (INSP-01).

    A first status holds no claims: drafts never block (INSP-04).
    """
    today = transaction.now.astimezone(CHINA).date()
    row = await transaction.row(
        _create_sql(type), type.name, str(today.year), *owner, status, content, today, transaction.now,
        event.kind, event.who, dict(event.data),
    )  # fmt: skip
    assert row is not None
    return Document.of(row)


async def change(
    transaction: Transaction, type: DocumentType, document: Document, wanted: Change
) -> Document:
    """Change a stored document that the transaction has locked (`get_document(…, lock=True)`).

    Raises Conflict when another document holds a claim that the new status needs.
    """
    content = document.content if wanted.content is None else wanted.content
    claims = _claims(type, wanted.status, content)
    row = await transaction.row(
        _change_sql(type),
        document.id, wanted.status, content, _returned(wanted), transaction.now, wanted.submits,
        int(wanted.new_version), wanted.settles, wanted.closes_submission, wanted.hidden,
        wanted.event.kind, wanted.event.who, dict(wanted.event.data),
        [claim.kind for claim, _ in claims], [key for _, key in claims], wanted.in_force,
    )  # fmt: skip
    assert row is not None
    if row["missing"]:
        raise await _claim_conflict(transaction, claims, document.id)
    return Document.of(row)


async def note(transaction: Transaction, document: Document, event: Event) -> None:
    """An entry of the history for what leaves the document as it is."""
    await transaction.run(
        "insert into event (document_id, company_id, at, kind, who, data) values ($1, $2, $3, $4, $5, $6)",
        document.id, document.company_id, transaction.now, event.kind, event.who, dict(event.data),
    )  # fmt: skip


async def remove(transaction: Transaction, type: DocumentType, document: Document, who: str) -> None:
    """Delete a document that was never sent; hide one that was (PORT-08). A hidden one hears nothing more."""
    if document.was_sent:
        await supersede(transaction, document)
        hidden = Change(document.status, Event("deleted", who), closes_submission=True, hidden=True)
        await change(transaction, type, document, hidden)
    else:
        await transaction.run("delete from document where id = $1", document.id)


async def supersede(transaction: Transaction, document: Document) -> None:
    """Close what was submitted and is not in force: its receipts are kept and shown, but move nothing more."""
    if document.was_sent:
        await transaction.run(
            """update submission s set superseded = true from document d
               where d.id = $1 and s.document_id = d.id and not s.superseded
                 and s.id is distinct from d.in_force_submission""",
            document.id,
        )


def _returned(wanted: Change) -> dict[str, str] | None:
    if wanted.closes_submission:
        return {}
    return None if wanted.returned is None else dict(wanted.returned)


def _claims(type: DocumentType, status: str, content: Mapping[str, Any]) -> Sequence[tuple[Claim, str]]:
    return [
        (claim, claim.key(content)) for claim in type.claims if status in claim.held_in and claim.key(content)
    ]


async def _claim_conflict(
    transaction: Transaction, claims: Sequence[tuple[Claim, str]], document_id: int
) -> Conflict:
    for claim, key in claims:
        if await transaction.value("select sw_claimed($1, $2, $3)", claim.kind, key, document_id):
            message = claim.message.format(key=key)
            return Conflict(
                message, [Violation(claim.path, "claim." + claim.kind, message, claim.advice, claim.clause)]
            )
    return Conflict("该编号正在被另一单据使用，请稍后重试")


@cache
def _create_sql(type: DocumentType) -> str:
    names = "".join(f", {name}" for name in type.searched)
    values = "".join(f", content->>'{name}'" for name in type.searched)
    return f"""
        with d as (
            insert into document
                (type, number, company_id, created_by, status, content, filed_on, created_at, updated_at)
            values ($1, $2 || lpad(nextval('document_number')::text, 14, '0'), $3, $4, $5, $6, $7, $8, $8) returning *
        ), p as (
            insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
            select id, company_id, company_id, 'declarant', type, status, updated_at from d
        ), f as (
            insert into {type.find_table} (document_id, company_id, number, status, filed_on, updated_at{names})
            select id, company_id, number, status, filed_on, updated_at{values} from d
        ), e as (
            insert into event (document_id, company_id, at, kind, who, data)
            select id, company_id, $8, $9, $10, $11 from d
        )
        select {COLUMNS} from d"""


@cache
def _change_sql(type: DocumentType) -> str:
    columns = "".join(f", {name} = d.content->>'{name}'" for name in type.searched)
    return f"""
        with d as (
            update document set status = $2, content = $3, returned = coalesce($4, returned), updated_at = $5,
                version = version + $7, hidden = hidden or $10,
                pending_submission = case when $9 or $8::bigint is not null then null
                                          else coalesce($6::bigint, pending_submission) end,
                in_force_submission = case when $16 then $8 else in_force_submission end,
                last_submission = last_submission + ($6::bigint is not null)::int
            where id = $1 returning *
        ), f as (
            update {type.find_table} t set status = d.status, updated_at = d.updated_at, hidden = d.hidden{columns}
            from d where t.document_id = d.id
        ), e as (
            insert into event (document_id, company_id, at, kind, who, data)
            select id, company_id, $5, $11, $12, $13 from d
        ), wanted as (
            select * from unnest($14::text[], $15::text[]) as w (kind, key)
        ), freed as (
            delete from claim c using d
            where c.document_id = d.id and (c.kind, c.key) not in (select kind, key from wanted)
        ), own as (
            select count(*) from wanted join claim c using (kind, key) join d on c.document_id = d.id
        ), taken as (
            insert into claim (kind, key, document_id, company_id) select kind, key, d.id, d.company_id from wanted, d
            on conflict (kind, key) do nothing returning kind
        )
        select {COLUMNS},
            (select count(*) from wanted) - (select count from own) - (select count(*) from taken) as missing
        from d"""
