"""The initials of a Chinese name's pinyin: 深圳海关 → szhg."""

from __future__ import annotations

import re

_READINGS = {"长滩": "ct", "长吨": "cd"}
"""Words whose reading the dictionary gets wrong, with their initials."""

_PARTS = re.compile(f"({'|'.join(_READINGS)})")


def initials_of(name: str) -> str:
    """Lower-case first letters; Latin letters and digits stay as they are, anything else is left out."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionary costs time and memory: seed and import only

    parts = [
        _READINGS.get(part) or "".join(lazy_pinyin(part, Style.FIRST_LETTER)) for part in _PARTS.split(name)
    ]
    return re.sub(r"[^0-9a-z]", "", "".join(parts).lower())
