"""The cases that follow from the routes of the running application, what is said of them, and who asks; and how one is
asked and judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from singlewindow.kernel.http.token_rights import wanted_by
from singlewindow.kernel.subsystem import get_document_type, subsystem_of, subsystems
from tests.isolation.asking import Answer, send
from tests.isolation.entries import KERNEL
from tests.isolation.undone import Undone
from tests.isolation.world import FOREIGN, OWN, TYPE, Role, World
from tests.strangers import Ask, Entry, Things, chapters_with_routes, strangers_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RIGHTS = ("read", "draft", "submit")
PLAIN = {"type": TYPE, "table": "transport_modes", "code": "2", "name": "form", "id": "999999951"}
"""What stands in an address for what is nobody's."""
PEOPLE = ("company", "account", "card", "session")
"""Tables without which nobody could ask."""
OF_PEOPLE = frozenset({"GET /api/session", "GET /api/company/accounts"})
"""What these tell is in those tables alone."""
MANY = 100
"""Rows at least that a company of the world has."""
OF_THE_BODY = frozenset({"content-length", "etag", "last-modified"})
"""Headers that say of the body what two bodies say better."""
NOTED = frozenset({"api_token_use", "api_token", "session", "challenge", "login_attempt"})
"""Tables in which a request leaves a line of its own."""
Whose = Literal["own", "foreign", "absent"]
Said = tuple[int, str, bytes]


def routes_of(app: FastAPI) -> dict[str, set[str]]:
    """Every address of the running application, with its methods."""
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(app.routes):
        assert context.path_format is not None, "a route has an address"
        found.setdefault(context.path_format, set()).update(context.methods or ())
    return found


@cache
def said_of() -> dict[str, Entry]:
    """The entries of the kernel and of all chapters, by route."""
    chapters = [said for each in chapters_with_routes() if (said := strangers_of(each))]
    return {entry.route: entry for entry in (*KERNEL, *(e for said in chapters for e in said.entries))}


def rights_of(app: FastAPI) -> dict[str, str]:
    """What a token must have, by route."""
    return {
        f"{method} {context.path_format}": wanted_by(context.endpoint) or "none"
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
    }


@dataclass(frozen=True)
class Case:
    """A role asks a route for things of which those called `varied` are of `whose`, the others of its own company."""

    entry: Entry
    role: Role
    varied: tuple[str, ...]
    whose: Whose
    type: str = TYPE
    box: str = ""

    @property
    def asks(self) -> str:
        """The route, and which of several names is varied by itself."""
        return asking(self.entry, self.varied)

    def __str__(self) -> str:
        what = f" {', '.join(self.varied)}={self.whose}" if self.varied else ""
        about = f" ({self.type})" if self.type != TYPE else ""
        about += f" of {self.box}" if self.box else ""
        return f"{self.entry.route}{about} as {self.role.name}{what}"


def variations(entry: Entry) -> list[tuple[str, ...]]:
    """Each name by itself, and all at once where there are several."""
    alone: list[tuple[str, ...]] = [(name,) for name in entry.names]
    return alone if len(alone) == 1 else [*alone, tuple(entry.names)] if alone else [()]


def asking(entry: Entry, varied: tuple[str, ...]) -> str:
    """The route, and which of several names are varied by themselves."""
    return entry.route if len(varied) == len(entry.names) else f"{entry.route} {'+'.join(varied)}"


def absent_of(entry: Entry, varied: tuple[str, ...]) -> int:
    """What is answered where those names are nobody's."""
    return entry.absent if isinstance(entry.absent, int) else entry.absent["+".join(varied)]


def hinders(entry: Entry, varied: tuple[str, ...]) -> bool:
    """Whether what is asked for is not done where those names are nobody's, but the others one's own."""
    return len(varied) == len(entry.names) or not absent_of(entry, varied) == entry.own < 400


def among_fresh(entry: Entry, varied: tuple[str, ...]) -> bool:
    """Whether others beside those names are nobody's, so that there is no request for what is one's own."""
    return bool(entry.fresh) and len(varied) < len(entry.names)


