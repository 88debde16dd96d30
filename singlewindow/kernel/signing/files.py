"""Whether the cards with which a document's files were signed may be relied on when they go to customs.

A file's card is judged when the file first goes: customs judge it until they take in a submission that names it, and
never again (`customs/exchange/verification.py`); `documents/signed.py` and `examples/verify_evidence.py` judge it at
the first submission that names it. A company may have lost the card between upload and submission: what customs would
reject is said here, before anything is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from singlewindow.contract.certificates import CertificateRefused, Reason
from singlewindow.contract.messages import ReceiptCode
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.fields import Attachments
from singlewindow.kernel.documents.record import AttachmentRecord
from singlewindow.kernel.people.cards import verify_card
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.signing.prepared import LATER

RULE = "sign.file"
WHY = {Reason.REVOKED: "已被吊销", Reason.EXPIRED: "已到期"}
_TAKEN_IN = """
    select a.id from attachment a where id = any($1) and exists (
        select from submission s join receipt r on r.submission_id = s.id
        where s.document_id = a.document_id and a.id = any(s.attachments) and r.seq > 0 and r.code <> $2)"""
"""The files that customs have taken in with a submission: of that any answer but a rejection tells."""


async def find_unfit(
    transaction: Transaction,
    spec: Attachments | None,
    files: Sequence[AttachmentRecord],
    pki: Path,
    now: datetime,
) -> list[Violation]:
    """What is wrong with the cards of these files, at real time `now`: each is to be signed and uploaded anew."""
    wrong = {f.id: found for f in files if spec and (found := _unfit(f, spec, pki, now))}
    if not wrong:
        return []
    taken_in = await transaction.rows(_TAKEN_IN, list(wrong), ReceiptCode.REJECTED)
    for row in taken_in:
        del wrong[row["id"]]
    return list(wrong.values())


def _unfit(file: AttachmentRecord, spec: Attachments, pki: Path, now: datetime) -> Violation | None:
    try:
        verify_card(file.certificate, pki, now)
    except CertificateRefused as refused:
        what = f"随附单据「{file.name}」"
        if refused.reason_code == Reason.REVOCATION_UNKNOWN:
            message, advice = f"{what}：{refused.message}", LATER
        else:
            why = WHY.get(refused.reason_code, "已失效")
            message = f"{what}签名所用卡介质的证书{why}，海关将不予接收"
            advice = f"请{_instead(spec, file.category)}，用当前账号所绑定的卡介质重新签名"
        return Violation(f"attachments/{file.category}", RULE, message, advice, spec.clause)
    return None


def _instead(spec: Attachments, code: str) -> str:
    """How another file takes a file's place: of a category that takes several, none does by itself."""
    category = spec.category(code)
    return "删除该文件后重新上传" if category and category.most else "重新上传该文件"
