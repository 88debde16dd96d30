"""What is typed and not yet saved (UI-15): kept for its account alone, offered again when the form is opened.

An autosave is no document: no number, no date, no status, no claim, and no query finds it. 暂存, 删除 and 放弃
take it away, the first two in the transaction that does what they say. The worker sweeps old ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.definition.check import clean, clean_row
from singlewindow.kernel.definition.fields import Content
from singlewindow.kernel.documents.verdict import content_of
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.problems import SHAPE_ADVICE, Refused, Violation

MOST = 100  # of one account: more than anybody has open, or 已自动保存 were untrue; the oldest go first
KEPT_DAYS = 30


@dataclass(frozen=True)
class RowDraft:
    """What stands in a row editor: the row, the index of the row that it corrects or goes before (None: neither)."""

    row: Mapping[str, Any]
    at: int | None
    before: int | None


@dataclass(frozen=True)
class Typed:
    """What one tab's form holds, and the document that it changes: its number and version, or None and 0.

    `amendment` is the action in whose form it was typed (变更), "" for the form of the document itself.
    """

    number: str | None
    amendment: str
    base_version: int
    content: Mapping[str, Any]
    drafts: Mapping[str, RowDraft]


async def keep(desk: Desk, key: str, typed: Typed) -> datetime:
    """Store what a tab holds in place of what it held before; when that was (real time).

    Values are cleaned as in 暂存, but may be wrong. Raises Refused for what no form holds.
    """
    form = content_of(desk.type, desk.type.lifecycle.find_action(typed.amendment))
    content = clean(form, typed.content)
    drafts = {name: _cleaned(form, name, draft) for name, draft in typed.drafts.items()}
    saved_at: datetime = await desk.transaction.value(
        """insert into autosave (account_id, company_id, key, type, number, base_version, content, drafts, amendment)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (account_id, key) do update
           set type = $4, number = $5, base_version = $6, content = $7, drafts = $8, amendment = $9,
               saved_at = clock_timestamp()
           returning saved_at""",
        desk.person.account_id, desk.person.company_id, key, desk.type.name, typed.number, typed.base_version,
        content, drafts, typed.amendment,
    )  # fmt: skip
    await desk.transaction.run(
        """delete from autosave where account_id = $1 and key in
           (select key from autosave where account_id = $1 order by saved_at desc offset $2)""",
        desk.person.account_id,
        MOST,
    )
    return saved_at


async def offered(desk: Desk, number: str | None, amendment: str = "") -> list[Row]:
    """What this account left for a document, or (None) for new ones of the type, in the form of that action; the
    newest first."""
    return await desk.transaction.rows(
        """select key, number, amendment, base_version, content, drafts, saved_at from autosave
           where account_id = $1 and company_id = $2 and type = $3 and number is not distinct from $4
             and amendment = $5
           order by saved_at desc""",
        desk.person.account_id,
        desk.person.company_id,
        desk.type.name,
        number,
        amendment,
    )


async def forget(desk: Desk, key: str | None) -> None:
    """Take away what a tab left, if it left anything."""
    if key is not None:
        await desk.transaction.run(
            "delete from autosave where account_id = $1 and key = $2", desk.person.account_id, key
        )


async def forget_documents(desk: Desk, numbers: Sequence[str], *, amendments: bool = False) -> None:
    """Take away what this account left for documents that are gone, or for their amendments alone."""
    await desk.transaction.run(
        """delete from autosave where account_id = $1 and type = $2 and number = any($3)
           and (amendment <> '' or not $4)""",
        desk.person.account_id,
        desk.type.name,
        list(numbers),
        amendments,
    )


def _cleaned(form: type[Content], name: str, draft: RowDraft) -> dict[str, Any]:
    table = form.tables.get(name)
    if table is None:
        raise Refused.because(
            [Violation(name[:40], "field.shape", "未知的表体", SHAPE_ADVICE, "手册 关于界面")]
        )
    return {"row": clean_row(table, draft.row), "at": draft.at, "before": draft.before}
