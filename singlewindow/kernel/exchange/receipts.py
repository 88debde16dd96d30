"""A receipt is stored once and the status is folded anew from all of them (CUST-05).

seq 0 is the portal's own word: sent to customs, or sending failed for good.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from singlewindow.contract.signatures import canonical
from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents import amendments, store
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.documents.store import Change, Event, Standing
from singlewindow.kernel.documents.verdict import content_bytes
from singlewindow.kernel.documents.view import ATTACHMENTS, replaced
from singlewindow.kernel.lifecycle import Amends, Lead, Outcome, State
from singlewindow.kernel.problems import Conflict
from singlewindow.kernel.subsystem import DocumentType, document_types
from singlewindow.kernel.timing import Moments, Timer, due_of, steps


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
    before = [file.settled for file in files.values() if file.is_record]
    new = [(file, each) for each in ordered for file in [_file_of(files, each)] if file.takes(each)]
    await _store(transaction, new)
    for file, each in new:
        if file.superseded:
            late = Event("late receipt", _who(each), _said(each))
            await store.note(transaction, file.case.document, late, answered=file.answered)
    records = [file.settled for file, _ in new if file.is_record]
    await amendments.settle(transaction, [each for each in records if each not in before])
    for type, changes in changes_of(file for file, _ in new).items():
        try:
            await store.change_many(transaction, type, changes)
        except Conflict as conflict:
            # A late answer would take back what another document claims by now: a person must look.
            raise NotForUs(f"回执 {new[-1][1].code} 与另一单据冲突：{conflict.detail}") from conflict


@dataclass
class File:
    """A submission with its receipts so far: seq → (code, data, moment).

    `amends` says what it asks of a document in force; where anything does, `content` is what was signed. `events` are
    the entries of the history for the receipts that were taken in now, each with the status after it.
    """

    case: CaseFile
    id: int
    action: str
    start: str
    superseded: bool
    amends: Amends | None
    content: bytes | None
    receipts: dict[int, tuple[str, Mapping[str, Any], datetime]]
    submitted_at: datetime
    events: list[Event] = field(default_factory=list)
    answered: bool = False

    @property
    def codes(self) -> list[tuple[int, str]]:
        """Its receipts as the lifecycle takes them."""
        return [(seq, code) for seq, (code, *_) in self.receipts.items()]

    @property
    def state(self) -> State:
        """The state that its receipts lead to."""
        return self.case.type.lifecycle.state(self.case.status_of(self))

    @property
    def outcome(self) -> Outcome:
        """What became of it, where it amends."""
        return self.amends.outcome(self.codes) if self.amends else ""

    @property
    def came_to_nothing(self) -> datetime | None:
        """When it was refused, or could not be sent, where it amends."""
        return self.amends.refused_at(self.moments) if self.amends else None

    @property
    def is_record(self) -> bool:
        """Whether there is a record of it: of what amends on a form of its own."""
        return self.amends is not None and self.edits is None

    @property
    def settled_at(self) -> datetime | None:
        """When it was accepted, refused, or could not be sent, where it amends; None while it is with customs."""
        return min(self.accepted_at) if self.outcome == "accepted" else self.came_to_nothing

    @property
    def settled(self) -> tuple[int, Outcome, datetime | None]:
        """What its record says: whose it is (its id), the outcome, and when that was said."""
        return self.id, self.outcome, self.settled_at

    @property
    def edits(self) -> frozenset[str] | None:
        """What it edits, where it is a follow-up."""
        return self.amends.edits if self.amends else None

    @property
    def moments(self) -> list[tuple[int, str, datetime]]:
        """Its receipts with their moments."""
        return [(seq, code, at) for seq, (code, _, at) in self.receipts.items()]

    @property
    def accepted_at(self) -> list[datetime]:
        """When customs accepted what it amends."""
        codes = self.amends.accepted if self.amends else frozenset()
        return [at for code, _, at in self.receipts.values() if code in codes]

    @property
    def returned(self) -> dict[str, str]:
        """What customs gave with its receipts for the document to show."""
        data = {n: v for _, (_, data, _) in sorted(self.receipts.items()) for n, v in data.items() if v}
        return {name: str(data[name]) for name in self.case.type.messages.returned if name in data}

    def takes(self, heard: Heard) -> bool:
        """Whether the receipt is new; then it is among the others from now on.

        Raises NotForUs for a code that the type does not know, and for another answer under a number that was used:
        a double says the same as the first, anything else is for a person to judge.
        """
        if heard.code not in self.case.type.lifecycle.known:
            raise NotForUs(f"未知的回执代码 {heard.code}")
        if earlier := self.receipts.get(heard.seq):
            if earlier[0] != heard.code:
                raise NotForUs(f"第 {heard.seq} 号回执已是 {earlier[0]}，现又收到 {heard.code}")
            return False
        before = self.outcome
        self.receipts[heard.seq] = (heard.code, heard.data, heard.at)
        self.answered |= heard.seq > 0
        if not self.superseded:
            self.events.append(Event("receipt", _who(heard), self._said(heard, before)))
        return True

    def _said(self, heard: Heard, outcome: Outcome) -> dict[str, Any]:
        """What the history keeps of a receipt; of an amendment's also whose it is, and its outcome if that is new."""
        before = self.events[-1].data["status"] if self.events else self.case.document.status
        said = _said(heard) | {"from": before, "status": self.case.status_told(self, before)}
        if self.amends is None:
            return said
        said["amends"] = self.action
        return said if self.outcome == outcome else {**said, "outcome": self.outcome}


