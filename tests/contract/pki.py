"""A demonstration PKI with two cards, for tests of signatures and of the card service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12

from singlewindow.contract.demo_pki import DemoCard, card_certificate, create

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
OPERATOR = DemoCard(
    card_no="SW1A000000001",
    kind="操作员卡",
    holder="王小明",
    customs_code="3122960001",
    scc="91310000MA1FL0001X",
    company_name="上海甲进出口有限公司",
    pin="12345678",
)
LEGAL_PERSON = DemoCard(
    card_no="SW1A000000002",
    kind="法人卡",
    holder="李华",
    customs_code="3122960001",
    scc="91310000MA1FL0001X",
    company_name="上海甲进出口有限公司",
    pin="87654321",
)


@dataclass(frozen=True)
class Pki:
    """Where the files are, and short ways to what tests need of them."""

    folder: Path
    cards: Path

    def ca(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def crl(self) -> bytes:
        return (self.folder / "crl.pem").read_bytes()

    def certificate(self, card: DemoCard = OPERATOR) -> x509.Certificate:
        return card_certificate(self.cards, card.card_no)

    def der(self, card: DemoCard = OPERATOR) -> bytes:
        return self.certificate(card).public_bytes(serialization.Encoding.DER)

    def key(self, card: DemoCard = OPERATOR) -> ec.EllipticCurvePrivateKey:
        content = (self.cards / f"{card.card_no}.p12").read_bytes()
        key, _, _ = pkcs12.load_key_and_certificates(content, card.pin.encode())
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def ca_key(self) -> ec.EllipticCurvePrivateKey:
        key = serialization.load_pem_private_key((self.folder / "ca.key.pem").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def made(
        self,
        extensions: Sequence[tuple[x509.ExtensionType, bool]],
        subject: x509.Name | None = None,
        key: CertificatePublicKeyTypes | None = None,
    ) -> x509.Certificate:
        """A certificate by the CA's key and in its name: with these extensions (critical or not), the operator's
        subject and key where no other is named."""
        card, ca = self.certificate(), x509.load_pem_x509_certificate(self.ca())
        builder = (
            x509.CertificateBuilder()
            .subject_name(card.subject if subject is None else subject)
            .issuer_name(ca.subject)
        )
        builder = builder.public_key(key or card.public_key()).serial_number(7)
        builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
        for value, critical in extensions:
            builder = builder.add_extension(value, critical)
        return builder.sign(self.ca_key(), hashes.SHA256())


def usage(*uses: str) -> x509.KeyUsage:
    """What a key may be used for: digital_signature, key_cert_sign …"""
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in uses for name in names})


def make_pki(root: Path) -> Pki:
    pki = Pki(root / "pki", root / "cards")
    create(pki.folder, pki.cards, [OPERATOR, LEGAL_PERSON], now=NOW)
    return pki
