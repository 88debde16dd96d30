"""What saves typing: spreadsheets to fill in, and templates of forms (模板), for every document type."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from singlewindow.kernel.documents import form_templates
from singlewindow.kernel.documents.form_templates import FormTemplate
from singlewindow.kernel.http.desk import Base, BoundPerson, TypeInPath, at_desk
from singlewindow.kernel.http.downloads import attachment
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import MAX_ID, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.jobs.files import XLSX
from singlewindow.kernel.lifecycle import ELSEWHERE
from singlewindow.kernel.problems import Conflict, Forbidden, NotFound, NotLoggedIn, Refused
from singlewindow.kernel.spreadsheets.samples import json_sample, xml_sample
from singlewindow.kernel.spreadsheets.workbook import code_names, template
from singlewindow.kernel.subsystem import DocumentType

router = APIRouter(prefix="/api", tags=["templates"], responses=documented(NotLoggedIn, Forbidden, NotFound))


def filled_in(type: TypeInPath) -> DocumentType:
    """A type whose documents are filled in. Raises NotFound for one whose documents come from elsewhere."""
    if not type.lifecycle.is_filled_in:
        raise NotFound(f"「{type.title}」不能录入或导入，没有模板和样例", advice=ELSEWHERE)
    return type


FilledIn = Annotated[DocumentType, Depends(filled_in)]
TemplateId = Annotated[int, Path(ge=1, le=MAX_ID)]
Name = Annotated[Text, Field(max_length=200, examples=["粤B12345 每日煤炭"])]


class TemplateBody(RequestBody):
    """A new template: its name, and what the form holds."""

    name: Name
    content: dict[str, Any] = Field(max_length=500)


class RenameBody(RequestBody):
    """A template's new name."""

    name: Name


class TemplateView(BaseModel):
    """A template of the company: who changed it last, and when."""

    id: int
    name: str
    who: str
    updated_at: datetime


class FilledTemplate(TemplateView):
    """A template with what it fills in."""

    content: dict[str, Any]


class TemplatesAnswer(BaseModel):
    """All of a type, by name; there are at most `most`."""

    items: list[TemplateView]
    most: int


@router.get(
    "/spreadsheets/{type}",
    summary="The workbook in which many documents are filled in",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}},
)
@for_tokens("read")
async def spreadsheet(type: FilledIn, person: BoundPerson, database: Base) -> Response:
    """One sheet for the header, one for each line table, joined by 序号; and the codes."""
    async with at_desk(database, type, person) as desk:
        names = await code_names(desk.transaction, type)
    made = await asyncio.to_thread(template, type, names)  # long lists of codes take a while to write
    return attachment(f"{type.title}导入模板.xlsx", XLSX, made)


@router.get(
    "/samples/{type}",
    summary="A sample of the JSON or XML file from which many documents are imported",
    response_class=Response,
    responses={200: {"content": {"application/jsonl": {}, "application/xml": {}}}, **documented(Refused)},
)
@for_tokens("read")
async def sample(
    type: FilledIn,
    person: BoundPerson,
    database: Base,
    format: Annotated[Literal["json", "xml"], Query(description="JSON (one object a line), or XML")] = "json",
) -> Response:
    """One document with every name that may be filled in, codes and dates as they are written."""
    async with at_desk(database, type, person) as desk:
        names, now = await code_names(desk.transaction, type), desk.transaction.now
    if format == "xml":
        return attachment(f"{type.title}导入样例.xml", "application/xml", xml_sample(type, names, now))
    return attachment(f"{type.title}导入样例.jsonl", "application/jsonl", json_sample(type, names, now))


@router.get("/form-templates/{type}", summary="The company's templates of a form")
@for_tokens("read")
async def listed(type: FilledIn, person: BoundPerson, database: Base) -> TemplatesAnswer:
    """By name."""
    async with at_desk(database, type, person) as desk:
        found = await form_templates.listed(desk)
    return TemplatesAnswer(items=[_view(each) for each in found], most=form_templates.MOST)


@router.post(
    "/form-templates/{type}",
    status_code=201,
    summary="Keep what a form holds as a template",
    responses=documented(Conflict, Refused),
)
@for_tokens("draft")
async def keep(type: FilledIn, person: BoundPerson, database: Base, body: TemplateBody) -> TemplateView:
    """Numbers, status and grey values are not kept. A name that is there already is refused."""
    async with at_desk(database, type, person) as desk:
        return _view(await form_templates.keep(desk, body.name, body.content))


@router.get("/form-templates/{type}/{id}", summary="A template with what it fills in")
@for_tokens("read")
async def get(type: FilledIn, id: TemplateId, person: BoundPerson, database: Base) -> FilledTemplate:
    """A new form begins with this content."""
    async with at_desk(database, type, person) as desk:
        found, content = await form_templates.get(desk, id)
    return FilledTemplate(**vars(found), content=content)


@router.put(
    "/form-templates/{type}/{id}", summary="Rename a template", responses=documented(Conflict, Refused)
)
@for_tokens("draft")
async def rename(
    type: FilledIn, id: TemplateId, person: BoundPerson, database: Base, body: RenameBody
) -> TemplateView:
    """A name that is there already is refused."""
    async with at_desk(database, type, person) as desk:
        return _view(await form_templates.rename(desk, id, body.name))


@router.delete("/form-templates/{type}/{id}", status_code=204, summary="Delete a template")
@for_tokens("draft")
async def delete(type: FilledIn, id: TemplateId, person: BoundPerson, database: Base) -> None:
    """Documents that were made with it stay."""
    async with at_desk(database, type, person) as desk:
        await form_templates.delete(desk, id)


def _view(template: FormTemplate) -> TemplateView:
    return TemplateView(**vars(template))
