"""Steady work of companies that comes when it comes, whatever becomes of the system meanwhile (open loop).

So many requests begin each second whether or not earlier ones were answered; nothing is tried again. What was
acknowledged is written down outside the system (`Ledger`); whatever was not a good answer is told.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
import time
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.wire import Client, Failed
from benchmarks.work import client_of, trip_content
from singlewindow.contract import base64url
from tests.system.applicant import Applicant
from tests.system.running import System
from tests.system.torture.contents import Content, differences, digest

TRIPS = "/api/documents/gate.trip"
PATIENCE = 20.0  # seconds for an answer
_DIGEST = "encode(sha256({}), 'hex')"
_STATED = "convert_from({}, 'UTF8')::jsonb ->> 'content_sha256'"
_RECEIVED = "decode(s.received ->> '{}', 'base64')"
OURS = f"""
select d.number, d.status, d.hidden, d.content ->> 'bind_key_info' as plate, d.content::text as content,
       s.submissions, s.statements, s.whole,
       (select array_agg(r.seq || ':' || r.code order by r.seq) from receipt r
        where r.document_id = d.id and r.seq > 0) as heard
from document d cross join lateral (
    select count(*) as submissions, array_agg({_DIGEST.format("s.statement")}) as statements,
           bool_and({_DIGEST.format("s.content")} = {_STATED.format("s.statement")}) as whole
    from submission s where s.document_id = d.id) as s
where d.type = 'gate.trip' and d.content ->> 'bind_key_info' = any($1)"""
THEIRS = f"""
select s.number, array_agg(r.seq || ':' || r.code order by r.seq) as said, count(distinct s.id) as submissions,
       array_agg({_DIGEST.format(_RECEIVED.format("statement"))}) as statements,
       bool_and({_DIGEST.format(_RECEIVED.format("content"))}
                = {_STATED.format(_RECEIVED.format("statement"))}) as whole
from submission s join receipt r on r.submission_id = s.id where s.number = any($1) group by s.number"""


def report(what: str, **seen: object) -> None:
    """Say what a proof saw, in a line of JSON; where MACHINES_REPORT names a file, it is added there too."""
    machine = {"processors": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "nice": os.nice(0)}
    line = json.dumps(
        {"proof": what, **seen, "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "machine": machine}
    )
    print(f"\n{line}")
    if file := os.environ.get("MACHINES_REPORT"):
        with Path(file).open("a", encoding="utf-8") as out:
            out.write(line + "\n")


@dataclass
class Ledger:
    """What was acknowledged, outside the system: number → what, the last word counts; and what was asked for."""

    file: Path
    said: dict[str, str] = field(default_factory=dict)
    plates: dict[str, str] = field(default_factory=dict)  # number → its vehicle, which makes this one trip
    tried: list[str] = field(default_factory=list)  # vehicles of which a trip was asked for
    contents: dict[str, Content] = field(default_factory=dict)  # number → what the portal said that it holds
    odd: list[str] = field(default_factory=list)  # numbers of which that is not what was typed
    signed: dict[str, set[str]] = field(
        default_factory=dict
    )  # number → digests of statements that a card signed

    def write(self, number: str, what: str, plate: str) -> None:
        """Put down what was acknowledged. (Nothing here ends the test's own process: the file is for who looks for the
        cause of a damage.)"""
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"number": number, "what": what, "plate": plate}) + "\n")
        self.said[number], self.plates[number] = what, plate

    def draft(self, view: Mapping[str, Any], typed: Content) -> str:
        """Put down a saved draft with all that the portal says it holds; its number."""
        number: str = view["number"]
        self.contents[number] = view["content"]
        if differences(view["content"], typed):
            self.odd.append(number)
        self.write(number, "draft", typed["bind_key_info"])
        return number

    def sign(self, number: str, signing_input: str) -> None:
        """Put down what a card is going to sign, before it does so: header and statement in BASE64URL."""
        statement = base64url.decoded(signing_input.partition(".")[2])
        self.signed.setdefault(number, set()).add(hashlib.sha256(statement).hexdigest())

    async def damage(self, system: System) -> dict[str, list[str]]:
        """What both sides hold, compared with it: kind of damage → numbers or vehicles."""
        ours = {row["number"]: row for row in await system.sql("singlewindow", OURS, self.tried)}
        theirs = {row["number"]: row for row in await system.sql("customs", THEIRS, list(ours))}
        return self.compared(ours, theirs)

    def compared(self, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, list[str]]:
        """The same of rows of both sides (`OURS`, `THEIRS`) by number."""
        declared = [number for number, what in self.said.items() if what == "declared" and number in ours]
        made = Counter(row["plate"] for row in ours.values())
        return {
            "lost": [n for n in self.said if n not in ours or ours[n]["hidden"]],
            "doubled": [plate for plate, count in made.items() if count > 1],
            "other's": [n for n, row in ours.items() if self.plates.get(n, row["plate"]) != row["plate"]],
            "other content": [*self.odd, *(n for n, row in ours.items() if self._differs(n, row))],
            "not as signed": [
                n for side in (ours, theirs) for n, row in side.items() if not self._as_signed(n, row)
            ],
            "wrong state": [n for n in declared if ours[n]["status"] != "10" or ours[n]["submissions"] != 1],
            "sides differ": [n for n, row in ours.items() if not _agree(row, theirs.get(n))],
        }

    def _differs(self, number: str, row: Any) -> bool:
        """Whether a trip holds something else than what was acknowledged, every box and line of it."""
        said = self.contents.get(number)
        return said is not None and digest(json.loads(row["content"])) != digest(said)

    def _as_signed(self, number: str, row: Any) -> bool:
        """Whether a side's submissions are what a card signed, byte for byte."""
        if not row["submissions"]:
            return True
        return bool(row["whole"]) and set(row["statements"]) <= self.signed.get(number, set())

    async def under_way(self, system: System) -> bool:
        """Whether something is still on its way to customs or back."""
        rows = await system.sql("singlewindow", OURS, self.tried)
        return any(row["submissions"] and row["status"] != "10" for row in rows)


