"""The keys with which the portal speaks to customs and knows their answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from singlewindow.contract.files import read_file
from singlewindow.contract.key_files import Renewed, read_certificate, read_private_key, read_public_jwk

CUSTOMS_CERTIFICATE = "customs-signing.pem"


class ExchangeKeys:
    """Customs' public key and certificate, and the portal's own signing key (both PEM), as the files have them now."""

    def __init__(self, pki: Path) -> None:
        self._customs_jwk = Renewed(pki / "customs-encryption.pub.jwk", read_public_jwk)
        self._customs_certificate = Renewed(pki / CUSTOMS_CERTIFICATE, read_certificate)
        self._portal_key = Renewed(pki / "portal-signing.key.pem", read_private_key)

    @classmethod
    def load(cls, pki: Path) -> ExchangeKeys:
        """Read them from the PKI folder; raises OSError where one cannot be read, ValueError where it is none."""
        return cls(pki)

    @property
    def customs_jwk(self) -> dict[str, Any]:
        """What is sent to customs is encrypted for it."""
        return self._customs_jwk.now()

    @property
    def customs_certificate(self) -> bytes:
        """By it customs' messages are known."""
        return self._customs_certificate.now()

    @property
    def portal_key(self) -> bytes:
        """With it the portal signs."""
        return self._portal_key.now()


def customs_certificate(pki: Path) -> bytes:
    """Customs' signing certificate, PEM: all that the web processes need."""
    return read_file(pki / CUSTOMS_CERTIFICATE)
