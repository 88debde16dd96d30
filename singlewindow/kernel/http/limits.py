"""How much a request to the portal may carry."""

from __future__ import annotations

from functools import partial

from singlewindow.contract.body_limit import BodyLimit
from singlewindow.kernel.http.problems import Interrupted, answer
from singlewindow.kernel.problems import API, TooLarge
from singlewindow.kernel.settings import settings

MEGABYTE = 1024 * 1024
FORM = 64 * 1024  # what stands around a file: boundaries, its name
MAX_BODY = 6 * MEGABYTE  # the greatest upload with its form fields
MAX_EXCHANGE = 16 * MEGABYTE  # a batch of customs' messages
EXCHANGE = "/exchange/"
FILES = "/api/files"


def _limit(path: str) -> int:
    if path == FILES:
        return settings().file_megabytes * MEGABYTE + FORM
    return MAX_EXCHANGE if path.startswith(EXCHANGE) else MAX_BODY


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"请求内容超过上限 {limit // MEGABYTE} MB", clause=API)


PortalBodyLimit = partial(
    BodyLimit,
    limit=_limit,
    refuse=lambda request, limit: answer(_too_large(limit), request),
    interrupted=lambda limit: Interrupted(_too_large(limit)),
)
"""The middleware with the portal's limits: 413 (`TooLarge`)."""
