"""The API's description made whole: what FastAPI cannot know of the routes that it describes (INTG-01).

Who may ask (a session or a token), what is refused at every route, what tags and parameters mean, the contents of the
document types, and an example of each request and answer. Examples are what tests once asked and got
(`tools/examples.py`); they stand beside this file, and in a chapter's folder for what the chapter has, and a test holds
them against the schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from singlewindow.kernel.http.content_schemas import content_schemas
from singlewindow.kernel.http.problems import Away, Bug, known_problems, line_of
from singlewindow.kernel.http.sessions import CSRF_HEADER, cookie_name
from singlewindow.kernel.http.token_rights import KEY
from singlewindow.kernel.problems import (
    Forbidden,
    MustChangePassword,
    NotFound,
    NotLoggedIn,
    Problem,
    Refused,
    StaleToken,
    TooLarge,
    WrongCard,
)
from singlewindow.kernel.subsystem import ROOT, subsystems

OWN_EXAMPLES = Path(__file__).parent / "examples.json"
JSON, PROBLEM = "application/json", "application/problem+json"
METHODS = ("get", "post", "put", "delete", "patch")
UNEXPECTED = "#/components/responses/Unexpected"
SUMMARY = """Every refusal has one shape, `ProblemBody` (RFC 9457, application/problem+json): `detail` says what is
wrong, `advice` what to do, `clause` where that is written, and `violations` name each place. `docs/api.md` leads from
nothing to the first receipt.

Programs of a company send `Authorization: Bearer swt_…`. What a token must have for a route stands beside it as
`x-token-right`: `read`, `draft` or `submit`, each with those before it; `none` is for people at the page alone,
`public` for everybody. A browser's session is a cookie, and what changes anything carries the session's token in
X-CSRF-Token.

What is filled in is described by `components.schemas` for each document type (`<type>.content`), and with conditions,
code tables and lifecycle by `GET /api/definitions/{type}`."""

TAGS = {
    "documents": "Documents of every type: saved, found, checked, signed; customs' receipts and the history",
    "amendments": "Changes of what is in force, each with a number",
    "attachments": "Files of a document, each signed by the card",
    "jobs": "Long work in the background: imports and what chapters let it do; files that go in and come out",
    "templates": "Workbooks and samples to fill in, and the company's templates of forms",
    "events": "What happens to the company's documents, as it happens and afterwards",
    "news": "What the bell counts, and what has its term soon",
    "webhooks": "Events that the portal sends to an address of the company's",
    "tokens": "Tokens by which a company's own programs ask this API",
    "portal": "What there is: applications, definitions, code tables, clock",
    "session": "Log-in and log-out of people",
    "registration": "A company registers with its card",
    "account": "The own account",
    "company": "The accounts of a company, for its administrator",
    "system": "Companies, accounts and messages, for the system administrator",
    "autosaves": "What was typed at the page and not saved",
    "people": "How somebody arranged a page",
    "exchange": "For customs alone: signed messages",
    "operation": "Whether a process lives and works, and its figures",
}
"""What the kernel's tags are about, in the order in which they are listed; a chapter's tag has its title."""

PARAMETERS = {
    ("path", "number"): "数据中心统一编号, the document's number",
    ("path", "id"): "The id that the list gives",
    ("path", "attachment_id"): "The id of a file, from the document's `attachments`",
    ("path", "table"): "A code table, as a field of the definition names it",
    ("path", "code"): "A code",
    ("path", "key"): "What is kept, by the page's own word for it",
    ("query", "number"): "A document's number",
    ("query", "page"): "Which page of the result, from 1 on",
    ("query", "size"): "How many items a page has",
    ("query", "sort"): "A column; with - before it the greatest comes first",
    ("query", "q"): "What is looked for: code, Chinese, or pinyin initials",
    ("query", "limit"): "The greatest number of entries that are answered",
    ("query", "most"): "The greatest number of items that are answered",
    ("query", "after"): "Goes on behind the last item that was answered",
    ("query", "type"): "A document type, e.g. of the list of `GET /api/applications`",
    ("header", "idempotency-key"): "The request's own name: sent again, it is done once and answered alike",
    ("header", "last-event-id"): "The cursor of the last event that was heard",
}
"""What parameters of these names mean at every route that says nothing else of them."""


def describe(app: FastAPI) -> None:
    """Make the description that an application gives of itself whole; it is made once, when it is first asked for."""
    plain = app.openapi

    @cache
    def whole() -> dict[str, Any]:
        return completed(plain())

    app.openapi = whole  # type: ignore[method-assign]


def completed(api: dict[str, Any]) -> dict[str, Any]:
    """The description with what is said here; the one that came in is changed."""
    api["info"]["description"] = SUMMARY
    problems, examples = known_problems(), _examples()
    components = api.setdefault("components", {})
    components["securitySchemes"] = _security_schemes()
    components["examples"] = {
        f"problem-{slug}": {"summary": problem.title, "value": _example_of(problem, examples)}
        for slug, problem in problems.items()
    }
    components["responses"] = {"Unexpected": _problem_response([Away, Bug])}
    components.setdefault("schemas", {}).update(content_schemas())
    used: dict[str, None] = {}
    for path, method, operation in operations(api):
        used |= dict.fromkeys(operation.get("tags", ()))
        _complete(path, method, operation, problems)
        if example := examples.get(f"{method.upper()} {path}"):
            _show(operation, example)
    titles = {name: subsystem.title for name, subsystem in subsystems().items()}
    known = TAGS | {name: titles[name] for name in used if name in titles}
    api["tags"] = [{"name": name, "description": said} for name, said in known.items() if name in used]
    return api


def operations(api: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every path and method with what is said of it."""
    for path, methods in api["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _complete(
    path: str, method: str, operation: dict[str, Any], problems: Mapping[str, type[Problem]]
) -> None:
    """Who may ask, what is refused, and what the parameters mean."""
    right = operation.get(KEY, "public")
    operation["security"] = _security(right, method)
    for parameter in operation.get("parameters", ()):
        if said := PARAMETERS.get((parameter["in"], parameter["name"])):
            parameter.setdefault("description", said)
    declared = {
        problem: None
        for status, response in operation["responses"].items()
        if _is_problem(response)
        for problem in problems.values()
        if str(problem.status) == status and line_of(problem) in response["description"]
    }
    for problem in _always(path, method, operation, right):
        declared.setdefault(problem)
    by_status: dict[str, list[type[Problem]]] = {}
    for problem in declared:
        by_status.setdefault(str(problem.status), []).append(problem)
    kept = {
        status: each
        for status, each in operation["responses"].items()
        if not _is_problem(each) and status[0] != "4"
    }
    refused = {status: _problem_response(by_status[status]) for status in sorted(by_status)}
    operation["responses"] = kept | refused | {"default": {"$ref": UNEXPECTED}}


