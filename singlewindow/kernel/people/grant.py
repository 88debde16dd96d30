"""What a token may: chapters, and one of three rights, each of which includes the one before it (INTG-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Right = Literal["read", "draft", "submit"]
RIGHT_NAMES: dict[Right, str] = {"read": "查询", "draft": "暂存", "submit": "申报"}
"""In the order in which they grow; the words of the page."""
_ORDER = tuple(RIGHT_NAMES)


@dataclass(frozen=True)
class Grant:
    """What the token that asks was made for."""

    name: str
    right: Right
    chapters: frozenset[str] | None  # None: all
    valid_until: datetime

    def includes(self, wanted: Right) -> bool:
        """Whether its right is enough for what wants this one."""
        return _ORDER.index(self.right) >= _ORDER.index(wanted)

    def has_chapter(self, name: str) -> bool:
        """Whether it was made for this chapter."""
        return self.chapters is None or name in self.chapters
