"""Card certificates: who the card belongs to, and whether its certificate may be relied on; likewise the seal's.

A card certificate names the holder (subject CN), the company (O) and the card number (serialNumber, 13
characters); the codes stand in the subjectAltName as otherName entries under our private arc.
The chain is one step long: the CA issues cards directly. Requirements PORT-03, PORT-05, PORT-08.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier

CUSTOMS_CODE = ObjectIdentifier("1.3.6.1.4.1.64321.1.1")  # 海关编码, 10 characters
SOCIAL_CREDIT_CODE = ObjectIdentifier("1.3.6.1.4.1.64321.1.2")  # 社会信用代码, 18 characters
CARD_KIND = ObjectIdentifier("1.3.6.1.4.1.64321.1.3")  # 法人卡 | 操作员卡
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # id-kp-documentSigning, RFC 9336

CARD_NUMBER_LENGTH = 13
_UTF8_STRING = 0x0C  # ASN.1 tag; every value here is shorter than 128 bytes, so its length is one byte
_UNDERSTOOD = frozenset(
    {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.SUBJECT_ALTERNATIVE_NAME}
)


class CardKind(StrEnum):
    """The kinds of cards, by their legal names."""

    LEGAL_PERSON = "法人卡"
    OPERATOR = "操作员卡"


class Reason(StrEnum):
    """Why a certificate was refused."""

    UNREADABLE = "unreadable"  # not an X.509 certificate, or not one of a card
    CHAIN = "chain"  # not issued by our CA
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation-unknown"  # the revocation list is missing, forged or out of date


class CertificateRefused(Exception):
    """A certificate that must not be relied on; `message` is Chinese, for the person at the screen."""

    def __init__(self, reason_code: Reason, message: str) -> None:
        super().__init__(message)
        self.reason_code = reason_code
        self.message = message


@dataclass(frozen=True)
class CardIdentity:
    """Whom a card stands for, as its certificate says."""

    card_no: str  # 13 characters, letters and digits
    holder: str
    company_name: str
    customs_code: str  # 10 characters
    scc: str  # 社会信用代码, 18 characters
    kind: str  # 法人卡 | 操作员卡


def other_name(oid: ObjectIdentifier, value: str) -> x509.OtherName:
    """An otherName holding `value` as a UTF8String; raises ValueError above 127 bytes."""
    encoded = value.encode()
    if len(encoded) > 127:
        raise ValueError(f"{oid.dotted_string}: more than 127 bytes")
    return x509.OtherName(oid, bytes((_UTF8_STRING, len(encoded))) + encoded)


def certificate_number(certificate: x509.Certificate) -> str:
    """The certificate's serial number as at least 16 upper-case hexadecimal digits."""
    return f"{certificate.serial_number:016X}"


def read_card_certificate(der: bytes) -> CardIdentity:
    """What the certificate says of its card, without judging whether to believe it.

    Raises `CertificateRefused` (unreadable) when it is not a certificate of a card.
    """
    return _identity(_load(der))


def verify_card_certificate(der: bytes, ca_pem: bytes, crl_pem: bytes, now: datetime) -> CardIdentity:
    """The card's identity, once chain, validity at `now` (with an offset) and revocation have been checked.

    Raises `CertificateRefused`. Fails closed: without a revocation list signed by the CA and still in date,
    nothing is accepted.
    """
    certificate, ca = _load(der), _load_pem(ca_pem)
    _check_chain(der, ca_pem)
    _check_validity(ca, now)
    _check_validity(certificate, now)
    _check_not_revoked(certificate, ca_pem, crl_pem, now)
    return _identity(certificate)


def verify_card_certificate_at(der: bytes, ca_pem: bytes, crl_pem: bytes, at: datetime) -> CardIdentity:
    """The identity of a card that signed at `at` (with an offset), in the past: it was valid then, and not revoked yet.

    What has been revoked or has ended since is no objection, nor that the list has. Raises `CertificateRefused`.
    """
    certificate, ca = _load(der), _load_pem(ca_pem)
    _check_chain(der, ca_pem)
    _check_validity(ca, at)
    _check_validity(certificate, at)
    entry = _list_of(ca_pem, crl_pem).get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None and entry.revocation_date_utc <= at:
        raise _revoked()
    return _identity(certificate)


def verify_seal_certificate(der: bytes, ca_pem: bytes, crl_pem: bytes, now: datetime) -> None:
    """Check a certificate with which PDF files are sealed as a card's is checked, and its right to sign documents.

    Raises `CertificateRefused`: what the CA did not issue for sealing first (a card's, say), whatever its validity.
    """
    certificate, ca = _load(der), _load_pem(ca_pem)
    _check_chain(der, ca_pem)
    _check_may_seal(certificate)
    _check_validity(ca, now)
    _check_validity(certificate, now)
    _check_not_revoked(certificate, ca_pem, crl_pem, now)


def list_until(ca_pem: bytes, crl_pem: bytes) -> datetime | None:
    """Until when cards may be judged by a revocation list (PEM); None where it is missing, forged or names no end."""
    try:
        return _list_of(ca_pem, crl_pem).next_update_utc
    except CertificateRefused:
        return None


def certificate_until(pem: bytes) -> datetime | None:
    """Until when a certificate (PEM) is valid; None where it is none."""
    try:
        return _load_pem(pem).not_valid_after_utc
    except ValueError:
        return None


