"""Encryption of what goes to customs: compact JWE, ECDH-ES+A256KW with A256GCM, on P-256. PORT-08."""

from __future__ import annotations

from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]
MAX_CIPHERTEXT = 16 * 1024 * 1024  # characters; a sealed file travels as one JWE


class DecryptionFailed(Exception):
    """Not a JWE for this key, or changed on its way."""


class _Registry(jwe.JWERegistry):
    max_ciphertext_length = MAX_CIPHERTEXT


def encrypt(plaintext: bytes, public_jwk: dict[str, Any]) -> str:
    """`plaintext` as a compact JWE that only the owner of `public_jwk` (EC P-256) can open."""
    header = {"alg": _ALGORITHMS[0], "enc": _ALGORITHMS[1]}
    key = ECKey.import_key(public_jwk)
    return jwe.encrypt_compact(header, plaintext, key, registry=_Registry(algorithms=_ALGORITHMS))


def decrypt(compact: str, private_jwk: dict[str, Any]) -> bytes:
    """The plaintext of a compact JWE; raises `DecryptionFailed` for anything that is not one for this key."""
    key = ECKey.import_key(private_jwk)
    try:
        opened = jwe.decrypt_compact(compact, key, registry=_Registry(algorithms=_ALGORITHMS))
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise DecryptionFailed(f"not a message for this key: {problem}") from problem
    if opened.plaintext is None:
        raise DecryptionFailed("empty message")
    return opened.plaintext
