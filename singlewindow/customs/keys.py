"""Customs' keys, and what is needed to judge a card's certificate."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from singlewindow.contract.batches import sign_batch
from singlewindow.contract.certificates import CardIdentity, verify_card_certificate
from singlewindow.contract.files import read_file
from singlewindow.contract.key_files import (
    read_authority,
    read_certificate,
    read_private_jwk,
    read_private_key,
)
from singlewindow.contract.sealed import unseal
from singlewindow.contract.signatures import sign_jws

KEY_ID = "customs"
MOST_OPENED = 500  # messages that are remembered between reception and understanding
LONGEST_OPENED = 100_000  # characters of one of them


@dataclass(frozen=True)
class Keys:
    """The PKI folder as customs use it. The revocation list is read again when it changed."""

    folder: Path
    signing_key: bytes
    decryption_key: dict[str, Any]
    ca: bytes
    portal_certificate: bytes
    _opened: OrderedDict[str, bytes] = field(default_factory=OrderedDict, repr=False, compare=False)

    @classmethod
    def load(cls, folder: Path) -> Keys:
        """Read the keys; raises OSError where one cannot be read, ValueError where it is none."""
        return cls(
            folder,
            read_private_key(folder / "customs-signing.key.pem"),
            read_private_jwk(folder / "customs-encryption.jwk"),
            read_authority(folder / "ca.pem"),
            read_certificate(folder / "portal-signing.pem"),
        )

    def unseal(self, compact: str) -> bytes:
        """What the portal signed and encrypted for customs; raises `DecryptionFailed` or `SignatureRefused`."""
        return unseal(compact, self.decryption_key, self.portal_certificate)

    def remember(self, compact: str, plain: bytes) -> None:
        """Keep what a message was unsealed to, for the one who understands it next in this process.

        The oldest go: what came twice, or was understood by another process, is never asked for.
        """
        if len(compact) <= LONGEST_OPENED:
            self._opened[compact] = plain
            while len(self._opened) > MOST_OPENED:
                self._opened.popitem(last=False)

    def recall(self, compact: str) -> bytes:
        """As `unseal`, without calculating again what `remember` was told; then that is forgotten."""
        plain = self._opened.pop(compact, None)
        return self.unseal(compact) if plain is None else plain

    def sign(self, payload: bytes) -> str:
        """A payload as customs' compact JWS."""
        return sign_jws(payload, self.signing_key, KEY_ID)

    def sign_batch(self, body: bytes) -> str:
        """Customs' signature for a batch of messages as a whole."""
        return sign_batch(body, self.signing_key, KEY_ID)

    def identify(self, certificate: bytes) -> CardIdentity:
        """Whom a card's certificate (DER) stands for, valid at this real moment; raises `CertificateRefused`."""
        try:
            revoked = read_file(self.folder / "crl.pem")
        except FileNotFoundError:
            revoked = b""
        return verify_card_certificate(certificate, self.ca, revoked, datetime.now(UTC))
