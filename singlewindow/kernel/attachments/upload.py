"""Uploads: signed by the card like a declaration, checked in a child process, stored whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from singlewindow.kernel.attachments.pdf import PdfFacts, PdfLimits, PdfNotChecked, PdfRefused, check_pdf
from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.definition.check import find_unprintable
from singlewindow.kernel.definition.fields import Attachments, Category
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.record import AttachmentRecord, Document
from singlewindow.kernel.documents.store import Change, Event
from singlewindow.kernel.documents.view import ATTACHMENTS, View, editable_of
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.problems import (
    SHAPE_ADVICE,
    Conflict,
    NotFound,
    NotInThisState,
    Refused,
    TooLarge,
    TooMany,
    Violation,
)
from singlewindow.kernel.signing import prepared as prepared_store
from singlewindow.kernel.signing.prepared import Prepared, Signed, check_card, verify_signed

PATH = "attachments"


@dataclass(frozen=True)
class UploadRequest:
    """A file that the page wants to upload: size in bytes, digest in hex."""

    category: str
    name: str
    size: int
    sha256: str
    card_no: str


@dataclass(frozen=True)
class UploadDesk:
    """A desk where files are added to and taken from a document that may still be changed."""

    desk: Desk
    pki: Path
    minutes: float

    async def prepare(self, number: str, wanted: UploadRequest) -> tuple[Prepared, AttachmentRecord | None]:
        """What the card signs before an upload, and the file of this category that it would replace, if any."""
        document = await self._locked(number)
        self._check_may_change(document, wanted.category)
        check_card(self.desk.person, wanted.card_no)
        self._check_request(wanted)
        replaced = await self._replaced(document, wanted.category)
        statement = {
            "draft": number,
            "category": wanted.category,
            "sha256": wanted.sha256,
            "name": wanted.name,
            "size": wanted.size,
            "card": wanted.card_no,
            "company": self.desk.person.customs_code,
        }
        facts = {
            "category": wanted.category, "name": wanted.name, "sha256": wanted.sha256, "size": wanted.size,
            "replaces": [file.id for file in replaced],
        }  # fmt: skip
        pinned = await prepared_store.pin(
            self.desk.transaction, self.desk.person, document.id, "upload", document.version, statement, b"",
            facts, self.minutes,
        )  # fmt: skip
        return pinned, next(iter(replaced), None)

    async def add(
        self, number: str, token: str, signed: Signed, data: bytes, facts: PdfFacts, now: datetime
    ) -> View:
        """Store a checked file. A second one of the same category replaces the first (INSP-05), unless the category
        takes several. Raises Conflict where another file than the announced one stands there by now."""
        desk = self.desk
        document = await self._locked(number)
        prepared = await prepared_store.use(desk.transaction, desk.person, "upload", token)
        if document.id != prepared.document_id:
            raise Refused.because([self._wrong("该签名属于另一单据，不能用于本单据", "请重新选择文件并签名")])
        category = prepared.facts["category"]
        status = self._check_may_change(document, category)
        await asyncio.to_thread(verify_signed, desk.person, prepared, signed, self.pki, now)
        sha256 = hashlib.sha256(data).hexdigest()
        _check_same(prepared.facts, len(data), sha256, self._spec().clause)
        replaced = await self._replaced(document, category)
        self._check_announced(replaced, prepared.facts, sha256)
        await self._drop(document, replaced)
        await desk.transaction.run(
            """insert into attachment (document_id, company_id, category, name, size, pages, sha256, content, statement,
                   signature, certificate, uploaded_by, uploaded_at, place)
               select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, min(p) from generate_series(1, $14) as p
               where p not in (select place from attachment
                               where document_id = $1 and category = $3 and not superseded)""",
            document.id, document.company_id, category, prepared.facts["name"], len(data), facts.pages, sha256, data,
            prepared.statement, signed.signature, signed.certificate, desk.person.account_id, desk.transaction.now,
            self._most(category),
        )  # fmt: skip
        event = Event("uploaded", desk.person.display_name, {"category": category})
        return await self._changed(document, status, event)

    async def remove(self, number: str, attachment_id: int) -> View:
        """Take a file away again, as long as files of its category may be changed."""
        document = await self._locked(number)
        files = await store.attachments_of(self.desk.transaction, document.id)
        found = next((f for f in files if f.id == attachment_id), None)
        if found is None:
            raise NotFound("没有这份随附单据")
        status = self._check_may_change(document, found.category)
        await self._drop(document, [found])
        event = Event("upload removed", self.desk.person.display_name, {"category": found.category})
        return await self._changed(document, status, event)

    async def foresee(self, document: Document, categories: Sequence[str]) -> list[Violation]:
        """What uploading would say, if these were the categories of the document's files. Raises as `add` where it may
        not be done at all."""
        stored = Counter(file.category for file in await self.desk.files(document))
        wanted = Counter(categories)
        found = []
        for code in sorted((wanted - stored).keys()):
            self._check_may_change(document, code)
            category = self._spec().category(code)
            if category is None:
                found.append(self._no_category(code))
            elif category.most and wanted[code] > category.most:
                found.append(_too_many(category, category.most, self._spec().clause))
        return found

    def _no_category(self, code: str) -> Violation:
        return self._wrong(f"没有随附单据文件类别 {code}", "请按空格键从列表中选取类别")

    async def read(self, number: str, attachment_id: int) -> Row:
        """The bytes and the name of a file of a document that the person may see; another party sees what was
        submitted."""
        document = await store.get_document(self.desk.transaction, self.desk.type, number)
        row = await self.desk.transaction.row(
            """select name, content from attachment a where id = $1 and document_id = $2 and (company_id = $3
                   or exists (select from submission s where s.document_id = $2 and a.id = any(s.attachments)))""",
            attachment_id,
            document.id,
            self.desk.person.company_id,
        )
        if row is None:
            raise NotFound("没有这份随附单据")
        return row

    def limits(self) -> PdfLimits:
        """The limits of this document type's files."""
        spec = self._spec()
        return PdfLimits(max_bytes=spec.max_bytes, max_page_bytes=spec.max_page_bytes)

    def _spec(self) -> Attachments:
        spec = self.desk.type.form.attachments
        if spec is None:
            raise NotFound("该类单据没有随附单据")
        return spec

    def _wrong(self, message: str, advice: str) -> Violation:
        return _wrong(message, advice, self._spec().clause)

    def _check_request(self, wanted: UploadRequest) -> None:
        spec = self._spec()
        if spec.name_of(wanted.category) is None:
            raise Refused.because([self._no_category(wanted.category)])
        if not re.fullmatch(r"[^/\\]{1,200}", wanted.name) or find_unprintable(wanted.name) is not None:
            raise Refused.because(
                [self._wrong("文件名为空、过长或含有不能使用的字符", "请改名（不超过 200 个字符）后重新选择")]
            )
        if wanted.size > spec.max_bytes:
            raise Refused.because([too_large(wanted.size, spec.max_bytes, spec.clause)])
        if not re.fullmatch(r"[0-9a-f]{64}", wanted.sha256):
            raise Refused.because([self._wrong("文件摘要格式不正确", SHAPE_ADVICE)])

    async def _locked(self, number: str) -> Document:
        return await store.get_document(self.desk.transaction, self.desk.type, number, lock=True)

    def _check_may_change(self, document: Document, code: str) -> str | None:
        """The status that other files of this category give the document: that of 暂存, which they are part of, or None
        for a follow-up's, which leaves the document as it is. Raises as `Desk.check` where neither may be done."""
        desk, lifecycle = self.desk, self.desk.type.lifecycle
        follow_ups = [a for a in lifecycle.follow_ups if ATTACHMENTS + code in (a.edits or ())]
        if not follow_ups:
            return desk.check(lifecycle.saving, document.status, document)
        names = editable_of(desk.type, desk.person, document, desk.transaction.now) or frozenset()
        if ATTACHMENTS + code not in names:
            desk.check(follow_ups[0], document.status, document, document.marks)
            raise NotInThisState(f"单据尚可暂存，不允许{follow_ups[0].label}", clause=follow_ups[0].clause)
        return None

    async def _replaced(self, document: Document, code: str) -> list[AttachmentRecord]:
        """The files that another one of this category takes the place of. Raises Refused where the category holds as
        many as it takes."""
        files = await store.attachments_of(self.desk.transaction, document.id)
        there = [file for file in files if file.category == code]
        category = self._spec().category(code)
        if category is None or not category.most:
            return there
        if len(there) >= category.most:
            raise Refused.because([_too_many(category, len(there), self._spec().clause)])
        return []

    def _check_announced(
        self, replaced: Sequence[AttachmentRecord], facts: Mapping[str, Any], sha256: str
    ) -> None:
        """Refuse to take a file's place that nobody was asked about (INSP-05); the same bytes again harm nobody."""
        announced = facts.get("replaces", ())  # absent in what the version before pinned
        for file in replaced:
            if file.id not in announced and file.sha256 != sha256:
                name = self._spec().name_of(file.category)
                wrong = self._wrong(
                    f"「{name}」在本次签名之后另有文件「{file.name}」上传，未予替换",
                    "请暂存或重新打开单据，查看该文件；确需替换时，请再次添加文件并签名",
                )
                raise Conflict(wrong.message, [wrong], advice=wrong.advice, clause=wrong.clause)

    def _most(self, code: str) -> int:
        category = self._spec().category(code)
        return max(category.most, 1) if category else 1

    async def _drop(self, document: Document, files: Sequence[AttachmentRecord]) -> None:
        """A file that a submission names stays in the archive; any other goes."""
        ids = [file.id for file in files]
        await self.desk.transaction.run(
            """update attachment a set superseded = true where document_id = $1 and id = any($2) and not superseded
               and exists (select from submission s where s.document_id = $1 and a.id = any(s.attachments))""",
            document.id,
            ids,
        )
        await self.desk.transaction.run(
            "delete from attachment where document_id = $1 and id = any($2) and not superseded",
            document.id,
            ids,
        )

    async def _changed(self, document: Document, status: str | None, event: Event) -> View:
        """Other files make another working version, as 暂存 does: what was submitted before is closed. Those of a
        follow-up (no `status`) close nothing."""
        if status is None:
            wanted = Change(document.status, event, new_version=True)
        else:
            await store.supersede(self.desk.transaction, document)
            wanted = Change(status, event, new_version=True, closes_submission=True)
        return await self.desk.view(
            await store.change(self.desk.transaction, self.desk.type, document, wanted)
        )


