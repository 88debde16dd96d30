"""What a text from outside may hold at all: everything that PostgreSQL stores and UTF-8 writes.

NUL and halves of surrogate pairs are refused at the door, so that nothing behind it need expect them. What a
field of a form may hold besides is said in `definition/check.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1  # PostgreSQL's bigint
MAX_MEMBERS = 20  # of an envelope, a batch or a request's body


def storable(text: str) -> str:
    """The text itself. Raises PydanticCustomError where it holds what cannot be stored."""
    if text.isascii() and "\0" not in text:  # nearly all are, and a certificate has a thousand characters
        return text
    bad = next((c for c in text if c == "\0" or "\ud800" <= c <= "\udfff"), None)
    if bad is not None:
        raise PydanticCustomError("characters", f"含有不能使用的字符（U+{ord(bad):04X}）")
    return text


def few_members(batch: object) -> object:
    """A batch as it was read. Raises PydanticCustomError where an object in it has more members than any message:
    a shape that forbids unknown ones would name each of a million."""
    messages = batch.get("messages") if isinstance(batch, dict) else None
    for each in (batch, *(messages if isinstance(messages, list) else ())):
        _few(each)
    return batch


def _few(sent: object) -> None:
    if isinstance(sent, dict) and len(sent) > MAX_MEMBERS:
        raise PydanticCustomError("members", "未知的成员过多")


class RequestBody(BaseModel):
    """What a request brings as JSON. A member that it does not know is refused at its path: a misspelt
    `sender_number` or `check_only` would otherwise be done without, and saved."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, sent: object) -> object:
        _few(sent)
        return sent


Text = Annotated[str, AfterValidator(storable)]
"""Any text from a request's path, query, headers, form or body."""

Number = Annotated[Text, Field(max_length=32, examples=["202600000000000001"])]
"""A document's number (数据中心统一编号)."""
