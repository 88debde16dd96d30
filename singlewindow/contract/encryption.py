"""Encryption of what goes to customs: compact JWE, ECDH-ES+A256KW with A256GCM, on P-256. PORT-08.

One key agreement serves the messages of one batch: they share the content key, each has an initialisation
vector of its own. It costs as much as thirty messages' own encryption (docs/decisions/0011-speed.md).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from singlewindow.contract.base64url import decoded as _decoded
from singlewindow.contract.base64url import encoded as _encoded

_ALGORITHM, _CONTENT = "ECDH-ES+A256KW", "A256GCM"
_KEY, _IV, _TAG, _COORDINATE = 32, 12, 16, 32  # bytes
MAX_CIPHERTEXT = 16 * 1024 * 1024  # characters; a sealed file travels as one JWE
_MEMBERS = {"alg", "enc", "epk", "kid", "typ", "cty"}  # of a header; others might change what it means


class DecryptionFailed(Exception):
    """Not a JWE for this key, or changed on its way."""


class UnknownKey(DecryptionFailed):
    """A JWE as it should be, for another key: one that comes later perhaps, for keys are renewed."""


class Encryption:
    """A content key that the owner of `public_jwk` (EC P-256) alone can learn; for the messages of one batch."""

    def __init__(self, public_jwk: dict[str, Any]) -> None:
        ephemeral = ec.generate_private_key(ec.SECP256R1())
        own = ephemeral.public_key().public_numbers()
        epk = {"kty": "EC", "crv": "P-256", "x": _coordinate(own.x), "y": _coordinate(own.y)}
        header = json.dumps({"alg": _ALGORITHM, "enc": _CONTENT, "epk": epk}, separators=(",", ":"))
        key = secrets.token_bytes(_KEY)
        shared = ephemeral.exchange(ec.ECDH(), _public_key(public_jwk))
        self._header = _encoded(header.encode())
        self._start = f"{self._header}.{_encoded(aes_key_wrap(_derived(shared), key))}"
        self._cipher = AESGCM(key)

    def encrypt(self, plaintext: bytes) -> str:
        """`plaintext` as a compact JWE."""
        iv = secrets.token_bytes(_IV)
        sealed = self._cipher.encrypt(iv, plaintext, self._header.encode())
        return f"{self._start}.{_encoded(iv)}.{_encoded(sealed[:-_TAG])}.{_encoded(sealed[-_TAG:])}"


def encrypt(plaintext: bytes, public_jwk: dict[str, Any]) -> str:
    """`plaintext` as a compact JWE that only the owner of `public_jwk` (EC P-256) can open."""
    return Encryption(public_jwk).encrypt(plaintext)


def check_public_key(jwk: dict[str, Any]) -> None:
    """Whether one can encrypt for it. Raises ValueError, TypeError or LookupError."""
    _public_key(jwk)


def check_key_pair(jwk: dict[str, Any]) -> None:
    """Whether one can decrypt with it. Raises ValueError, TypeError or LookupError."""
    _private_key(jwk["x"], jwk["y"], jwk["d"])


def decrypt(compact: str, private_jwk: dict[str, Any]) -> bytes:
    """The plaintext of a compact JWE; raises `DecryptionFailed` for anything that is not one for this key."""
    parts = compact.split(".") if len(compact) <= MAX_CIPHERTEXT else []  # RFC 7516, 7.1
    if len(parts) != 5:
        raise DecryptionFailed("not a compact JWE")
    header, wrapped, iv, text, tag = parts
    try:
        key = _content_key(header, wrapped, *(str(private_jwk[name]) for name in ("x", "y", "d")))
        vector, mark = _decoded(iv), _decoded(tag)
        if (len(vector), len(mark)) != (_IV, _TAG):
            raise ValueError("lengths of vector and tag")
        return AESGCM(key).decrypt(vector, _decoded(text) + mark, header.encode())
    except (InvalidTag, InvalidUnwrap, ValueError, TypeError, LookupError, RecursionError) as problem:
        kind = UnknownKey if isinstance(problem, InvalidUnwrap) else DecryptionFailed
        raise kind(f"not a message for this key: {type(problem).__name__}: {problem}") from problem


@lru_cache(maxsize=16)
def _content_key(header: str, wrapped: str, x: str, y: str, d: str) -> bytes:
    """The content key of a batch's messages: the agreement is calculated for the first of them."""
    said = json.loads(_decoded(header))
    if not isinstance(said, dict) or set(said) - _MEMBERS:
        raise ValueError("a header with unknown members")
    if (said.get("alg"), said.get("enc")) != (_ALGORITHM, _CONTENT):
        raise ValueError(f"algorithms {said.get('alg')}, {said.get('enc')}")
    key = aes_key_unwrap(
        _derived(_private_key(x, y, d).exchange(ec.ECDH(), _public_key(said["epk"]))), _decoded(wrapped)
    )
    if len(key) != _KEY:
        raise ValueError("length of the content key")
    return key


def _derived(shared: bytes) -> bytes:
    """The key that wraps the content key: Concat KDF of one round (RFC 7518, 4.6.2), without party information."""
    name = _ALGORITHM.encode()
    info = len(name).to_bytes(4, "big") + name + bytes(8) + (_KEY * 8).to_bytes(4, "big")
    return hashlib.sha256((1).to_bytes(4, "big") + shared + info).digest()


def _public_key(jwk: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise ValueError("not a P-256 key")
    return _point(jwk["x"], jwk["y"]).public_key()


@lru_cache(maxsize=4)
def _private_key(x: str, y: str, d: str) -> ec.EllipticCurvePrivateKey:
    return ec.EllipticCurvePrivateNumbers(_number(d), _point(x, y)).private_key()


def _point(x: str, y: str) -> ec.EllipticCurvePublicNumbers:
    return ec.EllipticCurvePublicNumbers(_number(x), _number(y), ec.SECP256R1())


def _number(text: str) -> int:
    if not isinstance(text, str):  # as somebody's JSON has it
        raise TypeError("a coordinate that is no text")
    data = _decoded(text)
    if len(data) != _COORDINATE:
        raise ValueError("length of a coordinate")
    return int.from_bytes(data, "big")


def _coordinate(number: int) -> str:
    return _encoded(number.to_bytes(_COORDINATE, "big"))