@dataclass(frozen=True)
class Moved:
    """A move of a document: its name, when, and after which submission (its id)."""

    name: str
    at: datetime
    after: int


@dataclass
class CaseFile:
    """A document, which is locked, with all its submissions that count, the oldest first: what it is follows from
    their receipts alone, in whatever order these came."""

    type: DocumentType
    document: Document
    now: datetime
    live: list[File] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)

    @property
    def due(self) -> dict[str, datetime]:
        """When the lifecycle's timers are due, by the content in force and by what happened when. One that is held by a
        follow-up has no moment; one that was held has the moment from which it no longer is."""
        timers = self.type.lifecycle.timers
        if not timers:
            return {}
        due = due_of(timers, self.content, self._moments())
        released = {
            timer.name: self._released(timer, due[timer.name]) for timer in timers if timer.name in due
        }
        return {name: moment for name, moment in released.items() if moment is not None}

    def _released(self, timer: Timer, due: datetime) -> datetime | None:
        """When a timer acts that is due then: not while an amendment is with customs that was submitted before and
        leads out of the timer's states, or renews what the moment is reckoned from."""
        moment = due
        for file in self.live:
            if file.amends and file.amends.holds(timer.from_states) and file.submitted_at < moment:
                if file.outcome == "":
                    return None
                moment = max(moment, file.came_to_nothing or moment)
        return moment

    @property
    def content(self) -> Mapping[str, Any]:
        """The content in force: what was submitted, with what was accepted since. It is known once anything amends it;
        before that it is the document's."""
        base = self.last
        if base is None or not any(file.amends for file in self.live):
            return self.document.content
        content = _content(base)
        for file in self._accepted(base):
            content = self._with(content, file)
        return content

    def _accepted(self, base: File) -> list[File]:
        """The amendments of what that submission brought into force which customs accepted, without what ends it."""
        return [f for f in self.live if f.id > base.id and f.outcome == "accepted" and not _ends(f)]

    def _with(self, content: Mapping[str, Any], file: File) -> Mapping[str, Any]:
        """A content after what was accepted: a follow-up brings what it edits, an amendment what it alters or, where it
        does not say, all that is typed in a draft too."""
        signed, others = _content(file), self.type.lifecycle.never_drafted
        alters = file.amends.alters if file.amends else None
        brings = alters if file.edits is None else file.edits
        if brings is not None:
            return replaced(content, signed, brings)
        return replaced(signed, content, others) if others else signed

    def status_of(self, file: File, *, ending: bool = True) -> str:
        """The status that a submission's receipts lead to, with the accepted follow-ups and the timers that came
        between them and, unless not `ending`, the timers after them: until the next submission, the document's end, or
        now."""
        lifecycle = self.type.lifecycle
        leads = self._leads(file)
        if not lifecycle.timers and not leads:
            return lifecycle.fold(file.start, file.codes)
        until = self._until(file) if ending else None
        return lifecycle.fold_timed(file.start, file.moments, self.due, until, leads)

    def _leads(self, base: File) -> list[Lead]:
        """Accepted follow-ups of that submission, and moves since, in the order in which they were made."""
        later = min((f.id for f in self.live if not f.amends and f.id > base.id), default=None)
        accepted = [f for f in self._accepted(base) if later is None or f.id < later]
        leads = [
            (f.id, Lead(f.submitted_at, f.amends.leads_to))
            for f in accepted
            if f.amends and f.amends.leads_to
        ]
        for moved in self.moves:
            move = self.type.lifecycle.move(moved.name)
            if move and base.id <= moved.after and (later is None or moved.after < later):
                leads.append((moved.after, Lead(moved.at, move.to, move.from_states)))
        return [lead for _, lead in sorted(leads, key=lambda pair: pair[0])]

    def place(self, move: str) -> Moved:
        """Where a move that is made now stands: after all that is known, also where the clock was set back."""
        known = [at for file in self.live for at in (file.submitted_at, *(at for _, _, at in file.moments))]
        known += [moved.at for moved in self.moves]
        after = max(file.id for file in self.live)
        return Moved(move, max([self.now, *known]), after)

    def status_told(self, file: File, before: str) -> str:
        """The status that the history gives a receipt: what a timer does after it stands in an entry of its own, unless
        the document was there already."""
        base = self.last if file.amends else file
        if base is None:
            return before
        status = self.status_of(base)
        return status if status == before else self.status_of(base, ending=False)

    @property
    def last(self) -> File | None:
        """The submission whose receipts give the status."""
        return next((file for file in reversed(self.live) if not file.amends), None)

    def timed(self, before: str) -> list[Event]:
        """Entries for what the timers do, now, to a document of which was last said that its status is `before`."""
        if not self.type.lifecycle.timers or self.last is None:
            return []
        taken = steps(self.type.lifecycle.timers, before, self.due, self._until(self.last))
        return [
            Event("timed", "单一窗口", {"timer": s.timer.name, "from": s.before, "status": s.timer.to})
            for s in taken
        ]

    @property
    def waiting(self) -> dict[str, str]:
        """The moments that wait for the document as it stands."""
        ended = bool(self.document.ended_by)
        return {} if ended else store.waiting_timers(self.type, self.document.status, self.due)

    def _moments(self) -> Moments:
        base = [file for file in self.live if not file.amends]
        heard = [((f.action, code), at) for f in base for _, (code, _, at) in sorted(f.receipts.items())]
        return Moments(
            {file.action: file.submitted_at for file in base}, dict(heard), self._returned(self.last) or {}
        )

    def _returned(self, heard: File | None) -> dict[str, str] | None:
        """What customs returned for the document, once that submission was answered: what they returned for it, or for
        the one that it amends, with what accepted amendments renew since. None: as it is."""
        if heard is None or self.last is None or (heard.amends and not heard.amends.returns):
            return None
        found = dict((self.last if heard.amends else heard).returned)
        for file in self._accepted(self.last):
            names = file.amends.returns if file.amends else frozenset()
            found |= {name: value for name, value in file.returned.items() if name in names}
        return found

    def _until(self, file: File) -> datetime:
        later = [each.submitted_at for each in self.live if not each.amends and each.id > file.id]
        ends = [at for each in self.live if _ends(each) for at in each.accepted_at]
        return min([self.now, *later, *ends])

    def change(self, heard: File) -> Change:
        """What the receipts make of the document; `heard` is the submission that was answered now."""
        base = [file for file in self.live if not file.amends]
        amending = [file for file in self.live if file.amends]
        in_force = max([file.id for file in base if file.state.in_force], default=None)
        wanted = Change(
            base[-1].state.code,
            heard.events[-1],
            returned=self._returned(heard),
            heard=Standing(base[-1].id if base[-1].state.waiting else None, in_force, heard.answered),
            due=self.due if self.type.lifecycle.timers else None,
        )
        return self._amended(wanted, heard, base, amending) if amending else wanted

    def _amended(self, wanted: Change, heard: File, base: Sequence[File], amending: Sequence[File]) -> Change:
        """The same with what became of the amendments: the last decides what is with customs, the accepted ones what is
        in force."""
        assert wanted.heard is not None
        last = amending[-1]
        pending = None if last.outcome else last
        accepted = [file for file in amending if file.outcome == "accepted"]
        ending = [file for file in accepted if _ends(file)]
        in_force = wanted.heard.in_force
        content = self._replaced()
        taken_back = content is not None and self._is_taken_back(heard)
        return replace(
            wanted,
            heard=Standing(
                pending.id if pending else wanted.heard.pending,
                in_force and max(in_force, *(file.id for file in accepted), 0),
                wanted.heard.answered,
            ),
            content=content,
            new_version=content is not None,
            amendment=_content(heard) if taken_back else None,
            drafted=heard.action if taken_back else None,
            drops_amendment=heard.amends is not None and self._is_drawn_up(base[-1]),
            follow_up=self._still_typed(heard, taken_back=content is not None),
            done=tuple(sorted({f.action for f in accepted if f.amends and f.amends.once})),
            amending=pending.action if pending else "",
            ended_by=ending[-1].action if ending else "",
            due={} if ending else wanted.due,
            beside=_content(pending) if pending and pending.amends and not pending.amends.ended else None,
        )

    def _replaced(self) -> Mapping[str, Any] | None:
        """The content in force, where the document has another one."""
        content = self.content
        same = canonical(content) == content_bytes(self.type, self.document.content)
        return None if same else content

    def _is_taken_back(self, heard: File) -> bool:
        """Whether customs take back their acceptance of what is in force: then it is a working version again."""
        return (
            heard.outcome == "refused"
            and heard.edits is None
            and self.document.amendment is None
            and canonical(self._in_force_of(heard)) == content_bytes(self.type, self.document.content)
        )

    def _in_force_of(self, file: File) -> Mapping[str, Any]:
        """What would be in force of what it signed: not what it was asked for."""
        return {n: v for n, v in _content(file).items() if n not in self.type.lifecycle.asked}

    def _is_drawn_up(self, base: File) -> bool:
        """Whether the working version of a change is the last that was accepted: then there is nothing left of it."""
        changes = [file for file in self._accepted(base) if file.edits is None]
        amendment = self.document.amendment
        return (
            bool(changes)
            and amendment is not None
            and changes[-1].content == content_bytes(self.type, amendment)
        )

    def _still_typed(self, heard: File, *, taken_back: bool) -> Mapping[str, Any] | None:
        """What is left of what was typed for follow-ups: without what is in force now; with what customs take back."""
        signed, typed = _content(heard) if heard.edits else {}, self.document.follow_up
        names = [n for n in heard.edits or () if not n.startswith(ATTACHMENTS)]
        if heard.outcome == "accepted":
            return {n: v for n, v in typed.items() if n not in names or v != signed.get(n, "")}
        back = taken_back and heard.outcome == "refused"
        return {**{n: signed.get(n, "") for n in names}, **typed} if back else None


