"""Signatures of cards (detached, ES256) and of customs (compact JWS, ES256).

What a card signs is a short statement in canonical JSON (RFC 8785), wrapped as the signing input of a
detached JWS; signatures travel as raw r‖s (64 bytes), as JOSE has them (RFC 7518, 3.4), not as DER.
The real control's cards give SM2 or RSA: the header's `alg` leaves room, nothing here implements them.
Requirement PORT-08.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pydantic_core import to_json

from singlewindow.contract import base64url

ALGORITHM = "ES256"
_HEADER = b'{"alg":"ES256"}'
_HALF = 32  # bytes of r and of s on P-256
_ES256 = ec.ECDSA(hashes.SHA256())
_SIGNATURE = 86  # characters of a signature in BASE64URL
_MAX_COMPACT = 12 * 1024 * 1024  # characters: a sealed file of 8 MiB with a little room
_SMALL = 2**53
_NOT_UNDERSTOOD = {"crit", "b64"}  # header members that change what the signature means


class SignatureRefused(Exception):
    """The signature is not one of this text by this key."""


class UnknownSignature(SignatureRefused):
    """It has the form of a signature, of a key that is not known here: of nobody, or of one that is known later, for
    keys are renewed. Messages wait for that."""


def canonical(value: Any) -> bytes:
    """`value` (JSON types; decimals as strings) in the one byte form of RFC 8785.

    Raises `rfc8785.CanonicalizationError` for what JSON cannot say exactly, e.g. integers above 2^53.
    """
    try:
        return to_json(_ordered(value))  # the same bytes, a hundred times as fast
    except (_NotPlain, TypeError, ValueError):  # names that are no texts; half of a surrogate pair
        return rfc8785.dumps(value)


class _NotPlain(Exception):
    """Something else than texts, small whole numbers, true, false, null and objects with ASCII names, exactly so."""


def _ordered(value: Any) -> Any:
    """The same with every object's names in order. Raises `_NotPlain`."""
    kind = type(value)
    if kind is dict:
        names = sorted(value)
        if not "".join(names).isascii():
            raise _NotPlain
        return {name: each if type(each := value[name]) is str else _ordered(each) for name in names}
    if kind is list:
        return [_ordered(each) for each in value]
    if kind is str or kind is bool or value is None or (kind is int and abs(value) < _SMALL):
        return value
    raise _NotPlain


def signing_input(statement: bytes) -> str:
    """The ASCII text that a card signs for `statement`: BASE64URL(header) "." BASE64URL(statement)."""
    return f"{base64url.encoded(_HEADER)}.{base64url.encoded(statement)}"


