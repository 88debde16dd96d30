"""What a text from outside may hold at all: everything that PostgreSQL stores and UTF-8 writes.

NUL and halves of surrogate pairs are refused at the door, so that nothing behind it need expect them. What a
field of a form may hold besides is said in `definition/check.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1  # PostgreSQL's bigint


def storable(text: str) -> str:
    """The text itself. Raises PydanticCustomError where it holds what cannot be stored."""
    bad = next((c for c in text if c == "\0" or "\ud800" <= c <= "\udfff"), None)
    if bad is not None:
        raise PydanticCustomError("characters", f"含有不能使用的字符（U+{ord(bad):04X}）")
    return text


Text = Annotated[str, AfterValidator(storable)]
"""Any text from a request's path, query, headers, form or body."""

Number = Annotated[Text, Field(max_length=32, examples=["202600000000000001"])]
"""A document's number (数据中心统一编号)."""
