"""What is said of a route, so that the isolation matrix (`tests/isolation`) can ask it for what is foreign (PORT-10).

Of the kernel's routes `tests/isolation/entries.py` says it, of a chapter's own the chapter's `tests/strangers.py`,
which holds `STRANGERS`. A route of which nothing is said fails the matrix.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from singlewindow.kernel.subsystem import ROOT, Subsystem, subsystems
from tests.house import House, Member

Door = Literal[
    "public", "session", "account", "person", "typed", "bound", "chapter", "administrator", "system"
]
"""Who comes to a route at all. `session`: whoever has one, also while his password waits to be changed; `account`: once
it is; `person`: of a company; `typed`: who may enter the chapter that the address or its document type belongs to;
`bound`: with a card; `chapter`: both."""
Other = Literal["colleague", "elsewhere", "unbound"]
"""Who gets another answer: another account of the company, a token for other chapters, an account without a card."""


@dataclass(frozen=True)
class Things:
    """What one request names: by the names of the entry, of the asker's own company, of another, or of nobody; `own` is
    everything of the own company, by kind. `type`: the document type it is about; `box`: the entry of a query's
    企业类别 that is chosen."""

    person: Member
    named: Mapping[str, Any]
    own: Mapping[str, Any]
    type: str = ""
    box: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.named[name]


@dataclass(frozen=True)
class Ask:
    """What of a request stands beside its method and address, as httpx takes it."""

    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    data: Mapping[str, str] | None = None
    files: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Entry:
    """What is said of one route ("GET /api/…", as the API's description writes it).

    `names`: what of a company it names, in the address or elsewhere: name → kind of thing (`World`). Where that is
    nobody's, and so where it is foreign, the answer is `absent` (by name, "+" between several, where it differs);
    where it is the own company's, `own`, or what `others` say. `ask`: what stands beside the address. Where a route
    names nothing, `nothing` says why. `at`: the business clock stands there. `unheard`: why a reading route has nothing
    to tell of the own company; without it, it must have (`Matrix.deaf`). `varies`: why two answers to the same are not
    the same to the byte. `fresh`: names that are nobody's where another one is varied by itself, because what they
    stand for is answered before the other is looked at. `only_reads`: a POST that makes nothing: its figures are
    compared as a GET's are.
    """

    route: str
    door: Door
    names: Mapping[str, str] = field(default_factory=dict)
    ask: Callable[[Things], Ask] = lambda _: Ask()
    own: int = 200
    absent: int | Mapping[str, int] = 404
    others: Mapping[Other, int] = field(default_factory=dict)
    nothing: str = ""
    at: datetime | None = None
    unheard: str = ""
    varies: str = ""
    fresh: tuple[str, ...] = ()
    only_reads: bool = False

    def __post_init__(self) -> None:
        if bool(self.names) == bool(self.nothing):
            raise ValueError(f"{self.route}: say what of a company it names, or why it names nothing")

    @property
    def reads(self) -> bool:
        """Whether it tells those who come to it what their company has."""
        return self.method == "GET" and self.door != "public"

    @property
    def told_as(self) -> str:
        """The method by which its answers are compared: what something else made has a number of its own."""
        return "GET" if self.only_reads else self.method

    @property
    def method(self) -> str:
        """GET, POST …"""
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        """The address with its names in braces."""
        return self.route.split(" ")[1]


Furnish = Callable[[House, Member, Member, str], Awaitable[Mapping[str, Any]]]
"""Makes what a chapter's routes may name of one company: for its operator and somebody of it with a 法人卡, with the
mark in every text; kind of thing → what names it."""


@dataclass(frozen=True)
class Strangers:
    """A chapter's things, what stands for each of them where there is none, and its entries. What waits for the worker
    is made last (`waiting`)."""

    furnish: Furnish
    absent: Mapping[str, Any]
    entries: tuple[Entry, ...]
    waiting: Furnish | None = None


def chapters_with_routes() -> list[Subsystem]:
    """The chapters that have routes of their own."""
    return [each for each in subsystems().values() if each.routes is not None]


def strangers_of(chapter: Subsystem) -> Strangers | None:
    """What the chapter says, or None where it has written nothing."""
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