def sign_raw(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ES256 over `data` with a P-256 key, as raw r‖s (64 bytes)."""
    r, s = decode_dss_signature(key.sign(data, _ES256))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def verify(certificate_der: bytes, signing_input: str, signature_raw: bytes) -> None:
    """Raise `SignatureRefused` unless the certificate's key made `signature_raw` (r‖s) over `signing_input`.

    Whether the certificate may be relied on is another question: `certificates.verify_card_certificate`.
    """
    _verify(_public_key(certificate_der), signing_input.encode(), signature_raw)


def sign_text(key_pem: bytes, signing_input: str) -> bytes:
    """ES256 over an ASCII text with a PEM private key, as raw r‖s (64 bytes)."""
    return sign_raw(_private_key(key_pem), signing_input.encode("ascii"))


def verify_text(public_key_pem: bytes, signing_input: str, signature_raw: bytes) -> None:
    """As `verify`, with a PEM public key in place of a certificate."""
    _verify(_bare_public_key(public_key_pem), signing_input.encode(), signature_raw)


def sign_jws(payload: bytes, key_pem: bytes, kid: str) -> str:
    """`payload` as a compact JWS (ES256), signed with the PEM private key; `kid` names the key."""
    text = f"{jws_start(kid)}{base64url.encoded(payload)}"
    return f"{text}.{base64url.encoded(sign_raw(_private_key(key_pem), text.encode()))}"


def jws_start(kid: str) -> str:
    """With what every compact JWS begins that names this key."""
    header = json.dumps({"alg": ALGORITHM, "kid": kid}, separators=(",", ":"))
    return f"{base64url.encoded(header.encode())}."


@lru_cache(maxsize=16)
def key_mark(key_pem: bytes) -> str:
    """A few letters that tell a PEM private key from the one before it: the beginning of its public key's SHA-256."""
    public = _private_key(key_pem).public_key()
    data = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(data).hexdigest()[:16]


def verify_jws(compact: str, cert_pem: bytes) -> bytes:
    """The payload of a compact JWS, if the key of `cert_pem` (pinned, not chain-checked) signed it; that may hold
    several certificates, the present one first: a key that was renewed vouches for what it signed before.

    Raises `SignatureRefused` for anything else, another algorithm included; `UnknownSignature` for another key's.
    """
    parts = compact.split(".") if len(compact) <= _MAX_COMPACT else []  # RFC 7515, 7.1
    if len(parts) != 3 or len(parts[2]) != _SIGNATURE:
        raise SignatureRefused("not a compact JWS")
    header, payload, signature = parts
    _check_header(header)
    plain, signed, raw = _decoded(payload), compact[: -_SIGNATURE - 1].encode("ascii"), _decoded(signature)
    first, *others = _pem_public_keys(cert_pem)
    try:
        _verify(first, signed, raw)
    except UnknownSignature:
        if not any(_is_signed(key, signed, raw) for key in others):
            raise
    return plain


def _is_signed(key: ec.EllipticCurvePublicKey, data: bytes, signature_raw: bytes) -> bool:
    try:
        _verify(key, data, signature_raw)
    except UnknownSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _check_header(encoded: str) -> None:
    """Raise `SignatureRefused` unless the header says ES256 and nothing that would have to be understood."""
    try:
        header = json.loads(_decoded(encoded))
    except (ValueError, RecursionError) as problem:
        raise SignatureRefused(f"an unreadable header: {problem}") from problem
    if not isinstance(header, dict) or header.get("alg") != ALGORITHM or _NOT_UNDERSTOOD & set(header):
        raise SignatureRefused("the header says something else than ES256")


def _verify(key: ec.EllipticCurvePublicKey, data: bytes, signature_raw: bytes) -> None:
    if len(signature_raw) != 2 * _HALF:
        raise SignatureRefused("a signature has 64 bytes (r‖s)")
    der = encode_dss_signature(
        int.from_bytes(signature_raw[:_HALF], "big"), int.from_bytes(signature_raw[_HALF:], "big")
    )
    try:
        key.verify(der, data, _ES256)
    except InvalidSignature as problem:
        raise UnknownSignature("the signature does not belong to this text and key") from problem


def check_private_key(pem: bytes) -> None:
    """Whether one can sign with it. Raises ValueError, TypeError (it wants a password) or UnsupportedAlgorithm."""
    _private_key(pem)


def check_certificate(pem: bytes) -> None:
    """Whether signatures can be verified by it, or by each of several. Raises SignatureRefused."""
    _pem_public_keys(pem)


# Keys are read once for each content of a file or certificate: what is remembered cannot grow stale.


@lru_cache(maxsize=16)
def _private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    return _p256_private(serialization.load_pem_private_key(pem, password=None))


def _p256_private(key: object) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return key


@lru_cache(maxsize=1024)
def _public_key(certificate_der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return _p256_public(x509.load_der_x509_certificate(certificate_der))
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise SignatureRefused("unreadable certificate, or not a P-256 key") from problem


@lru_cache(maxsize=16)
def _pem_public_keys(cert_pem: bytes) -> list[ec.EllipticCurvePublicKey]:
    try:
        return [_p256_public(each) for each in x509.load_pem_x509_certificates(cert_pem)]
    except (ValueError, UnsupportedAlgorithm) as problem:  # nothing is known of any signature
        raise UnknownSignature(f"not a certificate: {problem}") from problem


@lru_cache(maxsize=16)
def _bare_public_key(pem: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return _p256(serialization.load_pem_public_key(pem))
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise SignatureRefused(f"not a public key: {problem}") from problem


def _p256_public(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    return _p256(certificate.public_key())


def _p256(key: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return key


def _decoded(text: str) -> bytes:
    """The bytes of BASE64URL without padding; raises `SignatureRefused` where it is none."""
    try:
        return base64url.decoded(text)
    except ValueError as problem:
        raise SignatureRefused("not BASE64URL") from problem
