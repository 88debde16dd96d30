"""The shapes of Chinese number plates; what has another shape may still be a plate (foreign, military, temporary).

By GA 36-2018. Ordinary ones have seven characters; the last one marks a trailer (挂), a learner's (学), a police car
(警), a vehicle with a plate of Hong Kong or Macao too (港, 澳), a consulate's (领); 使 is an embassy's. New energy ones
have eight, with the letter of the kind first in the serials of small vehicles and last in those of large ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection

SEPARATORS = "·•・.-"
"""What is written between the parts of a plate and tells no two apart."""

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LETTER = "[A-HJ-NP-Z]"
_SERIAL = "[A-HJ-NP-Z0-9]"
_KIND = "[DABCEFGHJK]"
_SHAPES = (
    rf"{_PROVINCE}{_LETTER}{_SERIAL}{{4}}[A-HJ-NP-Z0-9挂学警领港澳]",
    rf"{_PROVINCE}{_LETTER}(?:{_KIND}{_SERIAL}[0-9]{{4}}|[0-9]{{5}}{_KIND})",
    r"使[0-9]{6}|[0-9]{6}使",
)
_PLATE = re.compile("|".join(f"(?:{shape})" for shape in _SHAPES))


def looks_like_a_plate(text: str) -> bool:
    """Whether the text has the shape of a plate, written without blanks and separators."""
    return _PLATE.fullmatch(text) is not None


def spellings(text: str) -> Collection[str]:
    """A medium as it was asked for, and as it may have been typed otherwise: without blanks, or with one behind its
    first two characters, where a plate may have a separator too."""
    plain = "".join(text.split())
    bare = plain.translate(dict.fromkeys(map(ord, SEPARATORS)))
    between = " "
    if looks_like_a_plate(bare):
        plain, between = bare, f" {SEPARATORS}"
    return {text, plain, *(f"{plain[:2]}{sign}{plain[2:]}" for sign in between)}
