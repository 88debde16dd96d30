"""Cases: what the description allows, what it does not, and examples that are bent; under addresses that exist."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.transport import Response

from tests.fuzz.judging import Judge
from tests.fuzz.wire import Answer, ask

ORIGIN = "http://127.0.0.1:8000"
KEPT = 40  # of each kind of address that is known, the newest
NASTY: tuple[Any, ...] = (
    "", " ", "\0", "\ud800", "\u202eabc", "=1+1", "@SUM(A1)", "a\r\nX-Evil: 1", "𠮷𡈽㐂𫟼", "\uffff", "\ue000",
    "e\u0301",
    "１２３", "👩‍👩‍👧", "null", "-1", "0", "9" * 400, "1e400000", "x" * 5000, "2026-02-30", "../../etc/passwd", "%00",
    "<b>&amp;", "'; drop table document; --", None, True, -1, 0, 2**63, 1e308, [], {}, [None], {"a": {"b": []}},
)  # fmt: skip
"""What stands in an example's place."""


Good = tuple[dict[str, Any], Any]
"""What an address must have, and a body that is good there."""


@dataclass
class Known:
    """Addresses that exist: the path up to the last parameter → parameters, newest last."""

    places: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, template: str, parameters: Mapping[str, Any], answer: object) -> None:
        """Take what an answer names: what was made, and the rows of a list."""
        if not isinstance(answer, dict):
            return
        rows = answer.get("items")
        for row in [answer, *(rows if isinstance(rows, list) else [])][:KEPT]:
            for name in ("number", "id", "key") if isinstance(row, dict) else ():
                if isinstance(row.get(name), str | int):
                    version = {"version": row["version"]} if isinstance(row.get("version"), int) else {}
                    self.add(
                        template.removesuffix(f"/{{{name}}}"), {**parameters, name: row[name], **version}
                    )
        for file in answer.get("attachments", []) if isinstance(answer.get("attachments"), list) else []:
            if "/documents/" in template and isinstance(file, dict) and "number" in answer:
                place = "/api/documents/{type}/{number}/attachments"
                self.add(place, {**parameters, "number": answer["number"], "attachment_id": file["id"]})

    def add(self, place: str, parameters: dict[str, Any]) -> None:
        """Remember an address."""
        self.places[place] = [*self.places[place][-KEPT + 1 :], parameters]

    def choose(
        self, template: str, chance: random.Random, wanted: Mapping[str, Any] = MappingProxyType({})
    ) -> dict[str, Any]:
        """Parameters for an address, of the nearest place that is known and has what is `wanted`."""
        parts = template.split("/")
        for length in range(len(parts), 0, -1):
            place = "/".join(parts[: length - 1])
            if parts[length - 1].startswith("{"):
                fitting = [
                    each
                    for each in self.places.get(place, [])
                    if all(str(each.get(name, value)) == str(value) for name, value in wanted.items())
                ]
                if fitting:
                    return {**chance.choice(fitting), **wanted}
        return dict(wanted)


