"""Documents in the database: one data-modifying statement per change.

A change writes the document, its party rows, its find row, its claims and its history together, so
that none of them can be forgotten or seen without the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.record import COLUMNS, AttachmentRecord, Document
from singlewindow.kernel.problems import Conflict, Forbidden, NotFound, Violation
from singlewindow.kernel.subsystem import Claim, DocumentType, Draw, is_awaited

CHINA = ZoneInfo("Asia/Shanghai")  # the time in which business dates are counted


@dataclass(frozen=True)
class Event:
    """An entry of the history: what happened, who did it, and what is worth keeping of it."""

    kind: str
    who: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """Which submission is with customs and which one counts, by id, and whether customs have answered at all."""

    pending: int | None
    in_force: int | None
    answered: bool


@dataclass(frozen=True)
class Change:
    """What a change makes of a document; None leaves a thing as it is.

    `submits` is the id of a new submission, `heard` what the receipts come to. `closes_submission`: the working version
    is no longer what was submitted, so what customs returned for it goes too. `amendment` is the working version of a
    change, on the form of the action `drafted`; `drops_amendment` takes it away. `amending` and `ended_by` are the
    marks (`Document`), and `beside` is the content that is with customs to take the place of the one in force: its
    claims are held beside that one's. `due` are the moments of the lifecycle's timers; those that wait for the new
    status are kept. `follow_up` and `done` are those of `Document`.
    """

    status: str
    event: Event
    content: Mapping[str, Any] | None = None
    returned: Mapping[str, str] | None = None
    new_version: bool = False
    submits: int | None = None
    heard: Standing | None = None
    closes_submission: bool = False
    hidden: bool = False
    amendment: Mapping[str, Any] | None = None
    drops_amendment: bool = False
    amending: str | None = None
    ended_by: str | None = None
    beside: Mapping[str, Any] | None = None
    due: Mapping[str, datetime] | None = None
    follow_up: Mapping[str, Any] | None = None
    done: Sequence[str] | None = None
    drafted: str | None = None


@dataclass(frozen=True)
class Along:
    """What is written in the statement of one document's change, which `submits` its id: `sql` are parts of a WITH, the
    first of them `s`, which answers with the id, with {} for the place of each of the `values`; `told` is a further
    column of the answer, for its effect."""

    sql: str
    values: Sequence[object]
    told: str

    async def write(self, transaction: Transaction) -> int:
        """Write it by itself, where something comes between it and the change; the id."""
        places = _places_from(1, len(self.values))
        id: int = await transaction.value(
            f"with {self.sql.format(*places)} select id, {self.told} from s", *self.values
        )
        return id


@dataclass(frozen=True)
class Once:
    """An idempotency key, and the digest of what was asked with it."""

    key: str
    request: str


@dataclass(frozen=True)
class Sender:
    """The number by which the sender knows a document, and the digest of what was sent under it."""

    number: str
    digest: str


SEEN = """(document.company_id = $3 or exists (
    select from document_party p where p.document_id = document.id and p.shown
        and p.code = (select customs_code from company where id = $3)))"""
"""The application's own check of who may see a document: the company that files it, and another party once it was
submitted. Row-level security is the second fence."""
FIND = f"select {COLUMNS} from document where number = $1 and type = $2 and not hidden and {SEEN}"


async def find_document(
    transaction: Transaction, type: DocumentType, number: str, *, lock: bool = False
) -> Document | None:
    """The document that the actor may see, or None. With `lock` it stays as it is until the commit."""
    row = await transaction.row(
        FIND + (" for update" if lock else ""), number, type.name, transaction.actor.company_id
    )
    return None if row is None else Document.of(row)


async def get_document(
    transaction: Transaction, type: DocumentType, number: str, *, lock: bool = False
) -> Document:
    """The same, but raises NotFound: with the same words for an absent and for a foreign document.

    What is locked is to be changed: raises Forbidden where the company may read it only.
    """
    document = await find_document(transaction, type, number, lock=lock)
    seen = document or (lock and type.parties and await find_document(transaction, type, number))
    if seen and lock and seen.company_id != transaction.actor.company_id:
        raise only_reads()
    if document is None:
        raise NotFound(f"没有编号为 {number} 的单据")
    return document


def only_reads() -> Forbidden:
    """The refusal for a party that does not file the document."""
    return Forbidden("本企业不是该单据的申报单位，只能查看，不能办理")


async def attachments_of(
    transaction: Transaction, document_id: int, *, submitted: bool = False
) -> list[AttachmentRecord]:
    """The files of a document's working version, by category, in the order in which they came; with
    `submitted` only those that a submission names."""
    named = "exists (select from submission s where s.document_id = $1 and a.id = any(s.attachments))"
    rows = await transaction.rows(
        f"""select id, category, name, size, pages, sha256, uploaded_at, certificate from attachment a
            where document_id = $1 and not superseded{f" and {named}" if submitted else ""} order by category, id""",
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
    once: Once | None = None,
    prefixes: Mapping[str, str] | None = None,
    autosaved: str | None = None,
) -> Document | None:
    """Store a new document of (company id, account id); its number is the year and 14 digits (INSP-01).

    `prefixes` are those of the type's serials, by field; the numbers behind them are given in the same statement.
    `autosaved` is the tab whose autosave goes with it.
    A first status holds no claims: drafts never block (INSP-04). None, and nothing is stored, where the account has
    used the idempotency key of `once` before, or uses it at this moment.
    """
    today = transaction.now.astimezone(CHINA).date()
    row = await transaction.row(
        _create_sql(type, autosaved is not None), type.name, str(today.year), *owner, status, content, today,
        transaction.now, event.kind, event.who, dict(event.data), once and once.key, once and once.request,
        *([dict(prefixes or {})] if type.serials else ()), *([] if autosaved is None else [autosaved]),
    )  # fmt: skip
    if row is None:
        return None
    return _new_document(transaction, type, status, owner, row, content)


async def create_many(
    transaction: Transaction,
    type: DocumentType,
    status: str,
    contents: Sequence[Mapping[str, Any]],
    event: Event,
    owner: tuple[int, int],
    prefixes: Mapping[str, str] | None = None,
) -> list[Document]:
    """Store several new documents in one statement, as `create`, in the order of their contents."""
    rows = await _created(transaction, type, status, contents, event, owner, prefixes)
    return [
        _new_document(transaction, type, status, owner, row, content)
        for row, content in zip(rows, contents, strict=True)
    ]


async def create_sent(
    transaction: Transaction,
    type: DocumentType,
    status: str,
    contents: Sequence[Mapping[str, Any]],
    senders: Sequence[Sender | None],
    event: Event,
    owner: tuple[int, int],
    prefixes: Mapping[str, str] | None = None,
) -> list[Document | None]:
    """The same for documents that may have a number of their sender's: None, and nothing is stored, where the company
    uses that number already, or another transaction was first with it. No number stands twice among the senders."""
    rows = await _created(transaction, type, status, contents, event, owner, prefixes, senders)
    made = {row["place"]: row for row in rows}
    return [
        _new_document(transaction, type, status, owner, made[place], content) if place in made else None
        for place, content in enumerate(contents, start=1)
    ]


async def _created(
    transaction: Transaction,
    type: DocumentType,
    status: str,
    contents: Sequence[Mapping[str, Any]],
    event: Event,
    owner: tuple[int, int],
    prefixes: Mapping[str, str] | None,
    senders: Sequence[Sender | None] | None = None,
) -> list[Row]:
    today = transaction.now.astimezone(CHINA).date()
    own = (
        ([s and s.number for s in senders], [s and s.digest for s in senders]) if senders is not None else ()
    )
    return await transaction.rows(
        _create_many_sql(type, bool(own)), type.name, str(today.year), *owner, status,
        [dict(each) for each in contents], today, transaction.now, event.kind, event.who, dict(event.data), *own,
        *([dict(prefixes or {})] if type.serials else ()),
    )  # fmt: skip


def _new_document(
    transaction: Transaction,
    type: DocumentType,
    status: str,
    owner: tuple[int, int],
    row: Row,
    content: Mapping[str, Any],
) -> Document:
    """What was stored under the number of `row`, which has the content too where the database completed it."""
    return Document(
        id=row["id"], type=type.name, number=row["number"], company_id=owner[0], status=status, version=1,
        content=row["content"] if type.serials else content, returned={},
        filed_on=transaction.now.astimezone(CHINA).date(), updated_at=transaction.now, pending_submission=None,
        last_submission=0,
    )  # fmt: skip


async def change(
    transaction: Transaction,
    type: DocumentType,
    document: Document,
    wanted: Change,
    *further: Event,
    along: Along | None = None,
) -> Document:
    """Change a stored document that the transaction has locked (`get_document(…, lock=True)`); `further` entries follow
    the change's own in the history, `along` is its submission, written by the same statement.

    Raises Conflict when another document holds a claim that the new status needs.
    """
    [changed] = await change_many(transaction, type, [(document, wanted, [wanted.event, *further])], along)
    return changed


async def change_many(
    transaction: Transaction,
    type: DocumentType,
    changes: Sequence[tuple[Document, Change, Sequence[Event]]],
    along: Along | None = None,
) -> list[Document]:
    """Change several locked documents of one type at once, each with the events that led to its change; `along` as for
    `change`, of one.

    Raises Conflict, as `change`, for the first that lacks a claim; then the caller must undo all of them.
    """
    claims = [
        (document.id, claim, key)
        for document, wanted, _ in changes
        for claim, key in _claims(type, document, wanted)
    ]
    values = [
        [
            _as_row(document, wanted) | _planned(type, wanted) | ({"submits": 0} if along else {})
            for document, wanted, _ in changes
        ],
        transaction.now,
        [
            {"id": document.id, "kind": event.kind, "who": event.who, "data": dict(event.data)}
            for document, _, events in changes
            for event in events
        ],
        *(
            column
            for shared in _kinds_of_claims(type)
            for column in _columns([(id, c.kind, key) for id, c, key in claims if c.shared is shared])
        ),
        *(_drawn(type, changes) if type.draws else ()),
    ]
    with_content = any(wanted.content is not None for _, wanted, _ in changes)
    sql = _change_sql(type, with_content, along and along.sql, along and along.told)
    rows = await transaction.rows(sql, *values, *(along.values if along else ()))
    found = {row["id"]: row for row in rows}
    for document, wanted, _ in changes:
        if found[document.id].get("missing"):
            conflict = await find_conflict(transaction, type, document, wanted)
            raise conflict or Conflict("该编号正在被另一单据使用，请稍后重试")
    return [
        replace(
            document,
            content=_content(document, wanted),
            amendment=_amendment(document, wanted),
            follow_up=_kept(document.follow_up, wanted.follow_up, wanted, {}),
            done=_kept(document.done, wanted.done, wanted, ()),
            updated_at=transaction.now,
            **{name: found[document.id][name] for name in _CHANGING},
        )
        for document, wanted, _ in changes
    ]


async def note(transaction: Transaction, document: Document, event: Event, *, answered: bool = False) -> None:
    """An entry of the history for what leaves the document as it is, or but for customs' having `answered`."""
    if answered and not document.answered:
        await transaction.run("update document set answered = true where id = $1", document.id)
    await transaction.run(
        """insert into event (document_id, company_id, at, kind, who, data, status, version)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        document.id, document.company_id, transaction.now, event.kind, event.who, dict(event.data), document.status,
        document.version,
    )  # fmt: skip


async def remove(transaction: Transaction, type: DocumentType, document: Document, who: str) -> None:
    """Delete a document that was never sent; hide one that was (PORT-08), or to which others refer. A hidden one hears
    nothing more."""
    if document.was_sent or type.lifecycle.keeps_deleted:
        await supersede(transaction, document)
        hidden = Change(document.status, Event("deleted", who), closes_submission=True, hidden=True)
        await change(transaction, type, document, hidden)
        if type.lifecycle.recorded:
            await transaction.run("update amendment set dropped = true where document_id = $1", document.id)
    else:
        await transaction.run("delete from document where id = $1", document.id)
    if is_awaited(type):
        await transaction.run("select pg_notify('waiting', '')")


async def supersede(transaction: Transaction, document: Document) -> None:
    """Close what was submitted after what is in force: its receipts are kept and shown, but move nothing more."""
    if document.was_sent:
        await transaction.run(
            """update submission s set superseded = true from document d
               where d.id = $1 and s.document_id = d.id and not s.superseded
                 and s.id > coalesce(d.in_force_submission, 0)""",
            document.id,
        )


_CHANGING = (
    "status", "version", "returned", "pending_submission", "last_submission", "amending", "ended_by", "answered",
    "drafted",
)  # fmt: skip
"""The columns that the database answers after a change; the others are known."""


def _content(document: Document, wanted: Change) -> Mapping[str, Any]:
    return document.content if wanted.content is None else wanted.content


def _amendment(document: Document, wanted: Change) -> Mapping[str, Any] | None:
    if wanted.drops_amendment:
        return None
    return document.amendment if wanted.amendment is None else wanted.amendment


Kept = TypeVar("Kept")


def _kept(stored: Kept, wanted: Kept | None, change: Change, nothing: Kept) -> Kept:
    """What was typed or done as follow-ups: nothing is left of it in what is worked on anew."""
    if change.closes_submission:
        return nothing
    return stored if wanted is None else wanted


def _as_row(document: Document, wanted: Change) -> dict[str, Any]:
    """A change as a member of _change_sql's first parameter; what is absent stays as it is."""
    row = {
        "id": document.id,
        "status": wanted.status,
        "content": wanted.content,
        "returned": {} if wanted.closes_submission else wanted.returned,
        "submits": wanted.submits,
        "versions": int(wanted.new_version),
        "closes": wanted.closes_submission or None,
        "hidden": wanted.hidden or None,
        "amendment": wanted.amendment,
        "drafted": wanted.drafted,
        "drops": wanted.drops_amendment or None,
        "amending": "" if wanted.closes_submission else wanted.amending,
        "ended_by": wanted.ended_by,
        "follow_up": {} if wanted.closes_submission else wanted.follow_up,
        "done": [] if wanted.closes_submission else wanted.done,
        "keeps": _keeps_claims(document, wanted) or None,
    }
    if wanted.heard is not None:
        row |= {"heard": True, **vars(wanted.heard)}
    return {name: value for name, value in row.items() if value is not None}


def _planned(type: DocumentType, wanted: Change) -> dict[str, Any]:
    """The timers that wait for a status, as a further member; none wait for what is worked on anew or has ended."""
    if not type.lifecycle.timers or (wanted.due is None and not wanted.closes_submission):
        return {}
    return {"due": {} if wanted.closes_submission else waiting_timers(type, wanted.status, wanted.due or {})}


def waiting_timers(type: DocumentType, status: str, due: Mapping[str, datetime]) -> dict[str, str]:
    """The moments of the timers that move a document out of that status."""
    return {
        t.name: due[t.name].isoformat()
        for t in type.lifecycle.timers
        if t.name in due and status in t.from_states
    }


async def plan(transaction: Transaction, document: Document, due: Mapping[str, str]) -> None:
    """Let exactly these timers wait for a document that stays as it is."""
    await transaction.run(
        """with unplanned as (
               delete from schedule where document_id = $1 and not $3::jsonb ? timer
           )
           insert into schedule (document_id, company_id, timer, due_at)
           select $1, $2, key, value::timestamptz from jsonb_each_text($3)
           on conflict (document_id, timer) do update set due_at = excluded.due_at, next_at = '-infinity'""",
        document.id,
        document.company_id,
        dict(due),
    )


def _keeps_claims(document: Document, wanted: Change) -> bool:
    """Whether claims of an amendment that is with customs must outlive a change that does not know of it."""
    knows = wanted.heard or wanted.closes_submission or wanted.amending is not None
    return bool(document.amending) and not knows


def _claims(type: DocumentType, document: Document, wanted: Change) -> Sequence[tuple[Claim, str]]:
    """What the document needs after a change; one that has ended needs nothing."""
    if document.ended_by if wanted.ended_by is None else wanted.ended_by:
        return []
    contents = [_content(document, wanted)] + ([] if wanted.beside is None else [wanted.beside])
    needed = {
        (claim.kind, key): (claim, key)
        for claim in type.claims
        if wanted.status in claim.held_in
        for content in contents
        for key in claim.keys(content)
    }
    return list(needed.values())


def _drawn(
    type: DocumentType, changes: Sequence[tuple[Document, Change, Sequence[Event]]]
) -> tuple[list[dict[str, Any]]]:
    """What documents use up after their changes, as one parameter; of what is with customs, where that is more."""
    return (
        [
            {"id": document.id, "kind": draw.kind, "key": key, "amount": str(amount)}
            for document, wanted, _ in changes
            if not (document.ended_by if wanted.ended_by is None else wanted.ended_by) and not wanted.hidden
            for draw in type.draws
            if wanted.status in draw.held_in
            for key, amount in sorted(_greatest(draw, document, wanted).items())
        ],
    )


def _greatest(draw: Draw, document: Document, wanted: Change) -> dict[str, Decimal]:
    amounts = draw.of(_content(document, wanted))
    for key, amount in (draw.of(wanted.beside) if wanted.beside is not None else {}).items():
        amounts[key] = max(amount, amounts.get(key, amount))
    return amounts


def _kinds_of_claims(type: DocumentType) -> list[bool]:
    """Whether the type has exclusive claims (False) and shared ones (True), in the order of a change's parameters."""
    return sorted({claim.shared for claim in type.claims})


def _columns(rows: Sequence[tuple[int, str, str]]) -> list[list[Any]]:
    """The columns of claims, which may be none."""
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]


