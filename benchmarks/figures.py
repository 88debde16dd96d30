"""The figures, each measured in one round; `benchmarks/__main__.py` interleaves the rounds and takes medians."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg

from benchmarks import appointments, batches, declarations, importing
from benchmarks.processes import Spent, look
from benchmarks.work import HEAVY, LIGHT, TRIP, Person, busy, light_content, times_of
from singlewindow.contract.signatures import canonical, sign_raw, signing_input
from tests.pdf_samples import make_pdf
from tests.system.running import System

OPEN_FLOWS = 150  # flows whose last receipt is still to come: more people than this wait for customs
DRAIN_SECONDS = 60.0
WARM_SECONDS = 1.0
PDF = make_pdf(pages=1)
_declarations = itertools.count(7_000_000_000)  # far from those of the demonstration world
Round = dict[str, Any]


@dataclass
class Bench:
    """A running installation with its people: those at the portal, and those at the portal that has the floor."""

    system: System
    people: list[Person]
    at_floor: list[Person]
    floor_pid: int
    owner: asyncpg.Connection
    customs: asyncpg.Connection
    seconds: float
    company: str
    _drafts: dict[str, str] = field(default_factory=dict)

    def look(self) -> Spent:
        """CPU so far."""
        return look(self.system.launcher, {"portal with floor": self.floor_pid})

    async def draft(self) -> Round:
        """(a) Saving a heavy draft against a bare INSERT, one after the other at the same server."""
        floor, draft = await self._both(self.at_floor)
        return {
            "floor_per_second": floor["per_second"],
            "drafts_per_second": draft["per_second"],
            "of_floor": round(draft["per_second"] / floor["per_second"], 3),
            "of_floor_by_cpu": round(floor["cpu_ms"]["all"] / draft["cpu_ms"]["all"], 3),
            "floor_cpu_ms": floor["cpu_ms"],
            "draft_cpu_ms": draft["cpu_ms"],
            "generator_share": draft["generator_share"],
            "ms": draft["ms"],
        }

    async def _both(self, people: Sequence[Person]) -> tuple[Round, Round]:
        return (
            await self._rate(people, lambda person: person.floor()),
            await self._rate(people, lambda person: person.save()),
        )

    async def search(self) -> Round:
        """(c) A page of 20 with status, district, transport mode and time out of all that is stored."""
        now = datetime.now(UTC) + timedelta(hours=8)
        span = {"updated_from": f"{now - timedelta(days=20):%Y-%m-%d}", "updated_to": f"{now:%Y-%m-%d}"}
        asked = [
            urlencode({"status": "4", "district": district, "transport": transport, "page": page, **span})
            for district, transport in itertools.product(("5301", "5304", "2202"), ("2", "4", "5"))
            for page in (1, 2)
        ]
        turn = itertools.cycle(asked)
        rows = await self.people[0].search(asked[0])
        assert rows == 20, f"a page has 20 rows, this one {rows}"
        return await self._rate(self.people, lambda person: person.search(next(turn)))

    async def statistics(self) -> Round:
        """All of the company's documents (half of those stored) counted and summed by two dimensions, one at a time."""
        now = datetime.now(UTC) + timedelta(hours=8)
        span = {"filed_on_from": f"{now - timedelta(days=365):%Y-%m-%d}", "filed_on_to": f"{now:%Y-%m-%d}"}
        asked = [
            urlencode([*(("by", name) for name in by), *span.items()])
            for by in (("day", "district"), ("month", "status"), ("district", "transport"))
        ]
        person, turn = self.people[0], itertools.cycle(asked)
        counted = await person.count(asked[0])
        assert counted, "the company has documents"
        return {"counted": counted, **await self._rate([person], lambda each: each.count(next(turn)))}

    async def flow_heavy(self) -> Round:
        """(b) The whole flow with the heaviest form: 25 boxes, ten rows, no file."""

        async def flow(person: Person) -> None:
            await person.apply(HEAVY, await person.save())

        return await self._flows(flow, _Granted(self.owner, "_load"))

    async def flow_light(self) -> Round:
        """(b) The whole flow with the lightest form; its drafts with one file each stand ready (`ready_drafts`)."""
        drafts = list(self._drafts.items())
        self._drafts.clear()

        async def flow(person: Person) -> None:
            if not drafts:
                await asyncio.sleep(0.05)
                return
            number, declaration = drafts.pop()
            await person.save_light(number, declaration, 1)
            await person.apply(LIGHT, number, 2)

        return await self._flows(flow, _Granted(self.owner, "inspection.declaration"), len(drafts))

    async def flow_gate(self) -> Round:
        """(b) The whole flow with a trip (车次): its head, five rows of five kinds, accepted by the gate's desk."""

        async def flow(person: Person) -> None:
            await person.apply(TRIP, await person.save_trip(), action="declare")

        return await self._flows(flow, _Granted(self.owner, "gate.trip", ("10", "20"), "10"))

    async def ready_drafts(self, count: int) -> None:
        """Save applications over the API and give each the same small PDF, signed for it, by SQL: uploads are not
        what is measured, and each would ask a process of its own about the file."""
        declarations = iter(await self._publish(count))
        numbers: dict[str, str] = {}

        async def save(person: Person) -> None:
            for declaration in declarations:
                answer = await person.client.call(
                    "new", "POST", LIGHT, light_content(declaration), expect=201
                )
                numbers[json.loads(answer)["number"]] = declaration

        await asyncio.gather(*(save(person) for person in self.people))
        await self._attach(list(numbers))
        self._drafts = numbers
        times_of(self.people)

    async def _publish(self, count: int) -> list[str]:
        """Fresh declarations of the company in the portal's register, as customs would have published them."""
        year = datetime.now(UTC).year
        numbers = [f"5301{year}{next(_declarations):010d}" for _ in range(count)]
        await self.owner.execute(
            """insert into register_entry (kind, key, seq, data)
               select 'declaration', key, 1, jsonb_build_object('status', '11', 'status_name', '查验通知',
                   'consignee_code', $2::text, 'inspection_district', $3::text) from unnest($1::text[]) as key""",
            numbers,
            self.company,
            self._open_district(),
        )
        return numbers

    def _open_district(self) -> str:
        open_now = [p for p in self.system.world["pilot_districts"] if p["enabled"] and p["to"] is None]
        district: str = min(open_now, key=lambda pilot: pilot["from"])["district"]
        return district

    async def _attach(self, numbers: list[str]) -> None:
        card = self.people[0]
        ids = dict(await self.owner.fetch("select number, id from document where number = any($1)", numbers))
        owner = await self.owner.fetchrow(
            "select a.id, a.company_id from account a join card c on c.account_id = a.id where card_no = $1",
            card.applicant.card_no,
        )
        sha256 = hashlib.sha256(PDF).hexdigest()
        rows = [(ids[n], *self._signed_file(card, n, sha256)) for n in numbers]
        await self.owner.executemany(
            f"""insert into attachment (document_id, company_id, category, name, size, pages, sha256, content,
                    statement, signature, certificate, uploaded_by, uploaded_at)
                values ($1, {owner["company_id"]}, '00000002', '声明.pdf', {len(PDF)}, 1, '{sha256}',
                    decode('{PDF.hex()}', 'hex'), $2, $3, $4, {owner["id"]}, now())""",
            rows,
        )

    def _signed_file(self, person: Person, number: str, sha256: str) -> tuple[bytes, bytes, bytes]:
        statement = canonical(
            {
                "draft": number, "category": "00000002", "sha256": sha256, "name": "声明.pdf", "size": len(PDF),
                "nonce": f"bench{number}", "card": person.applicant.card_no, "company": self.company,
            }
        )  # fmt: skip
        signature = sign_raw(person.applicant.key, signing_input(statement).encode())
        return statement, signature, person.applicant.certificate

    async def visible(self) -> Round:
        """(d) From the decision at customs to the event on an open page's stream, one document at a time."""
        person = self.people[0]
        async with person.applicant.http.stream("GET", "/api/events/stream", timeout=30) as stream:
            lines = stream.aiter_lines()
            waits = [await self._seen(person, lines) for _ in range(10)]
        times_of(self.people)
        return {"seconds": round(sorted(waits)[len(waits) // 2], 3), "slowest": round(max(waits), 3)}

    async def _seen(self, person: Person, lines: AsyncIterator[str]) -> float:
        number = await person.save()
        await person.apply(HEAVY, number)
        async for line in lines:
            if line.startswith("data:") and number in line and json.loads(line[5:])["status"] == "4":
                break
        seen = time.time()
        decided = await self.customs.fetchval("select decided_at from submission where number = $1", number)
        return float(seen - decided.timestamp())

    async def import_trips(self) -> Round:
        """(e) Import of 10,000 trips of five rows each from one workbook, from its upload to the last draft."""
        data = await asyncio.to_thread(importing.workbook)
        memory = importing.Memory(self.system.pid_of("worker"))
        watching = asyncio.create_task(memory.watch())
        before, began = self.look(), time.monotonic()
        job = await importing.imported(self.people[0].applicant.http, data)
        seconds, spent = time.monotonic() - began, self.look().since(before)
        watching.cancel()
        return importing.figure(job, len(data), seconds, memory.most, spent)

    async def batch(self) -> Round:
        """(j) Import of 10,000 trips of ten rows each, with senders' numbers, in each format: from upload to the last
        draft."""
        return {format: await self._batch(format) for format in batches.FORMATS}

    async def _batch(self, format: batches.Format) -> dict[str, Any]:
        data = await asyncio.to_thread(batches.file_of, format, uuid4().hex[:8])
        memory = importing.Memory(self.system.pid_of("worker"))
        watching = asyncio.create_task(memory.watch())
        before, began = self.look(), time.monotonic()
        job = await importing.imported(self.people[0].applicant.http, data)
        seconds, spent = time.monotonic() - began, self.look().since(before)
        watching.cancel()
        return importing.figure(job, len(data), seconds, memory.most, spent, rows=10)

    async def closed(self) -> Round:
        """(f) A query of 50 declaration numbers, 45 of them the company's, one person after the other."""
        person = declarations.legal_person(self.system, self.people)
        turn = itertools.cycle((await declarations.Queries.drawn(self.owner, self.company)).queries)
        return await self._rate([person], lambda each: declarations.ask(each, next(turn)))

    async def appointment(self) -> Round:
        """(i) The check of an appointment's time, with companies and two ports' calendars out of the registers, and ten
        offers: one look-up of the form after the other."""
        consignee = self.system.world["companies"][1]["customs_code"]
        asked = appointments.questions(consignee, datetime.now(UTC))
        return await self._rate(self.people[:1], lambda each: appointments.check(each, next(asked)))

    async def print_sealed(self) -> Round:
        """(g) 1,000 layout files with seal: from the application to the last file, 5.5 goods on average."""
        person, count = declarations.legal_person(self.system, self.people), declarations.PRINTED
        numbers = await declarations.numbers_of(self.owner, self.company, count)
        before, began = self.look(), time.monotonic()
        async with declarations.Watched({"worker": self.system.pid_of("worker")}) as watched:
            done = await declarations.apply(person, "print", numbers, sealed=True)
        seconds, spent = time.monotonic() - began, self.look().since(before)
        files, size = await declarations.layout_files(self.owner, done["number"])
        assert files == count, done
        return {
            "files": files, "seconds": round(seconds, 1), "seconds_by_cpu_on_2_cores": _by_cpu(spent),
            "mean_kb": round(size / files / 1024, 1), "cpu_ms": spent.per(files), **watched.figures(),
        }  # fmt: skip

    async def export_data(self) -> Round:
        """(h) The data of 10,000 declarations in one workbook: from the application to the last byte of the file."""
        person, count = declarations.legal_person(self.system, self.people), declarations.EXPORTED
        numbers = await declarations.numbers_of(self.owner, self.company, count)
        before, began = self.look(), time.monotonic()
        pids = {"worker": self.system.pid_of("worker"), "portal": self.system.pid_of("portal")}
        async with declarations.Watched(pids) as watched:
            done = await declarations.apply(person, "export", numbers)
            made = time.monotonic() - began
            size = await declarations.fetch(person, done["number"], "xlsx")
        seconds, spent = time.monotonic() - began, self.look().since(before)
        return {
            "declarations": count, "seconds": round(seconds, 1), "seconds_by_cpu_on_2_cores": _by_cpu(spent),
            "until_generated_seconds": round(made, 1), "workbook_mb": round(size / 2**20, 1),
            "cpu_ms": spent.per(count), **watched.figures(),
        }  # fmt: skip

    async def _rate(self, people: Sequence[Person], work: Callable[[Person], Awaitable[object]]) -> Round:
        await busy(people, work, 0.5)  # caches and connections
        times_of(people)
        before = self.look()
        done = await busy(people, work, self.seconds)
        spent = self.look().since(before)
        return {
            "per_second": round(done / spent.seconds, 1),
            "cpu_ms": spent.per(done),
            "generator_share": spent.generator_share,
            "ms": times_of(people),
        }

    async def _flows(
        self, flow: Callable[[Person], Awaitable[None]], granted: _Granted, most: int = 10**9
    ) -> Round:
        """Flows until time or `most` is up and every last receipt is applied: what counts is done from end to end."""
        await granted.begin()
        begun = 0

        async def one(person: Person) -> None:
            nonlocal begun
            while begun - granted.count > OPEN_FLOWS:
                await asyncio.sleep(0.02)
            if begun < most:
                begun += 1
                await flow(person)
            else:
                await asyncio.sleep(0.05)

        async def drained() -> Spent:
            async with asyncio.timeout(DRAIN_SECONDS):
                while granted.count < begun:
                    await asyncio.sleep(0.02)
            return self.look()

        watch = asyncio.create_task(granted.watch())
        await busy(self.people, one, WARM_SECONDS)  # caches and connections
        before, warm = await drained(), begun
        times_of(self.people)
        await busy(self.people, one, self.seconds)
        ended = self.look()
        spent, flows = (await drained()).since(before), begun - warm
        watch.cancel()
        return {
            "flows": flows,
            "per_second": round(flows / spent.seconds, 1),
            "by_cpu_on_2_cores": round(2 * flows / sum(spent.parts.values()), 1),
            "drained_after_seconds": round(spent.seconds - ended.since(before).seconds, 2),
            "cpu_ms": spent.per(flows),
            "generator_share": spent.generator_share,
            "ms": times_of(self.people),
        }


def _by_cpu(spent: Spent) -> float:
    """The seconds that two cores would need if they did nothing else and always had something to do."""
    return round(sum(spent.parts.values()) / 2, 1)


class _Granted:
    """How many documents of a type have had their last receipt (of those codes) applied, which leads to the status;
    looked up five times a second."""

    def __init__(
        self,
        owner: asyncpg.Connection,
        type: str,
        codes: Sequence[str] = ("APPROVED", "REFUSED"),
        status: str = "4",
    ) -> None:
        self._owner = owner
        self._wanted = (list(codes), type, status)
        self._from = 0
        self.count = 0

    async def begin(self) -> None:
        """Count from here."""
        self._from = await self._owner.fetchval("select coalesce(max(id), 0) from receipt")

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            self.count = await self._owner.fetchval(
                """select count(*) from receipt r join document d on d.id = r.document_id
                   where r.id > $1 and r.code = any($2) and d.type = $3 and d.status = $4""",
                self._from,
                *self._wanted,
            )
            await asyncio.sleep(0.2)
