"""What pages ask for before any document: settings, applications, definitions, codes; and what customs send."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from singlewindow.contract.batches import HEADER, is_signed
from singlewindow.contract.messages import AnswerBatch, EnvelopeBatch
from singlewindow.kernel.codes.search import search_statement
from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.definition.export import Definition, definition_of
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.exchange import inbox
from singlewindow.kernel.exchange.keys import customs_certificate
from singlewindow.kernel.http.desk import Base, CurrentPerson, TypeInPath, may_enter
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Text, few_members
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import MenuPage, Subsystem, subsystems

router = APIRouter()


def _day(text: object) -> object:
    if (day := find_day(str(text))) is None:
        raise PydanticCustomError("day", "应为 YYYY-MM-DD 的日期，年份为 1900 至 2200")
    return day


CodesDay = Annotated[
    date | None,
    BeforeValidator(_day),
    Query(
        description="As of which day (YYYY-MM-DD); today in China where it is not given; of a document its `coded_on`",
        examples=["2026-11-26"],
    ),
]


class Config(BaseModel):
    """What the page must know before log-in."""

    title: str
    card_url: str
    demo: bool


class MenuView(BaseModel):
    """A line of the left menu; a chapter's own page has a `name` and is about no document types. `under` is the heading
    above it, or "". A query page that `amends` lists documents for which that action may be begun. `preset`: with what
    the form's fields, or the query's conditions, begin."""

    title: str
    page: MenuPage
    types: list[str]
    name: str
    under: str
    amends: str
    preset: dict[str, str]


class ApplicationView(BaseModel):
    """An application that can be entered; with `card_stays` the page wants the bound card during entry (PORT-05)."""

    name: str
    title: str
    menu: list[MenuView]
    card_kind: str | None = Field(
        description="Only sessions that began with such a card may enter; null: all"
    )
    card_stays: bool


class GroupView(BaseModel):
    """A heading among the applications, with further headings and applications under it."""

    title: str
    groups: list[GroupView]
    applications: list[ApplicationView]


class Applications(BaseModel):
    """标准版应用: only what can be entered."""

    groups: list[GroupView]


class TypeView(BaseModel):
    """A document type; `drafted`: it is filled in here, one by one or from a file."""

    type: str
    title: str
    application: str
    application_title: str
    drafted: bool


class TypesAnswer(BaseModel):
    """Chapter by chapter."""

    items: list[TypeView]


class CodeItem(BaseModel):
    """An entry of a code table."""

    code: str
    name: str


class CodeDetails(CodeItem):
    """An entry with its further columns: units, supervision, and as a list the declaration elements."""

    table: str
    extra: dict[str, str | list[str]]


class CodeAnswer(BaseModel):
    """The first entries that fit."""

    table: str
    items: list[CodeItem]


@router.get("/api/config", tags=["portal"], summary="What the page must know before log-in")
@for_tokens("public")
async def config() -> Config:
    """Public."""
    return Config(
        title="中国国际贸易单一窗口", card_url=f"ws://127.0.0.1:{settings().card_port}", demo=settings().demo
    )


@router.get(
    "/api/applications", tags=["portal"], summary="The applications in their groups, with their menus"
)
@for_tokens("public")
async def applications() -> Applications:
    """Public (PORT-01)."""
    root = GroupView(title="", groups=[], applications=[])
    for subsystem in subsystems().values():
        _group(root, subsystem.group).applications.append(_application(subsystem))
    return Applications(groups=root.groups)


@router.get(
    "/api/definitions",
    tags=["portal"],
    summary="The document types that the account may enter",
    responses=documented(NotLoggedIn, Forbidden),
)
@for_tokens("read")
async def types(person: CurrentPerson) -> TypesAnswer:
    """Their names are what other addresses call `type`."""
    return TypesAnswer(
        items=[
            TypeView(
                type=each.name, title=each.title, application=subsystem.name, application_title=subsystem.title,
                drafted=each.lifecycle.is_filled_in,
            )
            for subsystem in subsystems().values()
            if may_enter(subsystem, person)
            for each in subsystem.documents
        ]
    )  # fmt: skip


@router.get(
    "/api/definitions/{type}",
    tags=["portal"],
    summary="Form, actions, states and query page of a document type",
    responses=documented(NotLoggedIn, Forbidden, NotFound),
)
@for_tokens("read")
async def definition(type: TypeInPath, person: CurrentPerson) -> Definition:
    """Everything that a page needs to draw the type."""
    return definition_of(type)


@router.get(
    "/api/codes/{table}",
    tags=["portal"],
    summary="Search a code table",
    responses=documented(NotLoggedIn, NotFound),
)
@for_tokens("read")
async def codes(
    table: Annotated[Text, Path(max_length=60, examples=["customs_districts"])],
    person: CurrentPerson,
    database: Base,
    q: Annotated[Text, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    day: CodesDay = None,
) -> CodeAnswer:
    """By code, Chinese, or pinyin initials (UI-04), as the table is or was on a day (OPER-02); an empty question gives
    the first entries."""
    async with database.transaction(person.actor) as transaction:
        on = day or transaction.now.astimezone(CHINA).date()
        rows = await transaction.select(search_statement(table, q, limit, on))
        if not rows and not await transaction.value(
            "select exists (select from code_entry where table_name = $1)", table
        ):
            raise NotFound(f"没有名为 {table} 的代码表")
    return CodeAnswer(table=table, items=[CodeItem(code=row["code"], name=row["name"]) for row in rows])


@router.get(
    "/api/codes/{table}/{code}",
    tags=["portal"],
    summary="An entry of a code table with its further columns",
    responses=documented(NotLoggedIn, NotFound),
)
@for_tokens("read")
async def code_details(
    table: Annotated[Text, Path(max_length=60, examples=["goods"])],
    code: Annotated[Text, Path(max_length=40, examples=["0202300090"])],
    person: CurrentPerson,
    database: Base,
    day: CodesDay = None,
) -> CodeDetails:
    """As it is in force today or was on a day (OPER-02): of a good also its declaration elements (归类)."""
    async with database.transaction(person.actor) as transaction:
        row = await transaction.row(
            """select name, extra from code_entry
               where table_name = $1 and code = $2 and $3 between valid_from and valid_to""",
            table,
            code,
            day or transaction.now.astimezone(CHINA).date(),
        )
    if row is None:
        raise NotFound(f"代码表 {table} 中没有代码 {code}，或已停用")
    return CodeDetails(table=table, code=code, name=row["name"], extra=row["extra"])


@router.post(
    "/exchange/messages",
    tags=["exchange"],
    summary="Receipts and notices from customs",
    response_model_exclude_defaults=True,  # a version that does not know `later` yet understands the others
)
@for_tokens("public")
async def exchange(
    batch: Annotated[EnvelopeBatch, BeforeValidator(few_members)], database: Base, request: Request
) -> AnswerBatch:
    """Stored raw and acknowledged; only what customs signed is taken in."""
    certificate = customs_certificate(settings().pki_folder)
    whole = is_signed(await request.body(), request.headers.get(HEADER, ""), certificate)
    answers = await inbox.verified(batch.messages, certificate, whole=whole)
    async with database.transaction() as transaction:
        await inbox.store(transaction, batch.messages, answers, certificate)
    return AnswerBatch(answers=answers)


@router.get("/healthz", tags=["operation"], summary="The process lives")
@for_tokens("public")
async def healthz() -> dict[str, str]:
    """Asks nothing of anybody."""
    return {"status": "ok"}


@router.get("/readyz", tags=["operation"], summary="The process can work")
@for_tokens("public")
async def readyz(request: Request, response: Response, database: Base) -> dict[str, str]:
    """503 while the database cannot be reached."""
    async with database.transaction() as transaction:
        await transaction.value("select 1")
    return {"status": "ready"}


def _group(parent: GroupView, path: tuple[str, ...]) -> GroupView:
    if not path:
        return parent
    child = next((group for group in parent.groups if group.title == path[0]), None)
    if child is None:
        child = GroupView(title=path[0], groups=[], applications=[])
        parent.groups.append(child)
    return _group(child, path[1:])


def _application(subsystem: Subsystem) -> ApplicationView:
    menu = [
        MenuView(
            title=item.title, page=item.page, types=list(item.types), name=item.name, under=item.under,
            amends=item.amends, preset=dict(item.preset),
        )
        for item in subsystem.menu
    ]  # fmt: skip
    return ApplicationView(
        name=subsystem.name,
        title=subsystem.title,
        menu=menu,
        card_kind=subsystem.card_kind,
        card_stays=subsystem.card_stays,
    )
