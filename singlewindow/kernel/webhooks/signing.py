"""How a request to an endpoint is signed (Standard Webhooks 1.0, symmetric), and how the secrets for it are kept.

Signed is `<id>.<timestamp>.<body>`. While a secret is being replaced a request carries two signatures, apart by a
space. Secrets lie in the database sealed with a key that only the PKI folder has.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from singlewindow.contract.files import read_file

PREFIX = "whsec_"
BYTES = 32
KEY_FILE = "webhook-secrets.key"
_NONCE = 12


def new_secret() -> bytes:
    """32 random bytes."""
    return os.urandom(BYTES)


def shown(secret: bytes) -> str:
    """As the administrator sees it once: whsec_ and Base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signatures(secrets: Iterable[bytes], identifier: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one `v1,<Base64>` for each secret. `timestamp` in whole seconds since 1970."""
    signed = f"{identifier}.{timestamp}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    )


class Sealer:
    """Seals secrets for the database; each counts for the company that it was made for alone."""

    def __init__(self, pki: Path) -> None:
        """The key is read anew when the file changes. Raises OSError where it is missing."""
        self._path = pki / KEY_FILE

    def seal(self, secret: bytes, company_id: int) -> bytes:
        """Nonce and AES-256-GCM ciphertext."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher().encrypt(nonce, secret, str(company_id).encode())

    def open(self, sealed: bytes, company_id: int) -> bytes:
        """The secret. Raises ValueError where it was sealed with another key or for another company."""
        try:
            return self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], str(company_id).encode())
        except InvalidTag:
            raise ValueError(f"a secret of company {company_id} cannot be opened with {self._path}") from None

    def _cipher(self) -> AESGCM:
        return AESGCM(base64.b64decode(read_file(self._path)))
