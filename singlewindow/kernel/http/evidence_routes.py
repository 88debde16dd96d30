"""The evidence file of a document, for whoever has to prove something without the portal (PORT-08)."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from singlewindow.contract.checkpoints import Book
from singlewindow.kernel.documents import evidence
from singlewindow.kernel.http.desk import Base, BoundPerson, TypeInPath, at_desk
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Number
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn, Refused
from singlewindow.kernel.settings import settings
from singlewindow.kernel.zip_stream import stream_zip

router = APIRouter(prefix="/api/documents/{type}", tags=["documents"])


@router.get(
    "/{number}/evidence",
    summary="The evidence file of a document",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/zip": {}}, "description": "A zip archive, sent while it is made"},
        **documented(NotLoggedIn, Forbidden, NotFound, Refused),
    },
)
@for_tokens("read")
async def evidence_of(
    type: TypeInPath, number: Number, person: BoundPerson, database: Base
) -> StreamingResponse:
    """What was signed, customs' signed answers and the history with its place in signed checkpoints, to be checked
    without the portal (docs/evidence.md). Entries of the last minute are not vouched for yet."""
    async with at_desk(database, type, person, snapshot=True) as desk:
        found = await evidence.gather(desk, number, Book(settings().history))
        now = desk.transaction.now
    parts = evidence.parts(database, person, found, settings().pki_folder)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(number)}.zip",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(stream_zip(parts, now), media_type="application/zip", headers=headers)
