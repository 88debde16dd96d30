"""Routes that are asked most: how a request becomes an endpoint's arguments is planned once, when the route is made.

FastAPI finds that out anew for each request, which costs more than most requests' own work. It still describes the
route, and it answers wherever something is wrong with a request, so that every refusal is the same as elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from singlewindow.kernel.http.desk import KnownFirst
from singlewindow.kernel.problems import Problem

_RAISED = "singlewindow.raised"  # in the scope: what a direct route's endpoint raised
Taken = Callable[[Request], str | None]
"""Where a parameter stands in a request; None where it is not there."""


class Unfit(Exception):
    """A request that does not fit the plan: FastAPI says why."""


@dataclass(frozen=True)
class Parameter:
    """One text of a path, query or header."""

    name: str
    taken: Taken
    adapter: TypeAdapter[Any]
    required: bool
    default: Any

    def value(self, request: Request) -> Any:
        """The argument. Raises Unfit where it is missing, ValidationError where it is wrong."""
        text = self.taken(request)
        if text is not None:
            return self.adapter.validator.validate_python(text)
        if self.required:
            raise Unfit
        return self.default


@dataclass(frozen=True)
class Plan:
    """Everything that a coroutine takes from a request: an endpoint's, or that of what it depends on."""

    call: Callable[..., Awaitable[Any]]
    parameters: tuple[Parameter, ...]
    wanted: tuple[tuple[str | None, Plan], ...]  # without a name: asked, and nothing is done with its answer
    request: str | None
    body: tuple[str, TypeAdapter[Any]] | None

    @classmethod
    def of(cls, dependant: Dependant) -> Plan:
        """The plan for what FastAPI found out. Raises ValueError for what a plan does not know."""
        if dependant.cookie_params or dependant.response_param_name or len(dependant.body_params) > 1:
            raise ValueError(f"{dependant.call}: more than path, query, headers and one body")
        if dependant.call is None:
            raise ValueError("nothing to call")
        body = dependant.body_params[0] if dependant.body_params else None
        return cls(
            dependant.call,
            tuple(_parameters(dependant)),
            tuple((each.name, cls.of(each)) for each in dependant.dependencies),
            dependant.request_param_name,
            (body.name, TypeAdapter(body.field_info.rebuild_annotation())) if body else None,
        )

    async def arguments(self, request: Request, body: bytes) -> dict[str, Any]:
        """The arguments for the coroutine. Raises Unfit, ValidationError, and what a dependency refuses."""
        found: dict[str, Any] = {}
        for name, plan in self.wanted:
            answer = await plan.call(**await plan.arguments(request, body))
            if name is not None:
                found[name] = answer
        for each in self.parameters:
            found[each.name] = each.value(request)
        if self.request:
            found[self.request] = request
        if self.body:
            name, adapter = self.body
            found[name] = adapter.validator.validate_json(body)
        return found


class Direct(KnownFirst):
    """A route whose endpoint answers with a Response and takes nothing but path, query, headers, request and one
    JSON body, itself or through coroutines that it depends on."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self.plan = Plan.of(self.dependant)

    async def answer(self, request: Request, body: bytes) -> Response:
        """What the endpoint answers, and raises. Raises Unfit for a request that is FastAPI's."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.plan.body and kind != "application/json":
            raise Unfit
        try:
            arguments = await self.plan.arguments(request, body)
        except (ValidationError, Problem) as refusal:
            raise Unfit from refusal
        response: Response = await self.plan.call(**arguments)
        return response

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what does not fit, as FastAPI does it, and let it answer what the endpoint raised."""
        if (raised := scope.get(_RAISED)) is not None:
            raise raised
        await super().handle(scope, receive, send)


class DirectFirst:
    """ASGI middleware before the framework's own: calls such routes; whatever is not answered with what the endpoint
    returns goes on to the framework."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes: dict[str, list[Direct]] = {}
        for route in routes:
            if isinstance(route, Direct):
                for method in route.methods or ():
                    self._routes.setdefault(method, []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        route = self._find(scope) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        request, body = Request(scope, receive), b""
        try:
            if route.plan.body:
                body, receive = await _read(receive)
            response = await route.answer(request, body)
        except Unfit:
            await self._app(scope, receive, send)
        except Exception as error:
            scope[_RAISED] = error
            await self._app(scope, receive, send)
        else:
            await response(scope, receive, send)

    def _find(self, scope: Scope) -> Direct | None:
        """The route for a request, which the scope names then."""
        for route in self._routes.get(scope["method"], ()):
            match, found = route.matches(scope)
            if match == Match.FULL:
                scope.update(found)
                return route
        return None


def _parameters(dependant: Dependant) -> list[Parameter]:
    places: tuple[tuple[list[Any], Callable[[str], Taken]], ...] = (
        (dependant.path_params, lambda name: lambda request: request.path_params.get(name)),
        (dependant.query_params, lambda name: lambda request: request.query_params.get(name)),
        (dependant.header_params, lambda name: lambda request: request.headers.get(name)),
    )
    return [
        Parameter(
            field.name,
            place(field.alias),
            TypeAdapter(field.field_info.rebuild_annotation()),
            field.field_info.is_required(),
            field.field_info.default,
        )
        for fields, place in places
        for field in fields
    ]


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The body, and how it is received once more, with what comes after it. Raises HTTPException where it is too long,
    or the client has gone."""
    parts: list[Message] = []
    while not parts or parts[-1].get("more_body", False):
        parts.append(await receive())
        if parts[-1]["type"] != "http.request":
            raise HTTPException(400)
    waiting = parts[::-1]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return b"".join(part.get("body", b"") for part in parts), again
