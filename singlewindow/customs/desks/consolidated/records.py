"""Filings, lists and declarations at customs: a row for each, kept by receptions and decisions in their own
transactions.

Locks are taken in one order: following submission, base submission, record, entries of registers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import RECEIVED, RECEPTION, Taken
from singlewindow.customs.desks.consolidated.contents import TRADER, Content, text
from singlewindow.customs.desks.consolidated.states import (
    ANEW,
    BASE,
    BOOKLET,
    DECLARATION,
    LIST,
    PASSED,
    QUALIFICATION,
    RELEASED,
    REVOKED,
    STATES,
    STORED,
    TITLES,
)
from singlewindow.customs.exchange.verification import content_of
from singlewindow.customs.kept import end_kept, newest, of_another, received
from singlewindow.customs.problems import NotInThisState
from singlewindow.customs.searching import Asked, begins_with, find_page

_NATURE = {QUALIFICATION: "nature", BOOKLET: "nature", LIST: "list_kind", DECLARATION: "ie_flag"}
_BASIS = {BOOKLET: "qualification", LIST: "book_no"}
_FILING = {"district": "申报地海关", "nature": "集中申报货物性质", "basis": "企业资质备案中心统一编号"}
_FIXED = {
    QUALIFICATION: _FILING,
    BOOKLET: _FILING,
    LIST: {"district": "申报地海关", "nature": "集报清单类型", "basis": "备案号"},
}
"""What no change moves: grey on the form of changes (CONS-07), as a list's customs and book (CONS-12)."""


@dataclass(frozen=True)
class Columns:
    """What is told of a document besides its content: whose goods, of which nature, by which filing or book."""

    trader: str
    nature: str
    basis: str
    content: Content

    @classmethod
    def of(cls, submission: Submission) -> Columns:
        """Those of a submission that is fit."""
        content, type = content_of(submission), submission.type
        basis = text(content, _BASIS[type])[:64] if type in _BASIS else ""
        trader = text(content, TRADER[type])[:10] or submission.company
        return cls(trader, text(content, _NATURE[type])[:8], basis, content)


async def arrive(transaction: Transaction, arrived: Sequence[tuple[int, Submission]]) -> None:
    """Write the records of base submissions; one that is declared again after a refusal takes its own place."""
    for based in newest(arrived, BASE):
        rows = [_row(*each) for each in based]
        await transaction.run(
            _ARRIVE, transaction.now, list(ANEW), *(list(c) for c in zip(*rows, strict=True))
        )


_ARRIVE = f"""
insert into consolidated_record as r (submission_id, type, number, sequence, content_sequence, company, company_name,
    district, trader, nature, basis, content, state, changed_at)
select id, type, number, sequence, sequence, company, company_name, district, trader, nature, basis, content,
    '{RECEIVED}', $1
from unnest($3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::jsonb[]) with ordinality
    as w (id, type, number, sequence, company, company_name, district, trader, nature, basis, content, place)
order by place
on conflict (type, number) do update set submission_id = excluded.submission_id, sequence = excluded.sequence,
    content_sequence = excluded.sequence, district = excluded.district, trader = excluded.trader,
    nature = excluded.nature, basis = excluded.basis, content = excluded.content, state = excluded.state,
    changed_at = excluded.changed_at, customs_no = null, valid_until = null, accepted_at = null, released_at = null
where r.sequence < excluded.sequence and r.state = any($2) and r.company = excluded.company"""


def _row(identifier: int, submission: Submission) -> tuple[object, ...]:
    told = Columns.of(submission)
    return (
        identifier,
        submission.type,
        submission.number,
        submission.sequence,
        submission.company,
        submission.company_name,
        submission.district,
        told.trader,
        told.nature,
        told.basis,
        told.content,
    )


async def held(transaction: Transaction, rows: Sequence[Row], *, lock: bool = False) -> list[Row | None]:
    """The record of each submission; with `lock` its base submission and the record are locked."""
    keys = [row["type"] for row in rows], [row["number"] for row in rows]
    wanted = "from consolidated_record r join unnest($1::text[], $2::text[]) as w (type, number) using (type, number)"
    if lock:
        await transaction.rows(
            f"select from submission where id in (select r.submission_id {wanted}) order by id for update",
            *keys,
        )
    found = await transaction.rows(
        f"select r.* {wanted} order by r.type, r.number {'for update of r' if lock else ''}", *keys
    )
    by_key = {(record["type"], record["number"]): record for record in found}
    return [by_key.get((row["type"], row["number"])) for row in rows]


def state_name(type: str, state: str) -> str:
    """A record's state in words."""
    return STATES[type].get(state) or RECEPTION.get(state, state)


def superseded(row: Row, record: Row | None) -> str:
    """Why a base submission must not be accepted: the company has declared the document anew."""
    if record is not None and record["submission_id"] == row["id"]:
        return ""
    return f"该{TITLES[row['type']]}已另行申报，以另一次申报为准，这一份不能通过"