async def find_conflict(
    transaction: Transaction, type: DocumentType, document: Document, wanted: Change
) -> Conflict | None:
    """The refusal of a change for which another document holds a claim, as far as can be seen; None where none does."""
    needed = [(claim, key) for claim, key in _claims(type, document, wanted) if not claim.shared]
    if not needed:
        return None
    place = await transaction.value(
        """select min(place) from unnest($1::text[], $2::text[]) with ordinality as w (kind, key, place)
           where sw_claimed(kind, key, $3)""",
        [claim.kind for claim, _ in needed],
        [key for _, key in needed],
        document.id,
    )
    if place is None:
        return None
    claim, key = needed[place - 1]
    message = claim.message.format(key=key)
    return Conflict(
        message, [Violation(claim.path, "claim." + claim.kind, message, claim.advice, claim.clause)]
    )


@cache
def _create_sql(type: DocumentType, autosaved: bool = False) -> str:
    forgotten = _FORGOTTEN_SQL.format("$15" if type.serials else "$14") if autosaved else ""
    return f"""
        with n as (
            select $2 || lpad(nextval('document_number')::text, 14, '0') as number
        ), once as (
            insert into idempotency (account_id, key, company_id, type, request, number)
            select $4, $12, $3, $1, $13, number from n where $12::text is not null
            on conflict (account_id, key) do nothing returning key
        ), d as (
            insert into document
                (type, number, company_id, created_by, status, content, filed_on, created_at, updated_at)
            select $1, number, $3, $4, $5, {_with_serials(type, "$6", "$14")}, $7, $8, $8 from n
            where $12::text is null or exists (select from once) returning *
        ){_along_sql(type)}{forgotten}
        select id, number{", content" if type.serials else ""} from d"""


