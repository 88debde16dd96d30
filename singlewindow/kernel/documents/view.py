"""A document as the page and the API see it: content, status, files, and what may be done now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, Field

from singlewindow.kernel.documents.record import AttachmentRecord, Document
from singlewindow.kernel.lifecycle import NEW, UNMARKED, Action, Amends, Marks
from singlewindow.kernel.notices import Notice
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.refusals import UNBOUND
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.subsystem import DECLARANT, DocumentType

ATTACHMENTS = "attachments/"
"""What a category of files is called among the names that may be typed begins so."""


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

    `editable` are the names (fields, tables, `attachments/CODE`) that may be typed now for follow-ups, [] for none;
    null where 暂存 is permitted: every typed name but those that some action `edits` or asks for. `content` has under
    these names what is typed so far or was sent, and `in_force` what counts (an absent one is empty; null: there are
    none). On the form of an action that amends, `editable` are the names that it alters and asks for (null: all that is
    typed), and `in_force` is the whole content in force.
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
    coded_on: str | None = Field(
        description="The document's own day, as of which its codes count where they cannot be typed any more, as in "
        "lists and prints; what can be typed counts as of today. Null for one that was never saved"
    )
    marker: MarkerView | None
    amendment: str
    answered: bool
    editable: list[str] | None
    in_force: dict[str, Any] | None
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
    content: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> dict[str, ActionView]:
    """Every action of the type with the lifecycle's answer for this person, who is that `party` to the document, its
    status and what stands beside it; why not is said in the form's words, or in those of a list. `content` and `now`
    are asked where the lifecycle looks at them."""
    unbound = person.bound_card is None
    return {
        action.name: _verdict(
            UNBOUND
            if unbound and action.needs_card_account
            else type.lifecycle.why_not(
                action,
                status,
                party=party,
                role=person.role,
                marks=marks,
                in_list=in_list,
                content=content,
                now=now,
            )
        )
        for action in type.lifecycle.actions
    }


def editable_of(
    type: DocumentType, person: Person, document: Document, now: datetime
) -> frozenset[str] | None:
    """The names that this person may type now for follow-ups; None where 暂存 is permitted, which takes all others."""
    return _editable(type, _own_actions(type, person, document, now))


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
    *,
    now: datetime,
    sent: Mapping[str, Any] | None = None,
) -> View:
    """The view of a stored document, or of the form of an action that amends it; `sent` is the content of the follow-up
    that is with customs, if one is."""
    own = _own_actions(type, person, document, now)
    if amending is None:
        actions, editable = own, _editable(type, own)
        names = _followed(type, document, editable, sent)
    else:
        actions, names = _actions(type, document, amending, own), frozenset()
        editable = _open(type, amending.amends) if amending.amends and own[amending.name].allowed else names
        editable = names if amending.amends and amending.amends.ended else editable
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
        content=_content(type, document, amending, names, sent),
        attachments=[AttachmentView(**vars(attachment)) for attachment in attachments],
        actions=actions,
        updated_at=document.updated_at,
        coded_on=document.filed_on.isoformat(),
        marker=marker_of(type, document.marks),
        amendment=amending.name if amending else "",
        answered=document.answered,
        editable=None if editable is None else sorted(editable),
        in_force=_in_force(document, amending, names),
        warnings=[],
        notices=None,
        alerts=[],
    )


def new_view(type: DocumentType, person: Person, content: Mapping[str, Any]) -> View:
    """The view of a document that was never saved."""
    actions = actions_of(type, person, NEW, DECLARANT)
    return View(
        type=type.name,
        number=None,
        version=0,
        status=status_view(type, NEW),
        header=_header(type, {"status": type.lifecycle.name_of(NEW)}),
        content=dict(content),
        attachments=[],
        actions=actions,
        updated_at=None,
        coded_on=None,
        marker=None,
        amendment="",
        answered=False,
        notices=None if type.notices is None else [],
        editable=None if _editable(type, actions) is None else [],
        in_force=None,
    )


def marker_of(type: DocumentType, marks: Marks) -> MarkerView | None:
    """What stands beside the status, if anything does."""
    marker = type.lifecycle.marker(marks)
    return None if marker is None else MarkerView(code=marker[0], name=marker[1])


def status_view(type: DocumentType, status: str, marks: Marks = UNMARKED) -> StatusView:
    """A status with its word; customs may answer an amendment at any moment too."""
    waiting = bool(marks.amending) or any(s.waiting for s in type.lifecycle.states if s.code == status)
    return StatusView.model_construct(code=status, name=type.lifecycle.name_of(status), waiting=waiting)


def _in_force(document: Document, amending: Action | None, names: frozenset[str]) -> dict[str, Any] | None:
    """What counts while something else is typed or shown: under these names, or on the form of what replaces it."""
    if amending and amending.amends and amending.amends.replaces:
        return dict(document.content)
    return {n: document.content[n] for n in sorted(names) if n in document.content} if names else None


def _content(
    type: DocumentType,
    document: Document,
    amending: Action | None,
    names: frozenset[str],
    sent: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What the form shows: of what is in force all but the `names`, which are as they were sent or typed."""
    if amending is not None:
        saved = _saved(document, amending)
        return dict(document.content if saved is None else saved)
    if not names:
        return dict(document.content)
    typed = {n: v for n, v in document.follow_up.items() if n in names} if sent is None else sent
    return replaced(document.content, typed, names if sent is not None else typed)


