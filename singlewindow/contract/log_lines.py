"""What strangers sent stands in logs as text: one event stays one line, and nothing moves a terminal's cursor or turns
the direction of what follows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import MutableMapping
from typing import Any

_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode categories
_MANY_LINES = ("exception", "stack")
_IN_JSON = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def one_line(line: str) -> str:
    """A line of JSON in which such characters stand as their escapes; JSON itself escapes only the first 32."""
    return line if line.isascii() and "\x7f" not in line else _IN_JSON.sub(_escape, line)


def without_controls(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A step of structlog for people's lines: control characters stand there as \\x1b."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            kept = "\n\t" if name in _MANY_LINES else ""
            event[name] = "".join(
                c if c in kept or unicodedata.category(c) not in _CONTROLS else repr(c)[1:-1] for c in value
            )
    return event


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