_FORGOTTEN_SQL = """, forgotten as (
            delete from autosave where account_id = $4 and key = {} and exists (select from d)
        )"""


@cache
def _create_many_sql(type: DocumentType, by_sender: bool = False) -> str:
    """As `_create_sql`, with an array of contents as $6; `by_sender`: arrays of their senders' numbers and digests as
    $12 and $13, null for who has none. The number of a hidden document is free again."""
    given = "$6::jsonb[], $12::text[], $13::text[]" if by_sender else "$6::jsonb[]"
    sender = ", sender, digest" if by_sender else ""
    won = _WON_SQL if by_sender else ""
    first = "where sender is null or number in (select number from won)" if by_sender else ""
    return f"""
        with n as (
            select place, content{sender}, $2 || lpad(nextval('document_number')::text, 14, '0') as number
            from unnest({given}) with ordinality as given (content{sender}, place)
        ){won}, d as (
            insert into document
                (type, number, company_id, created_by, status, content, filed_on, created_at, updated_at)
            select $1, number, $3, $4, $5, {_with_serials(type, "content", "$14" if by_sender else "$12")}, $7, $8, $8
            from n {first} order by place returning *
        ){_along_sql(type)}
        select d.id, number, place{", d.content" if type.serials else ""} from d join n using (number)
        order by place"""


