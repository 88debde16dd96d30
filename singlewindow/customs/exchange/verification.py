"""Whether a submission is what the company's card signed: pure checks, each with its own words (PORT-08, CUST-03)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from singlewindow.contract.certificates import (
    CardIdentity,
    CertificateRefused,
    Reason,
    read_card_certificate,
)
from singlewindow.contract.messages import SignedAttachment, Submission
from singlewindow.contract.signatures import SignatureRefused, signing_input, verify
from singlewindow.customs.texts import json_object

Identify = Callable[[bytes], CardIdentity]
"""Whom a certificate (DER) stands for; raises CertificateRefused."""
FileSignature = tuple[str, str, str]
"""What the card signed for an upload, its signature and its certificate, as they came: no two uploads have the same."""


class Rejected(Exception):
    """The submission cannot be taken in; `text` is Chinese, for the company."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Unjudged(Exception):
    """Whether a card was revoked cannot be told for now: that says nothing of the submission."""


class NamedAttachment(BaseModel):
    """An attachment as the company's statement names it."""

    category: str
    sha256: str


class Statement(BaseModel):
    """What the card signed for a submission; further members are allowed and count for nothing."""

    type: str
    number: str
    action: str
    version: int
    content_sha256: str
    attachments: list[NamedAttachment]
    company: str
    card: str
    issued_at: str
    nonce: str


class AttachmentStatement(BaseModel):
    """What the card signed for an upload."""

    draft: str
    category: str
    sha256: str
    name: str
    size: int
    nonce: str
    card: str
    company: str


Signed = TypeVar("Signed", Statement, AttachmentStatement)


def verify_submission(
    submission: Submission,
    present: Mapping[str, int],
    identify: Identify,
    taken_in: Collection[FileSignature] = frozenset(),
) -> CardIdentity:
    """Who signed the submission, when everything about it holds; raises Rejected with the first thing that does not,
    and Unjudged where customs have no revocation list to judge a card by.

    `present` are the attachments that arrived before: digest → size in bytes. `taken_in` are the files that came with
    an earlier submission of this document which was taken in: their cards were judged then, and count whatever became
    of them since, for a company that follows up what was approved cannot sign its files anew (APPT-10 to APPT-12).
    """
    identity, statement = _signed_by(
        Statement, submission.statement, submission.signature, submission.certificate, identify, "申报"
    )
    if not re.fullmatch(r"[0-9]{4}", submission.district):
        raise Rejected("关区代码不是 4 位数字")
    if (statement.type, statement.number, statement.action) != (
        submission.type,
        submission.number,
        submission.action,
    ):
        raise Rejected("报文的单据类型、编号或操作与企业签名的内容不一致")
    if not statement.company == submission.company == identity.customs_code:
        raise Rejected("签名所用卡介质不属于申报企业")
    if statement.card != identity.card_no:
        raise Rejected("签名内容中的卡号与证书的卡号不一致")
    _check_content(submission, statement)
    _check_attachments(submission, statement)
    for attachment in submission.attachments:
        before = signature_of(attachment) in taken_in
        _check_attachment(submission, attachment, present, read_card_certificate if before else identify)
    return identity


def signature_of(attachment: SignedAttachment) -> FileSignature:
    """By what a file is known again that was taken in before."""
    return attachment.statement, attachment.signature, attachment.certificate


def content_of(submission: Submission) -> dict[str, Any]:
    """The document's content, field → value; raises Rejected when it is not a JSON object."""
    try:
        return json_object(_decoded(submission.content, "申报内容"))
    except ValueError as error:
        raise Rejected("申报内容不是有效的 JSON 对象，或含有不能处理的字符或数值") from error


def statement_digest(submission: Submission) -> str:
    """SHA-256 (hex) of the signed statement: one signature is good for one submission only."""
    return hashlib.sha256(_decoded(submission.statement, "签名内容")).hexdigest()


def _check_content(submission: Submission, statement: Statement) -> None:
    digest = hashlib.sha256(_decoded(submission.content, "申报内容")).hexdigest()
    if digest != statement.content_sha256:
        raise Rejected("申报内容与企业签名的摘要不一致，内容可能被改动")
    content_of(submission)


def _check_attachments(submission: Submission, statement: Statement) -> None:
    signed = sorted((each.category, each.sha256) for each in statement.attachments)
    if signed != sorted((each.category, each.sha256) for each in submission.attachments):
        raise Rejected("随附单据与企业签名的清单不一致")


def _check_attachment(
    submission: Submission, attachment: SignedAttachment, present: Mapping[str, int], identify: Identify
) -> None:
    what = f"随附单据「{attachment.name}」"
    if attachment.sha256 not in present:
        raise Rejected(f"{what}没有送达海关")
    identity, statement = _signed_by(
        AttachmentStatement,
        attachment.statement,
        attachment.signature,
        attachment.certificate,
        identify,
        what,
    )
    named = (submission.number, attachment.category, attachment.sha256, attachment.name, attachment.size)
    if (statement.draft, statement.category, statement.sha256, statement.name, statement.size) != named:
        raise Rejected(f"{what}与企业签名的内容不一致")
    if present[attachment.sha256] != attachment.size:
        raise Rejected(f"{what}的大小与企业签名的内容不一致")
    if (
        not statement.company == submission.company == identity.customs_code
        or statement.card != identity.card_no
    ):
        raise Rejected(f"{what}的签名不属于申报企业")


def _signed_by(
    kind: type[Signed], statement: str, signature: str, certificate: str, identify: Identify, what: str
) -> tuple[CardIdentity, Signed]:
    """The card behind a signature, and the statement it signed."""
    der, signed = _decoded(certificate, f"{what}证书"), _decoded(statement, f"{what}签名内容")
    try:
        identity = identify(der)
        verify(der, signing_input(signed), _decoded(signature, f"{what}签名"))
        return identity, kind.model_validate_json(signed, strict=True)
    except CertificateRefused as refused:
        if refused.reason_code is Reason.REVOCATION_UNKNOWN:
            raise Unjudged from refused
        raise Rejected(f"{what}的签名证书无效：{refused.message}") from refused
    except SignatureRefused as refused:
        raise Rejected(f"{what}的签名验证不通过") from refused
    except ValidationError as error:
        raise Rejected(f"{what}的签名内容格式不符合规定") from error


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Rejected(f"{what}不是有效的 Base64 数据") from error
