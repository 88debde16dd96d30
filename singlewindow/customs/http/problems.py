"""Every refusal as application/problem+json, in the shape that the portal uses; converted in this one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from singlewindow.contract.postgres import PASSING
from singlewindow.customs.problems import Problem, Refused
from singlewindow.customs.texts import cleaned

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20  # that are told
WORDS = {
    "missing": "此项必填",
    "string_too_short": "此项必填",
    "string_too_long": "不能超过 {max_length} 个字符",
    "string_unicode": "含有不能处理的字符，请删去后重新输入",
    "string_pattern_mismatch": "格式不符合规定",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "没有这个选项",
    "literal_error": "没有这个选项",
    "json_invalid": "不是有效的 JSON",
    "date_from_datetime_parsing": "没有这一天",
}
OWN = ("text", "day")
"""The library's kinds of refusal (pydantic) in Chinese; own kinds bring their words along."""
log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _defect)
    for error in PASSING:
        app.add_exception_handler(error, _away)


async def _away(request: Request, error: Exception) -> JSONResponse:
    log.error("database away", error=repr(error))
    answer = _answer("away", "系统暂时无法办理", 503, "数据库正忙或暂时无法连接，未办理，请稍后重试", [])
    answer.headers["Retry-After"] = "2"
    return answer


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return answer_problem(error)


def answer_problem(problem: Problem) -> JSONResponse:
    """The response for a problem."""
    violations = [violation.as_json() for violation in problem.violations]
    return _answer(problem.slug, problem.title, problem.status, problem.detail, violations)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    violations = [
        {
            "path": cleaned("/".join(str(part) for part in each["loc"][1:]))[:80],
            "rule": f"request.{each['type']}",
            "message": _words(each),
            "advice": "",
            "clause": "",
            "source": "field",
        }
        for each in error.errors()[:MOST_ERRORS]
    ]
    return _answer("rules", "填写内容有误", 422, "请求的内容不符合规定的格式", violations)


def _words(error: Mapping[str, Any]) -> str:
    if error["type"] in OWN:
        return str(error["msg"])
    return WORDS.get(error["type"], "内容不符合规定的格式").format(**error.get("ctx", {}))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(problem := getattr(error, "problem", None), Problem):
        return answer_problem(problem)
    if error.status_code == 400:  # a body that is no text, or nested too deep
        words = "请求内容无法读取：不是 UTF-8 编码的 JSON，或嵌套过深"
        return answer_problem(Refused.because("", "request.json_invalid", words, "请刷新页面后重试"))
    slug, title = ("not-found", "未找到") if error.status_code == 404 else ("refused", "请求无法办理")
    return _answer(slug, title, error.status_code, title, [])


async def _gone(request: Request, error: Exception) -> JSONResponse:
    """Whoever asked ended in the middle of it (`kill -9` of a worker): no defect, and nobody reads the answer."""
    log.info("request was cut off", path=request.url.path)
    return _answer("refused", "请求无法办理", 400, "请求没有传完", [])


async def _defect(request: Request, error: Exception) -> JSONResponse:
    log.error("defect", path=request.url.path, exc_info=error)
    return _answer("internal", "系统内部错误", 500, "系统出现错误，请稍后重试；仍不成功请联系系统管理员", [])


def _answer(
    slug: str, title: str, status: int, detail: str, violations: list[dict[str, Any]]
) -> JSONResponse:
    body = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "violations": violations,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)