def _is_problem(response: Mapping[str, Any]) -> bool:
    return "/problems/" in response.get("description", "")


def _always(path: str, method: str, operation: Mapping[str, Any], right: str) -> Iterator[type[Problem]]:
    """The problems that such a request meets before its route is asked, or as any request of its shape."""
    if right != "public":
        yield from (NotLoggedIn, Forbidden, MustChangePassword)
        if method != "get":
            yield StaleToken
        if "{type}" in path or operation.get("tags", [""])[0] in subsystems():
            yield WrongCard
    elif method != "get" and path.startswith("/api/"):
        yield Forbidden  # from another origin's page
    if "{type}" in path:
        yield NotFound
    if operation.get("parameters") or "requestBody" in operation:
        yield Refused
    if "requestBody" in operation:
        yield TooLarge


def _problem_response(problems: list[type[Problem]]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    examples = {each.slug: {"$ref": f"#/components/examples/problem-{each.slug}"} for each in problems}
    said = "; ".join(f"{each.status} {line_of(each)}" for each in problems)
    return {"description": said, "content": {PROBLEM: {"schema": schema, "examples": examples}}}


def _example_of(problem: type[Problem], examples: Mapping[str, Any]) -> dict[str, Any]:
    """A problem as it once was answered; as it would be, where no test brought it about."""
    recorded: dict[str, Any] | None = examples.get("problems", {}).get(problem.slug)
    return recorded or {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.title,
        "advice": problem.usual_advice,
        "clause": problem.usual_clause,
        "violations": [],
        "request_id": "4f0c1d2e3a5b6978",
    }


def _security(right: str, method: str) -> list[dict[str, list[str]]]:
    if right == "public":
        return []
    person: dict[str, list[str]] = {"session": []} if method == "get" else {"session": [], "csrf": []}
    return [person] if right == "none" else [{"token": []}, person]


def _security_schemes() -> dict[str, Any]:
    return {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A company's token (swt_…), which its administrator makes; `x-token-right`: what it needs",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(),
            "description": "A person's session, from a log-in by password or card",
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": CSRF_HEADER,
            "description": "`csrf` of `GET /api/session`, beside the session's cookie in what changes anything",
        },
    }


def _show(operation: dict[str, Any], example: Mapping[str, Any]) -> None:
    """Put an example where it belongs: parameters, body, answer."""
    given = example.get("parameters", {})
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    if "body" in example:
        for kind in operation["requestBody"]["content"].values():
            kind["example"] = example["body"]
    answer = operation["responses"].get(example.get("status", ""), {})
    for kind, shown in answer.get("content", {}).items():
        if "answer" in example and kind == example.get("kind", JSON):
            shown["example"] = example["answer"]


def _examples() -> dict[str, Any]:
    """All examples: the kernel's, and those of each chapter that has some."""
    files = [OWN_EXAMPLES, *(ROOT / name / "examples.json" for name in subsystems())]
    found: dict[str, Any] = {}
    for file in files:
        if file.is_file():
            found |= json.loads(file.read_text("utf-8"))
    return found
