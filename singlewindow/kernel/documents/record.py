"""A document as it is stored, and its attachments without their bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.lifecycle import Marks


@dataclass(frozen=True)
class AttachmentRecord:
    """A file of the working version; `certificate` (DER) is that of the card that signed it."""

    id: int
    category: str
    name: str
    size: int
    pages: int
    sha256: str
    uploaded_at: datetime
    certificate: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Document:
    """One row of `document`; customs' data stand in `returned`.

    `content` is the working version until customs accept it and the version in force from then on; `amendment` is the
    working version of a change of that (None: none was saved). `amending` names the action that is with customs,
    `ended_by` the one that ended the document. `answered` says that customs have sent a receipt. `follow_up` is
    what was typed for follow-ups and is not in force, by name; `done` names accepted ones of which one is enough.
    `drafted` is the action whose form the `amendment` is.
    """

    id: int
    type: str
    number: str
    company_id: int
    status: str
    version: int
    content: Mapping[str, Any]
    returned: Mapping[str, str]
    filed_on: date
    updated_at: datetime
    pending_submission: int | None
    last_submission: int
    amendment: Mapping[str, Any] | None = None
    amending: str = ""
    ended_by: str = ""
    answered: bool = False
    follow_up: Mapping[str, Any] = field(default_factory=dict)
    done: Sequence[str] = ()
    drafted: str = ""

    @classmethod
    def of(cls, row: Row) -> Document:
        """The document of a database row that has at least these columns."""
        made = object.__new__(cls)  # a page has twenty: a frozen class sets each of its fields by a call
        made.__dict__.update({name: row[name] for name in cls.__dataclass_fields__})
        return made

    @property
    def was_sent(self) -> bool:
        """Whether it has ever been submitted: then its versions and receipts are kept for ever."""
        return self.last_submission > 0

    @property
    def facts(self) -> Mapping[str, Any]:
        """What an action's own reason may look at: what customs returned beside the content."""
        return {**self.returned, **self.content}

    @cached_property
    def marks(self) -> Marks:
        """What stands beside the status."""
        return Marks(self.amending, self.ended_by, tuple(self.done), self.drafted)

    def amendment_of(self, action: str) -> Mapping[str, Any] | None:
        """What was saved on the form of that action and is not declared yet, if anything was."""
        return self.amendment if self.drafted in ("", action) else None


COLUMNS = ", ".join(Document.__dataclass_fields__)
