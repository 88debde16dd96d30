"""The keys and certificates of a demonstration: a CA, customs' keys, and cards in PKCS#12 files.

    folder/        ca.pem  ca.key.pem  crl.pem  customs-signing.pem  customs-signing.key.pem
                   portal-signing.pem  portal-signing.key.pem
                   portal-seal.pem (a bare public key)  portal-seal.key.pem
                   print-seal.pem  print-seal.key.pem
                   webhook-secrets.key (32 random bytes in Base64: what secrets of webhooks are sealed with)
                   customs-encryption.jwk (private; after a renewal several)  customs-encryption.pub.jwk
    cards folder/  <card_no>.p12 (password = PIN)  <card_no>.pem (the certificate: a card shows it without PIN)

For demonstrations and training only: whoever can read the folder can issue cards. The revocation list's
nextUpdate lies 10 years ahead because nobody re-signs it regularly here; a real CA's lists live for days.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc.jwk import ECKey

from singlewindow.contract.certificates import (
    CARD_KIND,
    CUSTOMS_CODE,
    DOCUMENT_SIGNING,
    SOCIAL_CREDIT_CODE,
    other_name,
)
from singlewindow.contract.key_files import read_private_jwks

CA_NAME = "单一窗口演示证书中心"
CUSTOMS_NAME = "海关演示签名"
PORTAL_NAME = "单一窗口演示签名"
PRINT_SEAL_NAME = "报关单证专用章（样章 SPECIMEN）"
PRINT_SEAL_ORGANIZATION = "样章 SPECIMEN，仅供演示，无法律效力"
_CA_LIFE = timedelta(days=20 * 365)
_CRL_LIFE = timedelta(days=10 * 365)
_SIGNING_LIFE = timedelta(days=10 * 365)
_CARD_LIFE = timedelta(days=3 * 365)
_BACKDATED = timedelta(days=1)  # so that computers whose clocks run a little behind accept what is new
_PRIVATE, _PUBLIC = 0o600, 0o644
_CA_KEY = "ca.key.pem"


@dataclass(frozen=True)
class DemoCard:
    """A card to be issued; the members are those of `cards` in world.json."""

    card_no: str  # 13 characters
    kind: str  # 法人卡 | 操作员卡
    holder: str
    customs_code: str
    scc: str
    company_name: str
    pin: str


def create(folder: Path, cards_folder: Path, cards: Sequence[DemoCard], now: datetime | None = None) -> None:
    """Make whatever is missing of the two folders; what exists is kept, so a second call only adds cards.

    `now` (with an offset) is the beginning of validity, by default this moment.
    """
    moment = now or datetime.now(UTC)
    for each in (folder, cards_folder):
        each.mkdir(parents=True, exist_ok=True)
    _create_ca(folder, moment)
    if not (folder / "crl.pem").exists():
        _write_crl(folder, [], 1, moment)
    _create_signing(folder, "customs-signing", CUSTOMS_NAME, moment)
    _create_signing(folder, "portal-signing", PORTAL_NAME, moment)
    _create_seal(folder)
    _create_print_seal(folder, moment)
    _create_customs_encryption(folder)
    _create_webhook_key(folder)
    for card in cards:
        if not (cards_folder / f"{card.card_no}.p12").exists():
            issue_card(folder, cards_folder, card, not_before=moment - _BACKDATED)


def issue_card(
    folder: Path,
    cards_folder: Path,
    card: DemoCard,
    *,
    not_before: datetime,
    not_after: datetime | None = None,
) -> x509.Certificate:
    """Issue `card` with a new key, replacing one of the same number; valid 3 years unless `not_after` says.

    A `not_after` in the past makes an expired card, for tests and training.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certify_card(folder, card, key.public_key(), not_before=not_before, not_after=not_after)
    file = pkcs12.serialize_key_and_certificates(
        card.card_no.encode(),
        key,
        certificate,
        [_ca(folder)],
        serialization.BestAvailableEncryption(card.pin.encode()),
    )
    _write(cards_folder / f"{card.card_no}.pem", _pem(certificate), _PUBLIC)
    _write(cards_folder / f"{card.card_no}.p12", file, _PRIVATE)
    return certificate


def certify_card(
    folder: Path,
    card: DemoCard,
    key: ec.EllipticCurvePublicKey,
    *,
    not_before: datetime,
    not_after: datetime | None = None,
) -> x509.Certificate:
    """A certificate of the CA in `folder` for a card with this key; nothing is written."""
    builder = (
        _certificate(_card_subject(card), key, not_before, not_after or not_before + _CARD_LIFE)
        .issuer_name(_ca(folder).subject)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_card_codes(card), critical=False)
    )
    return builder.sign(_ca_key(folder), hashes.SHA256())


def revoke(folder: Path, certificate: x509.Certificate, now: datetime | None = None) -> None:
    """Put `certificate` on the revocation list and sign the list anew; again does nothing more.

    Raises FileNotFoundError where the CA's key is kept elsewhere: the list stays as it is.
    """
    crl = x509.load_pem_x509_crl((folder / "crl.pem").read_bytes())
    if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        return
    moment = now or datetime.now(UTC)
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(certificate.serial_number)
        .revocation_date(moment)
        .build()
    )
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    _write_crl(folder, [*crl, entry], number + 1, moment)


def card_certificate(cards_folder: Path, card_no: str) -> x509.Certificate:
    """The certificate of a card that `create` or `issue_card` made."""
    return x509.load_pem_x509_certificate((cards_folder / f"{card_no}.pem").read_bytes())