def past_following(row: Row, record: Row | None, possible: Sequence[str]) -> str:
    """Why what follows a document must not be accepted: there is nothing in force that it could act upon."""
    title = TITLES[row["type"]]
    if record is None:
        return f"海关没有这份{title}，只能不同意"
    if why := of_another(row, record, title):
        return f"{why}，只能不同意"
    if record["state"] not in possible:
        return f"该{title}为「{state_name(row['type'], record['state'])}」，只能不同意"
    return "" if record["content_sequence"] < row["sequence"] else f"该{title}已有更新的变更，只能不同意"


def moved(record: Row | None, message: Submission) -> str:
    """Why a change must not be accepted: it would move what stays as it was declared at first."""
    if record is None:
        return ""
    told = Columns.of(message)
    says = {"district": message.district, "nature": told.nature, "basis": told.basis}
    labels = _FIXED[message.type].items()
    named = "、".join(label for name, label in labels if says[name] != record[name])
    return f"变更不能修改{named}，只能不同意" if named else ""


async def passed(
    transaction: Transaction, type: str, numbers: Sequence[str], *, ended: bool = False
) -> dict[str, Row]:
    """The records of these numbers (or customs numbers) that are approved, or with `ended` were so, by both; whether
    they are still valid is for the caller."""
    found = await transaction.rows(
        """select * from consolidated_record where type = $1 and number = any($2) and state = any($3)
           union all
           select * from consolidated_record where type = $1 and customs_no = any($2) and state = any($3)""",
        type,
        sorted(set(numbers)),
        [PASSED, REVOKED] if ended else [PASSED],
    )
    return {row[name]: row for row in found for name in ("number", "customs_no")}


async def hold(transaction: Transaction, type: str, numbers: Sequence[str]) -> None:
    """Let nobody change or end the documents of these numbers (or customs numbers) until the transaction ends, so that
    what is judged by them stays true; locked after the records of one's own."""
    await transaction.rows(
        """select from consolidated_record where type = $1 and (number = any($2) or customs_no = any($2))
           order by id for share""",
        type,
        sorted(set(numbers)),
    )


async def move(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """Let records follow their base submissions: state, the number that customs gave, when it was accepted."""
    if not taken:
        return
    await transaction.run(
        f"""update consolidated_record r set state = s.state, customs_no = s.customs_no, changed_at = $1,
                accepted_at = case when s.state in ('{PASSED}', '{STORED}') then coalesce(accepted_at, $1)
                    else accepted_at end,
                released_at = case when s.state = '{RELEASED}' then $1 else released_at end
            from submission s where s.id = r.submission_id and s.id = any($2)""",
        transaction.now,
        [each.row["id"] for each in taken],
    )


async def keep_until(transaction: Transaction, days: Mapping[int, date | None]) -> None:
    """Set the last day on which filings are valid, by the records' ids."""
    await transaction.run(
        """update consolidated_record r set valid_until = w.until
           from unnest($1::bigint[], $2::date[]) as w (id, until) where r.id = w.id""",
        list(days),
        list(days.values()),
    )


async def change(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Put the content of accepted changes in force; raises NotInThisState where a newer one is in force already."""
    if not rows:
        return
    submissions = await received(transaction, rows)
    last = {(each.type, each.number): each for each in sorted(submissions, key=lambda each: each.sequence)}
    told = [Columns.of(each) for each in last.values()]
    changed = await transaction.rows(
        """update consolidated_record r set content_sequence = w.sequence, changed_at = $1, content = w.content,
               trader = w.trader, nature = w.nature, basis = w.basis
           from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
               as w (type, number, sequence, trader, nature, basis, content)
           where r.type = w.type and r.number = w.number and r.content_sequence < w.sequence returning r.id""",
        transaction.now,
        *([getattr(each, name) for each in last.values()] for name in ("type", "number", "sequence")),
        *([getattr(each, name) for each in told] for name in ("trader", "nature", "basis", "content")),
    )
    if len(changed) < len(last):
        raise NotInThisState("该单据已有更新的变更，请刷新查看结果")


async def end(transaction: Transaction, rows: Sequence[Row], state: str, possible: Sequence[str]) -> None:
    """End documents by what follows them; raises NotInThisState where one has ended meanwhile."""
    if not rows:
        return
    if not await end_kept(transaction, "consolidated_record", rows, state, possible):
        raise NotInThisState("该单据已另行办理，请刷新查看结果")


async def find(
    transaction: Transaction, type: str, state: str, district: str, number: str, page: int, size: int
) -> tuple[int, list[Row]]:
    """How many records of a type match (counted up to CAP) and one page of them, the newest first; `number` is the
    beginning of 统一编号."""
    asked: list[Asked] = [("type = ", type)]
    asked += [(f"{name} = ", value) for name, value in (("state", state), ("district", district)) if value]
    if number.strip():
        asked.append(begins_with("number", number.strip()))
    return await find_page(transaction, "consolidated_record", asked, page, size, columns=_LISTED)


_LISTED = """id, submission_id, type, number, customs_no, company, company_name, trader, district, nature, basis, state,
    valid_until, accepted_at, changed_at"""
