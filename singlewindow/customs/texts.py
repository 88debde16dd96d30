"""What can be stored and answered: no NUL and no lone surrogate in a text, no number beyond 2^53 in a message."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MOST = 2**53 - 1  # what JSON carries exactly between all programs
MOST_NESTED = 32  # levels of a content; a form has four, and an officer's page goes through all of them
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether a text can be stored and answered."""
    return _IMPOSSIBLE.search(text) is None


def cleaned(text: str) -> str:
    """The text with U+FFFD in place of each character that cannot be stored."""
    return _IMPOSSIBLE.sub("\ufffd", text)


def all_storable(value: Any) -> bool:
    """Whether every text and every number within a value of JSON types can be stored, keys included."""
    match value:
        case str():
            return storable(value)
        case int():
            return abs(value) <= MOST
        case float():
            return math.isfinite(value)
        case dict():
            return all(all_storable(key) and all_storable(each) for key, each in value.items())
        case list() | tuple():
            return all(all_storable(each) for each in value)
        case _:
            return True


def _number(text: str) -> int:
    number = int(text)
    if abs(number) > MOST:
        raise ValueError("a number that cannot be stored")
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number that cannot be stored")
    return number


def _is_flat(value: Any, levels: int) -> bool:
    """Whether nothing in a value of JSON types lies deeper than so many levels."""
    if not isinstance(value, dict | list):
        return True
    within = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_flat(each, levels - 1) for each in within)


_READER = json.JSONDecoder(parse_int=_number, parse_float=_fraction, parse_constant=_fraction)


def json_object(data: bytes) -> dict[str, Any]:
    """The JSON object in `data`; raises ValueError when it is none, or holds what cannot be stored."""
    try:
        value = _READER.decode(data.decode())
        if data.count(b"{") + data.count(b"[") > MOST_NESTED and not _is_flat(value, MOST_NESTED):
            raise ValueError("nested too deeply")
        # What cannot be stored in a text can be said by an escape alone.
        if isinstance(value, dict) and (b"\\" not in data or all_storable(value)):
            return value
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    raise ValueError("not a JSON object that can be stored")
