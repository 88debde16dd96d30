"""What a stranger gets from a chapter's own routes: each chapter with `routes` says it in its `tests/strangers.py`.

That module holds `STRANGERS`; `tests/kernel/test_chapter_isolation.py` finds and asks it. A route that is missing there
fails the test.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from singlewindow.kernel.subsystem import ROOT, Subsystem, subsystems
from tests.house import House, Member


@dataclass(frozen=True)
class Scene:
    """A company with rows of its own, and someone of another company who may enter the chapter.

    `foreign` and `absent` have the same members: what an address or a body may name, of the owner, and of nobody.
    """

    owner: Member
    stranger: Member
    foreign: Mapping[str, Any]
    absent: Mapping[str, Any]


@dataclass(frozen=True)
class Guess:
    """The stranger asks for something of the owner, or for something that is not there."""

    stranger: Member
    named: Mapping[str, Any]

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send it, with a path below /api/<chapter>."""
        return await self.stranger.http.request(method, path, **more)


Case = Callable[[Guess], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Strangers:
    """The cases of a chapter, by route ("GET /api/<chapter>/…", as the API's description writes it).

    Those of `not_found` answer 404, those of `nothing_found` 200 with nothing, those of `refused` 422 with a reason
    that fits both; `names_nothing` says why a route takes nothing that could be another company's. `without_own_check`
    takes the application's check away, so that row-level security stands alone. `untouched` answers what must be as
    before when the stranger has asked everything.
    """

    scene: Callable[[House], Awaitable[Scene]]
    without_own_check: Callable[[pytest.MonkeyPatch], None]
    untouched: Callable[[House], Awaitable[object]]
    not_found: Mapping[str, Case]
    nothing_found: Mapping[str, Case]
    names_nothing: Mapping[str, str]
    refused: Mapping[str, Case] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, tuple[int, Case]]:
        """Every route that a stranger asks, with the status that he gets."""
        kinds = ((404, self.not_found), (200, self.nothing_found), (422, self.refused))
        return {route: (status, case) for status, cases in kinds for route, case in cases.items()}

    @property
    def routes(self) -> set[str]:
        """Every route of which something is said."""
        return {*self.asked, *self.names_nothing}


def chapters_with_routes() -> list[Subsystem]:
    """The chapters that have routes of their own."""
    return [each for each in subsystems().values() if each.routes is not None]


def strangers_of(chapter: Subsystem) -> Strangers | None:
    """The cases of a chapter, or None where it has written none."""
    file = ROOT / chapter.name / "tests" / "strangers.py"
    if not file.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"strangers_of_{chapter.name}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Strangers = module.STRANGERS
    return found


def routes_of(house: House, chapter: Subsystem) -> set[str]:
    """The chapter's own routes, from the API's description."""
    paths = house.app.openapi()["paths"]
    return {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        if path.startswith(f"/api/{chapter.name}/")
        for method in methods
    }
