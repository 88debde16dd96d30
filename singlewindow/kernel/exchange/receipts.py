"""A receipt is stored once and the status is folded anew from all of them (CUST-05).

seq 0 is the portal's own word: sent to customs, or sending failed for good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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

    @property
    def key(self) -> Key:
        """The submission that it names."""
        return self.type, self.number, self.submission


Key = tuple[str, str, int]
"""How a receipt calls a submission: type, number and sequence."""


class NotForUs(Exception):
    """A receipt that names no submission of ours, or a code that the type does not know."""


async def hear(transaction: Transaction, heard: Heard) -> None:
    """Store and apply one receipt under the document's row lock; a doubled one changes nothing.

    Raises NotForUs, which puts the message on a person's list; the status then stays.
    """
    await hear_all(transaction, [heard])


async def hear_all(transaction: Transaction, heard: Sequence[Heard]) -> None:
    """Store and apply receipts, all or none; documents are locked in the order of their numbers, as everywhere.

    Raises NotForUs for the first that cannot be applied: undo what was done, and let each be heard by itself.
    """
    if not heard:
        return
    ordered = sorted(heard, key=lambda each: (each.number, each.submission, each.seq))
    files = await _lock(transaction, ordered)
    new = [(file, each) for each in ordered for file in [_file_of(files, each)] if file.takes(each)]
    await _store(transaction, new)
    for file, each in new:
        if file.superseded:
            await store.note(transaction, file.document, Event("late receipt", _who(each), _said(each)))
    for type, changes in _changes(new).items():
        try:
            await store.change_many(transaction, type, changes)
        except Conflict as conflict:
            # A late answer would take back what another document claims by now: a person must look.
            raise NotForUs(f"回执 {new[-1][1].code} 与另一单据冲突：{conflict.detail}") from conflict


@dataclass
class File:
    """A submission with its document, which is locked, and its receipts so far: seq → (code, data).

    `events` are the entries of the history for the receipts that were taken in now, each with the status after it.
    """

    type: DocumentType
    document: Document
    submission_id: int
    start: str
    superseded: bool
    receipts: dict[int, tuple[str, Mapping[str, Any]]]
    events: list[Event] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The status that the receipts lead to."""
        return self.type.lifecycle.fold(self.start, [(seq, code) for seq, (code, _) in self.receipts.items()])

    def takes(self, heard: Heard) -> bool:
        """Whether the receipt is new; then it is among the others from now on.

        Raises NotForUs for a code that the type does not know, and for another answer under a number that was used:
        a double says the same as the first, anything else is for a person to judge.
        """
        if not self.type.lifecycle.knows(heard.code):
            raise NotForUs(f"未知的回执代码 {heard.code}")
        if earlier := self.receipts.get(heard.seq):
            if earlier[0] != heard.code:
                raise NotForUs(f"第 {heard.seq} 号回执已是 {earlier[0]}，现又收到 {heard.code}")
            return False
        self.receipts[heard.seq] = (heard.code, heard.data)
        if not self.superseded:
            before = self.events[-1].data["status"] if self.events else self.document.status
            said = {**_said(heard), "from": before, "status": self.status}
            self.events.append(Event("receipt", _who(heard), said))
        return True

    def change(self) -> Change:
        """What the receipts make of the document."""
        status = self.status
        data = {n: v for _, (_, data) in sorted(self.receipts.items()) for n, v in data.items() if v}
        returned = {name: str(data[name]) for name in self.type.messages.returned if name in data}
        state = self.type.lifecycle.state(status)
        settled = None if state.waiting else self.submission_id
        return Change(status, self.events[-1], returned=returned, settles=settled, in_force=state.in_force)


def _changes(
    new: Sequence[tuple[File, Heard]],
) -> dict[DocumentType, list[tuple[Document, Change, list[Event]]]]:
    """One change for each document, by type. Raises NotForUs where that is not the same as one change for each
    receipt: two submissions of one document, or an end on the way that is not the end."""
    files = list({id(file): file for file, _ in new if not file.superseded}.values())
    if len({file.document.id for file in files}) < len(files):
        raise NotForUs("receipts of several submissions of one document")
    changes: dict[DocumentType, list[tuple[Document, Change, list[Event]]]] = {}
    for file in files:
        wanted = file.change()
        on_the_way = {str(event.data["status"]) for event in file.events} - {wanted.status}
        if not all(file.type.lifecycle.state(status).waiting for status in on_the_way):
            raise NotForUs("receipts that end a submission on their way to another status")
        changes.setdefault(file.type, []).append((file.document, wanted, file.events))
    return changes


def _file_of(files: Mapping[Key, File], heard: Heard) -> File:
    found = files.get(heard.key)
    if found is None:
        raise NotForUs(f"没有 {heard.type} 类单据 {heard.number} 的第 {heard.submission} 次申报")
    return found


async def _lock(transaction: Transaction, heard: Sequence[Heard]) -> dict[Key, File]:
    """The files of the submissions that are there, by what receipts call them; their documents stay locked."""
    rows = await transaction.rows(
        f"select {COLUMNS} from document where number = any($1) order by number for update",
        list(dict.fromkeys(each.number for each in heard)),
    )
    documents = {row["id"]: Document.of(row) for row in rows if row["type"] in document_types()}
    submissions = await transaction.rows(
        """select s.id, s.document_id, s.sequence, s.start_status, s.superseded,
               (select coalesce(jsonb_agg(jsonb_build_array(seq, code, data)), '[]')
                from receipt r where r.submission_id = s.id) as receipts
           from submission s join unnest($1::text[], $2::int[]) as w (number, sequence) using (sequence)
           join document d on d.id = s.document_id and d.number = w.number""",
        *map(list, zip(*dict.fromkeys((each.number, each.submission) for each in heard), strict=True)),
    )
    found = {}
    for row in submissions:
        if document := documents.get(row["document_id"]):
            file = File(
                document_types()[document.type], document, row["id"], row["start_status"], row["superseded"],
                {seq: (code, data) for seq, code, data in row["receipts"]},
            )  # fmt: skip
            found[(document.type, document.number, row["sequence"])] = file
    return found


async def _store(transaction: Transaction, receipts: Sequence[tuple[File, Heard]]) -> None:
    if not receipts:
        return
    await transaction.run(
        """insert into receipt (submission_id, document_id, seq, code, text, data, at, jws)
           select * from jsonb_to_recordset($1) as r (submission_id bigint, document_id bigint, seq int, code text,
               text text, data jsonb, at timestamptz, jws text)""",
        [
            {
                "submission_id": file.submission_id, "document_id": file.document.id, "seq": heard.seq,
                "code": heard.code, "text": heard.text, "data": dict(heard.data), "at": heard.at.isoformat(),
                "jws": heard.jws,
            }
            for file, heard in receipts
        ],
    )  # fmt: skip


def _who(heard: Heard) -> str:
    return "单一窗口" if heard.seq == 0 else "海关"


def _said(heard: Heard) -> dict[str, Any]:
    return {"submission": heard.submission, "seq": heard.seq, "code": heard.code}
