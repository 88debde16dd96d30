"""Records of amendments that have a form of their own: a number from the first 暂存 on, what was asked, what came.

Each is written in the transaction that saves, submits or settles its amendment; the document's row is locked there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.lifecycle import Action, Outcome

STATUSES = {
    "draft": "暂存",
    "declared": "已申报",
    "agreed": "海关同意",
    "refused": "海关不同意",
    "failed": "发送失败",
}
"""What became of an amendment, in the order in which it comes about."""

_OF_OUTCOME: Mapping[Outcome, str] = {
    "": "declared",
    "accepted": "agreed",
    "refused": "refused",
    "failed": "failed",
}

_NEXT = """select place, $2 || '-' || lpad(place::text, greatest(2, length(place::text)), '0') as number
           from (select coalesce(max(place), 0) + 1 as place from amendment where document_id = $1) as p"""
"""The next number of a document's amendments, with two digits at least; one that was given is never given again."""


async def draft(
    transaction: Transaction, document: Document, action: Action, content: Mapping[str, Any]
) -> None:
    """暂存 of an amendment: the first one gives it its number."""
    await transaction.run(
        f"""insert into amendment (document_id, company_id, type, place, number, document_number, action, status, asked,
                asked_at)
            select $1, $3, $4, place, number, $2, $5, 'draft', $6, $7 from ({_NEXT}) as n
            on conflict (document_id) where status = 'draft' and not dropped
            do update set action = excluded.action, asked = excluded.asked, asked_at = excluded.asked_at""",
        *_whose(document), action.name, _asked(action, content), transaction.now,
    )  # fmt: skip


async def declare(
    transaction: Transaction,
    document: Document,
    action: Action,
    submission: int,
    content: Mapping[str, Any],
    before: Mapping[str, Any],
) -> None:
    """申报 of an amendment, of which the submission has that id; `before` is what is in force as it is declared. One
    that was never saved, or saved again after customs refused it, gets a number now."""
    await transaction.run(
        f"""with drawn_up as (
                update amendment set status = 'declared', submission_id = $8, asked = $6, asked_at = $7, before = $9
                where document_id = $1 and status = 'draft' and not dropped and action = $5 returning id
            )
            insert into amendment (document_id, company_id, type, place, number, document_number, action, status, asked,
                asked_at, submission_id, before)
            select $1, $3, $4, place, number, $2, $5, 'declared', $6, $7, $8, $9 from ({_NEXT}) as n
            where not exists (select from drawn_up)""",
        *_whose(document), action.name, _asked(action, content), transaction.now, submission, dict(before),
    )  # fmt: skip


async def drop(transaction: Transaction, document: Document) -> None:
    """Take the record of a saved amendment away that was thrown away."""
    await transaction.run(
        "update amendment set dropped = true where document_id = $1 and status = 'draft'", document.id
    )


async def settle(transaction: Transaction, settled: Sequence[tuple[int, Outcome, datetime | None]]) -> None:
    """Write down what became of submissions: (id, outcome, when that was said)."""
    if settled:
        ids, outcomes, moments = (list(column) for column in zip(*dict.fromkeys(settled), strict=True))
        await transaction.run(
            """update amendment a set status = s.status, settled_at = s.at
               from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as s (id, status, at)
               where a.submission_id = s.id""",
            ids,
            [_OF_OUTCOME[outcome] for outcome in outcomes],
            moments,
        )


def _whose(document: Document) -> tuple[int, str, int, str]:
    return document.id, document.number, document.company_id, document.type


def _asked(action: Action, content: Mapping[str, Any]) -> dict[str, str]:
    """What was typed for this amendment alone."""
    names = action.amends.asks if action.amends else ()
    return {name: content[name] for name in names if content.get(name)}
