"""Whether a statement writes, by its words: for what may write with one statement at most."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

WRITING_FUNCTIONS = (
    "sw_received_again",
    "sw_register",
    "sw_token_refused",
    "sw_token_used",
    "sw_unread_again",
)
"""Functions of ours that write where a query calls them; `tests/isolation/test_catalogue.py` compares."""
_WRITES = re.compile(
    rf"\b(?:insert|update|delete|merge|copy|truncate|create|alter|drop|nextval|pg_notify"
    rf"|{'|'.join(WRITING_FUNCTIONS)})\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\bfor\s+(?:no\s+key\s+)?update\b|\bfor\s+(?:key\s+)?share\b|advisory|^\s*(?:set|lock|begin|savepoint)\b",
    re.IGNORECASE,
)
Does = Literal["reads", "writes", "lasts"]


@lru_cache(maxsize=2048)
def what_it_does(sql: str) -> Does:
    """Whether a statement reads, writes, or does what lasts until a commit and is lost with its own: a lock, a setting.

    Every word counts wherever it stands: what only looks like writing is taken for it.
    """
    if _LASTS.search(sql):
        return "lasts"
    return "writes" if _WRITES.search(sql) else "reads"
