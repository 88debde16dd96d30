"""What the simulated people do, through the ordinary API: save, prepare, sign, submit, search."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.numbers import Samples
from benchmarks.seed import sample_content
from benchmarks.wire import Client, connected
from singlewindow.contract.signatures import sign_raw
from tests.system.applicant import Applicant, applicants
from tests.system.running import System

HEAVY, LIGHT = "/api/documents/_load", "/api/documents/inspection.declaration"
TRIP = "/api/documents/gate.trip"
TRIP_SAMPLE = (
    Path(__file__).parents[1] / "singlewindow/subsystems/gate/samples/accepted/five_kinds_by_sea.json"
)
_serials = itertools.count(1)


@dataclass
class Person:
    """Someone with a card and an open connection to a portal."""

    client: Client
    applicant: Applicant
    heavy: tuple[str, str]  # the form's content before and after its reference

    async def floor(self) -> None:
        """As many bytes as a draft, in one bare INSERT."""
        await self.client.call("floor", "POST", "/bench/floor", self._content(), expect=201)

    async def save(self) -> str:
        """暂存 of a new heavy form, as the page does it; the number."""
        return await self._save_new(HEAVY, self._content())

    async def save_trip(self) -> str:
        """暂存 of a new trip of five rows, of a vehicle that has no other; the number."""
        return await self._save_new(TRIP, trip_content(next(_serials)))

    async def _save_new(self, type: str, content: bytes) -> str:
        key = f"Idempotency-Key: bench-{next(_serials):012d}\r\n"
        answer = await self.client.call("save", "POST", type, content, key, 201)
        start = answer.index(b'"number":"') + 10
        return answer[start : start + 18].decode()

    async def save_light(self, number: str, declaration: str, version: int) -> None:
        """暂存 of a stored application again."""
        body = light_content(declaration)
        await self.client.call("save", "PUT", f"{LIGHT}/{number}", body, f'If-Match: "{version}"\r\n')

    async def apply(self, type: str, number: str, version: int = 1, action: str = "apply") -> None:
        """申报: prepare, let the card sign, submit."""
        await self.submit(type, number, await self.prepare(type, number, version, action))

    async def prepare(self, type: str, number: str, version: int = 1, action: str = "apply") -> bytes:
        """What the card shall sign, and its token."""
        wanted = json.dumps({"action": action, "card_no": self.applicant.card_no}).encode()
        match = f'If-Match: "{version}"\r\n'
        return await self.client.call("prepare", "POST", f"{type}/{number}/prepare", wanted, match)

    async def submit(self, type: str, number: str, prepared: bytes) -> None:
        """Let the card sign, and submit."""
        asked = json.loads(prepared)
        body = {"token": asked["token"], **self.sign(asked["signing_input"])}
        await self.client.call("submit", "POST", f"{type}/{number}/submit", json.dumps(body).encode())

    async def search(self, query: str) -> int:
        """A page of the result list; how many rows it has."""
        answer = await self.client.call("search", "GET", f"{HEAVY}?{query}")
        return answer.count(b'"status_name"')

    async def count(self, query: str) -> int:
        """Statistics; how many documents they count."""
        answer = await self.client.call("statistics", "GET", f"{HEAVY}/statistics?{query}")
        counted: int = json.loads(answer)["total"]["count"]
        return counted

    def sign(self, text: str) -> dict[str, str]:
        """What the card says."""
        return {
            "signature": base64.b64encode(sign_raw(self.applicant.key, text.encode("ascii"))).decode(),
            "certificate": base64.b64encode(self.applicant.certificate).decode(),
        }

    def _content(self) -> bytes:
        before, after = self.heavy
        return f"{before}NEW{next(_serials):09d}{after}".encode()


def light_content(declaration: str) -> bytes:
    """The body that saves an application for a declaration."""
    content = {"declaration_no": declaration, "contact_name": "王芳", "contact_phone": "0755-84398888"}
    return json.dumps({"content": content}).encode()


@cache
def _trip() -> dict[str, Any]:
    """A trip of five rows, one of each kind of bound object."""
    content: dict[str, Any] = json.loads(TRIP_SAMPLE.read_text("utf-8"))["content"]
    return content


def trip_content(serial: int) -> bytes:
    """The body that saves a trip of the vehicle with that number."""
    plate = f"粤{chr(ord('A') + serial // 100_000 % 26)}{serial % 100_000:05d}"
    return json.dumps({"content": _trip() | {"bind_key_info": plate}}, ensure_ascii=False).encode()


@asynccontextmanager
async def people(system: System, port: int, count: int, company: str) -> Any:
    """`count` people of a company at work, spread over its card holders, all logged in by card."""
    async with applicants(system) as everybody:
        own = [each for each in everybody if each.customs_code == company]
        made = [await _person(own[at % len(own)], port, system.portal) for at in range(count)]
        yield made
        for person in made:
            person.client.connection.close()


async def _person(applicant: Applicant, port: int, origin: str) -> Person:
    whole = json.dumps({"content": sample_content() | {"reference": "@@"}}, ensure_ascii=False)
    before, _, after = whole.partition("@@")
    return Person(await client_of(applicant, port, origin), applicant, (before, after))


async def client_of(applicant: Applicant, port: int | None = None, origin: str = "") -> Client:
    """A connection of somebody who is logged in, to his portal or to another `port` of this computer."""
    cookies = "; ".join(f"{name}={value}" for name, value in applicant.http.cookies.items())
    own = applicant.http.base_url
    headers = {
        "Cookie": cookies,
        "X-CSRF-Token": applicant.http.headers["X-CSRF-Token"],
        "Origin": origin or f"{own.scheme}://{own.netloc.decode()}",
    }
    return await Client.connect(port or own.port or 80, headers)


async def with_own_connection(person: Person) -> Person:
    """The same with a connection of its own."""
    client = person.client
    return replace(person, client=Client(client.port, await connected(client.port), client.fixed))


async def busy(people: Sequence[Person], work: Callable[[Person], Awaitable[object]], seconds: float) -> int:
    """Let everybody do the same again and again for so many seconds; how often it was done."""
    done = 0
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds

    async def one(person: Person) -> None:
        nonlocal done
        while loop.time() < ends:
            await work(person)
            done += 1

    await asyncio.gather(*(one(person) for person in people))
    return done


def times_of(people: Sequence[Person]) -> dict[str, Samples]:
    """Seconds of each request since the last look, by kind."""
    merged: dict[str, Samples] = {}
    for person in people:
        for kind, times in person.client.times.items():
            merged.setdefault(kind, Samples()).extend(times)
        person.client.times.clear()
    return merged
