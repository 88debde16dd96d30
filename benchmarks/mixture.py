"""The mixed work of a soak: what companies do all day, each kind at its own pace."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks import appointments, batches, declarations, importing
from benchmarks.arrivals import Acknowledged, Work
from benchmarks.figures import Bench
from benchmarks.forms import HEAVY_FORM, LIGHT_FORM, TRIP_FORM
from benchmarks.work import TRIP, Person, with_own_connection
from tests.system import consolidated

FLOWS = {"flow_heavy": 0.5, "flow_gate": 0.4, "flow_light": 0.1}
"""Of RATE flows a second. A light one uploads its file, and each upload has a process of its own look at it."""
PUBLISHED = 300  # declarations at a time, for light flows
TRIPS, SEALED, EXPORTED = 100, 5, 200
Kind = tuple[str, float, Work]  # name, times a second, what is done


@dataclass
class Mixture:
    """Everything that people do, over one installation."""

    bench: Bench
    book_no: str  # of the booklet on which lists draw
    said: tuple[Acknowledged, Acknowledged, Acknowledged]
    _light: list[str]
    _random: Random

    @classmethod
    async def over(cls, bench: Bench) -> Mixture:
        """Make what the work needs: a qualification and a booklet in force."""
        said = (Acknowledged(HEAVY_FORM), Acknowledged(TRIP_FORM), Acknowledged(LIGHT_FORM))
        book_no = await consolidated.booklet_of(bench.system, bench.people[0].applicant)
        return cls(bench, book_no, said, [], Random(1))

    def kinds(self, rate: float) -> Iterator[Kind]:
        """All of it, for so many flows a second; what is no flow comes at a pace of its own."""
        heavy, trip, _ = self.said
        yield "flow_heavy", rate * FLOWS["flow_heavy"], heavy.flow(lambda person: person.save())
        yield "flow_gate", rate * FLOWS["flow_gate"], trip.flow(lambda person: person.save_trip())
        yield "flow_light", rate * FLOWS["flow_light"], self._light_flow
        yield "search", rate * 0.5, self._search()
        yield "view", rate * 0.5, self._view
        yield "statistics", 0.1, self._statistics()
        yield "closed", 0.2, self._closed()
        yield "lookup", 0.5, self._lookup()
        yield "home", 0.3, self._home
        yield "events", 0.2, self._events
        yield "form_print", 0.2, self._print
        yield "appointment", 1 / 60, self._appointment
        yield "list", 1 / 30, self._list
        yield "merge", 1 / 300, self._merge
        yield "import", 1 / 180, self._import
        yield "sealed_print", 1 / 180, self._sealed
        yield "export", 1 / 240, self._export

    async def _light_flow(self, person: Person) -> None:
        while not self._light:
            self._light = await self.bench.publish(PUBLISHED)
        number = await person.applicant.file(self._light.pop())
        self.said[2].due[number] = datetime.now(UTC).timestamp()

    def _search(self) -> Work:
        asked = itertools.cycle(self.bench.searches(200))
        return lambda person: person.search(next(asked))

    async def _view(self, person: Person) -> None:
        said = self.said[self._random.randrange(2)]
        if said.due:
            number = self._random.choice(list(itertools.islice(reversed(said.due), 200)))
            await person.client.call("view", "GET", f"{said.form.path}/{number}")

    def _statistics(self) -> Work:
        now = datetime.now(UTC) + timedelta(hours=8)
        span = {"filed_on_from": f"{now - timedelta(days=60):%Y-%m-%d}", "filed_on_to": f"{now:%Y-%m-%d}"}
        query = urlencode([("by", "day"), ("by", "district"), *span.items()])
        return lambda person: person.count(query)

    def _closed(self) -> Work:
        queries: list[str] = []
        people: list[
            Person
        ] = []  # with a 法人卡, each with a connection of its own: the crowd's are used by others

        async def ask(_: Person) -> None:
            if not queries:
                drawn = await declarations.Queries.drawn(self.bench.owner, self.bench.company)
                queries.extend(drawn.queries)
            person = people.pop() if people else await with_own_connection(self._legal)
            await declarations.ask(person, self._random.choice(queries))
            people.append(person)

        return ask

    @property
    def _legal(self) -> Person:
        return declarations.legal_person(self.bench.system, self.bench.people)

    def _lookup(self) -> Work:
        consignee = self.bench.system.world["companies"][1]["customs_code"]
        asked = appointments.questions(consignee, datetime.now(UTC))
        return lambda person: appointments.check(person, next(asked))

    async def _home(self, person: Person) -> None:
        for path in ("/api/session", "/api/news", "/api/reminders"):
            await person.client.call("home", "GET", path)

    async def _events(self, person: Person) -> None:
        await person.client.call("events", "GET", "/api/events?most=100")

    async def _print(self, person: Person) -> None:
        said = self.said[1]
        if said.due:
            number = self._random.choice(list(itertools.islice(reversed(said.due), 500)))
            await person.client.call("form_print", "GET", f"{TRIP}/{number}/prints/trip")

    async def _appointment(self, person: Person) -> None:
        content = appointments.application(self.bench.system, person.applicant.customs_code)
        await person.applicant.declare("appointment.application", content, "apply")

    async def _list(self, person: Person) -> None:
        content = consolidated.list_of(person.applicant, self.book_no, "GI", "1")
        await person.applicant.declare(consolidated.LIST, content, "declare")

    async def _merge(self, person: Person) -> None:
        """汇总 of the lists that are closed by then, and 申报 of the declarations of the time before."""
        for number in await self._in_status(consolidated.DECLARATION, "0"):
            await person.applicant.amend(consolidated.DECLARATION, number, "declare")
        if numbers := await self._in_status(consolidated.LIST, "15"):
            body = {"numbers": numbers, "declarant_code": ""}
            answer = await person.applicant.http.post("/api/consolidated/merges", json=body)
            assert answer.status_code == 201, answer.text

    async def _in_status(self, type: str, status: str) -> list[str]:
        rows = await self.bench.owner.fetch(
            """select number from document where type = $1 and status = $2 and company_id =
               (select id from company where customs_code = $3) order by id limit 50""",
            type, status, self.bench.company,
        )  # fmt: skip
        return [row["number"] for row in rows]

    async def _import(self, person: Person) -> None:
        data = await asyncio.to_thread(batches.file_of, "json", f"S{self._random.randrange(10**9)}", TRIPS)
        job = await importing.imported(person.applicant.http, data)
        assert (job["state"], job["done"]) == ("done", TRIPS), job

    async def _sealed(self, _: Person) -> None:
        await self._apply("print", SEALED, sealed=True)

    async def _export(self, _: Person) -> None:
        done = await self._apply("export", EXPORTED)
        await declarations.fetch(self._legal, done["number"], "xlsx")

    async def _apply(self, kind: str, count: int, *, sealed: bool = False) -> dict[str, Any]:
        numbers = await declarations.numbers_of(self.bench.owner, self.bench.company, count)
        return await declarations.apply(self._legal, kind, numbers, sealed=sealed)
