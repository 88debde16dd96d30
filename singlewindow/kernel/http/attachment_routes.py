"""Files of a document over HTTP: a signed upload in two steps, reading, taking away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Response, UploadFile
from pydantic import BaseModel, Field

from singlewindow.kernel.attachments.upload import UploadDesk, UploadRequest, checked
from singlewindow.kernel.documents.view import View
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.http.desk import Base, BoundPerson, TypeInPath, at_desk
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import MAX_ID, Number, RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import (
    Conflict,
    Forbidden,
    NotFound,
    NotInThisState,
    NotLoggedIn,
    Refused,
    TooLarge,
    TooMany,
)
from singlewindow.kernel.settings import settings
from singlewindow.kernel.signing.prepared import Signed

router = APIRouter(
    prefix="/api/documents/{type}/{number}/attachments",
    tags=["attachments"],
    responses=documented(NotLoggedIn, Forbidden, NotFound),
)


AttachmentId = Annotated[int, Path(ge=1, le=MAX_ID)]


class UploadBody(RequestBody):
    """The file that is to come: size in bytes, SHA-256 in hexadecimal."""

    category: Text = Field(max_length=20, examples=["00000002"])
    name: Text = Field(max_length=300)
    size: int = Field(ge=0, le=MAX_ID)
    sha256: Text = Field(max_length=64)
    card_no: Text = Field(max_length=40)


class Replaced(BaseModel):
    """The file of the same category that the upload would replace."""

    id: int
    name: str


class UploadAnswer(BaseModel):
    """What the card is to sign; valid once, for SINGLEWINDOW_PREPARE_MINUTES."""

    token: str
    statement: dict[str, Any]
    signing_input: str
    replaces: Replaced | None


def _desk(desk: Desk) -> UploadDesk:
    return UploadDesk(desk, settings().pki_folder, settings().prepare_minutes)


@router.post("/prepare", summary="First step of an upload", responses=documented(NotInThisState, Refused))
@for_tokens("draft")
async def prepare(
    type: TypeInPath, number: Number, person: BoundPerson, database: Base, body: UploadBody
) -> UploadAnswer:
    """Checks card, category, name and size; answers the exact text that the card signs."""
    async with at_desk(database, type, person) as desk:
        prepared, old = await _desk(desk).prepare(number, UploadRequest(**body.model_dump()))
    return UploadAnswer(
        token=prepared.token,
        statement=prepared.statement_object,
        signing_input=prepared.signing_input,
        replaces=Replaced(id=old.id, name=old.name) if old else None,
    )


@router.post(
    "",
    summary="Second step of an upload",
    responses=documented(NotInThisState, Conflict, Refused, TooLarge, TooMany),
)
@for_tokens("draft")
async def upload(
    type: TypeInPath,
    number: Number,
    person: BoundPerson,
    database: Base,
    token: Annotated[Text, Form(max_length=100)],
    signature: Annotated[Text, Form(max_length=400)],
    certificate: Annotated[Text, Form(max_length=8000)],
    file: Annotated[UploadFile, File(description="A PDF of at most 4 MB, at most 200 KB a page")],
) -> View:
    """The file is checked in a bounded child process and stored whole or not at all."""
    signed = Signed.of(signature, certificate)
    async with at_desk(database, type, person) as desk:
        limits = _desk(desk).limits()
        await desk.get_own(number)  # absent and foreign documents are answered before any work is done
    clause = type.form.attachments.clause if type.form.attachments else ""
    data = await file.read(limits.max_bytes + 1)
    facts = await checked(data, limits, clause)
    async with at_desk(database, type, person) as desk:
        return await _desk(desk).add(number, token, signed, data, facts, datetime.now(UTC))


@router.get(
    "/{attachment_id}",
    summary="Read a file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
@for_tokens("read")
async def read(
    type: TypeInPath, number: Number, attachment_id: AttachmentId, person: BoundPerson, database: Base
) -> Response:
    """The bytes as they were uploaded; scripts in them cannot reach the page."""
    async with at_desk(database, type, person) as desk:
        row = await _desk(desk).read(number, attachment_id)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(row['name'])}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; object-src 'self'; plugin-types application/pdf",
        "Cache-Control": "private, no-store",
    }
    return Response(row["content"], media_type="application/pdf", headers=headers)


@router.delete("/{attachment_id}", summary="Take a file away", responses=documented(NotInThisState))
@for_tokens("draft")
async def remove(
    type: TypeInPath, number: Number, attachment_id: AttachmentId, person: BoundPerson, database: Base
) -> View:
    """As long as the document may be changed (INSP-05)."""
    async with at_desk(database, type, person) as desk:
        return await _desk(desk).remove(number, attachment_id)
