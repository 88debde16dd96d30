"""Receipts and history of a document, for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.subsystem import DocumentType, document_types

_SAID = "e.document_id, {no}, extract(epoch from e.at), e.kind, e.who, e.data"
HASHED = (
    f"jsonb_build_array({_SAID}, e.company_id, e.status, e.version, extract(epoch from e.recorded_at))::text",
    f"jsonb_build_array({_SAID})::text",
)
"""The text of an entry `e` that its hash covers, as the trigger event_chain makes it; and that of entries from before
k0030_guarded. `{no}` is its number."""
HASH = "sha256(e.previous || convert_to({text}, 'UTF8'))"

LIMIT = 500  # more than any document has; the newest are shown
NEWEST_FIRST = "max(r.at) over (partition by s.id order by r.seq) desc, s.sequence desc, r.seq desc"
"""The order of receipts r of submissions s: those of one submission by their numbers, whatever their times; those of a
change that was declared beside it stand between them by time."""

KINDS = {
    "created": "首次暂存",
    "built": "系统生成",
    "saved": "暂存",
    "submitted": "申报",
    "receipt": "回执",
    "late receipt": "回执（已被后一次申报取代）",
    "uploaded": "上传随附单据",
    "upload removed": "删除随附单据",
    "deleted": "删除",
    "amendment deleted": "删除已暂存的变更",
    "timed": "到期",
    "moved": "办理",
    "held": "等待发送",
    "waits": "继续等待",
    "released": "自动发送",
}
TOLD = "'submitted', 'receipt', 'timed', 'moved', 'released'"
"""Of the history another party reads what was submitted and answered, as row-level security has it."""
ENDS = {"accepted": "海关已接受{}", "refused": "海关未接受{}", "failed": "{}发送失败"}
"""What became of an amendment, with the action's label."""
WAITING = {
    "held": "等待{named}生效后自动发送",
    "waits": "所等待的{named}现为「{stands}」，继续等待",
    "released": "所等待的{named}已生效，自动发送",
}
"""What is said of the document for which a submission waits."""


class ReceiptView(BaseModel):
    """One receipt: seq 0 is the portal's own word on sending. `action` is the label of what was submitted."""

    at: datetime
    code: str
    code_name: str
    text: str
    submission: int
    action: str
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
        f"""select r.at, r.code, r.text, r.seq, s.sequence as submission, s.action, s.superseded
           from receipt r join submission s on s.id = r.submission_id where r.document_id = $1
           order by {NEWEST_FIRST} limit $2""",
        document.id,
        LIMIT,
    )
    return [
        ReceiptView(
            **dict(row) | {"action": desk.type.lifecycle.label_of(row["action"])},
            code_name=desk.type.messages.name_of(row["code"]),
        )
        for row in rows
    ]


def of_amendment(type: DocumentType, data: Mapping[str, str]) -> str:
    """What an entry says of an amendment: its outcome, or the receipt's word; "" for what is about none."""
    if "amends" not in data or "code" not in data:
        return ""
    label = type.lifecycle.label_of(data["amends"])
    if outcome := data.get("outcome"):
        return ENDS[outcome].format(label)
    return f"{label}：{type.messages.name_of(data['code'])}"


async def events(desk: Desk, number: str) -> list[EventView]:
    """The history, oldest first; for another party what was submitted and answered, without persons and cards.

    Raises NotFound for absent and foreign documents alike.
    """
    document = await store.get_document(desk.transaction, desk.type, number)
    own = document.company_id == desk.person.company_id
    rows = await desk.transaction.rows(
        f"""select no, at, kind, who, data, hash from event
            where document_id = $1 and ($3 or kind in ({TOLD})) order by no desc limit $2""",
        document.id,
        LIMIT,
        own,
    )
    return [
        EventView(
            no=row["no"],
            at=row["at"],
            kind=row["kind"],
            who=row["who"] if own or row["kind"] != "submitted" else "申报单位",
            text=_text(desk, row["kind"], row["data"], own),
            hash=row["hash"].hex(),
        )
        for row in reversed(rows)
    ]


def _text(desk: Desk, kind: str, data: dict[str, str], own: bool) -> str:
    word = KINDS.get(kind, kind)
    if kind.startswith("upload") and desk.type.form.attachments:
        return f"{word}：{data['category']} {desk.type.form.attachments.name_of(data['category']) or ''}"
    if kind in ("receipt", "late receipt"):
        about, code = of_amendment(desk.type, data), desk.type.messages.name_of(data["code"])
        return f"{about}（{code}）" if data.get("outcome") else f"{word}：{about or code}"
    if kind == "amendment saved":
        return f"{desk.type.lifecycle.label_of(data['action'])}暂存"
    if kind == "submitted":
        action = desk.type.lifecycle.action(data["action"])
        card = f"（卡号 {data['card']}）" if own else ""
        return f"{action.word}{'已申报' if action.amends else ''}{card}"
    if kind in ("timed", "moved"):
        return _led(desk.type, kind, data, own)
    return _of_waiting(kind, data, own) if kind in WAITING else word


def _led(type: DocumentType, kind: str, data: Mapping[str, str], own: bool) -> str:
    """What an entry says of a timer or a move: why, and to which status; a move's text is for who files it."""
    lifecycle = type.lifecycle
    why = lifecycle.timer_label(data["timer"]) if kind == "timed" else lifecycle.move_label(data["move"])
    more = data.get("text", "") if own else ""
    return f"{why}：{lifecycle.name_of(data['status'])}" + (f"（{more}）" if more else "")


def _of_waiting(kind: str, data: Mapping[str, str], own: bool) -> str:
    """What an entry says of the document that is waited for; its number is for who files it."""
    awaited = document_types().get(data["type"])
    named = f"「{awaited.title if awaited else data['type']}」{data['number'] if own else ''}"
    stands = awaited.lifecycle.name_of(data["stands"]) if awaited and "stands" in data else ""
    return WAITING[kind].format(named=named, stands=stands)
