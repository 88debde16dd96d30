"""What a person does with documents: open, save, look up, delete. Signing stands in `signing/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from singlewindow.contract.signatures import canonical
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents import amendments, senders, store
from singlewindow.kernel.documents.readings import remember
from singlewindow.kernel.documents.record import COLUMNS, AttachmentRecord, Document
from singlewindow.kernel.documents.store import Change, Event, Once, Sender
from singlewindow.kernel.documents.verdict import Verdict, applicant_of, editable, judge, typed
from singlewindow.kernel.documents.view import (
    ATTACHMENTS,
    View,
    actions_of,
    editable_of,
    new_view,
    party_of,
    view_of,
)
from singlewindow.kernel.lifecycle import NEW, UNMARKED, Action, Amends, Marks
from singlewindow.kernel.people import refusals
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import (
    API,
    Conflict,
    Forbidden,
    NotInThisState,
    Refused,
    StaleVersion,
    Violation,
)
from singlewindow.kernel.subsystem import DECLARANT, DocumentType, FirstSave


class KeyUsedBefore(Exception):
    """An idempotency key that stands for an earlier request; nothing was stored."""


@dataclass(frozen=True)
class Desk:
    """A person at work on documents of one type, inside one transaction."""

    transaction: Transaction
    type: DocumentType
    person: Person

    async def blank(self, given: Mapping[str, str] | None = None) -> View:
        """An empty form with what is known of the applicant, and what the menu has `given`: values of presets."""
        verdict = await judge(self.transaction, self.type, self.person, dict(given or {}), opening=True)
        view = new_view(self.type, self.person, verdict.values)
        return view.model_copy(update={"alerts": list(verdict.violations)})

    async def open(self, number: str, amending: str = "") -> View:
        """A stored document, or the form of an action that amends it. Raises NotFound for absent and foreign ones
        alike; NotInThisState, as the action itself, where it may not be done."""
        document = await store.get_document(self.transaction, self.type, number)
        action = self._amending(document, amending)[0] if amending else None
        if action and action.edits is not None:
            raise NotInThisState(f"「{action.word}」在单据本身的界面上办理", clause=action.clause)
        view = await self.view(document, action)
        return view if self.type.notices is None else await self._noticed(document, view)

    async def _noticed(self, document: Document, view: View) -> View:
        """The view with what the type says at its fields, where they may be filled in."""
        only = None if view.editable is None else frozenset(view.editable)
        if only == frozenset():
            return view
        amending = self.type.lifecycle.action(view.amendment) if view.amendment else None
        typed = editable(self.type, view.content, amending)
        try:
            verdict = await judge(
                self.transaction, self.type, self.person, typed, stored=document, only=only, amending=amending
            )
        except (
            Refused
        ):  # kept by an earlier definition: it is shown as it is, 暂存 says what does not fit any more
            return view
        return view.model_copy(update={"notices": verdict.notices})

    async def view(
        self,
        document: Document,
        amending: Action | None = None,
        files: Sequence[AttachmentRecord] | None = None,
    ) -> View:
        """The view of a document with its files, which are asked for unless given, or of the form of an action that
        amends it."""
        files = await self.files(document) if files is None else files
        sent = await self._sent(document)
        return view_of(self.type, self.person, document, files, amending, now=self.transaction.now, sent=sent)

    async def _sent(self, document: Document) -> Mapping[str, Any] | None:
        """The content of the follow-up that is with customs; None where none is that edits anything."""
        action = next((a for a in self.type.lifecycle.follow_ups if a.name == document.amending), None)
        if action is None or not action.edits:
            return None
        signed: bytes = await self.transaction.value(
            "select content from submission where id = $1", document.pending_submission
        )
        content: dict[str, Any] = json.loads(signed)
        return content

    async def files(self, document: Document, *, submitted: bool = False) -> list[AttachmentRecord]:
        """The document's files, by category, of which another party sees only those that were `submitted`; a type
        without files is not asked about. What was uploaded for a follow-up that is over and never sent is none of them.
        """
        if self.type.form.attachments is None:
            return []
        only = submitted or document.company_id != self.person.company_id
        files = await store.attachments_of(self.transaction, document.id, submitted=only)
        over = self.type.lifecycle.over(document.status)
        if only or not any(ATTACHMENTS + file.category in over for file in files):
            return files
        sent = await store.attachments_of(self.transaction, document.id, submitted=True)
        return [file for file in files if ATTACHMENTS + file.category not in over or file in sent]

    async def get_own(self, number: str) -> Document:
        """A stored document that the person's company files. Raises NotFound, Forbidden for another party's."""
        document = await store.get_document(self.transaction, self.type, number)
        if document.company_id != self.person.company_id:
            raise store.only_reads()
        return document

    async def look_up(
        self, sent: Mapping[str, Any], number: str | None, field: str = "", amending: str = ""
    ) -> Verdict:
        """What leaving a field fills in, and what is wrong so far, on the form of the action `amending` where one is
        named; nothing is stored. Raises NotInThisState for an action without a form of its own."""
        document = None if number is None else await self.get_own(number)
        action, names = None, None
        if document and amending:
            action, amends = self.type.lifecycle.amending(amending)
            names = amends.only
        elif document and field.partition("/")[0] in self.type.lifecycle.followed_up:
            names = self._editable(document)
        return await judge(
            self.transaction,
            self.type,
            self.person,
            sent,
            stored=document,
            only=names,
            amending=action,
            asked=field,
        )

    async def save_new(
        self, sent: Mapping[str, Any], key: str | None = None, autosaved: str | None = None
    ) -> View:
        """暂存 for the first time: gives the number and the date, and takes away what the tab `autosaved` left, in one
        statement.

        Raises KeyUsedBefore where this account used the idempotency `key` before; `save_again` then has the answer,
        in a new transaction, for this one may have stored nothing.
        """
        status, verdict = await self.draft(None, sent)
        if verdict.violations and key and await self._is_used(key):
            raise KeyUsedBefore
        verdict.raise_if_refused()
        assert verdict.reading is not None
        once = Once(key, _digest(verdict.reading.cleaned)) if key else None
        document = await self._create(status, verdict, once, autosaved)
        if document is None:
            raise KeyUsedBefore
        return verdict.told(view_of(self.type, self.person, document, [], now=self.transaction.now))

    async def save_again(self, sent: Mapping[str, Any], key: str) -> View:
        """暂存 for the first time with a key that this account used before: the document of then, as long as there
        is one. Raises Refused where the key stood for another type or content."""
        status = self.check(self.type.lifecycle.saving, NEW)
        request = _digest(typed(self.type, sent))
        if earlier := await self._earlier(key, request):
            return await self.open(earlier)
        verdict = await judge(self.transaction, self.type, self.person, sent)
        verdict.raise_if_refused()
        document = await self._create(status, verdict, None)
        assert document is not None
        await self._remember(key, request, document.number)
        return verdict.told(view_of(self.type, self.person, document, [], now=self.transaction.now))

    async def save_sent(self, sent: Mapping[str, Any], sender_number: str) -> tuple[View, bool]:
        """暂存 for the first time under the sender's own number, and whether it was: what was sent before under that
        number is answered with the document of then, as it stands now.

        Raises Refused where something else was sent under it, or the number is none.
        """
        number = _sender_number(sender_number)
        status = self.check(self.type.lifecycle.saving, NEW)
        digest = senders.digest_of(self.type, sent)
        if earlier := await self._sent_before(number, digest):
            return earlier, False
        verdict = await judge(self.transaction, self.type, self.person, sent)
        verdict.raise_if_refused()
        [document] = await self.create_sent(status, [verdict.values], [Sender(number, digest)], {})
        if document is not None:
            return verdict.told(view_of(self.type, self.person, document, [], now=self.transaction.now)), True
        if earlier := await self._sent_before(number, digest):  # by somebody at the same moment
            return earlier, False
        raise Conflict(f"「{senders.LABEL}」{number} 正在被另一次提交使用；请稍后重试")

    async def find_sent(self, sent: Mapping[str, Any], sender_number: str) -> str | None:
        """The number of the document that was made of the same content under the sender's own number.

        Raises Refused where something else was sent under it, or the number is none.
        """
        number = _sender_number(sender_number)
        return await self._find_sent(number, senders.digest_of(self.type, sent))

    async def _find_sent(self, number: str, digest: str) -> str | None:
        earlier = (await senders.known(self.transaction, self.type, [number])).get(number)
        if earlier is None:
            return None
        if earlier.digest != digest:
            raise Refused.because([senders.other_content(number, earlier.number)])
        return earlier.number

    async def _sent_before(self, number: str, digest: str) -> View | None:
        """The document that was made of the same content under that number. Raises Refused for another content."""
        earlier = await self._find_sent(number, digest)
        return None if earlier is None else await self.open(earlier)

    async def _create(
        self, status: str, verdict: Verdict, once: Once | None, autosaved: str | None = None
    ) -> Document | None:
        owner = (self.person.company_id, self.person.account_id)
        event = Event("created", self.person.display_name)
        document = await store.create(
            self.transaction,
            self.type,
            status,
            verdict.values,
            event,
            owner,
            once,
            self._prefixes(),
            autosaved,
        )
        if document is not None and verdict.reading is not None:
            remember(document.id, verdict.reading)
        return document

    async def create_sent(
        self,
        status: str,
        contents: Sequence[Mapping[str, Any]],
        sent_as: Sequence[Sender | None],
        data: Mapping[str, Any],
    ) -> list[Document | None]:
        """暂存 of several as `store.create_sent`: None for a document whose sender's number is used already."""
        owner = (self.person.company_id, self.person.account_id)
        event = Event("created", self.person.display_name, data)
        return await store.create_sent(
            self.transaction, self.type, status, contents, sent_as, event, owner, self._prefixes()
        )

    def _prefixes(self) -> dict[str, str]:
        """What stands before the numbers that are given now."""
        first = FirstSave(self.transaction.now.astimezone(store.CHINA), applicant_of(self.person))
        return {serial.field: serial.prefix(first) for serial in self.type.serials}

    async def save(self, number: str, version: int, sent: Mapping[str, Any]) -> View:
        """暂存 again. Raises StaleVersion when someone else saved in between."""
        document = await store.get_document(self.transaction, self.type, number, lock=True)
        await self.check_version(document, version)
        status, verdict = await self.draft(document, sent)
        verdict.raise_if_refused()
        await store.supersede(self.transaction, document)
        event = Event("saved", self.person.display_name, {"version": document.version + 1})
        wanted = Change(status, event, content=verdict.values, new_version=True, closes_submission=True)
        return verdict.told(
            await self.view(await store.change(self.transaction, self.type, document, wanted))
        )

    async def save_amendment(self, number: str, version: int, amending: str, sent: Mapping[str, Any]) -> View:
        """暂存 of a change of what is in force, or of what is typed for follow-ups; what is in force stays as it is.

        Of what was `sent` for a follow-up the names count that may be typed now, for any. Raises StaleVersion when
        someone else saved in between, NotInThisState where that action may not be done or changes no content.
        """
        document = await store.get_document(self.transaction, self.type, number, lock=True)
        action, amends = self._typed_for(document, amending)
        await self.check_version(document, version, action)
        verdict, typed = await self._amended(document, action, amends, sent)
        verdict.raise_if_refused()
        said = {"action": action.name, "version": document.version + 1}
        event = Event("amendment saved", self.person.display_name, said)
        wanted = Change(document.status, event, new_version=True)
        if amends.replaces:
            wanted = replace(wanted, amendment=typed.amendment, drafted=typed.drafted)
            await amendments.draft(self.transaction, document, action, verdict.values)
        else:
            wanted = replace(wanted, follow_up=typed.follow_up)
        changed = await store.change(self.transaction, self.type, document, wanted)
        return verdict.told(await self.view(changed, action if amends.replaces else None))

    async def draft(self, document: Document | None, sent: Mapping[str, Any]) -> tuple[str, Verdict]:
        """Status and verdict of 暂存 of what was sent, for a new document or a stored one. Raises as `check`."""
        before = NEW if document is None else document.status
        status = self.check(self.type.lifecycle.saving, before, document)
        return status, await judge(self.transaction, self.type, self.person, sent, stored=document)

    async def amended(
        self, document: Document, amending: str, sent: Mapping[str, Any]
    ) -> tuple[Verdict, Document]:
        """The verdict of 暂存 of what was sent for an action that amends a document, and the document with it; nothing
        is stored. Raises as `save_amendment`."""
        return await self._amended(document, *self._typed_for(document, amending), sent)

    async def _amended(
        self, document: Document, action: Action, amends: Amends, sent: Mapping[str, Any]
    ) -> tuple[Verdict, Document]:
        own_form = action if amends.replaces else None
        only = amends.only if own_form else self._editable(document)
        verdict = await judge(
            self.transaction, self.type, self.person, sent, stored=document, only=only, amending=own_form
        )
        if own_form:
            return verdict, replace(document, amendment=verdict.values, drafted=action.name)
        typed = {name: verdict.values.get(name, "") for name in only or () if self._is_content(name)}
        return verdict, replace(document, follow_up={**document.follow_up, **typed})

    def _typed_for(self, document: Document, amending: str) -> tuple[Action, Amends]:
        """The action of that name, for which something is typed. Raises as `check`."""
        action, amends = self._amending(document, amending)
        if not amends.typed_for:
            raise NotInThisState(f"{action.word}不修改单据内容，无需暂存", clause=action.clause)
        return action, amends

    def _is_content(self, name: str) -> bool:
        """Whether what may be typed is content, and not a category of files."""
        return not name.startswith(ATTACHMENTS)

    def _editable(self, document: Document) -> frozenset[str] | None:
        """The names that the person may type now for follow-ups; None where 暂存 is permitted."""
        return editable_of(self.type, self.person, document, self.transaction.now)

    async def delete_amendment(self, number: str, version: int) -> None:
        """Throw the saved change away. Raises NotInThisState where there is none or it is with customs."""
        document = await store.get_document(self.transaction, self.type, number, lock=True)
        await self.check_version(document, version)
        for action in self.type.lifecycle.actions:
            if action.amends and action.amends.replaces:
                self._party(action, document.status, document)
        if marker := self.type.lifecycle.marker(Marks(document.amending)):
            raise NotInThisState(f"单据「{marker[1]}」，海关答复之前不允许删除变更内容")
        if document.amendment is None:
            raise NotInThisState("没有已暂存的变更")
        event = Event("amendment deleted", self.person.display_name)
        wanted = Change(document.status, event, drops_amendment=True, new_version=True)
        await store.change(self.transaction, self.type, document, wanted)
        await amendments.drop(self.transaction, document)

    async def delete(self, number: str, version: int | None = None) -> None:
        """删除. Raises NotInThisState where the status forbids it, StaleVersion when `version` is given and old."""
        document = await store.get_document(self.transaction, self.type, number, lock=True)
        if version is not None:
            await self.check_version(document, version)
        self.check(self.type.lifecycle.action("delete"), document.status, document)
        await store.remove(self.transaction, self.type, document, self.person.display_name)

    async def delete_many(self, numbers: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """删除 of ticked rows: those that went, and those that could not with the reason.

        Raises NotInThisState for a type that knows no 删除.
        """
        action = self.type.lifecycle.action("delete")
        deleted, refused = [], []
        for document in await self.lock_all(numbers):
            party = party_of(self.type, self.person, document)
            verdicts = actions_of(
                self.type,
                self.person,
                document.status,
                party,
                in_list=True,
                content=document.facts,
                now=self.transaction.now,
            )
            if why := verdicts[action.name].why:
                refused.append((document.number, why))
                continue
            await store.remove(self.transaction, self.type, document, self.person.display_name)
            deleted.append(document.number)
        seen = {*deleted, *(number for number, _ in refused)}
        refused += [(number, f"没有编号为 {number} 的单据") for number in numbers if number not in seen]
        return deleted, refused

    def check(
        self, action: Action, status: str, document: Document | None = None, marks: Marks = UNMARKED
    ) -> str:
        """The status after `action` on a document (None: a new one), with the grey button's words where it is not to be
        had.

        Raises Forbidden for who asks (no card, another party, another role), NotInThisState for the status and what
        stands beside it.
        """
        party = self._party(action, status, document)
        return self.type.lifecycle.after(
            action,
            status,
            party=party,
            role=self.person.role,
            marks=marks,
            content=None if document is None else document.facts,
            now=self.transaction.now,
        )

    def _party(self, action: Action, status: str, document: Document | None) -> str:
        """What the person is to the document. Raises Forbidden for whom the action is not."""
        person, lifecycle = self.person, self.type.lifecycle
        if person.bound_card is None and action.needs_card_account:
            raise refusals.unbound_account()
        party = DECLARANT if document is None else party_of(self.type, person, document)
        if party not in action.parties or person.role not in action.roles:
            raise Forbidden(
                lifecycle.why_not(action, status, party=party, role=person.role), clause=action.clause
            )
        return party

    def _amending(self, document: Document, name: str) -> tuple[Action, Amends]:
        """The action of that name, which may amend the document now. Raises as `check`."""
        action, amends = self.type.lifecycle.amending(name)
        self.check(action, document.status, document, document.marks)
        return action, amends

    async def check_version(self, document: Document, version: int, action: Action | None = None) -> None:
        """Raise StaleVersion, with what is stored now (as the form of `action` shows it, where that amends), unless
        `version` is the stored one."""
        if document.version != version:
            of_document = action is None or action.amends is None or action.edits is not None
            current = await self.view(document, None if of_document else action)
            raise StaleVersion(
                f"该单据在您打开之后已被他人保存（您的版本 {version}，现为 {document.version}），请刷新后重新修改",
                current=current.model_dump(mode="json"),
            )

    async def lock_all(self, numbers: Sequence[str]) -> list[Document]:
        """Those of the documents that the person may see, by number; they stay as they are until the commit."""
        rows = await self.transaction.rows(
            f"""select {COLUMNS} from document where number = any($1) and type = $2 and not hidden and {store.SEEN}
                order by number for update""",
            list(numbers),
            self.type.name,
            self.person.company_id,
        )
        return [Document.of(row) for row in rows]

    async def _is_used(self, key: str) -> bool:
        return bool(
            await self.transaction.value(
                "select true from idempotency where account_id = $1 and key = $2", self.person.account_id, key
            )
        )

    async def _earlier(self, key: str, request: str) -> str | None:
        """The number of the document that this key made, if there still is one.

        Two requests with one key wait for each other. Raises Refused where the key stood for something else.
        """
        await self.transaction.run(
            "select pg_advisory_xact_lock(hashtextextended($1, $2))", key, self.person.account_id
        )
        row = await self.transaction.row(
            """select i.type, i.request, i.number from idempotency i join document d using (number)
               where i.account_id = $1 and i.key = $2 and not d.hidden""",
            self.person.account_id,
            key,
        )
        if row is None:
            return None
        if (row["type"], row["request"]) != (self.type.name, request):
            message = f"Idempotency-Key {key} 已用于另一次暂存（单据 {row['number']}），本次的单据类型或内容与其不同"
            raise Refused.because(
                [Violation("", "request.idempotency", message, "请换一个 Idempotency-Key 后重新提交", API)]
            )
        number: str = row["number"]
        return number

    async def _remember(self, key: str, request: str, number: str) -> None:
        await self.transaction.run(
            """insert into idempotency (account_id, key, company_id, type, request, number)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (account_id, key) do update set type = $4, request = $5, number = $6, created_at = now()""",
            self.person.account_id,
            key,
            self.person.company_id,
            self.type.name,
            request,
            number,
        )


def _digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of clean content, in hexadecimal: whether a request is the same as before."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _sender_number(text: str) -> str:
    """The sender's own number as it is kept. Raises Refused for what is none."""
    number = senders.tidy(text)
    if fault := senders.find_fault(number):
        raise Refused.because([fault])
    return number