@dataclass
class Matrix:
    """The application on one database of the world; failures are gathered, so that all are told at once."""

    app: FastAPI
    world: World
    database: Undone
    rights: Mapping[str, str]
    failures: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    heard: set[str] = field(default_factory=set)  # routes whose own answer holds the own mark
    reported: set[str] = field(default_factory=set)  # what answers, and not as it should (`Case.asks`)
    apart: set[str] = field(
        default_factory=set
    )  # where what is one's own is answered otherwise than what is absent (`Case.asks`)
    digest: str = ""

    async def prove(
        self, entry: Entry, role: Role, type: str = TYPE, *, each: bool = True, strangers: bool = False
    ) -> None:
        """What one role may ask of one route: with `each` every name by itself too, else all at once; with
        `strangers` not for what is the own company's."""
        if entry.at:
            await self.world.house.sql("update clock set frozen = $1", entry.at)
        shut = self.shut(entry, role, type)
        if not entry.names:
            await self._nothing(Case(entry, role, (), "own", type), shut)
        elif shut:
            await self._shut(entry, role, shut, type)
        else:
            for varied in variations(entry) if each else [tuple(entry.names)]:
                await self._open(entry, role, varied, type, strangers)
        if entry.at:
            await self.world.house.sql("update clock set frozen = null")

    async def _nothing(self, case: Case, shut: int) -> None:
        answer, _ = await self.ask(case)
        others = case.entry.others
        wanted = shut or (
            others["unbound"] if "unbound" in others and not case.role.bound else case.entry.own
        )
        self.claim(
            case,
            answer.status == wanted,
            f"answers {answer.status} instead of {wanted}: {shown(answer.body)}",
        )

    async def _shut(self, entry: Entry, role: Role, status: int, type: str) -> None:
        said = []
        for whose in ("foreign", "absent"):
            case = Case(entry, role, tuple(entry.names), whose, type)
            answer, _ = await self.ask(case)
            told = f"answers {answer.status} at a shut door instead of {status}: {shown(answer.body)}"
            self.claim(case, answer.status == status, told)
            said.append(answer.said(entry.told_as, self.named(case)))
        self.claim(case, said[0] == said[1], f"answers at a shut door\n    {difference(*said)}")

    async def _open(
        self, entry: Entry, role: Role, varied: tuple[str, ...], type: str, strangers: bool
    ) -> None:
        foreign, absent, own = (
            Case(entry, role, varied, "foreign", type),
            Case(entry, role, varied, "absent", type),
            Case(entry, role, varied, "own", type),
        )
        gone, unmade = await self.ask(absent)
        wanted = absent_of(entry, varied)
        if not hinders(entry, varied):
            # A fence alone stands between companies: colleagues are the application's own matter.
            wanted = gone.status if strangers else own_answer(entry, role)
        told = f"answers {gone.status} instead of {wanted}: {shown(gone.body)}"
        self.claim(absent, gone.status == wanted, told)
        there, left = await self.ask(foreign)
        if entry.door == "system":
            self.claim(foreign, there.status == entry.own, f"answers {there.status} to who sees all")
        else:
            one, other = (a.said(entry.told_as, self.named(c)) for a, c in ((there, foreign), (gone, absent)))
            self.claim(foreign, one == other, f"answers\n    {difference(one, other)}")
            self.claim(foreign, left == unmade, f"leaves {left}, and absent {unmade}")
        if not strangers and not among_fresh(entry, varied):
            has, done = await self._own(own)
            if (has.said(entry.told_as, self.named(own)), done) != (
                gone.said(entry.told_as, self.named(absent)),
                unmade,
            ):
                self.apart.add(own.asks)

    async def prove_type(self, entry: Entry, type: str) -> None:
        """What somebody who may enter its chapter asks about documents of a type: what he gets is the chapter's to say,
        what is foreign answers as what is absent."""
        role = self.world.roles["operator by 法人卡"]
        if not entry.names or entry.path.endswith("{type}"):  # first: codes of a list are then remembered
            await self.ask(Case(entry, role, tuple(entry.names), "own", type))
        if not entry.names:
            return
        foreign, absent = (
            Case(entry, role, tuple(entry.names), whose, type) for whose in ("foreign", "absent")
        )
        (there, left), (gone, unmade) = await self.ask(foreign), await self.ask(absent)
        one, other = (a.said(entry.told_as, self.named(c)) for a, c in ((there, foreign), (gone, absent)))
        self.claim(foreign, one == other, f"answers\n    {difference(one, other)}")
        self.claim(foreign, left == unmade, f"leaves {left}, and absent {unmade}")

    async def prove_methods(self, role: Role) -> None:
        """Every address with every method that it has not."""
        entries = {entry.path: entry for entry in said_of().values()}
        known = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in entries}
        for path, said_there in entries.items():
            methods = {
                e.method for e in said_of().values() if known[e.path].fullmatch(path)
            }  # /new is a {number} too
            for method in METHODS:
                if method not in methods:
                    entry = replace(said_there, route=f"{method} {path}")
                    cases = [Case(entry, role, tuple(entry.names), whose) for whose in ("foreign", "absent")]
                    said = []
                    for case in cases[: None if entry.names else 1]:
                        answer, _ = await self.ask(case)
                        told = f"answers {answer.status} instead of 405: {shown(answer.body)}"
                        self.claim(case, answer.status == 405, told)
                        said.append(answer.said(method, self.named(case)))
                    self.claim(cases[0], len(set(said)) == 1, "answers otherwise than for what is absent")

    async def _own(self, case: Case) -> tuple[Answer, Any]:
        wanted = own_answer(case.entry, case.role)
        answer, left = await self.ask(case)
        told = f"answers {answer.status} instead of {wanted}: {shown(answer.body)}"
        self.claim(case, answer.status == wanted, told)
        return answer, left

    async def prove_alone(self, cases: Sequence[Case]) -> None:
        """What is read of one's own is the same to the byte where there is no other company: so a figure, which holds
        no canary, counts nobody else's. That each fence holds so by itself says that both do."""
        for case, one, other in await self._without(cases, self.world.foreign_company):
            told = f"answers otherwise without the other company\n    {difference(one, other)}"
            self.claim(case, one == other or bool(case.entry.varies), told)

    async def moved(self, cases: Sequence[Case]) -> list[Case]:
        """Those that are answered otherwise where the own company has nothing: their figures are of what it has."""
        found = await self._without(cases, self.world.own_company, PEOPLE)
        return [case for case, one, other in found if one[0] == other[0] == 200 and one != other]

    async def _without(
        self, cases: Sequence[Case], company: int, kept: Sequence[str] = ()
    ) -> list[tuple[Case, Said, Said]]:
        """What is said to each with and without everything of a company, but for those tables."""
        found: list[tuple[Case, Said, Said]] = []
        for at in {case.entry.at for case in cases}:
            then = [case for case in cases if case.entry.at == at]
            await self.world.house.sql("update clock set frozen = coalesce($1, now())", at)
            there = await self._read_all(then)
            async with self.database.without(company, kept) as went:
                assert went > MANY
                found += zip(then, there, await self._read_all(then), strict=True)
        await self.world.house.sql("update clock set frozen = null")
        return found

    async def _read_all(self, cases: Sequence[Case]) -> list[Said]:
        said = []
        for case in cases:
            self.asked[case.whose] += 1
            async with self.database.request():
                answer = await send(self.app, *self.request(case))
            self._hear(case, answer)
            kept = tuple(each for each in answer.headers if each[0] not in OF_THE_BODY)
            said.append(replace(answer, headers=kept).said(case.entry.told_as, self.named(case)))
        return said

    def _hear(self, case: Case, answer: Answer) -> None:
        silent = case.entry.door == "system" or not answer.holds(FOREIGN)
        self.claim(case, silent, f"tells of the other company: {shown(answer.body)}")
        self.claim(case, answer.status < 500, f"breaks: {shown(answer.body)}")
        if case.whose == "own" and answer.holds(OWN):
            self.heard.add(case.entry.route)

    def deaf(self, moved: Collection[str]) -> Iterator[str]:
        """Entries that prove nothing, because they ask for nothing that is there: a reading route whose answer stays as
        it is where the own company has nothing (and that names nothing of which its mark was heard: a list without rows
        may well hold the company's name); one that answers to what is one's own as to what is absent. After every role
        asked; `moved`: routes whose answers move."""
        for entry in said_of().values():
            heard = entry.route in self.heard and (entry.names or entry.route in OF_PEOPLE)
            tells = heard or entry.route in moved or (entry.door == "system" and entry.route in self.heard)
            if entry.unheard and tells:
                yield f"{entry.route}: it does tell of the own company; take `unheard` away"
            elif entry.reads and not entry.unheard and not tells:
                yield f"{entry.route}: tells nothing of the own company; ask for what there is, or say why (`unheard`)"
            if entry.varies and entry.route not in self.heard:
                yield f"{entry.route}: bytes that vary cannot be compared, so its own mark must be heard"
            for varied in (
                variations(entry) if entry.names and entry.door != "system" and not entry.unheard else ()
            ):
                proves = hinders(entry, varied) and not among_fresh(entry, varied)
                if proves and asking(entry, varied) not in self.apart:
                    yield f"{asking(entry, varied)}: what is one's own is answered as what is absent; ask for what is"

    def claim(self, case: Case, holds: bool, otherwise: str) -> None:
        """Note it where it does not hold."""
        if not holds:
            if case.whose != "absent" and not otherwise.startswith("breaks"):
                self.reported.add(case.asks)
            self.failures.append(f"{case}\n  {otherwise}")

    async def ask(self, case: Case) -> tuple[Answer, Any]:
        """The answer, and what it cost and left: statements, rows that were written, and whether the foreign company's
        are as they were. No answer ever holds the foreign mark."""
        self.asked[case.whose] += 1
        async with self.database.request():
            answer = await send(self.app, *self.request(case))
            writes = [each for each in await self.database.writes() if each[0] not in NOTED]
            statements = self.database.watched.statements
            if writes and case.entry.door != "system":
                digest = await self.database.value("select isolation_digest($1)", self.world.foreign_company)
                self.claim(case, digest == self.digest, f"touches the other company's rows: {writes}")
        self._hear(case, answer)
        return answer, (statements, writes)

    def request(self, case: Case) -> tuple[str, str, Mapping[str, str], Ask]:
        """Method, address, headers and the rest."""
        named = self.named(case)
        person = case.role.person
        path = re.sub(
            r"\{(\w+)\}",
            lambda m: str(named.get(m[1]) or {**PLAIN, "type": case.type}[m[1]]),
            case.entry.path,
        )
        ask = case.entry.ask(
            Things(person or self.world.own["clerk"], named, self.world.own, case.type, case.box)
        )
        return case.entry.method, path, case.role.headers, ask

    def named(self, case: Case) -> dict[str, Any]:
        """What the request names."""
        of = {"own": self.world.own, "foreign": self.world.foreign, "absent": self.world.absent}
        found = {}
        for name, kind in case.entry.names.items():
            of_type = case.type != TYPE and kind in ("draft", "inforce", "amended")
            whose = case.whose if name in case.varied else "absent" if name in case.entry.fresh else "own"
            found[name] = of[whose][f"of {case.type}" if of_type else kind]
            if kind == "card" and whose == "own" and case.role.person:
                found[name] = case.role.person.card_no
        return found

    def shut(self, entry: Entry, role: Role, type: str = TYPE) -> int:
        """The status with which a role is refused whatever it asks for; 0 where it is let in."""
        if entry.door == "public":
            return 0
        if not role.level or role.over:
            return 401
        wanted = self.rights[entry.route]
        if role.level == "token" and (wanted == "none" or RIGHTS.index(role.right) < RIGHTS.index(wanted)):
            return 403
        if role.role == "system":
            return 0 if entry.door in ("session", "account", "system") else 403
        refused = {
            "session": False,
            "account": role.waits,
            "person": role.waits,
            "typed": role.waits or not self._enters(entry, role, type),
            "bound": role.waits or not role.bound,
            "chapter": role.waits or not role.bound or not self._enters(entry, role, type),
            "administrator": role.waits or role.role != "administrator",
            "system": True,
        }
        return 403 if refused[entry.door] else 0

    def _enters(self, entry: Entry, role: Role, type: str) -> bool:
        part = entry.path.split("/")[2]
        chapter = subsystems().get(part) or subsystem_of(get_document_type(type))
        if role.chapters is not None and chapter.name not in role.chapters:
            return False
        return chapter.card_kind is None or (role.kind == chapter.card_kind and role.level == "card")


