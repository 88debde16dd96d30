"""BASE64URL without padding (RFC 7515, 2), and nothing else: a text has one spelling only.

The standard library passes over what does not belong, so that it would have to be looked at before.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from string import ascii_letters, digits

_OURS = (ascii_letters + digits + "-_").encode()
_USUAL = (ascii_letters + digits + "+/").encode()
_TO_OURS = bytes.maketrans(_USUAL, _OURS)
_TO_USUAL = bytes(_USUAL[_OURS.index(each)] if each in _OURS else ord("!") for each in range(256))


def encoded(data: bytes) -> str:
    """The text for these bytes."""
    return b2a_base64(data, newline=False).translate(_TO_OURS).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes of a text; raises ValueError where it is none."""
    usual = text.encode("ascii").translate(_TO_USUAL)
    return a2b_base64(usual + b"=" * (-len(usual) % 4), strict_mode=True)
