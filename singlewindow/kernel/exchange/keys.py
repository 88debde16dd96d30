"""The keys with which the portal speaks to customs and knows their answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singlewindow.contract.files import read_file


@dataclass(frozen=True)
class ExchangeKeys:
    """Customs' public key and certificate, and the portal's own signing key (both PEM)."""

    customs_jwk: dict[str, Any]
    customs_certificate: bytes
    portal_key: bytes

    @classmethod
    def load(cls, pki: Path) -> ExchangeKeys:
        """Read them from the PKI folder; raises OSError where one is missing."""
        return cls(
            json.loads((pki / "customs-encryption.pub.jwk").read_text("ascii")),
            customs_certificate(pki),
            (pki / "portal-signing.key.pem").read_bytes(),
        )


def customs_certificate(pki: Path) -> bytes:
    """Customs' signing certificate, PEM: all that the web processes need."""
    return read_file(pki / "customs-signing.pem")
