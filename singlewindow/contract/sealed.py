"""A message for customs: signed by the portal, then encrypted, so that customs know who sent it.

The company's own signature stands inside; the portal's around it keeps strangers who can reach customs'
address from having forged messages answered in a company's name.
"""

from __future__ import annotations

from typing import Any

from singlewindow.contract.encryption import decrypt, encrypt
from singlewindow.contract.signatures import sign_jws, verify_jws

PORTAL_KEY_ID = "portal"


def seal(payload: bytes, portal_key_pem: bytes, customs_jwk: dict[str, Any]) -> str:
    """A compact JWE for customs' public key around a JWS by the portal's private key (PEM)."""
    return encrypt(sign_jws(payload, portal_key_pem, PORTAL_KEY_ID).encode("ascii"), customs_jwk)


def unseal(compact: str, customs_private_jwk: dict[str, Any], portal_certificate_pem: bytes) -> bytes:
    """The payload; raises `DecryptionFailed` or `SignatureRefused` for what the portal did not seal."""
    inner = decrypt(compact, customs_private_jwk)
    return verify_jws(inner.decode("ascii", errors="replace"), portal_certificate_pem)
