"""The description of customs' API made whole: what any request of a shape may be refused with."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

PROBLEM = "application/problem+json"
NEVER_REFUSED = ("/healthz", "/readyz", "/metrics", "/clock")
METHODS = ("get", "post", "put", "delete")
REFUSALS = {
    "401": "Nobody is logged in, or a lane's key is not known",
    "403": "From another site's page, or without the session's token",
    "404": "No such thing",
    "409": "Not in this state, or something else came first",
    "412": "Another officer changed it first",
    "413": "More bytes than the limit",
    "422": "The request does not fit, or what it asks is not permitted",
    "429": "Tried too often",
    "503": "The database is away for the moment",
}


class ViolationBody(BaseModel):
    """What is wrong, where, what to do about it, and where that is written."""

    path: str
    rule: str
    message: str
    advice: str
    clause: str
    source: Literal["field", "rule", "customs"]


class ProblemBody(BaseModel):
    """The one shape of every refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    violations: list[ViolationBody]
    request_id: str


def describe(app: FastAPI) -> None:
    """Let an application's description name its refusals; it is made once, when it is first asked for."""

    @cache
    def whole() -> dict[str, Any]:
        api = get_openapi(title=app.title, version=app.version, routes=app.routes)
        return completed(api)

    app.openapi = whole  # type: ignore[method-assign]


def completed(api: dict[str, Any]) -> dict[str, Any]:
    """The description with its refusals; the one that came in is changed."""
    schema = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = api.setdefault("components", {}).setdefault("schemas", {})
    schemas |= schema.pop("$defs") | {"ProblemBody": schema}
    for path, methods in api["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                _complete(path, operation)
    return api


def _complete(path: str, operation: dict[str, Any]) -> None:
    refused = {"$ref": "#/components/schemas/ProblemBody"}
    content = {PROBLEM: {"schema": refused}}
    for status, said in REFUSALS.items():
        declared = operation["responses"].get(status, {})
        own = declared and "HTTPValidationError" not in str(declared)  # said at the route itself
        if not own and (path not in NEVER_REFUSED or status == "503"):
            operation["responses"][status] = {"description": said, "content": content}
