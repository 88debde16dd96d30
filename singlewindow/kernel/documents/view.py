"""A document as the page and the API see it: content, status, files, and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, Field

from singlewindow.kernel.documents.record import AttachmentRecord, Document
from singlewindow.kernel.lifecycle import NEW, UNMARKED, Action, Marks
from singlewindow.kernel.notices import Notice
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.refusals import UNBOUND
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.subsystem import DECLARANT, DocumentType


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


class MarkerView(BaseModel):
    """What stands beside the status: the action that is with customs or that ended the document, and the word."""

    code: str
    name: str


class View(BaseModel):
    """A document: `header` are the grey boxes that the kernel fills, `content` what is filled in.

    With `amendment` it is what the form of that action (变更, 删单) shows: the saved change, or what is in force; "" is
    the document itself. `answered`: customs have sent a receipt.
    """

    type: str
    number: str | None
    version: int
    status: StatusView
    header: dict[str, str]
    content: dict[str, Any]
    attachments: list[AttachmentView]
    actions: dict[str, ActionView]
    updated_at: datetime | None
    marker: MarkerView | None
    amendment: str
    answered: bool
    warnings: list[Violation] = Field(
        default=[], description="What is doubtful in content that was just judged; it refuses nothing"
    )
    notices: list[Notice] | None = Field(
        default=None,
        description="What is said at fields of content that was just judged; null where nobody asked",
    )
    alerts: list[Violation] = Field(
        default=[], description="What already stands against filling in a form that was just opened"
    )


def actions_of(
    type: DocumentType,
    person: Person,
    status: str,
    party: str,
    marks: Marks = UNMARKED,
    *,
    in_list: bool = False,
) -> dict[str, ActionView]:
    """Every action of the type with the lifecycle's answer for this person, who is that `party` to the document, its
    status and what stands beside it; why not is said in the form's words, or in those of a list."""
    return {
        action.name: _verdict(why)
        for action in type.lifecycle.actions
        for why in [_why_not(type, action, person, status, party, marks, in_list)]
    }


def party_of(type: DocumentType, person: Person, document: Document) -> str:
    """What a person is to a document: the role of the person's company."""
    if document.company_id == person.company_id:
        return DECLARANT
    named = (each.role for each in type.parties if document.content.get(each.field) == person.customs_code)
    return next(named, "other")


def view_of(
    type: DocumentType,
    person: Person,
    document: Document,
    attachments: Sequence[AttachmentRecord],
    amending: Action | None = None,
) -> View:
    """The view of a stored document, or of the form of an action that amends it."""
    header = {
        "number": document.number,
        "status": type.lifecycle.form_name_of(document.status),
        "filed_on": document.filed_on.isoformat(),
        **document.returned,
    }
    return View.model_construct(  # all of it is ours: nothing to validate
        type=type.name,
        number=document.number,
        version=document.version,
        status=status_view(type, document.status, document.marks),
        header=_header(type, header),
        content=dict(_content(document, amending)),
        attachments=[AttachmentView(**vars(attachment)) for attachment in attachments],
        actions=_actions(type, person, document, amending),
        updated_at=document.updated_at,
        marker=marker_of(type, document.marks),
        amendment=amending.name if amending else "",
        answered=document.answered,
        warnings=[],
        notices=None,
        alerts=[],
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
        actions=actions_of(type, person, NEW, DECLARANT),
        updated_at=None,
        marker=None,
        amendment="",
        answered=False,
        notices=None if type.notices is None else [],
    )


def marker_of(type: DocumentType, marks: Marks) -> MarkerView | None:
    """What stands beside the status, if anything does."""
    marker = type.lifecycle.marker(marks)
    return None if marker is None else MarkerView(code=marker[0], name=marker[1])


def status_view(type: DocumentType, status: str, marks: Marks = UNMARKED) -> StatusView:
    """A status with its word; customs may answer an amendment at any moment too."""
    waiting = bool(marks.amending) or any(s.waiting for s in type.lifecycle.states if s.code == status)
    return StatusView.model_construct(code=status, name=type.lifecycle.name_of(status), waiting=waiting)


def _content(document: Document, amending: Action | None) -> Mapping[str, Any]:
    replaces = amending is not None and amending.amends is not None and not amending.amends.ended
    return document.amendment if replaces and document.amendment is not None else document.content


def _actions(
    type: DocumentType, person: Person, document: Document, amending: Action | None
) -> dict[str, ActionView]:
    """The actions of a document, or of the form of an action that may amend it: there 暂存 and 删除 are about the
    change, and 申报 is that action."""
    party = party_of(type, person, document)
    actions = actions_of(type, person, document.status, party, document.marks)
    if amending is None or amending.amends is None:
        return actions
    replaces = not amending.amends.ended
    of_form = {a.name: actions[amending.name] for a in type.lifecycle.actions if a.signed and not a.amends}
    of_form["save"] = _verdict("" if replaces else f"{amending.label}不修改单据内容，无需暂存")
    saved = replaces and document.amendment is not None
    of_form["delete"] = _verdict("" if saved else f"没有已暂存的{amending.label}")
    return actions | of_form


@lru_cache(maxsize=1024)
def _verdict(why: str) -> ActionView:
    """The same answer for the same reason: nobody changes one."""
    return ActionView(allowed=not why, why=why)


def _header(type: DocumentType, values: Mapping[str, str]) -> dict[str, str]:
    return {box.name: values.get(box.name, "") for box in type.form.header}


def _why_not(
    type: DocumentType, action: Action, person: Person, status: str, party: str, marks: Marks, in_list: bool
) -> str:
    if person.bound_card is None and action.needs_card_account:
        return UNBOUND
    return type.lifecycle.why_not(action, status, party=party, role=person.role, marks=marks, in_list=in_list)