def _agree(ours: Any, theirs: Any) -> bool:
    """As many submissions on both sides, and the same receipts."""
    if theirs is None:
        return not ours["submissions"] and not ours["heard"]
    return bool(
        (ours["submissions"], sorted(ours["heard"] or ())) == (theirs["submissions"], sorted(theirs["said"]))
    )


@dataclass
class Steady:
    """Companies at work: `rate` pieces of work begin each second, one or two requests each, in a fixed mixture of
    reading, saving and declaring trips. They ask as the load generator does, which costs less than a full HTTP client:
    who asks shares the machine with who answers."""

    people: Sequence[Applicant]
    ledger: Ledger
    serials: itertools.count[int]
    rate: float = 50.0
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds
    late: float = 0.0  # seconds, the most by which a piece began after its moment
    _drafts: deque[tuple[Applicant, str]] = field(default_factory=deque)
    _idle: dict[str, list[Client]] = field(default_factory=lambda: defaultdict(list))  # by card
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def work(self, over: asyncio.Event) -> None:
        """Begin pieces of work at their moments until it is over, and wait for what is under way."""
        pieces = itertools.cycle((self.save, self.look, self.declare, self.list, self.save, self.session))
        people = itertools.cycle(self.people)
        due = time.perf_counter()
        while not over.is_set():
            self.late = max(self.late, time.perf_counter() - due)
            self._begin(next(pieces), next(people))
            due += 1 / self.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if self._under_way:
            await asyncio.wait(self._under_way)
        for client in itertools.chain(*self._idle.values()):
            client.connection.close()

    async def save(self, person: Applicant) -> None:
        """A new trip, as a draft."""
        body = trip_content(next(self.serials))
        typed = json.loads(body)["content"]
        self.ledger.tried.append(typed["bind_key_info"])
        said = await self._ask(person, "POST", TRIPS, body, f"Idempotency-Key: {uuid4().hex}\r\n", 201)
        if said is not None:
            self._drafts.append((person, self.ledger.draft(json.loads(said), typed)))

    async def declare(self, person: Applicant) -> None:
        """The oldest draft is signed and declared: two requests."""
        if not self._drafts:
            return
        person, number = self._drafts.popleft()
        path = f"{TRIPS}/{number}"
        wanted = json.dumps({"action": "declare", "card_no": person.card_no}).encode()
        said = await self._ask(person, "POST", f"{path}/prepare", wanted, 'If-Match: "1"\r\n')
        if said is not None:
            asked = json.loads(said)
            self.ledger.sign(number, asked["signing_input"])
            form = {"token": asked["token"], **person._sign(asked["signing_input"])}
            done = await self._ask(person, "POST", f"{path}/submit", json.dumps(form).encode())
            if done is not None and json.loads(done)["number"] == number:
                self.ledger.write(number, "declared", self.ledger.plates[number])

    async def look(self, person: Applicant) -> None:
        """A document of one's own."""
        if self._drafts:
            owner, number = self._drafts[0]
            said = await self._ask(owner, "GET", f"{TRIPS}/{number}")
            if said is not None and digest(json.loads(said)["content"]) != digest(
                self.ledger.contents[number]
            ):
                self.wrong.append(f"GET {TRIPS}/{number}: another content than was acknowledged")

    async def list(self, person: Applicant) -> None:
        """A page of a query."""
        await self._ask(person, "GET", TRIPS)

    async def session(self, person: Applicant) -> None:
        """Who one is."""
        await self._ask(person, "GET", "/api/session")

    def _begin(self, piece: Callable[[Applicant], Awaitable[None]], person: Applicant) -> None:
        async def do() -> None:
            try:
                await piece(person)
            except (
                Exception
            ) as error:  # a good answer with something else in it: nobody else would hear of it
                self.wrong.append(f"{getattr(piece, '__name__', piece)}: {error!r}")

        task = asyncio.create_task(do())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _ask(
        self, person: Applicant, method: str, path: str, body: bytes = b"", more: str = "", expect: int = 200
    ) -> bytes | None:
        """One request, once: its answer, or None where it was not the expected one, which is written down."""
        self.asked[method] += 1
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                client = await self._client(person)
                said = await client.call("", method, path, body, more, expect)
        except (Failed, OSError) as error:  # a time-out is an OSError
            self.wrong.append(f"{method} {path}: {error!r}")
            return None
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - began)
        self._idle[person.card_no].append(client)
        return said

    async def _client(self, person: Applicant) -> Client:
        """One that nobody uses, or a new one."""
        idle = self._idle[person.card_no]
        return idle.pop() if idle else await client_of(person)


