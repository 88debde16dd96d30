"""Every failure becomes application/problem+json here, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from singlewindow.kernel.http.tokens import note_refusal
from singlewindow.kernel.problems import (
    API,
    SHAPE_ADVICE,
    NotFound,
    NotLoggedIn,
    Problem,
    Refused,
    TooMany,
    Violation,
)

FRAMEWORK_WORDS = {
    404: "没有这个地址",
    405: "这个地址不支持这种操作",
}
"""What the framework refuses by itself, in words for a user."""
SHAPE_WORDS = {
    "missing": "此项必填",
    "extra_forbidden": "没有这一项，请核对名称",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "不能超过 {max_length} 个字符",
    "too_short": "至少 {min_length} 项",
    "too_long": "长度不能超过 {max_length}",
    "string_unicode": "含有不能处理的字符，请删去后重新输入",
    "string_pattern_mismatch": "格式不符合规定",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "没有这个选项",
    "literal_error": "没有这个选项",
    "json_invalid": "不是有效的 JSON",
    "date_parsing": "不是有效的日期，应为 yyyy-MM-dd",
    "date_from_datetime_parsing": "不是有效的日期，应为 yyyy-MM-dd",
}
"""The library's kinds of refusal (pydantic) in Chinese; an own check brings its Chinese words along."""
PAGES = "/{path:path}"  # the route of every address that is no other's: a page's
AWAY_SECONDS = 2  # after which it is worth while to try again
PATH_LENGTH = 80  # of what a client named: enough to recognise it
log = structlog.get_logger()


class Interrupted(HTTPException):
    """A problem found while the framework reads a request: it lets only its own exceptions pass."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail)
        self.problem = problem


class ProblemResponse(JSONResponse):
    """An answer that can always be written, also where it repeats what UTF-8 cannot hold."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        """JSON in UTF-8; half of a surrogate pair becomes the escape that JSON has for it."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
            errors="backslashreplace"
        )


class ViolationBody(BaseModel):
    """What is wrong, where, what to do about it, and where that is written."""

    path: str
    rule: str
    message: str
    advice: str
    clause: str
    source: str
    level: Literal["error", "warning"]
    alert: bool = Field(default=False, description="Shown as a dialog too, when it appears")


class ProblemBody(BaseModel):
    """The one shape of every refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    advice: str = ""
    clause: str = ""
    violations: list[ViolationBody]
    request_id: str


def documented(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems; `description.py` makes them whole."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        said = by_status.setdefault(problem.status, {"model": ProblemBody, "description": ""})
        said["description"] = "; ".join(filter(None, [said["description"], line_of(problem)]))
    return by_status


def line_of(problem: type[Problem]) -> str:
    """How a problem is called in the API's description."""
    return f"/problems/{problem.slug}: {problem.title}"


def known_problems() -> dict[str, type[Problem]]:
    """Every problem that the loaded program has, by its slug."""
    found: dict[str, type[Problem]] = {}
    wanting = [Problem]
    while wanting:
        problem = wanting.pop()
        wanting += problem.__subclasses__()
        found.setdefault(problem.slug, problem)
    return dict(sorted(found.items(), key=lambda pair: (pair[1].status, pair[0])))