@dataclass
class Asker:
    """Asks one application as several people."""

    app: Any
    judge: Judge
    people: Mapping[str, Mapping[str, str]]  # name → headers
    who: Callable[[Any], str]  # whose errand an operation is
    chance: random.Random
    known: Known = field(default_factory=Known)
    bodies: dict[str, list[Good]] = field(default_factory=lambda: defaultdict(list))  # by operation
    mend: Callable[[], Awaitable[Mapping[str, Mapping[str, str]]]] | None = (
        None  # the people, all whole again
    )
    strangers: dict[str, list[str]] = field(default_factory=dict)  # who is yet to ask, by operation
    lost: int = 0  # how often somebody was no longer known
    after_round: Callable[[], None] = lambda: None

    def run(self, loop: asyncio.AbstractEventLoop, cases: int, start: int) -> None:
        """Ask until so many cases are counted, each operation at least once; from a thread of its own."""
        round_, target = 0, self.judge.counts.total + cases
        names = list(self.judge.operations)
        at_once = max(2, min(6, cases // (4 * len(names))))
        while not round_ or self.judge.counts.total < target:
            self.chance.shuffle(names)
            for name in names:
                if not round_ or self.judge.counts.total < target:
                    self._some_of(name, loop, start + round_, at_once)
            round_ += 1
            self.after_round()

    def _some_of(self, name: str, loop: asyncio.AbstractEventLoop, start: int, at_once: int) -> None:
        operation = self.judge.operations[name]
        modes = (
            [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
            if _varies(operation)
            else [GenerationMode.POSITIVE]
        )
        for mode in modes if _varies(operation) else modes * 4:
            strategy = operation.as_strategy(generation_mode=mode)

            def one(case: Any) -> None:
                asyncio.run_coroutine_threadsafe(self._ask(name, case, mode), loop).result(60)  # noqa: B023

            quick = settings(
                max_examples=at_once if _varies(operation) else 1, database=None, deadline=None,
                phases=[Phase.generate], suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            try:
                asked: Callable[[], None] = given(strategy)(one)  # type: ignore[no-untyped-call]  # what Hypothesis gives
                seed(start)(quick(asked))()
            except Exception as error:  # of the generator: the other operations are asked all the same
                self.judge.counts.wrong.setdefault((name, f"not asked: {error!r}"[:300]), "")
        if operation.body:
            asyncio.run_coroutine_threadsafe(self._bent(name), loop).result(60)

    async def _ask(self, name: str, case: Any, mode: GenerationMode) -> None:
        """Send a case, mostly under an address that exists and with a version that is right."""
        operation, chosen = case.operation, {}
        if self.chance.random() < 0.7:
            chosen = self.known.choose(operation.path, self.chance)
            case.path_parameters = {n: chosen.get(n, v) for n, v in (case.path_parameters or {}).items()}
        if mode is GenerationMode.POSITIVE and self.chance.random() < 0.5:
            case.query = {**(case.query or {}), **_examples(operation, "query", self.chance)}
        if isinstance(case.query, dict) and "wait" in case.query:
            case.query["wait"] = (
                min(case.query["wait"], 0.1) if _is_number(case.query["wait"]) else case.query["wait"]
            )
        request = requests.Request(**_sendable(case.as_transport_kwargs(base_url=ORIGIN))).prepare()
        headers = {name: _text(value) for name, value in request.headers.items()}
        if "version" in chosen and self.chance.random() < 0.8:
            headers["If-Match"] = f'"{chosen["version"]}"'
        assert isinstance(request.body, str | bytes | None), "a body is sent whole"
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        await self.send(name, mode.value, str(request.method), str(request.url), headers, body)

    async def _bent(self, name: str) -> None:
        """A body that is good, and the same with something nasty in it."""
        operation = self.judge.operations[name]
        for wanted, good in self._good(name, operation):
            chosen = self.known.choose(operation.path, self.chance, wanted)
            body = json.dumps(bent(good, self.chance) if self.chance.random() < 0.6 else good).encode()
            path = operation.path
            for parameter in list(chosen):
                path = path.replace(f"{{{parameter}}}", quote(str(chosen[parameter]), safe=""))
            headers = {"Content-Type": "application/json", "If-Match": f'"{chosen.get("version", 1)}"'}
            await self.send(name, "bent", operation.method.upper(), ORIGIN + path, headers, body)

    def _good(self, name: str, operation: Any) -> Iterator[Good]:
        kinds = {each.media_type: each for each in operation.body}
        if "application/json" not in kinds:
            return
        known = self.bodies.get(name) or []
        example = kinds["application/json"].definition.get("example")
        for _ in range(3):
            if known and (example is None or self.chance.random() < 0.8):
                yield copy.deepcopy(self.chance.choice(known))
            elif example is not None:
                yield {}, copy.deepcopy(example)

    def _somebody(self, name: str, operation: Any) -> str:
        """Nobody first, then, of what changes anything, another site's page; then whose errand it is, mostly."""
        strangers = self.strangers.setdefault(
            name, ["nobody"] if operation.method == "get" else ["elsewhere", "nobody"]
        )
        if strangers:
            return strangers.pop()
        return self.who(operation) if self.chance.random() < 0.85 else self.chance.choice(list(self.people))

    async def send(
        self, name: str, kind: str, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Send a request as whoever has to do with it (seldom as somebody else), and judge what comes."""
        operation = self.judge.operations[name]
        person = self._somebody(name, operation)
        own = (
            ()
            if person == "nobody"
            else (  # nobody may guess
                "authorization",
                "cookie",
                "origin",
                "x-csrf-token",
            )
        )
        given = {**{n: v for n, v in headers.items() if n.lower() not in own}, **self.people[person]}
        case = f"{person}: {method} {url[:600]} {_shown(headers)} {body[:600]!r}"
        try:
            answer = await ask(self.app, method, url, given, body)
        except Exception as error:  # what escapes the application, or never ends
            self.judge.counts.wrong.setdefault((name, repr(error)[:300]), case)
            return Answer()
        self.judge.judge(name, kind, _response(answer, method, url, given, body), case, whole=answer.whole)
        if self.mend and person not in ("nobody", "elsewhere") and _is_lost(answer):
            self.lost += 1
            self.people = await self.mend()
        if (
            answer.status < 300
            and answer.body
            and answer.header("content-type").startswith("application/json")
        ):
            parameters = _parameters(operation.path, url)
            self.known.learn(operation.path, parameters, json.loads(answer.body))
        return answer


def bent(good: Any, chance: random.Random) -> Any:
    """The same with one or two places made nasty, left out, or named otherwise."""
    whole = [copy.deepcopy(good)]
    for _ in range(chance.choice((1, 1, 2))):
        holder, place = chance.choice(list(_places(whole)))
        deed = chance.random()
        if deed < 0.75 or not isinstance(holder, dict):
            holder[place] = chance.choice(NASTY)
        elif deed < 0.9:
            del holder[place]
        else:
            holder[chance.choice(("extra", "\ud800", "", "a" * 300))] = holder.pop(place)
        if not whole:
            whole.append(None)
    return whole[0]


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    pairs = enumerate(holder) if isinstance(holder, list) else list(holder.items())
    for place, value in pairs:
        yield holder, place
        if isinstance(value, list | dict) and value:
            yield from _places(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _varies(operation: Any) -> bool:
    """Whether there is anything to choose."""
    return bool(operation.body) or any(
        bool(getattr(operation, place)) for place in ("path_parameters", "query", "headers")
    )


def _examples(operation: Any, place: str, chance: random.Random) -> dict[str, Any]:
    found = {
        each.name: each.definition["example"]
        for each in getattr(operation, place)
        if "example" in each.definition
    }
    return found if chance.random() < 0.8 else {n: v for n, v in found.items() if chance.random() < 0.5}


def _is_lost(answer: Answer) -> bool:
    """Whether somebody who was known is no longer: logged out, closed, or to change a password first."""
    return answer.status == 401 or b"/problems/change-password" in answer.body


def _sendable(given: dict[str, Any]) -> dict[str, Any]:
    given["headers"] = {n: v for n, v in given["headers"].items() if isinstance(v, str)}
    given.pop("cookies", None)
    return given


def _parameters(template: str, url: str) -> dict[str, str]:
    asked = url.removeprefix(ORIGIN).partition("?")[0].split("/")
    return {
        part[1:-1]: value
        for part, value in zip(template.split("/"), asked, strict=False)
        if part.startswith("{")
    }


def _response(answer: Answer, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
    request = requests.Request(method, ORIGIN).prepare()  # what was sent needs no second preparation
    request.url, request.body = url, body
    request.headers.update(headers)
    kept: dict[str, list[str]] = defaultdict(list)
    for name, value in answer.headers:
        kept[name].append(value)
    return Response(answer.status, kept, answer.body, request, 0.0, verify=False, encoding="utf-8")


def _shown(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        n: v for n, v in headers.items() if n.lower() not in ("authorization", "x-csrf-token", "user-agent")
    }


def _text(value: str | bytes) -> str:
    """A header's value, which the library leaves as text or as bytes."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
