"""A document as the page and the API see it: content, status, files, and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from singlewindow.kernel.documents.record import AttachmentRecord, Document
from singlewindow.kernel.lifecycle import NEW, Action
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.refusals import UNBOUND
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.subsystem import DocumentType


class StatusView(BaseModel):
    """A status: its code and the manual's word."""

    code: str
    name: str
    waiting: bool


class ActionView(BaseModel):
    """Whether an action may be done now and, if not, why its button is grey."""

    allowed: bool
    why: str


class AttachmentView(BaseModel):
    """A file of the document; size in bytes."""

    id: int
    category: str
    name: str
    size: int
    pages: int
    sha256: str
    uploaded_at: datetime


class View(BaseModel):
    """A document: `header` are the grey boxes that the kernel fills, `content` what is filled in."""

    type: str
    number: str | None
    version: int
    status: StatusView
    header: dict[str, str]
    content: dict[str, Any]
    attachments: list[AttachmentView]
    actions: dict[str, ActionView]
    updated_at: datetime | None
    warnings: list[Violation] = Field(
        default=[], description="What is doubtful in content that was just judged; it refuses nothing"
    )


def actions_of(type: DocumentType, person: Person, status: str, company_id: int) -> dict[str, ActionView]:
    """Every action of the type with the lifecycle's answer for this person and status."""
    party = party_of(person, company_id)
    return {
        action.name: ActionView(allowed=not why, why=why)
        for action in type.lifecycle.actions
        for why in [_why_not(type, action, person, status, party)]
    }


def party_of(person: Person, company_id: int) -> str:
    """What a person is to a document of that company."""
    return "declarant" if company_id == person.company_id else "other"


def view_of(
    type: DocumentType, person: Person, document: Document, attachments: Sequence[AttachmentRecord]
) -> View:
    """The view of a stored document."""
    header = {
        "number": document.number,
        "status": type.lifecycle.form_name_of(document.status),
        "filed_on": document.filed_on.isoformat(),
        **document.returned,
    }
    return View(
        type=type.name,
        number=document.number,
        version=document.version,
        status=status_view(type, document.status),
        header=_header(type, header),
        content=dict(document.content),
        attachments=[AttachmentView(**vars(attachment)) for attachment in attachments],
        actions=actions_of(type, person, document.status, document.company_id),
        updated_at=document.updated_at,
    )


def new_view(type: DocumentType, person: Person, content: Mapping[str, Any]) -> View:
    """The view of a document that was never saved."""
    return View(
        type=type.name,
        number=None,
        version=0,
        status=status_view(type, NEW),
        header=_header(type, {"status": type.lifecycle.name_of(NEW)}),
        content=dict(content),
        attachments=[],
        actions=actions_of(type, person, NEW, person.company_id),
        updated_at=None,
    )


def status_view(type: DocumentType, status: str) -> StatusView:
    """A status with its word."""
    waiting = any(state.waiting for state in type.lifecycle.states if state.code == status)
    return StatusView(code=status, name=type.lifecycle.name_of(status), waiting=waiting)


def _header(type: DocumentType, values: Mapping[str, str]) -> dict[str, str]:
    return {box.name: values.get(box.name, "") for box in type.form.header}


def _why_not(type: DocumentType, action: Action, person: Person, status: str, party: str) -> str:
    if person.bound_card is None and action.needs_card_account:
        return UNBOUND
    return type.lifecycle.why_not(action, status, party=party, role=person.role)