def _ends(file: File) -> bool:
    """Whether it has ended the document."""
    return file.amends is not None and bool(file.amends.ended) and file.outcome == "accepted"


def _content(file: File) -> Mapping[str, Any]:
    """The content that was signed."""
    content: dict[str, Any] = json.loads(file.content or b"{}")
    return content


def changes_of(files: Iterable[File]) -> dict[DocumentType, list[tuple[Document, Change, list[Event]]]]:
    """One change for each document of which something was heard, by type. Raises NotForUs where that is not the same as
    one change for each receipt: two submissions of one document, or an end on the way that is not the end."""
    files = list({id(file): file for file in files if not file.superseded}.values())
    if len({file.case.document.id for file in files}) < len(files):
        raise NotForUs("receipts of several submissions of one document")
    changes: dict[DocumentType, list[tuple[Document, Change, list[Event]]]] = {}
    for file in files:
        wanted = file.case.change(file)
        lifecycle = file.case.type.lifecycle
        on_the_way = [
            lifecycle.state(str(event.data["status"]))
            for event in [each for each in file.events if each.kind == "receipt"][:-1]
            if event.data["status"] != wanted.status
        ]
        if not all(state.waiting or state.in_force for state in on_the_way):
            raise NotForUs("receipts that end a submission on their way to another status")
        if file.events[-1].data["status"] != wanted.status:
            file.events += file.case.timed(str(file.events[-1].data["status"]))
        changes.setdefault(file.case.type, []).append((file.case.document, wanted, file.events))
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
    return await open_cases(transaction, rows, [(each.number, each.submission) for each in heard])


