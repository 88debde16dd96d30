"""Receipts and history of a document, for people to read."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.work import Desk

LIMIT = 500  # more than any document has; the newest are shown

KINDS = {
    "created": "首次暂存",
    "saved": "暂存",
    "submitted": "申报",
    "receipt": "回执",
    "late receipt": "回执（已被后一次申报取代）",
    "uploaded": "上传随附单据",
    "upload removed": "删除随附单据",
    "deleted": "删除",
}


class ReceiptView(BaseModel):
    """One receipt: seq 0 is the portal's own word on sending."""

    at: datetime
    code: str
    code_name: str
    text: str
    submission: int
    seq: int
    superseded: bool


class EventView(BaseModel):
    """One entry of the history; `hash` is hexadecimal and covers the entry before it."""

    no: int
    at: datetime
    kind: str
    who: str
    text: str
    hash: str


async def receipts(desk: Desk, number: str) -> list[ReceiptView]:
    """All receipts, newest first. Raises NotFound for absent and foreign documents alike."""
    document = await store.get_document(desk.transaction, desk.type, number)
    rows = await desk.transaction.rows(
        """select r.at, r.code, r.text, r.seq, s.sequence as submission, s.superseded
           from receipt r join submission s on s.id = r.submission_id where r.document_id = $1
           order by s.sequence desc, r.seq desc limit $2""",
        document.id,
        LIMIT,
    )
    return [ReceiptView(**dict(row), code_name=desk.type.messages.name_of(row["code"])) for row in rows]


async def events(desk: Desk, number: str) -> list[EventView]:
    """The history, oldest first. Raises NotFound for absent and foreign documents alike."""
    document = await store.get_document(desk.transaction, desk.type, number)
    rows = await desk.transaction.rows(
        "select no, at, kind, who, data, hash from event where document_id = $1 order by no desc limit $2",
        document.id,
        LIMIT,
    )
    return [
        EventView(
            no=row["no"],
            at=row["at"],
            kind=row["kind"],
            who=row["who"],
            text=_text(desk, row["kind"], row["data"]),
            hash=row["hash"].hex(),
        )
        for row in reversed(rows)
    ]


def _text(desk: Desk, kind: str, data: dict[str, str]) -> str:
    word = KINDS.get(kind, kind)
    if kind.startswith("upload") and desk.type.form.attachments:
        return f"{word}：{data['category']} {desk.type.form.attachments.name_of(data['category']) or ''}"
    if kind in ("receipt", "late receipt"):
        return f"{word}：{desk.type.messages.name_of(data['code'])}"
    if kind == "submitted":
        return f"{desk.type.lifecycle.action(data['action']).label}（卡号 {data['card']}）"
    return word
