"""What a person does with documents: open, save, look up, delete. Signing stands in `signing/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.documents.store import Change, Event
from singlewindow.kernel.documents.verdict import Verdict, judge
from singlewindow.kernel.documents.view import View, actions_of, new_view, view_of
from singlewindow.kernel.lifecycle import NEW, Action
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Forbidden, NotInThisState, StaleVersion
from singlewindow.kernel.subsystem import DocumentType


@dataclass(frozen=True)
class Desk:
    """A person at work on documents of one type, inside one transaction."""

    transaction: Transaction
    type: DocumentType
    person: Person

    async def blank(self) -> View:
        """An empty form with what is known of the applicant."""
        verdict = await judge(self.transaction, self.type, self.person, {})
        return new_view(self.type, self.person, verdict.values)

    async def open(self, number: str) -> View:
        """A stored document. Raises NotFound for absent and foreign ones alike."""
        return await self.view(await store.get_document(self.transaction, self.type, number))

    async def view(self, document: Document) -> View:
        """The view of a document with its files."""
        return view_of(
            self.type, self.person, document, await store.attachments_of(self.transaction, document.id)
        )

    async def look_up(self, sent: Mapping[str, Any], number: str | None) -> Verdict:
        """What leaving a field fills in, and what is wrong so far; nothing is stored."""
        document = None if number is None else await store.get_document(self.transaction, self.type, number)
        return await judge(
            self.transaction, self.type, self.person, sent, document_id=document.id if document else None
        )

    async def save_new(self, sent: Mapping[str, Any], key: str | None = None) -> View:
        """暂存 for the first time: gives the number and the date.

        With an idempotency `key` that this account used before, the document of then is answered.
        """
        status = self.check(self.type.lifecycle.action("save"), NEW, self.person.company_id)
        if key and (earlier := await self._earlier(key)):
            return await self.open(earlier)
        verdict = await judge(self.transaction, self.type, self.person, sent)
        verdict.raise_if_refused()
        owner = (self.person.company_id, self.person.account_id)
        event = Event("created", self.person.display_name)
        document = await store.create(self.transaction, self.type, status, verdict.values, event, owner)
        if key:
            await self._remember(key, document.number)
        return await self.view(document)

    async def save(self, number: str, version: int, sent: Mapping[str, Any]) -> View:
        """暂存 again. Raises StaleVersion when someone else saved in between."""
        document = await store.get_document(self.transaction, self.type, number, lock=True)
        await self.check_version(document, version)
        status = self.check(self.type.lifecycle.action("save"), document.status, document.company_id)
        verdict = await judge(self.transaction, self.type, self.person, sent, document_id=document.id)
        verdict.raise_if_refused()
        await supersede(self.transaction, document)
        event = Event("saved", self.person.display_name, {"version": document.version + 1})
        wanted = Change(status, event, content=verdict.values, new_version=True, closes_submission=True)
        return await self.view(await store.change(self.transaction, self.type, document, wanted))

    async def delete(self, number: str) -> None:
        """删除. Raises NotInThisState where the status forbids it."""
        document = await store.get_document(self.transaction, self.type, number, lock=True)
        self.check(self.type.lifecycle.action("delete"), document.status, document.company_id)
        await store.remove(self.transaction, self.type, document, self.person.display_name)

    async def delete_many(self, numbers: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """删除 of ticked rows: those that went, and those that could not with the reason."""
        deleted, refused = [], []
        for document in await self._locked(numbers):
            why = actions_of(self.type, self.person, document.status, document.company_id)["delete"].why
            if why:
                refused.append((document.number, why))
                continue
            await store.remove(self.transaction, self.type, document, self.person.display_name)
            deleted.append(document.number)
        seen = {*deleted, *(number for number, _ in refused)}
        refused += [(number, f"没有编号为 {number} 的单据") for number in numbers if number not in seen]
        return deleted, refused

    def check(self, action: Action, status: str, company_id: int) -> str:
        """The status after `action`. Raises Forbidden or NotInThisState with the grey button's words."""
        answer = actions_of(self.type, self.person, status, company_id)[action.name]
        if not answer.allowed:
            raise (Forbidden if self.person.bound_card is None else NotInThisState)(answer.why)
        return status if action.to is None else action.to

    async def check_version(self, document: Document, version: int) -> None:
        """Raise StaleVersion, with what is stored now, unless `version` is the stored one."""
        if document.version != version:
            current = await self.view(document)
            raise StaleVersion(
                f"该单据在您打开之后已被他人保存（您的版本 {version}，现为 {document.version}），请刷新后重新修改",
                current=current.model_dump(mode="json"),
            )

    async def _locked(self, numbers: Sequence[str]) -> list[Document]:
        rows = await self.transaction.rows(
            f"""select {COLUMNS} from document where number = any($1) and type = $2 and not hidden
                order by id for update""",
            list(numbers),
            self.type.name,
        )
        return [Document.of(row) for row in rows]

    async def _earlier(self, key: str) -> str | None:
        """The number that this key made before; two requests with one key wait for each other."""
        await self.transaction.run(
            "select pg_advisory_xact_lock(hashtextextended($1, $2))", key, self.person.account_id
        )
        number: str | None = await self.transaction.value(
            "select number from idempotency where account_id = $1 and key = $2", self.person.account_id, key
        )
        return number

    async def _remember(self, key: str, number: str) -> None:
        await self.transaction.run(
            "insert into idempotency (account_id, key, company_id, number) values ($1, $2, $3, $4)",
            self.person.account_id,
            key,
            self.person.company_id,
            number,
        )


async def supersede(transaction: Transaction, document: Document) -> None:
    """Close the pending submission: its receipts are kept and shown, but move the status no more."""
    if document.pending_submission is not None:
        await transaction.run(
            "update submission set superseded = true where id = $1", document.pending_submission
        )
