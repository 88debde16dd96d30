"""A document as it is stored, and its attachments without their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from singlewindow.kernel.database.connection import Row


@dataclass(frozen=True)
class AttachmentRecord:
    """A file of the working version."""

    id: int
    category: str
    name: str
    size: int
    pages: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True)
class Document:
    """One row of `document`. `content` is the working version; customs' data stand in `returned`."""

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

    @classmethod
    def of(cls, row: Row) -> Document:
        """The document of a database row that has at least these columns."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @property
    def was_sent(self) -> bool:
        """Whether it has ever been submitted: then its versions and receipts are kept for ever."""
        return self.last_submission > 0


COLUMNS = ", ".join(Document.__dataclass_fields__)