_WON_SQL = """, won as (
            insert into sender_number as s (company_id, type, sender_number, number, digest)
            select $3, $1, sender, number, digest from n where sender is not null
            order by sender  -- who sends the same does not wait crosswise
            on conflict (company_id, type, sender_number) do update
                set number = excluded.number, digest = excluded.digest
                where exists (select from document was where was.number = s.number and was.hidden)
            returning number
        )"""


def _with_serials(type: DocumentType, content: str, prefixes: str) -> str:
    """The content with the type's serials: each its prefix and the last digits of the document's number."""
    serials = ", ".join(
        f"'{s.field}', ({prefixes}::jsonb->>'{s.field}') || right(number, {s.digits})" for s in type.serials
    )
    return f"{content} || jsonb_build_object({serials})" if serials else content


def _along_sql(type: DocumentType) -> str:
    """What is written along with new documents `d`; $8 to $11 are the moment and the event."""
    names = "".join(f", {name}" for name in type.searched)
    values = "".join(f", content->>'{name}'" for name in type.searched)
    if any(party.drafts for party in type.parties):
        names, values = f"{names}, shown", f"{values}, true"
    return f""", p as (
            insert into document_party (document_id, owner_id, company_id, role, type, status, updated_at)
            select id, company_id, company_id, 'declarant', type, status, updated_at from d
        ){_parties_sql(type)}, f as (
            insert into {type.find_table} (document_id, company_id, number, status, filed_on, updated_at{names})
            select id, company_id, number, status, filed_on, updated_at{values} from d
        ), e as (
            insert into event (document_id, company_id, at, kind, who, data, status, version)
            select id, company_id, $8, $9, $10, $11, status, version from d
        )"""


