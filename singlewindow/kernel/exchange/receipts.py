"""A receipt is stored once and the status is folded anew from all of them (CUST-05).

seq 0 is the portal's own word: sent to customs, or sending failed for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.documents.store import Change, Event
from singlewindow.kernel.problems import Conflict
from singlewindow.kernel.subsystem import DocumentType, document_types

SENT = "SENT"
SEND_FAILED = "SEND_FAILED"


@dataclass(frozen=True)
class Heard:
    """A receipt to apply: for which submission (its sequence), and what it says."""

    type: str
    number: str
    submission: int
    seq: int
    code: str
    text: str
    at: datetime
    data: Mapping[str, Any]
    jws: str | None = None


class NotForUs(Exception):
    """A receipt that names no submission of ours, or a code that the type does not know."""


async def hear(transaction: Transaction, heard: Heard) -> None:
    """Store and apply one receipt under the document's row lock; a doubled one changes nothing.

    Raises NotForUs, which puts the message on a person's list; the status then stays.
    """
    type = document_types().get(heard.type)
    row = await transaction.row(
        f"select {COLUMNS} from document where number = $1 and type = $2 for update", heard.number, heard.type
    )
    if type is None or row is None:
        raise NotForUs(f"没有 {heard.type} 类单据 {heard.number}")
    document = Document.of(row)
    submission = await transaction.row(
        "select id, start_status, superseded from submission where document_id = $1 and sequence = $2",
        document.id,
        heard.submission,
    )
    if submission is None:
        raise NotForUs(f"单据 {heard.number} 没有第 {heard.submission} 次申报")
    if not type.lifecycle.knows(heard.code):
        raise NotForUs(f"未知的回执代码 {heard.code}")
    if not await _store(transaction, document.id, submission["id"], heard):
        await _check_double(transaction, submission["id"], heard)
        return
    if submission["superseded"]:
        await store.note(transaction, document, Event("late receipt", _who(heard), _said(heard)))
    else:
        await _fold(transaction, type, document, submission["id"], submission["start_status"], heard)


async def _store(transaction: Transaction, document_id: int, submission_id: int, heard: Heard) -> bool:
    new = await transaction.value(
        """insert into receipt (submission_id, document_id, seq, code, text, data, at, jws)
           values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (submission_id, seq) do nothing returning true""",
        submission_id, document_id, heard.seq, heard.code, heard.text, dict(heard.data), heard.at, heard.jws,
    )  # fmt: skip
    return bool(new)


async def _check_double(transaction: Transaction, submission_id: int, heard: Heard) -> None:
    """A double says the same as the first; another answer under the same number is for a person to judge."""
    code = await transaction.value(
        "select code from receipt where submission_id = $1 and seq = $2", submission_id, heard.seq
    )
    if code != heard.code:
        raise NotForUs(f"第 {heard.seq} 号回执已是 {code}，现又收到 {heard.code}")


async def _fold(
    transaction: Transaction,
    type: DocumentType,
    document: Document,
    submission_id: int,
    start: str,
    heard: Heard,
) -> None:
    rows = await transaction.rows(
        "select seq, code, data from receipt where submission_id = $1 order by seq", submission_id
    )
    status = type.lifecycle.fold(start, [(row["seq"], row["code"]) for row in rows])
    data = {name: value for row in rows for name, value in row["data"].items() if value}
    returned = {name: str(data[name]) for name in type.messages.returned if name in data}
    event = Event("receipt", _who(heard), {**_said(heard), "from": document.status, "status": status})
    state = type.lifecycle.state(status)
    settled = None if state.waiting else submission_id
    wanted = Change(status, event, returned=returned, settles=settled, in_force=state.in_force)
    try:
        await store.change(transaction, type, document, wanted)
    except Conflict as conflict:
        # A late answer would take back what another document claims by now: a person must look.
        raise NotForUs(f"回执 {heard.code} 与另一单据冲突：{conflict.detail}") from conflict


def _who(heard: Heard) -> str:
    return "单一窗口" if heard.seq == 0 else "海关"


def _said(heard: Heard) -> dict[str, int | str]:
    return {"submission": heard.submission, "seq": heard.seq, "code": heard.code}
