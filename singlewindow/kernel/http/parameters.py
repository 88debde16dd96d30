"""Query parameters that a route does not have are refused, as members of a body are (`text.RequestBody`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from singlewindow.kernel.problems import API, Refused, Violation

MOST_TOLD = 20


@dataclass(frozen=True)
class Parameters:
    """The names of a route's own query parameters; `free`: it takes others besides."""

    names: frozenset[str]
    free: bool


_of_endpoint: dict[Callable[..., Any], Parameters] = {}


async def only_known(request: Request) -> None:
    """Of every route below `/api`. Raises Refused, each unknown parameter named."""
    if request.scope["query_string"]:
        refuse(unknown_parameters(request))


async def free_parameters(request: Request) -> dict[str, str]:
    """What is asked besides the route's own parameters: conditions of a type, whose own check names unknown ones."""
    own = parameters_of(request.scope["route"]).names
    return {name: value for name, value in request.query_params.items() if name not in own}


FreeParameters = Annotated[dict[str, str], Depends(free_parameters)]


def unknown_parameters(request: Request) -> Sequence[str]:
    """The names that the request's route does not have; none where it takes free ones, or is no route of the API."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.scope["path"].startswith("/api/"):
        return ()
    own = parameters_of(route)
    return () if own.free else [name for name in request.query_params if name not in own.names]


def refuse(unknown: Sequence[str]) -> None:
    """Raises Refused where there is any, each named."""
    if unknown:
        raise Refused.because([_unknown(name) for name in unknown[:MOST_TOLD]])


def parameters_of(route: APIRoute) -> Parameters:
    """What a route takes, found out once."""
    if (found := _of_endpoint.get(route.endpoint)) is None:
        tree = list(_tree(route.dependant))
        names = frozenset(field.alias for each in tree for field in each.query_params)
        found = Parameters(names, any(each.call is free_parameters for each in tree))
        _of_endpoint[route.endpoint] = found
    return found


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _tree(each)


def _unknown(name: str) -> Violation:
    return Violation(name[:80], "request.shape", f"没有参数 {name[:80]}", "请核对参数名称，或去掉该参数", API)
