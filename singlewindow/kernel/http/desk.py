"""What a route needs: the database, the person, the document type, and a desk inside a transaction.

All of them are coroutines, also those that wait for nothing: others would each be sent to a thread.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.http.sessions import at_work, bound_person, current_person
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.people import refusals
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, SHAPE_ADVICE, Forbidden, Refused, Violation, WrongCard
from singlewindow.kernel.subsystem import (
    DocumentType,
    Subsystem,
    get_document_type,
    subsystem_of,
    subsystems,
)

UNREADABLE_VERSION = '请求头 If-Match 中的单据版本无法识别：应为读取单据时得到的一个 ETag，如 If-Match: "3"'
CurrentPerson = Annotated[Person, Depends(current_person)]
BoundPerson = Annotated[Person, Depends(bound_person)]


async def database_of(request: Request) -> Database:
    """The application's database, as the web role."""
    database: Database = request.app.state.database
    return database


async def named_type(
    type: Annotated[str, Path(description="Document type, e.g. inspection.declaration")],
) -> DocumentType:
    """The document type that the address names, for `own_desk`, which sees who enters. Raises NotFound."""
    return get_document_type(type)


async def type_in_path(
    type: Annotated[DocumentType, Depends(named_type)],
    person: Annotated[Person, Depends(current_person)],
) -> DocumentType:
    """The document type that the address names, for who may enter its application. Raises as `admit`."""
    admit(type, person)
    return type


def admit(type: DocumentType, person: Person) -> None:
    """Let nobody into an application that wants another card than the session's. Raises WrongCard (PORT-06)."""
    admit_to(subsystem_of(type), person)


def admit_to(subsystem: Subsystem, person: Person) -> None:
    """The same for an application, which a token may be without. Raises WrongCard and Forbidden."""
    if why := refusals.not_granted(subsystem.name, subsystem.title, person):
        raise Forbidden(why, [Violation("", "token.chapter", why, refusals.GRANT_ADVICE, refusals.TOKENS)])
    if why := refusals.wrong_card(subsystem.title, subsystem.card_kind, person):
        advice = why.partition("，")[2]
        raise WrongCard(why, [Violation("", "login.card.kind", why, advice, refusals.CLAUSE)])


def may_enter(subsystem: Subsystem, person: Person) -> bool:
    """Whether this session may enter an application."""
    return not (
        refusals.not_granted(subsystem.name, subsystem.title, person)
        or refusals.wrong_card(subsystem.title, subsystem.card_kind, person)
    )


async def chapter_person(request: Request, person: Annotated[Person, Depends(bound_person)]) -> Person:
    """Who may ask the routes of the chapter that the address names: a bound account that may enter it.

    The kernel puts it before every route of a chapter (`app.py`). Raises as `bound_person` and `admit`.
    """
    admit_to(subsystems()[request.scope["path"].split("/")[2]], person)
    return person


def closed_types(person: Person) -> frozenset[str]:
    """The document types whose application this session may not enter: what tells of many types leaves them out."""
    return frozenset(
        document.name
        for subsystem in subsystems().values()
        if not may_enter(subsystem, person)
        for document in subsystem.documents
    )


def closed_applications(person: Person) -> frozenset[str]:
    """The applications that this session may not enter (PORT-06)."""
    return frozenset(each.name for each in subsystems().values() if not may_enter(each, person))


async def version_in_header(
    if_match: Annotated[str, Header(description='The version that was read, as ETag: "3"')] = "",
) -> int:
    """The version that the client has. Raises Refused when the header is missing or no number.

    A weak ETag is taken, too: a proxy that compresses an answer makes one of ours (RFC 9110, 8.8.1), and a version
    counts, so it names the same content.
    """
    if match := re.fullmatch(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})', if_match.strip()):
        return int(match[1] or match[2])
    why = UNREADABLE_VERSION if if_match.strip() else "请求缺少单据版本（If-Match）"
    raise Refused.because([Violation("", "request.version", why, SHAPE_ADVICE, API)])


async def version_if_given(
    if_match: Annotated[str | None, Header(description='The version that was read, as ETag: "3"')] = None,
) -> int | None:
    """The same where the client may do without. Raises Refused for what is no version."""
    return None if if_match is None else await version_in_header(if_match)


Base = Annotated[Database, Depends(database_of)]
ChapterPerson = Annotated[Person, Depends(chapter_person)]
NamedType = Annotated[DocumentType, Depends(named_type)]
TypeInPath = Annotated[DocumentType, Depends(type_in_path)]
VersionInHeader = Annotated[int, Depends(version_in_header)]
VersionIfGiven = Annotated[int | None, Depends(version_if_given)]


AmendingIfGiven = Annotated[
    Text,
    Query(
        alias="for",
        max_length=40,
        description="An action that amends what is in force; empty: the document itself",
        examples=["change"],
    ),
]
AutosaveKey = Annotated[
    str, Path(pattern="^[0-9a-f]{32}$", description="Made by the page's tab: 32 hexadecimal digits")
]
AutosaveIfGiven = Annotated[
    str | None,
    Header(
        alias="Autosave-Key",
        pattern="^[0-9a-f]{32}$",
        description="The tab whose autosave this makes superfluous",
    ),
]


@asynccontextmanager
async def at_desk(
    database: Database, type: DocumentType, person: Person, *, snapshot: bool = False
) -> AsyncIterator[Desk]:
    """One transaction of one person at work on one type; `snapshot`: it reads one moment (`Database.transaction`)."""
    async with database.transaction(person.actor, snapshot=snapshot) as transaction:
        yield Desk(transaction, type, person)


class KnownFirst(APIRoute):
    """A route whose requests are refused for who asks before they are for their shape.

    Its handler opens the desk, and with it the session, only once the request has been read.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with that order."""
        handle = super().get_route_handler()

        async def known_first(request: Request) -> Response:
            try:
                return await handle(request)
            except (RequestValidationError, Refused):
                type = get_document_type(request.path_params["type"])
                async with own_desk(request, type, bound=False, one_write=True):
                    raise

        return known_first


@asynccontextmanager
async def own_desk(
    request: Request,
    type: DocumentType,
    *,
    bound: bool = True,
    finds: bool = False,
    one_write: bool = False,
) -> AsyncIterator[Desk]:
    """The desk of whoever asks, in the request's only transaction; `finds`: it searches; `one_write`: it writes with
    one statement at most, so that each is a transaction of its own.

    Raises as `current_person`, `admit` and, where the account has to have a card (`bound`), `bound_person`.
    """
    async with at_work(request, finds=finds, one_write=one_write) as (transaction, person):
        admit(type, person)
        if bound:
            await bound_person(person)
        yield Desk(transaction, type, person)