def _create_ca(folder: Path, now: datetime) -> None:
    if (folder / "ca.pem").exists():
        return
    key = _key(folder / _CA_KEY)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CA_NAME)])
    builder = (
        _certificate(name, key.public_key(), now - _BACKDATED, now + _CA_LIFE)
        .issuer_name(name)
        .add_extension(_usage(issues=True), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    _write(folder / "ca.pem", _pem(builder.sign(key, hashes.SHA256())), _PUBLIC)


def _create_signing(folder: Path, stem: str, common_name: str, now: datetime) -> None:
    if (folder / f"{stem}.pem").exists():
        return
    ca_key, key = _ca_key(folder), _key(folder / f"{stem}.key.pem")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        _certificate(name, key.public_key(), now - _BACKDATED, now + _SIGNING_LIFE)
        .issuer_name(_ca(folder).subject)
        .add_extension(_usage(signs=True), critical=True)
    )
    _write(folder / f"{stem}.pem", _pem(builder.sign(ca_key, hashes.SHA256())), _PUBLIC)


def _create_print_seal(folder: Path, now: datetime) -> None:
    """The key that seals PDF files. Its certificate alone of those of this CA may sign documents (PRNT-09)."""
    if not (folder / "print-seal.pem").exists():
        issue_print_seal(folder, not_before=now - _BACKDATED)


def issue_print_seal(
    folder: Path, *, not_before: datetime, not_after: datetime | None = None
) -> x509.Certificate:
    """Issue the certificate of the seal of PDF files, for the key that is there or a new one; 10 years.

    A `not_after` in the past makes an expired one, for tests and training. Raises FileNotFoundError where the CA's key
    is kept elsewhere.
    """
    ca_key, key = _ca_key(folder), _key(folder / "print-seal.key.pem")
    names = (
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, PRINT_SEAL_ORGANIZATION),
        x509.NameAttribute(NameOID.COMMON_NAME, PRINT_SEAL_NAME),
    )
    ends = not_after or not_before + _SIGNING_LIFE
    # PDF readers that do not know RFC 9336 yet look for the older right to sign mail.
    purposes = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    builder = (
        _certificate(x509.Name(names), key.public_key(), not_before, ends)
        .issuer_name(_ca(folder).subject)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(purposes, critical=False)
    )
    certificate = builder.sign(ca_key, hashes.SHA256())
    _write(folder / "print-seal.pem", _pem(certificate), _PUBLIC)
    return certificate


def _create_seal(folder: Path) -> None:
    """The key of the seals on prints. Who verifies them pins the public key itself: there is no chain to follow."""
    public = folder / "portal-seal.pem"
    if not public.exists():
        key = _key(folder / "portal-seal.key.pem").public_key()
        pem = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        _write(public, key.public_bytes(*pem), _PUBLIC)


def _create_customs_encryption(folder: Path) -> None:
    private, public = folder / "customs-encryption.jwk", folder / "customs-encryption.pub.jwk"
    if not private.exists():
        made = ECKey.generate_key("P-256", {"use": "enc"}, private=True)
        _write(private, json.dumps(made.as_dict(private=True)).encode(), _PRIVATE)
    if not public.exists():
        kept = ECKey.import_key(read_private_jwks(private)[0])
        _write(public, json.dumps(kept.as_dict(private=False)).encode(), _PUBLIC)


def _create_webhook_key(folder: Path) -> None:
    path = folder / "webhook-secrets.key"
    if not path.exists():
        _write(path, base64.b64encode(secrets.token_bytes(32)), _PRIVATE)


def _write_crl(folder: Path, revoked: Sequence[x509.RevokedCertificate], number: int, now: datetime) -> None:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_ca(folder).subject)
        .last_update(now)
        .next_update(now + _CRL_LIFE)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for entry in revoked:
        builder = builder.add_revoked_certificate(entry)
    crl = builder.sign(_ca_key(folder), hashes.SHA256())
    _write(folder / "crl.pem", crl.public_bytes(serialization.Encoding.PEM), _PUBLIC)


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    serial = secrets.randbits(62) | 1 << 62  # positive, and 16 hexadecimal digits as on real cards
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key).serial_number(serial)
    return builder.not_valid_before(not_before).not_valid_after(not_after)


def _card_subject(card: DemoCard) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, card.company_name),
            x509.NameAttribute(NameOID.COMMON_NAME, card.holder),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, card.card_no),
        ]
    )


def _card_codes(card: DemoCard) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [
            other_name(CUSTOMS_CODE, card.customs_code),
            other_name(SOCIAL_CREDIT_CODE, card.scc),
            other_name(CARD_KIND, card.kind),
        ]
    )


def _usage(*, signs: bool = False, issues: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )


def _ca(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())


def _ca_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The CA's key. Raises FileNotFoundError where it is kept elsewhere: what another key signs nobody accepts, and a
    revocation list among it would shut out every card."""
    path = folder / _CA_KEY
    if not path.exists():
        why = "the CA's key is not on this machine; do this where it is kept, and copy what is made"
        raise FileNotFoundError(errno.ENOENT, why, str(path))
    return _key(path)


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The P-256 key in the PEM file `path`, made when the file is missing."""
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        _write(path, _key_pem(made), _PRIVATE)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path}: not an EC key")
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write the whole file or nothing, never readable by others before its mode is set."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    part.replace(path)
