"""A reader whose cards are PKCS#12 files in a folder, for demonstrations.

    <card_no>.p12        key and certificate; the password is the PIN
    <card_no>.pem        the certificate, which a card shows without its PIN
    <card_no>.tries.json {"left": n}: tries left for the PIN; missing means all of them
    reader.json          {"card": "<card_no>" | null}: which card is in the reader; missing means none

A PIN is verified by opening the file with it; it is neither kept nor logged.
"""

from __future__ import annotations

import json
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from singlewindow.card.reader import (
    Card,
    CardLocked,
    CardPulled,
    CardUnreadable,
    NoCard,
    WrongPin,
)
from singlewindow.contract.signatures import sign_raw

PIN_TRIES = 5
_NUMBER = re.compile(r"[0-9A-Za-z]{13}")


class FolderReader:
    """A `Reader` over a folder of demo cards; people put cards in and pull them out by `insert`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def inserted(self) -> str | None:
        """The card that reader.json names; None when there is no such file or no such card."""
        number = _read_json(self.folder / "reader.json").get("card")
        return number if isinstance(number, str) and self._exists(number) else None

    def card(self) -> Card:
        """The card in the reader. Raises NoCard, CardUnreadable."""
        number = self.inserted()
        if number is None:
            raise NoCard
        return self.read(number)

    def read(self, number: str) -> Card:
        """The card `number` of the folder, in the reader or not. Raises CardUnreadable."""
        try:
            certificate = x509.load_pem_x509_certificate((self.folder / f"{number}.pem").read_bytes())
        except (OSError, ValueError) as problem:
            raise CardUnreadable from problem
        return Card(number, certificate.public_bytes(serialization.Encoding.DER))

    def verify_pin(self, number: str, pin: str) -> None:
        """Try the PIN; the right one restores all tries."""
        self._key(number, pin)

    def sign(self, number: str, data: bytes, pin: str) -> bytes:
        """Sign with card `number`, which must be in the reader from the beginning to the end."""
        signature = sign_raw(self._key(number, pin), data)
        self._check_inserted(number)
        return signature

    def numbers(self) -> list[str]:
        """The cards of the folder, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.p12") if _NUMBER.fullmatch(path.stem))

    def insert(self, number: str | None) -> None:
        """Put a card of the folder into the reader, or pull it out (None). Raises NoCard for a stranger."""
        if number is not None and not self._exists(number):
            raise NoCard
        _write_json(self.folder / "reader.json", {"card": number})

    def tries_left(self, number: str) -> int:
        """How many wrong PINs the card still allows; 0 is a locked card."""
        left = _read_json(self._tries(number)).get("left", PIN_TRIES)
        return left if isinstance(left, int) else 0

    def unlock(self, number: str) -> None:
        """Give the card all its tries again."""
        if self._exists(number):
            self._tries(number).unlink(missing_ok=True)

    def _key(self, number: str, pin: str) -> ec.EllipticCurvePrivateKey:
        """The card's key. The try is counted before it is made, so that breaking off does not save it."""
        self._check_inserted(number)
        left = self.tries_left(number) - 1
        if left < 0:
            raise _locked()
        content = self._content(number)
        _write_json(self._tries(number), {"left": left})
        try:
            key, _, _ = pkcs12.load_key_and_certificates(content, pin.encode())
        except ValueError as problem:
            raise (WrongPin(left) if left else _locked()) from problem
        self.unlock(number)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CardUnreadable
        return key

    def _content(self, number: str) -> bytes:
        try:
            return (self.folder / f"{number}.p12").read_bytes()
        except OSError as problem:
            raise CardUnreadable from problem

    def _check_inserted(self, number: str) -> None:
        if self.inserted() != number:
            raise CardPulled

    def _exists(self, number: str) -> bool:
        return bool(_NUMBER.fullmatch(number)) and (self.folder / f"{number}.p12").is_file()

    def _tries(self, number: str) -> Path:
        return self.folder / f"{number}.tries.json"


def _locked() -> CardLocked:
    return CardLocked("；演示卡可在读卡器页面解锁")


def _read_json(path: Path) -> dict[str, Any]:
    """The object in a file; an empty one when the file is missing or holds no JSON object."""
    with suppress(OSError, ValueError):
        value = json.loads(path.read_bytes())
        if isinstance(value, dict):
            return value
    return {}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    """Write the whole file or nothing."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)
