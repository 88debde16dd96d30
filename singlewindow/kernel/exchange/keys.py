"""The keys with which the portal speaks to customs and knows their answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singlewindow.contract.files import read_file
from singlewindow.contract.key_files import read_certificate, read_private_key, read_public_jwk

CUSTOMS_CERTIFICATE = "customs-signing.pem"


@dataclass(frozen=True)
class ExchangeKeys:
    """Customs' public key and certificate, and the portal's own signing key (both PEM)."""

    customs_jwk: dict[str, Any]
    customs_certificate: bytes
    portal_key: bytes

    @classmethod
    def load(cls, pki: Path) -> ExchangeKeys:
        """Read them from the PKI folder; raises OSError where one cannot be read, ValueError where it is none."""
        return cls(
            read_public_jwk(pki / "customs-encryption.pub.jwk"),
            read_certificate(pki / CUSTOMS_CERTIFICATE),
            read_private_key(pki / "portal-signing.key.pem"),
        )


def customs_certificate(pki: Path) -> bytes:
    """Customs' signing certificate, PEM: all that the web processes need."""
    return read_file(pki / CUSTOMS_CERTIFICATE)
