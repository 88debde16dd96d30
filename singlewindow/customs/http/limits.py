"""How much a request to customs may carry."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException

from singlewindow.contract.body_limit import BodyLimit
from singlewindow.customs.http.problems import answer_problem
from singlewindow.customs.problems import TooLarge

MAX_BODY = 1024 * 1024  # of what officers send; a thousand decisions have less
EXCHANGE = "/exchange/"  # its routes count for themselves


class Interrupted(HTTPException):
    """A problem found while the framework reads a request: it lets only its own exceptions pass."""

    def __init__(self, problem: TooLarge) -> None:
        super().__init__(problem.status, problem.detail)
        self.problem = problem


def _limit(path: str) -> int | None:
    return None if path.startswith(EXCHANGE) else MAX_BODY


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"请求不能超过 {limit:,} 字节")


CustomsBodyLimit = partial(
    BodyLimit,
    limit=_limit,
    refuse=lambda _, limit: answer_problem(_too_large(limit)),
    interrupted=lambda limit: Interrupted(_too_large(limit)),
)
"""The middleware with customs' limit: 413 (`TooLarge`)."""
