"""The seal of a print: what stands in its QR code, and what anybody can verify without network (GATE-09).

A seal is a compact JWS (RFC 7515, ES256) of a short JSON object: t type, n number, v version, f facts (label → text),
iat and exp in seconds since 1970. The portal signs it with a key that signs nothing else; its public half is a PEM
file that may hold several keys, old ones after a change.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from singlewindow.contract.signatures import (
    SignatureRefused,
    canonical,
    sign_text,
    signing_input,
    verify_text,
)

LONGEST = 2000  # characters; a QR code that a phone reads holds less
_SHAPE = re.compile(r"([A-Za-z0-9_-]+\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{86})")
_PUBLIC_KEY = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----\s*", re.DOTALL)


@dataclass(frozen=True)
class Seal:
    """What the portal vouches for. Moments have an offset and whole seconds."""

    type: str
    number: str
    version: int
    facts: Mapping[str, str]
    issued_at: datetime
    valid_until: datetime

    def expired(self, now: datetime) -> bool:
        """Whether its time is over; the last second still counts."""
        return now > self.valid_until


def write_seal(seal: Seal, private_key_pem: bytes) -> str:
    """The seal as the text of a QR code."""
    said = {
        "t": seal.type,
        "n": seal.number,
        "v": seal.version,
        "f": dict(seal.facts),
        "iat": int(seal.issued_at.timestamp()),
        "exp": int(seal.valid_until.timestamp()),
    }
    text = signing_input(canonical(said))
    return f"{text}.{_encoded(sign_text(private_key_pem, text))}"


def holds_key(public_keys_pem: bytes) -> bool:
    """Whether there is a public key in it at all; without one no seal can be judged."""
    return _PUBLIC_KEY.search(public_keys_pem) is not None


def read_seal(text: str, public_keys_pem: bytes) -> Seal:
    """What a seal says, if one of the keys made it; whether it is still valid is the caller's question.

    Raises `SignatureRefused` for everything else: not a character may differ from what was printed.
    """
    parts = _SHAPE.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if parts is None:
        raise SignatureRefused("not a seal")
    signature = _decoded(parts[3])
    if not any(_made(key, parts[1], signature) for key in _PUBLIC_KEY.findall(public_keys_pem)):
        raise SignatureRefused("none of the keys made this seal")
    payload = _decoded(parts[2])
    if signing_input(payload) != parts[1]:
        raise SignatureRefused("another kind of signature")
    return _seal(payload)


def _made(key: bytes, text: str, signature: bytes) -> bool:
    try:
        verify_text(key, text, signature)
    except SignatureRefused:
        return False
    return True


def _seal(payload: bytes) -> Seal:
    try:
        said: dict[str, Any] = json.loads(payload)
        return Seal(
            said["t"],
            said["n"],
            said["v"],
            {str(label): str(value) for label, value in said["f"].items()},
            datetime.fromtimestamp(said["iat"], UTC),
            datetime.fromtimestamp(said["exp"], UTC),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as problem:
        raise SignatureRefused("signed, but no seal") from problem


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Strictly: the last character has bits that say nothing, and they must not differ either."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(data) != text:
        raise SignatureRefused("not BASE64URL")
    return data
