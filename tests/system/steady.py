"""Steady work of companies that comes when it comes, whatever becomes of the system meanwhile (open loop).

So many requests begin each second whether or not earlier ones were answered; nothing is tried again. What was
acknowledged is written down outside the system (`Ledger`); whatever was not a good answer is told.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.work import trip_content
from tests.system.applicant import Applicant
from tests.system.torture import TRIPS, Ledger

GOOD = (200, 201, 204)


@dataclass
class Steady:
    """Companies at work: `rate` requests a second, in a fixed mixture of reading, saving and declaring trips."""

    people: Sequence[Applicant]
    ledger: Ledger
    serials: itertools.count[int]
    rate: float = 50.0
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds
    _drafts: deque[tuple[Applicant, str]] = field(default_factory=deque)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def work(self, over: asyncio.Event) -> None:
        """Begin pieces of work at their moments until it is over, and wait for what is under way."""
        pieces = itertools.cycle((self.save, self.look, self.declare, self.list, self.save, self.session))
        people = itertools.cycle(self.people)
        due = time.perf_counter()
        while not over.is_set():
            before = sum(self.asked.values())
            self._begin(next(pieces), next(people))
            await asyncio.sleep(0)
            due += max(1, sum(self.asked.values()) - before) / self.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def save(self, person: Applicant) -> None:
        """A new trip, as a draft."""
        body = trip_content(next(self.serials))
        headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
        if view := await self._ask(person, "POST", TRIPS, content=body, headers=headers):
            self.ledger.write(view["number"], "draft", json.loads(body)["content"]["bind_key_info"])
            self._drafts.append((person, view["number"]))

    async def declare(self, person: Applicant) -> None:
        """The oldest draft is signed and declared: two requests."""
        if not self._drafts:
            return
        person, number = self._drafts.popleft()
        path = f"{TRIPS}/{number}"
        wanted = {"action": "declare", "card_no": person.card_no}
        headers = {"If-Match": '"1"'}
        if asked := await self._ask(person, "POST", f"{path}/prepare", json=wanted, headers=headers):
            form = {"token": asked["token"], **person._sign(asked["signing_input"])}
            if await self._ask(person, "POST", f"{path}/submit", json=form):
                self.ledger.write(number, "declared", self.ledger.plates[number])

    async def look(self, person: Applicant) -> None:
        """A document of one's own."""
        if self._drafts:
            owner, number = self._drafts[0]
            await self._ask(owner, "GET", f"{TRIPS}/{number}")

    async def list(self, person: Applicant) -> None:
        """A page of a query."""
        await self._ask(person, "GET", TRIPS)

    async def session(self, person: Applicant) -> None:
        """Who one is."""
        await self._ask(person, "GET", "/api/session")

    def _begin(self, piece: Callable[[Applicant], Awaitable[None]], person: Applicant) -> None:
        async def do() -> None:
            await piece(person)

        task = asyncio.create_task(do())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _ask(self, person: Applicant, method: str, path: str, **request: Any) -> dict[str, Any] | None:
        """One request, once: its answer, or None where it was not a good one, which is written down."""
        self.asked[method] += 1
        began = time.perf_counter()
        try:
            answer = await person.http.request(method, path, **request)
        except httpx.TransportError as error:
            self.wrong.append(f"{method} {path}: {error!r}")
            return None
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - began)
        if answer.status_code not in GOOD:
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return None
        said: dict[str, Any] = answer.json()
        return said
