"""A company's side of the exchange: what the portal would send, honest and forged."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from singlewindow.contract.demo_pki import DemoCard, card_certificate, create
from singlewindow.contract.messages import Envelope, MessageKind, SignedAttachment, Submission
from singlewindow.contract.sealed import seal
from singlewindow.contract.signatures import canonical, sign_raw, signing_input

TYPE = "inspection.declaration"
CONTENT = {"declaration_no": "223320261000000001", "contact": "张三", "phone": "13800000000"}
PDF = b"%PDF-1.7 a stamped scan"
OWN = DemoCard(
    "SW1A000000001",
    "操作员卡",
    "王小明",
    "3122960001",
    "91310000MA1FL0001X",
    "上海甲进出口有限公司",
    "12345678",
)
OTHER = DemoCard(
    "SW1A000000002", "操作员卡", "李华", "4403160002", "91440300MA1FL0002X", "深圳乙贸易有限公司", "12345678"
)


@dataclass(frozen=True)
class Card:
    """A card in the hand: it signs without asking for its PIN."""

    facts: DemoCard
    key: ec.EllipticCurvePrivateKey
    der: bytes

    def sign(self, statement: dict[str, Any]) -> dict[str, str]:
        """The members statement, signature and certificate of a message."""
        body = canonical(statement)
        return {
            "statement": base64(body),
            "signature": base64(sign_raw(self.key, signing_input(body).encode())),
            "certificate": base64(self.der),
        }


@dataclass(frozen=True)
class Company:
    """Makes submissions with its card; `jwk` is customs' public key, `portal_key` the portal's own."""

    card: Card
    jwk: dict[str, Any]
    portal_key: bytes

    def statement(
        self, number: str, content: bytes, attachments: list[SignedAttachment], other: dict[str, Any]
    ) -> dict[str, Any]:
        """What the card signs; `other` replaces members."""
        return {
            "type": TYPE,
            "number": number,
            "action": "apply",
            "version": 3,
            "content_sha256": sha256(content),
            "attachments": [{"category": a.category, "sha256": a.sha256} for a in attachments],
            "company": self.card.facts.customs_code,
            "card": self.card.facts.card_no,
            "issued_at": datetime.now(UTC).isoformat(),
            "nonce": uuid4().hex,
            **other,
        }

    def attachment(self, number: str, data: bytes = PDF, **other: Any) -> SignedAttachment:
        """A signed file; `other` replaces members of the signed statement."""
        named = {"category": "00000002", "sha256": sha256(data), "name": "不到场声明.pdf", "size": len(data)}
        owner = {"card": self.card.facts.card_no, "company": self.card.facts.customs_code}
        signed = self.card.sign({"draft": number, "nonce": uuid4().hex, **owner, **named, **other})
        return SignedAttachment.model_validate(
            {"category_name": "查验时不到场的声明", "pages": 1, **named, **signed}
        )

    def submission(
        self,
        number: str,
        attachments: list[SignedAttachment] | None = None,
        *,
        sequence: int = 1,
        signed: dict[str, Any] | None = None,
        typed: dict[str, Any] = CONTENT,
        **other: Any,
    ) -> Submission:
        """An honest submission; `signed` replaces members of the statement, `other` of the message."""
        files = [self.attachment(number)] if attachments is None else attachments
        data = canonical(typed)
        message = {
            "type": TYPE,
            "title": "免于到场协助查验申请（报关单）",
            "number": number,
            "sequence": sequence,
            "action": "apply",
            "action_title": "申请",
            "district": "2233",
            "company": self.card.facts.customs_code,
            "company_name": self.card.facts.company_name,
            "labels": {"declaration_no": "报关单号", "phone": "联系电话", "contact": "联系人"},
            "content": base64(data),
            **self.card.sign(self.statement(number, data, files, signed or {})),
            "attachments": files,
            "request_id": f"request-of-{number}",
            "submitted_at": datetime.now(UTC),
            **other,
        }
        return Submission.model_validate(message)

    def envelope(self, message: Submission | dict[str, Any], identifier: str | None = None) -> Envelope:
        """The message, sealed by the portal for customs."""
        plain = canonical(message) if isinstance(message, dict) else message.model_dump_json().encode()
        body = seal(plain, self.portal_key, self.jwk)
        return Envelope(
            id=identifier or str(uuid4()), kind=MessageKind.SUBMISSION, sender="portal", body=body
        )

    def file(self, data: bytes = PDF) -> Envelope:
        """A file as it is delivered."""
        return Envelope(id=sha256(data), kind=MessageKind.ATTACHMENT, sender="portal", body=self.sealed(data))

    def sealed(self, data: bytes = PDF) -> str:
        """A file, sealed by the portal for customs."""
        return seal(data, self.portal_key, self.jwk)


def make_pki(root: Path) -> Path:
    """Keys and cards of OWN and OTHER under a folder; answers it."""
    create(root / "pki", root / "cards", [OWN, OTHER])
    return root


def company(root: Path, facts: DemoCard = OWN) -> Company:
    """A company with its card."""
    content = (root / "cards" / f"{facts.card_no}.p12").read_bytes()
    key, _, _ = pkcs12.load_key_and_certificates(content, facts.pin.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = card_certificate(root / "cards", facts.card_no).public_bytes(Encoding.DER)
    pki = root / "pki"
    jwk = json.loads((pki / "customs-encryption.pub.jwk").read_bytes())
    return Company(Card(facts, key, der), jwk, (pki / "portal-signing.key.pem").read_bytes())


def expired(root: Path) -> DemoCard:
    """A third card of OWN's company, issued so that its certificate has ended."""
    from singlewindow.contract.demo_pki import issue_card

    facts = replace(OWN, card_no="SW1A000000009")
    now = datetime.now(UTC)
    issue_card(
        root / "pki",
        root / "cards",
        facts,
        not_before=now - timedelta(days=9),
        not_after=now - timedelta(days=1),
    )
    return facts


def sha256(data: bytes) -> str:
    """The digest in hex."""
    return hashlib.sha256(data).hexdigest()


def base64(data: bytes) -> str:
    """Standard Base64 with padding."""
    return b64encode(data).decode()
