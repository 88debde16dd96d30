"""Files as they go to who fetches them: kept by the browser, not shown, and the large ones never whole in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import BegunFile
from singlewindow.kernel.people.person import Person


def attachment(name: str, media_type: str, content: bytes) -> Response:
    """A small file that was made just now."""
    return Response(content, media_type=media_type, headers=_headers(name))


def stored_attachment(database: Database, person: Person, begun: BegunFile) -> StreamingResponse:
    """A file that is kept in the database, sent in pieces. Where it is swept on the way, less comes than
    Content-Length says, which every client notices."""
    headers = {**_headers(begun.name), "Content-Length": str(begun.size)}
    pieces = files.pieces(database, person, begun)
    return StreamingResponse(pieces, media_type=begun.media_type, headers=headers)


async def written_attachment(
    name: str, media_type: str, write: Callable[[Path], Awaitable[object]]
) -> FileResponse:
    """A file that `write` puts into a folder of its own, which is there until the file is sent. Raises as `write`."""
    folder = TemporaryDirectory(prefix="export-")
    try:
        target = Path(folder.name) / "file"
        await write(target)
    except BaseException:
        folder.cleanup()
        raise
    sent = BackgroundTask(folder.cleanup)
    return FileResponse(target, media_type=media_type, headers=_headers(name), background=sent)


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