async def open_cases(
    transaction: Transaction, rows: Sequence[Row], named: Sequence[tuple[str, int]] = ()
) -> dict[Key, File]:
    """The files of these documents, which are locked: all that count, and the `named` (number, sequence)."""
    cases = {
        row["id"]: CaseFile(document_types()[row["type"]], Document.of(row), transaction.now)
        for row in rows
        if row["type"] in document_types()
    }
    found = {}
    for row in await transaction.rows(
        _SUBMISSIONS,
        list(cases),
        [number for number, _ in dict.fromkeys(named)],
        [sequence for _, sequence in dict.fromkeys(named)],
    ):
        case = cases[row["document_id"]]
        file = _file(case, row)
        if not file.superseded:
            case.live.append(file)
        found[(case.type.name, case.document.number, row["sequence"])] = file
    await _open_moves(transaction, cases)
    return found


async def _open_moves(transaction: Transaction, cases: Mapping[int, CaseFile]) -> None:
    """Add the moves of those cases whose type knows any."""
    asked = [id for id, case in cases.items() if case.type.lifecycle.moves]
    if not asked:
        return
    for row in await transaction.rows(
        "select document_id, name, at, after from move where document_id = any($1) order by id", asked
    ):
        cases[row["document_id"]].moves.append(Moved(row["name"], row["at"], row["after"]))