def _saved(document: Document, amending: Action) -> Mapping[str, Any] | None:
    """What was saved on the form of an action that amends, if anything was."""
    replaces = amending.amends is not None and amending.amends.replaces
    return document.amendment_of(amending.name) if replaces else None


def _followed(
    type: DocumentType, document: Document, editable: frozenset[str] | None, sent: Mapping[str, Any] | None
) -> frozenset[str]:
    """The names of the content under which the form shows what was sent, or what may be typed, for follow-ups."""
    names = editable or frozenset()
    if sent is not None:
        names = type.lifecycle.action(document.amending).edits or names
    return frozenset(name for name in names if not name.startswith(ATTACHMENTS))


def replaced(content: Mapping[str, Any], by: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A content with what the other has under these names; what is empty there is empty then."""
    kept = {name: value for name, value in content.items() if name not in names}
    return kept | {name: by[name] for name in names if by.get(name, "") != ""}


def _editable(type: DocumentType, actions: Mapping[str, ActionView]) -> frozenset[str] | None:
    """The names of the follow-ups that may be done now; None where 暂存 may be."""
    if "save" in actions and actions["save"].allowed:
        return None
    return frozenset(n for a in type.lifecycle.follow_ups if actions[a.name].allowed for n in a.edits or ())


def _open(type: DocumentType, amends: Amends) -> frozenset[str] | None:
    """The names that are typed on an amendment's own form; None where it opens all that is typed in a draft."""
    if not amends.leaves:
        return amends.only
    content, others = type.form.content, type.lifecycle.never_drafted - frozenset(amends.asks)
    all_of_it = frozenset(content.typed) | frozenset(content.tables) if amends.only is None else amends.only
    return all_of_it - amends.leaves - others


def _own_actions(
    type: DocumentType, person: Person, document: Document, now: datetime
) -> dict[str, ActionView]:
    """The actions on the document's own form."""
    party = party_of(type, person, document)
    return actions_of(type, person, document.status, party, document.marks, content=document.facts, now=now)


def _actions(
    type: DocumentType, document: Document, amending: Action, actions: dict[str, ActionView]
) -> dict[str, ActionView]:
    """The same on the form of an action that amends it: there 暂存 and 删除 are about the change, and 申报 is that
    action; a follow-up has no button there."""
    if amending.amends is None:
        return actions
    typed = amending.amends.replaces and not amending.amends.takes_nothing
    of_form = {a.name: actions[amending.name] for a in type.lifecycle.actions if a.signed and not a.amends}
    of_form["save"] = _verdict("" if typed else f"{amending.label}不修改单据内容，无需暂存")
    saved = _saved(document, amending) is not None
    of_form["delete"] = _verdict("" if saved else f"没有已暂存的{amending.label}")
    return actions | of_form


@lru_cache(maxsize=1024)
def _verdict(why: str) -> ActionView:
    """The same answer for the same reason: nobody changes one."""
    return ActionView(allowed=not why, why=why)


def _header(type: DocumentType, values: Mapping[str, str]) -> dict[str, str]:
    return {box.name: values.get(box.name, "") for box in type.form.header}
