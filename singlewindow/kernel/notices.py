"""What a chapter has to say about a field while it is filled in, beside what is wrong: that a time may be appointed,
until when, and which others could be taken.

A notice refuses nothing and is stored nowhere. It is answered when a field is left (or a moment is whole), when a draft
is opened, and when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field


class Offer(BaseModel, frozen=True):
    """A proposal: its words, and what choosing it types into which fields of the form."""

    label: str
    values: dict[str, str]


class Notice(BaseModel, frozen=True):
    """What is said at the field `path`; a `good` one says that it may be so, a `bad` one that it may not. `offers`
    stand behind a button with the words `offers_title` (推荐时段)."""

    path: str
    text: str
    level: Literal["good", "bad", "plain"] = "plain"
    offers: tuple[Offer, ...] = Field(default=(), max_length=50)
    offers_title: str = ""


Notices = Callable[[Any, Any], Iterable[Notice]]
"""Of a type: (content, known) → what is to be said, one notice for a field at most. The content is as rules see it:
what is wrong by itself is empty. Pure, as a rule."""