_SUBMISSIONS = """
    select s.id, s.document_id, s.sequence, s.action, s.start_status, s.superseded, s.amends, s.submitted_at,
           case when bool_or(s.amends) over (partition by s.document_id) then s.content end as content,
           (select coalesce(jsonb_agg(jsonb_build_array(seq, code, data, at)), '[]')
            from receipt r where r.submission_id = s.id) as receipts
    from submission s
    where s.document_id = any($1)
      and (not s.superseded
           or exists (select from unnest($2::text[], $3::int[]) as w (number, sequence)
                      join document d using (number) where d.id = s.document_id and w.sequence = s.sequence))
    order by s.document_id, s.sequence"""
"""What counts of the documents $1, and what was named. The contents are read only where one has been amended."""


def _file(case: CaseFile, row: Row) -> File:
    return File(
        case, row["id"], row["action"], row["start_status"], row["superseded"],
        case.type.lifecycle.amending(row["action"])[1] if row["amends"] else None, row["content"],
        {seq: (code, data, datetime.fromisoformat(at)) for seq, code, data, at in row["receipts"]},
        row["submitted_at"],
    )  # fmt: skip


async def _store(transaction: Transaction, receipts: Sequence[tuple[File, Heard]]) -> None:
    if not receipts:
        return
    await transaction.run(
        """insert into receipt (submission_id, document_id, seq, code, text, data, at, jws)
           select * from jsonb_to_recordset($1) as r (submission_id bigint, document_id bigint, seq int, code text,
               text text, data jsonb, at timestamptz, jws text)""",
        [
            {
                "submission_id": file.id, "document_id": file.case.document.id, "seq": heard.seq,
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
