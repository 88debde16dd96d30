"""Signatures of cards (detached, ES256) and of customs (compact JWS, ES256).

What a card signs is a short statement in canonical JSON (RFC 8785), wrapped as the signing input of a
detached JWS; signatures travel as raw r‖s (64 bytes), as JOSE has them (RFC 7518, 3.4), not as DER.
The real control's cards give SM2 or RSA: the header's `alg` leaves room, nothing here implements them.
Requirement PORT-08.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
_HEADER = b'{"alg":"ES256"}'
_HALF = 32  # bytes of r and of s on P-256
_ES256 = ec.ECDSA(hashes.SHA256())


class SignatureRefused(Exception):
    """The signature is not one of this text by this key."""


class _Registry(jws.JWSRegistry):
    max_payload_length = 12 * 1024 * 1024  # encoded: a sealed file of 8 MiB with a little room


def canonical(value: Any) -> bytes:
    """`value` (JSON types; decimals as strings) in the one byte form of RFC 8785.

    Raises `rfc8785.CanonicalizationError` for what JSON cannot say exactly, e.g. integers above 2^53.
    """
    return rfc8785.dumps(value)


def signing_input(statement: bytes) -> str:
    """The ASCII text that a card signs for `statement`: BASE64URL(header) "." BASE64URL(statement)."""
    return f"{_base64url(_HEADER)}.{_base64url(statement)}"


def sign_raw(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ES256 over `data` with a P-256 key, as raw r‖s (64 bytes)."""
    r, s = decode_dss_signature(key.sign(data, _ES256))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def verify(certificate_der: bytes, signing_input: str, signature_raw: bytes) -> None:
    """Raise `SignatureRefused` unless the certificate's key made `signature_raw` (r‖s) over `signing_input`.

    Whether the certificate may be relied on is another question: `certificates.verify_card_certificate`.
    """
    if len(signature_raw) != 2 * _HALF:
        raise SignatureRefused("a signature has 64 bytes (r‖s)")
    key = _public_key(certificate_der)
    der = encode_dss_signature(
        int.from_bytes(signature_raw[:_HALF], "big"), int.from_bytes(signature_raw[_HALF:], "big")
    )
    try:
        key.verify(der, signing_input.encode(), _ES256)
    except InvalidSignature as problem:
        raise SignatureRefused("the signature does not belong to this text and key") from problem


def sign_jws(payload: bytes, key_pem: bytes, kid: str) -> str:
    """`payload` as a compact JWS (ES256), signed with the PEM private key; `kid` names the key."""
    key = ECKey.import_key(key_pem)
    header = {"alg": ALGORITHM, "kid": kid}
    return jws.serialize_compact(header, payload, key, registry=_Registry(algorithms=[ALGORITHM]))


def verify_jws(compact: str, cert_pem: bytes) -> bytes:
    """The payload of a compact JWS, if the key of `cert_pem` (pinned, not chain-checked) signed it.

    Raises `SignatureRefused` for anything else, another algorithm included.
    """
    try:
        key = ECKey.import_key(_pem_public_key(cert_pem))
        return jws.deserialize_compact(compact, key, registry=_Registry(algorithms=[ALGORITHM])).payload
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise SignatureRefused(f"not a JWS of this key: {problem}") from problem


def _public_key(certificate_der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = x509.load_der_x509_certificate(certificate_der).public_key()
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise SignatureRefused("unreadable certificate") from problem
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SignatureRefused("not a P-256 key")
    return key


def _pem_public_key(cert_pem: bytes) -> bytes:
    key = x509.load_pem_x509_certificate(cert_pem).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