def _parties_sql(type: DocumentType) -> str:
    """The other parties to new documents `d`, who see nothing yet, unless they see drafts."""
    rows = ", ".join(
        f"('{party.role}', content->>'{party.field}', {str(party.drafts).lower()})" for party in type.parties
    )
    return (
        ""
        if not rows
        else f""", parties as (
            insert into document_party (document_id, owner_id, role, type, status, updated_at, code, shown)
            select id, company_id, role, type, status, updated_at, coalesce(code, ''), sees
            from d, lateral (values {rows}) as named (role, code, sees)
        )"""
    )


def _parties_follow_sql(type: DocumentType, with_content: bool) -> str:
    """The other parties to changed documents `d`: who they are now, and whether they see it."""
    if not type.parties:
        return ""
    roles = " ".join(f"when '{party.role}' then d.content->>'{party.field}'" for party in type.parties)
    code = f"coalesce(case p.role {roles} end, '')" if with_content else "p.code"
    return f""", parties as (
            update document_party p set code = {code}, shown = {_SHOWN.format("p.shown")}
            from d join wanted w using (id) where p.document_id = d.id and p.code is not null
        )"""


_SHOWN = "case when w.closes then false when w.submits is not null then true else {} end"
"""Whether other parties see a document after a change `w`: from its submission until it is worked on again."""


