"""The number by which a company's own system knows a document: sent again, it is the same document (INTG-02).

A number belongs to one company and one document type. It stands for what was sent first under it; whatever becomes of
the document later, the same again is answered with that document, and something else is refused. A document that is
deleted frees its number.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.check import find_unprintable
from singlewindow.kernel.documents.verdict import typed
from singlewindow.kernel.problems import API, Violation
from singlewindow.kernel.subsystem import DocumentType

LENGTH = 100  # characters at most
LABEL = "自编号"
FIELD = "sender_number"


@dataclass(frozen=True)
class Known:
    """What was sent before: the document's number, and the digest of then."""

    number: str
    digest: str


def tidy(text: str) -> str:
    """A number as it is kept and compared."""
    return unicodedata.normalize("NFC", text).strip()


def find_fault(text: str) -> Violation | None:
    """What is wrong with a tidied number by itself."""
    if not text:
        return Violation(
            FIELD, "sender.empty", f"「{LABEL}」是空的", f"请填写{LABEL}，或不要给出它", API, "field"
        )
    if len(text) > LENGTH:
        message = f"「{LABEL}」有 {len(text)} 个字符，超过 {LENGTH} 个"
        return Violation(FIELD, "sender.length", message, "请使用较短的编号", API, "field")
    bad = find_unprintable(text)
    if bad is None:
        return None
    message = f"「{LABEL}」含有不能使用的字符（U+{ord(bad):04X}）"
    return Violation(FIELD, "sender.shape", message, "请删去该字符后重新提交", API, "field")


def other_content(text: str, number: str) -> Violation:
    """That another content was sent before under the number, which made that document."""
    message = f"「{LABEL}」{text} 已用于单据 {number}，本次的内容与当时不同"
    advice = f"同一{LABEL}只对应一份单据：要更改请修改单据 {number}，要另报一份请换一个{LABEL}"
    return Violation(FIELD, "sender.other", message, advice, API, "field")


def digest_of(type: DocumentType, sent: Mapping[str, Any]) -> str:
    """Of what was sent. Raises Refused for a wrong shape."""
    return digest_of_typed(typed(type, sent))


def digest_of_typed(content: Mapping[str, Any]) -> str:
    """Of what was sent, cleaned; empty tables count as absent ones: a further table in the form changes nothing."""
    filled = {name: value for name, value in content.items() if value}
    text = json.dumps(filled, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def known(transaction: Transaction, type: DocumentType, numbers: Collection[str]) -> dict[str, Known]:
    """What the company has sent already under those numbers, by sender's number."""
    if not numbers:
        return {}
    rows = await transaction.rows(
        """select s.sender_number, s.number, s.digest from sender_number s join document d using (number)
           where s.company_id = $1 and s.type = $2 and s.sender_number = any($3) and not d.hidden""",
        transaction.actor.company_id,
        type.name,
        sorted(numbers),
    )
    return {row["sender_number"]: Known(row["number"], row["digest"]) for row in rows}
