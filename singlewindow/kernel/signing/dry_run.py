"""A dry run of a signed action: the verdict that 暂存, prepare and submit would come to, and nothing is stored.

It asks what they ask, in their order, of the document as it would be. PostgreSQL is told that the transaction only
reads, so that a statement which wrote something would fail. What only the instant of submission shows is left out: the
signature itself, and who submits in the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from singlewindow.kernel.attachments.upload import UploadDesk
from singlewindow.kernel.definition.fields import enabled_values
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.record import AttachmentRecord, Document
from singlewindow.kernel.documents.verdict import Verdict
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.exchange.timers import status_first
from singlewindow.kernel.lifecycle import Action
from singlewindow.kernel.problems import API, Forbidden, NotFound, Problem, Refused, Violation
from singlewindow.kernel.signing.declare import SigningDesk, signed_action, signed_files

UNSAVED = 0  # the id of a document that is not stored: no other has it


@dataclass(frozen=True)
class Question:
    """What would be submitted: content as it would be sent to 暂存 (None: as it is stored; of a type that nobody fills
    in it may be sent as well), the action ("": the one that submits a draft), the number of a stored document, the
    categories of its files (None: those that it has), and the sender's own number of a new one.
    """

    content: Mapping[str, Any] | None
    action: str = ""
    number: str | None = None
    attachments: Sequence[str] | None = None
    sender_number: str | None = None


@dataclass(frozen=True)
class Foreseen:
    """What would come of it: the refusal, if there is one, what is doubtful, and what would be signed as far as it is
    known. `number` is the stored document's that was asked about, or that was sent before under the sender's number."""

    action: str
    refusal: Problem | None
    verdict: Verdict | None
    signed: Mapping[str, Any]
    number: str | None

    @property
    def violations(self) -> Sequence[Violation]:
        """Everything that is wrong with the content."""
        return self.refusal.violations if self.refusal else ()


async def dry_run(signing: SigningDesk, asked: Question) -> Foreseen:
    """The verdict. Raises NotFound for an absent document, Forbidden for whom the action is not (another party),
    Refused where neither content nor number is given."""
    desk = signing.desk
    await desk.transaction.run("set transaction read only")
    document = None
    if asked.number is not None:
        document = await store.get_document(desk.transaction, desk.type, asked.number)
    elif asked.content is None:
        message, advice = "既没有填写内容，也没有指定单据", "请给出 content 或 number"
        raise Refused.because([Violation("content", "request.shape", message, advice, API)])
    run = _Run(signing, asked)
    try:
        await run.through(document or await run.sent_before())
    except (NotFound, Forbidden):  # who may not do it is told so, and nothing of the document
        raise
    except Problem as problem:
        run.refusal = problem
    return Foreseen(run.action_name, run.refusal, run.verdict, run.signed, run.asked.number)


class _Run:
    """One dry run, with what it has found out so far."""

    def __init__(self, signing: SigningDesk, asked: Question) -> None:
        declaring = signing.desk.type.lifecycle.declaring
        self.signing, self.desk, self.asked = signing, signing.desk, asked
        self.action_name = asked.action or (declaring.name if declaring else "")
        self.verdict: Verdict | None = None
        self.signed: Mapping[str, Any] = {}
        self.refusal: Problem | None = None

    async def sent_before(self) -> Document | None:
        """The document that the same content made under the sender's number: 暂存 would store nothing. Raises Refused
        where it was another content."""
        content, sent_as = self.asked.content, self.asked.sender_number
        if content is None or sent_as is None:
            return None
        number = await self.desk.find_sent(content, sent_as)
        if number is None:
            return None
        self.asked = replace(self.asked, content=None, number=number)
        return await store.get_document(self.desk.transaction, self.desk.type, number)

    async def through(self, document: Document | None) -> None:
        """暂存, then the signed action. Raises what refuses it."""
        draft, document = await self._saved(document)
        action = signed_action(self.desk.type, self.action_name)
        if action.amends and self.desk.type.lifecycle.timers:
            document = replace(document, status=await status_first(self.desk.transaction, document))
        status = self.desk.check(action, document.status, document, document.marks)
        wrong, categories = await self._files(document, action)
        verdict = await self.signing.judged(document, action, categories)
        self._keep(verdict, [*wrong, *(draft.violations if draft else ())])
        if self.verdict and self.verdict.violations:
            raise Refused.because(self.verdict.violations)
        if conflict := await self.signing.find_conflict(document, action, status):
            raise conflict

    async def _saved(self, document: Document | None) -> tuple[Verdict | None, Document]:
        """What 暂存 would say of the content, and the document as it would be after it; of what is stored already, and
        nobody saves, nothing."""
        if document and (self.asked.content is None or self._is_stored(document, self.asked.content)):
            return None, document
        assert self.asked.content is not None
        action = self.desk.type.lifecycle.find_action(self.action_name)
        if document and action and action.amends:
            draft, changed = await self.desk.amended(document, action.name, self.asked.content)
        else:
            status, draft = await self.desk.draft(document, self.asked.content)
            changed = replace(document or _unsaved(self.desk), content=draft.values, status=status)
        self._keep(draft, [])
        return draft, changed

    def _is_stored(self, document: Document, content: Mapping[str, Any]) -> bool:
        """Whether a content is that of a document which nobody fills in: it is declared as it stands."""
        return not self.desk.type.lifecycle.is_filled_in and content == document.content

    async def _files(self, document: Document, action: Action) -> tuple[list[Violation], list[str]]:
        """What uploading would say, or what is wrong with the stored files, and the categories of those that the action
        sends."""
        if self.asked.attachments is None:
            sent = signed_files(self.desk.type, action, await self.desk.files(document))
            return await self.signing.unfit(sent, datetime.now(UTC)), [each.category for each in sent]
        uploads = UploadDesk(self.desk, self.signing.pki, self.signing.minutes)
        wrong = await uploads.foresee(document, self.asked.attachments)
        now = self.desk.transaction.now
        files = [AttachmentRecord(0, code, "", 0, 0, "", now) for code in self.asked.attachments]
        return wrong, [each.category for each in signed_files(self.desk.type, action, files)]

    def _keep(self, verdict: Verdict, more: Sequence[Violation]) -> None:
        """Remember a verdict, with what was found before it."""
        said = tuple(dict.fromkeys([*more, *verdict.violations]))
        self.verdict = replace(verdict, violations=said)
        self.signed = enabled_values(self.desk.type.form.content, verdict.values)


def _unsaved(desk: Desk) -> Document:
    """A document that was never saved."""
    now = desk.transaction.now
    return Document(
        id=UNSAVED, type=desk.type.name, number="", company_id=desk.person.company_id, status="", version=0,
        content={}, returned={}, filed_on=now.astimezone(store.CHINA).date(), updated_at=now,
        pending_submission=None, last_submission=0,
    )  # fmt: skip