@cache
def _change_sql(
    type: DocumentType, with_content: bool, along: str | None = None, told: str | None = None
) -> str:
    """$1: rows as `_as_row` makes them; $2: now; $3: events in their order; then claims, the exclusive ones first, in
    three columns for each of the two that the type has; then the values of what is written along."""
    before, submits = "", "w.submits"
    if along is not None:
        first = 4 + 3 * len(_kinds_of_claims(type)) + bool(type.draws)
        before, submits = f"{along.format(*_places_from(first, along.count('{}')))}, ", "(select id from s)"
    searched, follow_ups = type.searched if with_content else (), type.lifecycle.follow_ups
    columns = "".join(f", {name} = d.content->>'{name}'" for name in searched)
    columns += "".join(f", {name} = d.returned->>'{name}'" for name in type.answers)
    columns += f", shown = {_SHOWN.format('t.shown')}" if type.parties else ""
    due = ", due jsonb" if type.lifecycle.timers else ""
    return f"""
        with {before}wanted as (
            select * from jsonb_to_recordset($1) as w (id bigint, status text, content jsonb, returned jsonb,
                submits bigint, versions int, closes boolean, hidden boolean, heard boolean, pending bigint,
                in_force bigint, answered boolean, amendment jsonb, drops boolean, drafted text, amending text,
                ended_by text, keeps boolean{due}{_FOLLOW_UPS[0] if follow_ups else ""})
        ), d as (
            update document t set status = w.status, content = coalesce(w.content, t.content),
                returned = coalesce(w.returned, t.returned), updated_at = $2, version = t.version + w.versions,
                hidden = t.hidden or w.hidden is true,
                pending_submission = case when w.closes then null when w.heard then w.pending
                                          else coalesce({submits}, t.pending_submission) end,
                in_force_submission = case when w.heard then w.in_force else t.in_force_submission end,
                last_submission = t.last_submission + (w.submits is not null)::int,
                amendment = case when w.drops then null else coalesce(w.amendment, t.amendment) end,
                drafted = case when w.drops then '' else coalesce(w.drafted, t.drafted) end,
                amending = coalesce(w.amending, t.amending), ended_by = coalesce(w.ended_by, t.ended_by),
                answered = t.answered or w.answered is true{_FOLLOW_UPS[1] if follow_ups else ""}
            from wanted w where t.id = w.id returning t.*
        ), f as (
            update {type.find_table} t set status = d.status, updated_at = d.updated_at, hidden = d.hidden{columns}
            from d{" join wanted w using (id)" if type.parties else ""} where t.document_id = d.id
        ){_parties_follow_sql(type, with_content)}, e as (
            insert into event (document_id, company_id, at, kind, who, data, status, version)
            select d.id, d.company_id, $2, said.event->>'kind', said.event->>'who', said.event->'data', d.status,
                d.version
            from jsonb_array_elements($3) with ordinality as said (event, place)
            join d on d.id = (said.event->>'id')::bigint order by said.place
        ){_claims_sql(type)}{_draws_sql(type)}{SCHEDULE_SQL if type.lifecycle.timers else ""}
        select {", ".join(("id", *_CHANGING))}{MISSING_SQL if False in _kinds_of_claims(type) else ""}
            {f", {told}" if told else ""} from d"""


