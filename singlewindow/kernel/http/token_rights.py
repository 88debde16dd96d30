"""What a token must have for a route: said at each route, shown in the API's description, asked at each use (INTG-01).

A route that says nothing lets no token in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from singlewindow.kernel.people.grant import Right

Wanted = Right | Literal["none", "public"]
"""A right; "none": only for people at the page; "public": nobody is asked who it is."""
KEY = "x-token-right"
_ATTRIBUTE = "token_right"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def for_tokens(wanted: Wanted) -> Callable[[Endpoint], Endpoint]:
    """Say what a token must have for an endpoint; stands beneath the route's decorator."""

    def said(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__[_ATTRIBUTE] = wanted
        return endpoint

    return said


def wanted_by(endpoint: object) -> Wanted | None:
    """What an endpoint says; None where it says nothing."""
    wanted: Wanted | None = getattr(endpoint, _ATTRIBUTE, None)
    return wanted


def describe(app: FastAPI) -> None:
    """Let the API's description say it at every operation."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        api = plain()
        for context in iter_route_contexts(app.routes):
            for method in context.methods or ():
                operation = api["paths"].get(context.path_format, {}).get(method.lower())
                if operation and (wanted := wanted_by(context.endpoint)):
                    operation[KEY] = wanted
        return api

    app.openapi = described  # type: ignore[method-assign]
