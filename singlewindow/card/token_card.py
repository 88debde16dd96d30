"""The card on a token: its signing certificate, and the private key of the same CKA_ID."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import Attribute, CertificateType, ObjectClass, Session

from singlewindow.card.reader import Card, CardUnreadable, UnsupportedCard
from singlewindow.contract.certificates import CertificateRefused, read_card_certificate

SUPPORTED = "ECDSA secp256r1"
_SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")  # OID 1.2.156.10197.1.301 (GM/T 0006) as DER
_CERTIFICATES = {
    Attribute.CLASS: ObjectClass.CERTIFICATE,
    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
}


@dataclass(frozen=True)
class TokenCard:
    """A card and where its key is."""

    card: Card
    key_id: bytes  # CKA_ID that certificate and private key share


def find_card(session: Session) -> TokenCard:
    """The token's first signing certificate of a card; needs no PIN.

    Raises UnsupportedCard when there are only signing certificates of other algorithms, CardUnreadable
    when there is none, PKCS11Error.
    """
    others = []
    for each in list(session.get_objects(_CERTIFICATES)):
        der, key_id = bytes(each[Attribute.VALUE]), bytes(each[Attribute.ID])
        algorithm = signing_algorithm(der)
        if algorithm not in {"", SUPPORTED}:
            others.append(algorithm)
        elif algorithm and (number := _card_number(der)):
            return TokenCard(Card(number, der), key_id)
    raise UnsupportedCard(others[0]) if others else CardUnreadable()


def signing_algorithm(der: bytes) -> str:
    """The key algorithm of a certificate that may sign, e.g. `RSA 2048`, `SM2`; "" for any other."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        if not _may_sign(certificate):
            return ""
        key = certificate.public_key()
    except (ValueError, x509.DuplicateExtension):
        return ""
    except UnsupportedAlgorithm:
        return "SM2" if _SM2_CURVE in der else "（未知算法）"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {key.curve.name}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return type(key).__name__.removesuffix("PublicKey")


def _may_sign(certificate: x509.Certificate) -> bool:
    """Not one for encryption, nor the issuer's own."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature and not usage.key_cert_sign


def _card_number(der: bytes) -> str:
    try:
        return read_card_certificate(der).card_no
    except CertificateRefused:
        return ""