def _places_from(first: int, count: int) -> list[str]:
    return [f"${at}" for at in range(first, first + count)]


def _claims_sql(type: DocumentType) -> str:
    """What a change makes of the claims; their parameters begin with $4."""
    places = {shared: 4 + 3 * at for at, shared in enumerate(_kinds_of_claims(type))}
    exclusive = _CLAIMS_SQL.format(**_places(places[False])) if False in places else ""
    return exclusive + (_SHARED_SQL.format(**_places(places[True])) if True in places else "")


def _draws_sql(type: DocumentType) -> str:
    """What a change makes of what its documents use; the last parameter."""
    return _DRAWS_SQL.format(draws=f"${4 + 3 * len(_kinds_of_claims(type))}") if type.draws else ""


def _places(first: int) -> dict[str, str]:
    return {name: f"${first + at}" for at, name in enumerate(("documents", "kinds", "keys"))}


_FOLLOW_UPS = (
    ", follow_up jsonb, done text[]",
    ", follow_up = coalesce(w.follow_up, t.follow_up), done = coalesce(w.done, t.done)",
)
SCHEDULE_SQL = """, unplanned as (
            delete from schedule s using wanted w
            where s.document_id = w.id and w.due is not null and not w.due ? s.timer
        ), planned as (
            insert into schedule (document_id, company_id, timer, due_at)
            select d.id, d.company_id, p.key, p.value::timestamptz
            from d join wanted w using (id), lateral jsonb_each_text(w.due) as p
            on conflict (document_id, timer) do update set due_at = excluded.due_at, next_at = '-infinity'
        )"""