async def checked(data: bytes, limits: PdfLimits, clause: str) -> PdfFacts:
    """Look at a file in the bounded child process. Raises Refused or TooLarge with the reason, TooMany where the
    machine has no time for it."""
    if len(data) > limits.max_bytes:
        raise TooLarge(
            f"文件大小 {len(data):,} 字节，超过 {limits.max_bytes:,} 字节",
            [too_large(len(data), limits.max_bytes, clause)],
        )
    try:
        return await check_pdf(data, limits)
    except PdfNotChecked:
        raise TooMany(
            "系统繁忙，未能在限定时间内检查完文件；请稍后重新上传", retry_after=5, clause=clause
        ) from None
    except PdfRefused as refused:
        raise Refused.because(
            [Violation(PATH, f"pdf.{refused.reason}", refused.message, refused.advice, clause)]
        ) from None


def _check_same(announced: Mapping[str, Any], size: int, sha256: str, clause: str) -> None:
    """Refuse other bytes than those that the card signed for."""
    if size != announced["size"]:
        message = f"收到的文件为 {size:,} 字节，与所签名的 {announced['size']:,} 字节不一致"
        raise Refused.because([_wrong(message, "请重新选择文件并签名", clause)])
    if sha256 != announced["sha256"]:
        raise Refused.because([_wrong("收到的文件与所签名的文件不一致", "请重新选择文件并签名", clause)])


def too_large(size: int, limit: int, clause: str) -> Violation:
    """The violation of the size limit, with both figures in bytes."""
    message = f"文件大小 {size:,} 字节，超过单个文件上限 4M（{limit:,} 字节）"
    return Violation(PATH, "pdf.size", message, "请压缩或拆分 PDF 后重新上传", clause)


def _too_many(category: Category, there: int, clause: str) -> Violation:
    """The violation of a category that takes several files, but not one more."""
    message = f"「{category.name}」至多上传 {category.most} 个文件，现已有 {there} 个"
    return Violation(
        f"{PATH}/{category.code}", "upload.most", message, "请先删除不需要的文件，再上传新的文件", clause
    )


def _wrong(message: str, advice: str, clause: str) -> Violation:
    return Violation(PATH, "upload", message, advice, clause)
