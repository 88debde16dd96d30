"""Signed actions in two steps: `prepare` pins what will be signed, `submit` takes the signature in.

Submitting writes document, submission, claims, history and the message for customs in one transaction;
nothing leaves except as a row of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from singlewindow.kernel.definition.fields import enabled_values
from singlewindow.kernel.documents import amendments, draws, store
from singlewindow.kernel.documents.record import COLUMNS, AttachmentRecord, Document
from singlewindow.kernel.documents.store import Along, Change, Event
from singlewindow.kernel.documents.verdict import (
    NothingKnown,
    Verdict,
    as_typed,
    editable,
    judge,
    signed_bytes,
)
from singlewindow.kernel.documents.view import ATTACHMENTS, View, replaced
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.exchange import waits
from singlewindow.kernel.exchange.receipts import open_cases
from singlewindow.kernel.exchange.timers import act_first
from singlewindow.kernel.lifecycle import Action, Amends
from singlewindow.kernel.problems import Conflict, NotInThisState, Refused, Violation
from singlewindow.kernel.signing import prepared as prepared_store
from singlewindow.kernel.signing.files import find_unfit
from singlewindow.kernel.signing.prepared import BASIS, Prepared, Signed, check_card, verify_signed
from singlewindow.kernel.subsystem import DocumentType


@dataclass(frozen=True)
class SigningDesk:
    """A desk where documents are signed: it knows where the certificates are and how long a pin holds."""

    desk: Desk
    pki: Path
    minutes: float

    async def prepare(self, number: str, version: int, action_name: str, card_no: str) -> Prepared:
        """Check everything, pin the version, and answer what the card is to sign.

        Raises Refused (rules, card), NotInThisState, StaleVersion, NotFound.
        """
        desk = self.desk
        document = await store.get_document(desk.transaction, desk.type, number)
        action = signed_action(desk.type, action_name)
        desk.check(action, document.status, document, document.marks)
        await desk.check_version(document, version, action)
        check_card(desk.person, card_no)
        files = signed_files(desk.type, action, await desk.files(document))
        verdict = await self._judged(document, action, files, datetime.now(UTC))
        verdict.raise_if_refused()
        content = signed_bytes(desk.type, document, asked_content(desk.type, document, action), action)
        statement = {
            "type": desk.type.name,
            "number": number,
            "action": action.name,
            "version": version,
            "content_sha256": hashlib.sha256(content).hexdigest(),
            "attachments": [{"category": f.category, "sha256": f.sha256} for f in files],
            "company": desk.person.customs_code,
            "card": card_no,
            "issued_at": desk.transaction.now.isoformat(),
        }
        facts = {"action": action.name, "attachments": [f.id for f in files]}
        prepared = await prepared_store.pin(
            desk.transaction,
            desk.person,
            document.id,
            "sign",
            version,
            statement,
            content,
            facts,
            self.minutes,
            keep=False,
        )
        return replace(prepared, warnings=verdict.warnings)

    async def submit(self, number: str, token: str, signed: Signed, request_id: str, now: datetime) -> View:
        """Take in the card's signature; `now` is real time, for the certificate's validity.

        Raises Conflict (used token, claim of another document), Refused, NotInThisState, StaleVersion.
        """
        desk = self.desk
        document, prepared = await self._take_up(number, token)
        if document.id != prepared.document_id:
            raise Refused.because(
                [Violation("", "sign.document", "该签名属于另一单据，不能用于本单据", "请重新签名", BASIS)]
            )
        verify_signed(desk.person, prepared, signed, self.pki, now)
        action = signed_action(desk.type, prepared.facts["action"])
        if action.amends and desk.type.lifecycle.timers and await act_first(desk.transaction, document):
            document = await store.get_document(desk.transaction, desk.type, number, lock=True)
        await desk.check_version(document, prepared.version, action)
        status = desk.check(action, document.status, document, document.marks)
        all_files = await desk.files(document)
        files = signed_files(desk.type, action, all_files)
        if [f.id for f in files] != prepared.facts["attachments"]:
            raise Refused.because(
                [
                    Violation(
                        "attachments",
                        "sign.attachments",
                        "随附单据在签名之后有变化，未予申报",
                        "请核对后重新签名",
                        BASIS,
                    )
                ]
            )
        asked = asked_content(desk.type, document, action)
        await draws.lock(desk.transaction, desk.type, [document.content, asked])
        content = signed_bytes(desk.type, document, asked, action)
        if hashlib.sha256(content).hexdigest() != prepared.statement_object["content_sha256"]:
            raise Refused.because([_changed("", "单据内容在签名之后有变化，未予申报")])
        prepared = replace(prepared, content=content)
        verdict = await self._judged(document, action, files, now)
        verdict.raise_if_refused()
        changed = await self._record(document, action, status, prepared, signed, verdict, request_id)
        return await desk.view(changed, files=all_files)

    async def _take_up(self, number: str, token: str) -> tuple[Document, Prepared]:
        """The document, which stays as it is until the commit, and what was pinned, which is used up by then; in one
        statement where both are there. Raises as `store.get_document` and `prepared.use`."""
        transaction, person = self.desk.transaction, self.desk.person
        row = await transaction.row(
            _TAKE_UP, number, self.desk.type.name, person.company_id, token, person.account_id, "sign"
        )
        if row is not None and row["token"] is not None:
            pinned = Prepared(
                row["token"], row["id"], "sign", row["pinned_version"], row["statement"], b"", row["facts"]
            )
            return Document.of(row), pinned
        document = await store.get_document(transaction, self.desk.type, number, lock=True)
        return document, await prepared_store.use(transaction, person, "sign", token)

    async def _judged(
        self, document: Document, action: Action, files: Sequence[AttachmentRecord], now: datetime
    ) -> Verdict:
        """The full verdict, also on the cards with which the files were signed, at real time `now`."""
        verdict = await self.judged(document, action, [file.category for file in files])
        unfit = await self.unfit(files, now)
        return replace(verdict, violations=(*verdict.violations, *unfit)) if unfit else verdict

    async def unfit(self, files: Sequence[AttachmentRecord], now: datetime) -> list[Violation]:
        """What customs would say of the cards with which these files were signed (`files.py`)."""
        return await find_unfit(self.desk.transaction, self.desk.type.form.attachments, files, self.pki, now)

    async def judged(self, document: Document, action: Action, categories: Sequence[str]) -> Verdict:
        """The full verdict on what an action sends, with files of these categories: also on what it waits for, and on
        grey values that customs' registers now give otherwise. What ends a document takes it as customs accepted it,
        without a question. Raises Refused where there is nothing to send."""
        desk = self.desk
        content = asked_content(desk.type, document, action)
        if action.amends and action.amends.ended:
            return Verdict(dict(content), (), NothingKnown())
        ended = None
        if action.amends is None:
            ended = await waits.find_wrong(desk.transaction, desk.type, document.company_id, content)
        own_form = action if action.amends and action.amends.replaces else None
        verdict = await judge(
            desk.transaction,
            desk.type,
            desk.person,
            editable(desk.type, content, action),
            stored=document,
            sealed=content,
            attachments=categories,
            signing=action.name,
            only=action.amends.only if own_form and action.amends else action.edits,
            amending=own_form,
        )
        if ended and all(
            v.path != ended.path for v in verdict.violations
        ):  # else a rule says it in its own words
            return replace(verdict, violations=(ended, *verdict.violations))
        if not verdict.violations and _filled(verdict.values) != _filled(content):
            return replace(verdict, violations=(_outdated(desk.type, verdict.values, content),))
        return verdict

    async def _due(self, document: Document) -> Mapping[str, datetime]:
        """When the timers are due of a document with a new submission."""
        transaction = self.desk.transaction
        rows = await transaction.rows(f"select {COLUMNS} from document where id = $1", document.id)
        return next(iter((await open_cases(transaction, rows)).values())).case.due

    async def _record(
        self,
        document: Document,
        action: Action,
        status: str,
        prepared: Prepared,
        signed: Signed,
        verdict: Verdict,
        request_id: str,
    ) -> Document:
        desk = self.desk
        if action.amends is None:
            await store.supersede(desk.transaction, document)
        awaited = ""
        if action.amends is None:
            awaited = await waits.awaited(desk.transaction, desk.type, document.company_id, document.content)
        event = Event(
            "submitted", desk.person.display_name, {"action": action.name, "card": desk.person.bound_card}
        )
        sent = self._submission(document, action, status, prepared, signed, verdict, request_id, awaited)
        wanted = _change(desk.type, document, action, status, awaited, event)
        if awaited and desk.type.waits:
            kept = waits.kept(desk.type.waits, awaited)
            return await store.change(desk.transaction, desk.type, document, wanted, kept, along=sent)
        timed = desk.type.lifecycle.timers and (action.amends is None or action.amends.leads_to)
        declared = action.amends is not None and action.edits is None
        if not timed and not declared:
            return await store.change(desk.transaction, desk.type, document, wanted, along=sent)
        wanted = replace(wanted, submits=await sent.write(desk.transaction))
        if timed:
            wanted = replace(wanted, due=await self._due(document))
        if declared and wanted.submits is not None:
            before = enabled_values(desk.type.form.content, document.content)
            asked = asked_content(desk.type, document, action)
            await amendments.declare(desk.transaction, document, action, wanted.submits, asked, before)
        return await store.change(desk.transaction, desk.type, document, wanted)

    async def find_conflict(self, document: Document, action: Action, status: str) -> Conflict | None:
        """The refusal of a submission for which another document holds a claim now; None where none does."""
        desk, awaited = self.desk, ""
        if action.amends is None:
            awaited = await waits.awaited(
                desk.transaction, desk.type, document.company_id, document.content, lock=False
            )
        nothing = Event("submitted", desk.person.display_name)
        wanted = _change(desk.type, document, action, status, awaited, nothing)
        return await store.find_conflict(desk.transaction, desk.type, document, wanted)

    def _submission(
        self,
        document: Document,
        action: Action,
        status: str,
        prepared: Prepared,
        signed: Signed,
        verdict: Verdict,
        request_id: str,
        awaited: str,
    ) -> Along:
        """The submission to be written, and its message or what it waits for."""
        desk, waits_for = self.desk, self.desk.type.waits
        kept = bool(awaited and waits_for)
        start = waits_for.status if kept and waits_for else status
        values = (
            document.id, document.company_id, document.last_submission + 1, action.name, document.version, start,
            prepared.content, prepared.statement, signed.signature, signed.certificate, desk.person.bound_card,
            desk.person.account_id, request_id, desk.transaction.now, prepared.facts["attachments"],
            verdict.known.frozen(), action.amends is not None,
        )  # fmt: skip
        if kept and waits_for:
            return Along(
                _SUBMISSION + _KEEP, (*values, status, waits_for.type, awaited), _TELLS.format("waiting")
            )
        return Along(_SUBMISSION + _SEND, (*values, str(uuid4())), _TELLS.format("outbox"))


_TAKE_UP = f"""with d as (
        {store.FIND} for update
    ), p as (
        {prepared_store.USE.format("$4", "$5", "$6")} and document_id = (select id from d)
        returning token, version as pinned_version, statement, facts
    )
    select * from d left join p on true"""
"""The document first, as everywhere: two transactions that lock in one order cannot block each other."""
_SUBMISSION = """s as (
        insert into submission (document_id, company_id, sequence, action, version, start_status, content,
            statement, signature, certificate, card_no, account_id, request_id, submitted_at, attachments,
            frozen, amends)
        values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
        returning id, document_id, company_id, submitted_at
    ), """
_SEND = """o as (
        insert into outbox (document_id, submission_id, message_id) select document_id, id, {} from s
    )"""
_KEEP = """o as (
        insert into waiting (document_id, company_id, submission_id, start_status, awaited_type, awaited, since)
        select document_id, company_id, id, {}, {}, {}, submitted_at from s
        on conflict (document_id) do update set submission_id = excluded.submission_id,
            start_status = excluded.start_status, awaited_type = excluded.awaited_type, awaited = excluded.awaited,
            since = excluded.since, next_at = excluded.next_at
    )"""
_TELLS = "pg_notify('{}', '')"
"""What follows a submission: the message for customs, or what it waits for."""


def _change(
    type: DocumentType, document: Document, action: Action, status: str, awaited: str, event: Event
) -> Change:
    """What a submission makes of its document, `status` by its action, or that of waiting for the `awaited` one."""
    if awaited and type.waits:
        return Change(type.waits.status, event)
    if action.amends is None:
        return Change(status, event)
    beside = None if action.amends.ended else asked_content(type, document, action)
    return Change(status, event, amending=action.name, beside=beside)


def asked_content(type: DocumentType, document: Document, action: Action) -> Mapping[str, Any]:
    """The content that an action sends: what is in force with what was typed for this follow-up, the saved change, or
    what is in force or to be. Raises Refused where no change was saved."""
    if action.amends is None or action.amends.ended:
        return document.content
    if action.edits is not None:
        return replaced(document.content, document.follow_up, action.edits & set(document.follow_up))
    if action.amends.takes_nothing:
        return document.content
    amendment = document.amendment_of(action.name)
    if amendment is None:
        message = f"尚未暂存{action.label}的内容，不能申报"
        raise Refused.because(
            [Violation("", "sign.amendment", message, "请先修改并暂存，再申报", action.clause or BASIS)]
        )
    if _asks_for_some(action.amends) and _is_in_force(type, document, amendment, action):
        raise Refused.because(
            [
                Violation(
                    "",
                    "sign.unchanged",
                    "没有修改任何内容，不能申报",
                    "请先修改，或删除该申请",
                    action.clause or BASIS,
                )
            ]
        )
    return amendment


def _asks_for_some(amends: Amends) -> bool:
    """Whether an amendment says what is to become different: boxes of its own, or any, one by one."""
    return amends.by_field if amends.alters is None else bool(amends.alters)


def _is_in_force(
    type: DocumentType, document: Document, amendment: Mapping[str, Any], action: Action
) -> bool:
    """Whether an amendment changes nothing that is typed on its form, whatever was typed as its reason: grey values
    that the registers give otherwise by now are nobody's wish."""
    asks = action.amends.asks if action.amends else ()
    drawn_up = {name: value for name, value in amendment.items() if name not in asks}
    return as_typed(type, drawn_up, action) == as_typed(type, document.content, action)


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """A content without what is empty: a table that a form did not have yet is as one without rows."""
    return {name: value for name, value in content.items() if value}


def signed_files(
    type: DocumentType, action: Action, files: Sequence[AttachmentRecord]
) -> list[AttachmentRecord]:
    """Of a document's files those that an action sends: its own categories', and those that no follow-up has."""
    others = type.lifecycle.followed_up - (action.edits or frozenset())
    return [file for file in files if ATTACHMENTS + file.category not in others]


def _outdated(type: DocumentType, now: Mapping[str, Any], content: Mapping[str, Any]) -> Violation:
    """That grey values of a content are others `now`."""
    changed = [n for n, v in now.items() if content.get(n) != v] or [""]
    tables = {name: table.label for name, table in type.form.content.tables.items()}
    label = {**tables, **type.form.labels}.get(changed[0], "内容")
    return _changed(changed[0], f"「{label}」的海关数据已有变化")


def _changed(path: str, message: str) -> Violation:
    return Violation(path, "sign.changed", message, "请重新暂存，核对后再签名", BASIS)


def signed_action(type: DocumentType, name: str) -> Action:
    """The signed action of that name. Raises NotInThisState."""
    action = type.lifecycle.action(name)
    if not action.signed:
        raise NotInThisState(f"「{action.label}」不需要签名")
    return action