_CLAIMS_SQL = """, needed as (
            select * from unnest({documents}::bigint[], {kinds}::text[], {keys}::text[]) as n (document_id, kind, key)
        ), freed as (
            delete from claim c using d join wanted w using (id)
            where c.document_id = d.id and w.keeps is not true
              and not exists (select from needed n where (n.document_id, n.kind, n.key) = (d.id, c.kind, c.key))
        ), own as (
            select n.document_id from needed n join claim c using (kind, key, document_id)
        ), taken as (
            insert into claim (kind, key, document_id, company_id)
            select n.kind, n.key, d.id, d.company_id from needed n join d on d.id = n.document_id
            order by n.kind, n.key  -- who wants the same does not wait crosswise
            on conflict (kind, key) do nothing returning document_id
        )"""
_SHARED_SQL = """, wished as (
            select * from unnest({documents}::bigint[], {kinds}::text[], {keys}::text[]) as n (document_id, kind, key)
        ), left_alone as (
            delete from shared_claim c using d join wanted w using (id)
            where c.document_id = d.id and w.keeps is not true
              and not exists (select from wished n where (n.document_id, n.kind, n.key) = (d.id, c.kind, c.key))
        ), shared as (
            insert into shared_claim (kind, key, document_id, company_id)
            select n.kind, n.key, d.id, d.company_id from wished n join d on d.id = n.document_id
            on conflict do nothing
        )"""
_DRAWS_SQL = """, using_up as (
            select * from jsonb_to_recordset({draws}) as u (id bigint, kind text, key text, amount numeric)
        ), given_back as (
            delete from draw c using d join wanted w using (id)
            where c.document_id = d.id and w.keeps is not true
              and not exists (select from using_up u where (u.id, u.kind, u.key) = (d.id, c.kind, c.key))
        ), drawn as (
            insert into draw (kind, key, document_id, company_id, amount)
            select u.kind, u.key, d.id, d.company_id, u.amount from using_up u join d using (id)
            on conflict (kind, key, document_id) do update set amount = excluded.amount
            where draw.amount < excluded.amount
               or draw.amount > excluded.amount
                  and not exists (select from wanted w where w.id = draw.document_id and w.keeps)
        )"""
MISSING_SQL = """,
            (select count(*) from needed n where n.document_id = d.id)
            - (select count(*) from own where own.document_id = d.id)
            - (select count(*) from taken where taken.document_id = d.id) as missing"""
