"""A message for customs: signed by the portal, then encrypted, so that customs know who sent it.

The company's own signature stands inside; the portal's around it keeps strangers who can reach customs'
address from having forged messages answered in a company's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from singlewindow.contract.encryption import Encryption, UnknownKey, decrypt
from singlewindow.contract.signatures import sign_jws, verify_jws

PORTAL_KEY_ID = "portal"


class Sealing:
    """The portal's seal for the messages of one batch: each is signed for itself, they share one key agreement."""

    def __init__(self, portal_key_pem: bytes, customs_jwk: dict[str, Any]) -> None:
        self._key = portal_key_pem
        self._encryption = Encryption(customs_jwk)

    def seal(self, payload: bytes) -> str:
        """A compact JWE for customs' public key around a JWS by the portal's private key (PEM)."""
        return self._encryption.encrypt(sign_jws(payload, self._key, PORTAL_KEY_ID).encode("ascii"))


def seal(payload: bytes, portal_key_pem: bytes, customs_jwk: dict[str, Any]) -> str:
    """One message, sealed as those of a batch are."""
    return Sealing(portal_key_pem, customs_jwk).seal(payload)


def unseal(
    compact: str, customs_private_jwks: Sequence[dict[str, Any]], portal_certificate_pem: bytes
) -> bytes:
    """The payload, for whichever of customs' keys it was encrypted, the present one first; raises `DecryptionFailed` or
    `SignatureRefused` for what the portal did not seal."""
    inner = _decrypted(compact, customs_private_jwks)
    return verify_jws(inner.decode("ascii", errors="replace"), portal_certificate_pem)


def _decrypted(compact: str, private_jwks: Sequence[dict[str, Any]]) -> bytes:
    *others, last = private_jwks
    for each in others:
        try:
            return decrypt(compact, each)
        except UnknownKey:
            continue
    return decrypt(compact, last)
