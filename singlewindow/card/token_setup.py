"""Put a demo card's key and certificate onto a token: SoftHSM for tests and training.

A card of the same number is replaced; a token that holds another card is left alone, for a token is a card.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pkcs11 import Attribute, KeyType, ObjectClass, PKCS11Error, Session
from pkcs11.util.ec import encode_named_curve_parameters
from pkcs11.util.x509 import decode_x509_certificate

from singlewindow.card.reader import CardUnreadable, UnsupportedCard
from singlewindow.card.token_card import find_card
from singlewindow.card.token_module import Choice
from singlewindow.contract.certificates import CertificateRefused, read_card_certificate

_PRIVATE_VALUE_BYTES = 32


class NotPut(Exception):
    """Nothing was written; the text says why."""


def put_on_token(choice: Choice, file: Path, pin: str, token_pin: str) -> str:
    """Write the card in `file` (PKCS#12, opened with `pin`) to the chosen token; return the card's number.

    The token must be initialised and have a user PIN, `token_pin`. Raises NotPut, ModuleUnusable.
    """
    key, certificate = _load(file, pin)
    der = certificate.public_bytes(Encoding.DER)
    number = _card_number(file, der)
    choice.open()
    try:
        token = choice.token()
        if token is None:
            raise NotPut("there is no such token; initialise one first, e.g. softhsm2-util --init-token")
        with token.open(rw=True, user_pin=token_pin) as session:
            _check_no_other(session, number)
            _replace(session, number, key, certificate)
    except PKCS11Error as problem:
        choice.close()
        raise NotPut(f"the token refused: {str(problem) or type(problem).__name__}") from problem
    return number


def _load(file: Path, pin: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(file.read_bytes(), pin.encode())
    except OSError as problem:
        raise NotPut(f"cannot read {file}: {problem.strerror}") from problem
    except ValueError as problem:
        raise NotPut(f"cannot open {file}: wrong PIN, or no PKCS#12 file") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
        raise NotPut(f"{file} holds no EC key with its certificate")
    return key, certificate


def _card_number(file: Path, der: bytes) -> str:
    try:
        return read_card_certificate(der).card_no
    except CertificateRefused as problem:
        raise NotPut(f"{file} holds no card: {problem.message}") from problem


def _check_no_other(session: Session, number: str) -> None:
    try:
        found = find_card(session).card.number
    except CardUnreadable:
        return
    except UnsupportedCard as problem:
        raise NotPut("the token holds a card of another kind") from problem
    if found != number:
        raise NotPut(f"the token holds card {found}; initialise it anew, or take another token")


def _replace(
    session: Session, number: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    for old in list(session.get_objects({Attribute.LABEL: number})):
        old.destroy()
    for attributes in _objects(number, key, certificate):
        session.create_object(attributes)


def _objects(
    number: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> Iterator[dict[Attribute, object]]:
    """Private key, then certificate, so that a broken write leaves no certificate without its key."""
    common = {
        Attribute.TOKEN: True,
        Attribute.LABEL: number,
        Attribute.ID: x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest,
    }
    yield common | {
        Attribute.CLASS: ObjectClass.PRIVATE_KEY,
        Attribute.KEY_TYPE: KeyType.EC,
        Attribute.PRIVATE: True,
        Attribute.SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.SIGN: True,
        Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1"),
        Attribute.VALUE: key.private_numbers().private_value.to_bytes(_PRIVATE_VALUE_BYTES, "big"),
    }
    public = {Attribute.PRIVATE: False}
    yield common | public | decode_x509_certificate(certificate.public_bytes(Encoding.DER))