# Certificates, lists and chains are read once for each content: what is remembered depends on bytes alone, never
# on the time, so that it cannot grow stale.


@lru_cache(maxsize=16)
def _load_pem(ca_pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(ca_pem)


@lru_cache(maxsize=1024)
def _load(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.extensions, certificate.subject  # noqa: B018  parsed lazily: a broken one raises here
        key = certificate.public_key()
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as problem:
        raise CertificateRefused(
            Reason.UNREADABLE, "无法读取卡内证书，请确认插入的是电子口岸卡。"
        ) from problem
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateRefused(Reason.UNREADABLE, "卡内证书的密钥类型不受支持，请更换电子口岸卡。")
    return certificate


@lru_cache(maxsize=1024)
def _identity(certificate: x509.Certificate) -> CardIdentity:
    codes = _other_names(certificate)
    identity = CardIdentity(
        card_no=_subject(certificate, NameOID.SERIAL_NUMBER),
        holder=_subject(certificate, NameOID.COMMON_NAME),
        company_name=_subject(certificate, NameOID.ORGANIZATION_NAME),
        customs_code=codes.get(CUSTOMS_CODE, ""),
        scc=codes.get(SOCIAL_CREDIT_CODE, ""),
        kind=codes.get(CARD_KIND, ""),
    )
    if len(identity.card_no) != CARD_NUMBER_LENGTH or identity.kind not in set(CardKind):
        raise CertificateRefused(Reason.UNREADABLE, "该证书不是电子口岸卡的证书。")
    return identity


def _subject(certificate: x509.Certificate, oid: ObjectIdentifier) -> str:
    values = certificate.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if len(values) == 1 else ""


def _other_names(certificate: x509.Certificate) -> dict[ObjectIdentifier, str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return {}
    return {name.type_id: _utf8_string(name.value) for name in names if isinstance(name, x509.OtherName)}


def _utf8_string(der: bytes) -> str:
    if der[:2] != bytes((_UTF8_STRING, len(der) - 2)):
        return ""
    return der[2:].decode(errors="replace")


@lru_cache(maxsize=1024)
def _check_chain(der: bytes, ca_pem: bytes) -> None:
    certificate, ca = _load(der), _load_pem(ca_pem)
    try:
        certificate.verify_directly_issued_by(ca)
        _check_may_issue(ca)
        _check_may_sign(certificate)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as problem:
        message = "卡内证书不是本系统认可的机构签发的，无法使用，请更换电子口岸卡。"
        raise CertificateRefused(Reason.CHAIN, message) from problem


def _check_may_issue(ca: x509.Certificate) -> None:
    if not ca.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        raise ValueError("the issuer is no CA")
    if not ca.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign:
        raise ValueError("the issuer's key may not sign certificates")


def _check_may_sign(certificate: x509.Certificate) -> None:
    if not certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature:
        raise ValueError("the card's key may not sign")
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in certificate.extensions):
        raise ValueError("a critical extension that is not understood")


def _check_may_seal(certificate: x509.Certificate) -> None:
    values = (extension.value for extension in certificate.extensions)
    purposes = [oid for value in values if isinstance(value, x509.ExtendedKeyUsage) for oid in value]
    if DOCUMENT_SIGNING not in purposes:
        raise CertificateRefused(Reason.CHAIN, "该证书不是印章的证书，不能用于在文件上签章。")


def _check_validity(certificate: x509.Certificate, now: datetime) -> None:
    if now < certificate.not_valid_before_utc:
        raise CertificateRefused(Reason.NOT_YET_VALID, "证书尚未生效，请检查电脑日期或联系发卡机构。")
    if now > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date().isoformat()
        raise CertificateRefused(Reason.EXPIRED, f"证书已于{day}到期，请到发卡机构办理证书更新。")


def _check_not_revoked(certificate: x509.Certificate, ca_pem: bytes, crl_pem: bytes, now: datetime) -> None:
    crl = _list_of(ca_pem, crl_pem)
    if crl.next_update_utc is None or now > crl.next_update_utc:
        raise _revocation_unknown()
    if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise _revoked()


def _list_of(ca_pem: bytes, crl_pem: bytes) -> x509.CertificateRevocationList:
    try:
        return _trusted_crl(ca_pem, crl_pem)
    except (ValueError, TypeError, x509.DuplicateExtension, UnsupportedAlgorithm) as problem:
        raise _revocation_unknown() from problem


def _revocation_unknown() -> CertificateRefused:
    message = "暂时无法确认证书是否已被吊销，请稍后重试；仍不成功请联系系统管理员更新吊销列表。"
    return CertificateRefused(Reason.REVOCATION_UNKNOWN, message)


def _revoked() -> CertificateRefused:
    return CertificateRefused(Reason.REVOKED, "该卡的证书已被吊销，无法使用，请联系发卡机构。")


@lru_cache(maxsize=4)
def _trusted_crl(ca_pem: bytes, crl_pem: bytes) -> x509.CertificateRevocationList:
    """The list, if it is the CA's and a whole one; whether it is still in date is asked each time."""
    ca, crl = _load_pem(ca_pem), x509.load_pem_x509_crl(crl_pem)
    key = ca.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("the CA's key is not an EC key")
    if crl.issuer != ca.subject or not crl.is_signature_valid(key):
        raise ValueError("not the CA's list")
    if any(extension.critical for extension in crl.extensions):
        raise ValueError("a partial list, or one that is not understood")
    return crl