def own_answer(entry: Entry, role: Role) -> int:
    """The status that a role gets which is let in, for what is its own company's."""
    others = {
        "colleague": role.whose != "clerk",
        "elsewhere": role.chapters is not None,
        "unbound": not role.bound,
    }
    return next(
        (status for other, status in reversed(list(entry.others.items())) if others[other]), entry.own
    )


def shown(body: bytes) -> str:
    """So much of an answer as tells what it is."""
    return body[:400].decode(errors="replace")


def difference(one: tuple[int, str, bytes], other: tuple[int, str, bytes]) -> str:
    """Where two answers part."""
    here, there = (
        f"{status} {headers} {body.decode(errors='replace')}" for status, headers, body in (one, other)
    )
    at = next(
        (i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
    )
    return f"…{here[max(0, at - 80) : at + 200]}\n  and absent\n    …{there[max(0, at - 80) : at + 200]}"


def missing(app: FastAPI) -> Iterator[str]:
    """What is to be added for each route of which nothing is said, and taken away for what is no route."""
    there = {f"{method} {path}" for path, methods in routes_of(app).items() for method in methods}
    said = set(said_of())
    chapters = {each.name for each in chapters_with_routes()}
    for route in sorted(there - said):
        part = f"{route}//".split("/")[2]
        where = (
            f"singlewindow/subsystems/{part}/tests/strangers.py"
            if part in chapters
            else "tests/isolation/entries.py"
        )
        yield (
            f"{route}: add Entry({route!r}, door, names={{…}}, ask=…, own=…, absent=…) to {where}: who comes to it, "
            "what of a company it names in path, query, headers or body, and what is answered (tests/strangers.py)"
        )
    yield from (f"{route}: there is no such route; take its entry away" for route in sorted(said - there))
