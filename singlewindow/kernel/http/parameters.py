"""Query parameters that a route does not have are refused, as members of a body are (`text.RequestBody`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from singlewindow.kernel.problems import API, Refused, Violation

MOST_TOLD = 20
_known: dict[
    Callable[..., Any], frozenset[str] | None
] = {}  # by endpoint; None: it looks itself at what is asked


async def only_known(request: Request) -> None:
    """Of every route below `/api`. Raises Refused, each unknown parameter named."""
    if request.scope["query_string"] and (unknown := unknown_parameters(request)):
        raise Refused.because([_unknown(name) for name in unknown[:MOST_TOLD]])


async def free_parameters(request: Request) -> dict[str, str]:
    """What is asked besides the route's own parameters: conditions of a type, whose own check names unknown ones."""
    own = _names(_dependant(request))
    return {name: value for name, value in request.query_params.items() if name not in own}


FreeParameters = Annotated[dict[str, str], Depends(free_parameters)]


def unknown_parameters(request: Request) -> Sequence[str]:
    """The names that the request's route does not have; none where it takes free ones, or is no route of the API."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.scope["path"].startswith("/api/"):
        return ()
    if route.endpoint not in _known:
        _known[route.endpoint] = known_parameters(route)
    known = _known[route.endpoint]
    return () if known is None else [name for name in request.query_params if name not in known]


def known_parameters(route: APIRoute) -> frozenset[str] | None:
    """The names that a route has; None where it takes free ones besides."""
    takes_any = any(each.call is free_parameters for each in _tree(route.dependant))
    return None if takes_any else _names(route.dependant)


def _dependant(request: Request) -> Dependant:
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    return route.dependant


def _names(dependant: Dependant) -> frozenset[str]:
    return frozenset(field.alias for each in _tree(dependant) for field in each.query_params)


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _tree(each)


def _unknown(name: str) -> Violation:
    return Violation(name[:80], "request.shape", f"没有参数 {name[:80]}", "请核对参数名称，或去掉该参数", API)