@dataclass
class Patient:
    """A company's program that goes on when nothing can be done for a while, and does nothing twice."""

    person: Applicant
    ledger: Ledger
    serials: itertools.count[int]
    away: list[tuple[float, str]] = field(default_factory=list)  # when it was told to come again, and how
    wrong: list[str] = field(default_factory=list)
    done: list[float] = field(default_factory=list)  # when something was acknowledged

    async def work(self, over: asyncio.Event) -> None:
        """One trip after the other: saved, then declared."""
        while not over.is_set():
            body = trip_content(next(self.serials))
            typed = json.loads(body)["content"]
            self.ledger.tried.append(typed["bind_key_info"])
            headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
            view = await self._patiently("POST", TRIPS, content=body, headers=headers)
            number = self.ledger.draft(view, typed)
            self.done.append(time.monotonic())
            await self._declare(number)
            self.ledger.write(number, "declared", typed["bind_key_info"])
            self.done.append(time.monotonic())

    async def _declare(self, number: str) -> None:
        """Sign and submit; where the answer was lost, the next look says whether it was done."""
        path = f"{TRIPS}/{number}"
        while (await self._patiently("GET", path))["status"]["code"] == "0":
            wanted = {"action": "declare", "card_no": self.person.card_no}
            asked = await self._patiently("POST", f"{path}/prepare", json=wanted, headers={"If-Match": '"1"'})
            self.ledger.sign(number, asked["signing_input"])
            form = {"token": asked["token"], **self.person._sign(asked["signing_input"])}
            if await self._once("POST", f"{path}/submit", json=form):
                return

    async def _patiently(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        while (said := await self._once(method, path, **request)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        return said

    async def _once(self, method: str, path: str, **request: Any) -> dict[str, Any] | None:
        """The answer, or None where one is to come again. Anything else is wrong, and ends this program."""
        answer = await self.person.http.request(method, path, **request)
        if answer.status_code == 503 and "retry-after" in answer.headers:
            self.away.append((time.monotonic(), answer.json()["type"]))
            return None
        if not answer.is_success:
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            raise AssertionError(self.wrong[-1])
        said: dict[str, Any] = answer.json()
        return said
