"""Customs' keys, and what is needed to judge a card's certificate."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from singlewindow.contract.batches import sign_batch
from singlewindow.contract.certificates import CardIdentity, list_until, verify_card_certificate
from singlewindow.contract.key_files import (
    Renewed,
    read_authority,
    read_certificate,
    read_private_jwks,
    read_private_key,
)
from singlewindow.contract.lasting import REVOKED, days_left, read_or_nothing
from singlewindow.contract.sealed import unseal
from singlewindow.contract.signatures import jws_start, key_mark, sign_jws

KEY_ID = "customs"
MOST_OPENED = 500  # messages that are remembered between reception and understanding
LONGEST_OPENED = 100_000  # characters of one of them


class Keys:
    """The PKI folder as customs use it; what changed there is read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signing_key = Renewed(folder / "customs-signing.key.pem", read_private_key)
        self._decryption_keys = Renewed(folder / "customs-encryption.jwk", read_private_jwks)
        self._ca = Renewed(folder / "ca.pem", read_authority)
        self._portal_certificate = Renewed(folder / "portal-signing.pem", read_certificate)
        self._opened: OrderedDict[str, bytes] = OrderedDict()

    @classmethod
    def load(cls, folder: Path) -> Keys:
        """Read the keys; raises OSError where one cannot be read, ValueError where it is none."""
        return cls(folder)

    def of_portal(self) -> tuple[list[dict[str, Any]], bytes]:
        """The keys with which the portal's messages are decrypted, and the certificate by which they are known."""
        return self._decryption_keys.now(), self._portal_certificate.now()

    def unseal(self, compact: str) -> bytes:
        """What the portal signed and encrypted for customs; raises `DecryptionFailed` or `SignatureRefused`."""
        return unseal(compact, *self.of_portal())

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
        key = self._signing_key.now()
        return sign_jws(payload, key, _key_id(key))

    def signed_start(self) -> str:
        """With what everything begins that was signed with the present key."""
        return jws_start(_key_id(self._signing_key.now()))

    def sign_batch(self, body: bytes) -> str:
        """Customs' signature for a batch of messages as a whole."""
        key = self._signing_key.now()
        return sign_batch(body, key, _key_id(key))

    def identify(self, certificate: bytes) -> CardIdentity:
        """Whom a card's certificate (DER) stands for, valid at this real moment; raises `CertificateRefused`."""
        return verify_card_certificate(certificate, self._ca.now(), self._revoked(), datetime.now(UTC))

    def list_in_date(self) -> bytes:
        """The revocation list by which cards can be judged at this real moment; nothing where there is none."""
        revoked = self._revoked()
        until = list_until(self._ca.now(), revoked)
        return revoked if until is not None and datetime.now(UTC) <= until else b""

    def days_left(self) -> dict[str, float]:
        """How long the CA's certificate and its revocation list last, by file."""
        return days_left(self._folder, datetime.now(UTC))

    def _revoked(self) -> bytes:
        return read_or_nothing(self._folder / REVOKED)


def _key_id(key: bytes) -> str:
    """Says who signed, and with which of the keys that customs had."""
    return f"{KEY_ID}-{key_mark(key)}"