def install(app: FastAPI) -> None:
    """Teach an application to answer failures."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    for error in (
        asyncpg.OperatorInterventionError,  # it starts, ends, or was told to end this
        asyncpg.PostgresConnectionError,
        asyncpg.ReadOnlySQLTransactionError,  # it has become a standby
        asyncpg.InvalidCachedStatementError,  # a migration changed what a statement answers: once more will do
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # a connection cut in the middle of a word
        asyncpg.TransactionRollbackError,  # two waited for each other: nothing was done, and once more will do
        asyncpg.InsufficientResourcesError,  # no connection, memory or disk left
        asyncpg.PostgresSystemError,  # the disk, again
        OSError,  # among them TimeoutError: no connection or no answer in time
    ):
        app.add_exception_handler(error, _away)


def answer(problem: Problem, request: Request) -> JSONResponse:
    """The response for a problem."""
    headers = None
    if isinstance(problem, TooMany):
        headers = {"Retry-After": str(problem.extra["retry_after"])}
    elif isinstance(problem, Away):
        headers = {"Retry-After": str(AWAY_SECONDS)}
    elif isinstance(problem, NotLoggedIn):
        headers = {"WWW-Authenticate": "Bearer"}
    return ProblemResponse(body_of(problem, request), problem.status, headers)


def body_of(problem: Problem, request: Request) -> dict[str, object]:
    """A problem in the one shape of every refusal, with what it carries besides."""
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "advice": problem.advice,
        "clause": problem.clause,
        "violations": [violation.as_json() for violation in problem.violations],
        "request_id": getattr(request.state, "request_id", ""),
        **problem.extra,
    }


async def _problem(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    await note_refusal(request, problem)
    return answer(problem, request)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if isinstance(error.body, bytes) and error.body:  # only what was not sent as JSON is still bytes
        return await _problem(request, Refused("请求内容的格式不正确", [_not_as_json(request)]))
    violations = [
        Violation(
            _place(e["loc"][1:]),
            "request.shape",
            f"请求内容不正确：{_shape_words(e)}",
            SHAPE_ADVICE,
            API,
        )
        for e in error.errors()[:20]
    ]
    return await _problem(request, Refused("请求内容的格式不正确", violations))


def _not_as_json(request: Request) -> Violation:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    said = f"Content-Type 为 {kind[:PATH_LENGTH]}" if kind else "没有 Content-Type"
    words = f"请求内容须为 JSON，请求头须写明 Content-Type: application/json；此请求{said}"
    return Violation("", "request.shape", words, SHAPE_ADVICE, API)


def _place(loc: Sequence[int | str]) -> str:
    """Where the library found it, as violations name places: rows count from 1."""
    return "/".join(str(part + 1 if isinstance(part, int) else part) for part in loc)[:PATH_LENGTH]


def _shape_words(error: dict[str, Any]) -> str:
    """What the library found, for a user; a kind without words of ours is named in general."""
    kind = str(error["type"])
    if isinstance(error.get("input"), str) and f"string_{kind}" in SHAPE_WORDS:
        kind = f"string_{kind}"  # of a text with a check of ours the library counts items
    if kind in SHAPE_WORDS:
        return SHAPE_WORDS[kind].format_map(error.get("ctx") or {})
    words = str(error["msg"]).removeprefix("Value error, ")
    return words if words[:1] > "\u2e7f" else "内容不符合规定的格式"


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, Interrupted):
        return answer(error.problem, request)
    words = FRAMEWORK_WORDS.get(error.status_code, "请求无法办理")
    if error.status_code == 400:  # a body that is no text, nested too deep, or no form
        return await _problem(request, _unreadable())
    known = error.status_code == 404
    problem: Problem = NotFound(words) if known else Problem(words, status=error.status_code)
    response = answer(problem, request)
    response.status_code = error.status_code
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return response


def _methods(request: Request) -> set[str]:
    """What the address takes (RFC 9110, 15.5.6): the framework names the methods of the first of its routes alone."""
    path = request.scope["path"]
    matching = [
        route.methods
        for route in iter_route_contexts(request.app.routes)
        if route.methods and route.path_regex.match(path) and route.path != PAGES
    ]
    return set().union(*matching) or {"GET"}


def _unreadable() -> Refused:
    words = "请求内容无法读取：不是 UTF-8 编码的 JSON，或嵌套过深，或表单不完整"
    return Refused.because([Violation("", "request.shape", words, SHAPE_ADVICE, API)])


class Away(Problem):
    """The database, or a file that the portal stands on, cannot be reached for the moment."""

    slug, status, title = "away", 503, "系统暂时无法办理"
    usual_advice = "请稍后重试，录入的内容仍在页面上"
    usual_clause = "系统规则 6：没有办成的，内容不丢失"


async def _away(request: Request, error: Exception) -> JSONResponse:
    log.error("database away", error=repr(error), request_id=getattr(request.state, "request_id", ""))
    return await _problem(request, Away("系统暂时无法办理，您填写的内容仍在页面上，请稍后重试"))


class Bug(Problem):
    """Something that we did not expect; the log has the rest under the request id."""

    slug, status, title = "internal", 500, "系统内部错误"
    usual_advice = "请稍后重试；仍出现时请将请求号告知维护人员"
    usual_clause = "系统规则 6：没有办成的，内容不丢失"


async def bug(request: Request, error: Exception) -> JSONResponse:
    """The answer to an exception that nobody expected; the middleware around everything calls it."""
    request_id = getattr(request.state, "request_id", "")
    log.error("unexpected", exc_info=error, request_id=request_id)
    return await _problem(
        request, Bug(f"系统内部错误，您填写的内容仍在页面上；请稍后重试，并将编号 {request_id} 告知维护人员")
    )
