"""HTTP answers of the service's port: plain text, a page, a redirection. The connection ends with each."""

from __future__ import annotations

from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Response

_PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def html(text: str) -> Response:
    """200 with a page that may load nothing from elsewhere."""
    return _response(HTTPStatus.OK, text.encode(), _PAGE_HEADERS)


def plain(status: HTTPStatus, text: str) -> Response:
    """`status` with one line of text."""
    return _response(status, f"{text}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


def see_other(location: str) -> Response:
    """303 after a change."""
    return _response(HTTPStatus.SEE_OTHER, b"", {"Location": location})


def _response(status: HTTPStatus, body: bytes, headers: dict[str, str]) -> Response:
    every = {"Connection": "close", "Content-Length": str(len(body)), **headers}
    return Response(status.value, status.phrase, Headers(every), body)
