"""The figures, each measured in one round; `benchmarks/__main__.py` interleaves the rounds and takes medians."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks import appointments, batches, declarations, importing
from benchmarks.arrivals import Acknowledged, Crowd, phase, within_twice
from benchmarks.forms import HEAVY_FORM, LIGHT_FORM, TRIP_FORM, Form, Granted, Save
from benchmarks.processes import Spent, look
from benchmarks.sides import Side
from benchmarks.steps import by_request
from benchmarks.work import HEAVY, LIGHT, Person, busy, light_content, times_of, with_own_connection
from singlewindow.contract.signatures import canonical, sign_raw, signing_input
from tests.pdf_samples import make_pdf
from tests.system.running import System

OPEN_FLOWS = 1_000
"""Flows whose last receipt may be still to come. What sends and decides gives way to requests and catches up after them
(decision 0065): with 150, nobody asked for a quarter of the time, and the cores were idle."""
DRAIN_SECONDS = 60.0
WARM_SECONDS = 1.0
DISTRICTS, TRANSPORTS = ("5301", "5304", "2202", "0204"), ("2", "4", "5")  # of the stored documents
STEADY_SHARE, BURST = 0.6, 1.5  # of the most that was measured; of the steady rate
CURVE = (0.8, 0.4, 0.2)  # shares of the most that come before, for the curve; calm at its end
FLOOR_SECONDS = 1.5
APART_A_SECOND = 60  # flows whose requests are measured one kind after the other, for each second of a round
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
    owner: Side
    customs: Side
    seconds: float
    company: str
    _drafts: dict[str, str] = field(default_factory=dict)
    _heavy: list[Round] = field(default_factory=list)  # rounds of flow_heavy so far
    _turn: Iterator[int] = field(default_factory=itertools.count)

    def look(self) -> Spent:
        """CPU so far."""
        return look(self.system.launcher, {"portal with floor": self.floor_pid})

    async def floor(self) -> Round:
        """What one process of the portal and this PostgreSQL do at most: a bare INSERT of a draft's bytes. Measured
        beside each figure, so that those of different machines compare."""
        floor = await self._rate(
            self.at_floor, lambda person: person.floor(), min(self.seconds, FLOOR_SECONDS)
        )
        return {name: floor[name] for name in ("per_second", "cpu_ms", "ms", "generator")}

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
            "generator": draft["generator"],
            "ms": draft["ms"],
        }

    async def _both(self, people: Sequence[Person]) -> tuple[Round, Round]:
        return (
            await self._rate(people, lambda person: person.floor()),
            await self._rate(people, lambda person: person.save()),
        )

    async def search(self) -> Round:
        """(c) A page of 20 with status, district, transport mode and time out of all that is stored. Which page of
        which days is drawn anew for each of 400 questions, so that not always the same rows are read."""
        turn = itertools.cycle(self.searches(400))
        seen = [0, 0]  # questions, rows

        async def ask(person: Person) -> None:
            rows = await person.search(next(turn))
            seen[0], seen[1] = seen[0] + 1, seen[1] + rows

        found = await self._rate(self.people, ask)
        return {**found, "rows_a_page": round(seen[1] / seen[0], 1)}

    def searches(self, count: int) -> list[str]:
        """Questions about spans of 7 to 20 days of the last 60, their first three pages."""
        chance, today = Random(count), datetime.now(UTC) + timedelta(hours=8)
        asked = []
        for _ in range(count):
            last = today - timedelta(days=chance.randrange(40))
            first = last - timedelta(days=chance.randrange(7, 21))
            span = {"updated_from": f"{first:%Y-%m-%d}", "updated_to": f"{last:%Y-%m-%d}"}
            where = {"district": chance.choice(DISTRICTS), "transport": chance.choice(TRANSPORTS)}
            asked.append(urlencode({"status": "4", **where, "page": chance.randrange(1, 4), **span}))
        return asked

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
        found = await self._flows(HEAVY_FORM, lambda person: person.save())
        self._heavy.append(found)
        return found

    async def flow_light(self) -> Round:
        """(b) The whole flow with the lightest form; its drafts with one file each stand ready (`ready_drafts`)."""
        drafts = list(self._drafts.items())
        self._drafts.clear()

        async def save(person: Person) -> str:
            number, declaration = drafts.pop()
            await person.save_light(number, declaration, 1)
            return number

        return await self._flows(LIGHT_FORM, save, len(drafts))

    async def flow_gate(self) -> Round:
        """(b) The whole flow with a trip (车次): its head, five rows of five kinds, accepted by the gate's desk."""
        return await self._flows(TRIP_FORM, lambda person: person.save_trip())

    async def burst(self) -> Round:
        """(k) Heavy flows that come by themselves (Poisson): steadily at a share of the most that was measured with
        people who wait for their answers (the median of three just before, or that of the rounds of `flow_heavy`,
        whichever is more), then half as many again for a minute (twelve times SECONDS); whether any that was
        acknowledged is lost, how long the rest takes, and what checkpoints wrote meanwhile. Times count from when a
        flow was due."""
        tries = [await self._flows(HEAVY_FORM, lambda person: person.save(), apart=False) for _ in range(3)]
        rounds = [tries, self._heavy] if self._heavy else [tries]
        most = max(median(each["per_second"] for each in measured) for measured in rounds)
        rate = float(os.environ.get("RATE") or most * STEADY_SHARE)
        said = Acknowledged(HEAVY_FORM)
        crowd = Crowd(self.another, deque(self.people))
        work = said.flow(lambda person: person.save())
        before = [(share * rate / STEADY_SHARE, 2) for share in CURVE]
        spans = [(rate, 1), *before, (rate, 6), (rate * BURST, 12)]  # the first is warming up
        phases, written = [], await self._checkpoints()
        for seed, (each, turns) in enumerate(spans):
            before_it = written
            phases.append(await phase(crowd, each, turns * self.seconds, seed, work, self.look))
            written = await self._checkpoints()
        ended = time.time()
        await crowd.settle()
        drained = await said.drained(self.owner, 2 * DRAIN_SECONDS)
        ends = await said.ends(self.owner)
        *curve, steady, burst = [each.figures(said.due, ends) for each in phases[1:]]
        return {
            "most_per_second": most, "drained": drained, "curve": curve, "steady": steady,
            "burst": burst,
            "checkpoints_in_the_burst": {name: written[name] - before_it[name] for name in written},
            **within_twice(steady, burst),
            "drained_after_seconds": round(max(ends.values(), default=ended) - ended, 2),
            **await said.counted(self.owner, self.customs),
            "errors": dict(crowd.errors),
            "examples_of_errors": crowd.examples,
        }  # fmt: skip

    async def _checkpoints(self) -> dict[str, int]:
        """Of PostgreSQL so far: checkpoints done by time and as asked for, and the pages that they wrote; these grow
        while one is under way, which takes most of its five minutes."""
        row = await self.owner.fetchrow(
            """select num_done as done, buffers_written as pages, write_time::bigint as write_ms
               from pg_stat_checkpointer"""
        )
        assert row is not None
        return dict(row)

    async def another(self) -> Person:
        """One more connection of somebody who is there already."""
        return await with_own_connection(self.people[next(self._turn) % len(self.people)])

    async def ready_drafts(self, count: int) -> None:
        """Save applications over the API and give each the same small PDF, signed for it, by SQL: uploads are not
        what is measured, and each would ask a process of its own about the file."""
        declarations = iter(await self.publish(count))
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

    async def publish(self, count: int) -> list[str]:
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
        found = await self.owner.fetch("select number, id from document where number = any($1)", numbers)
        ids = {row["number"]: row["id"] for row in found}
        owner = await self.owner.fetchrow(
            "select a.id, a.company_id from account a join card c on c.account_id = a.id where card_no = $1",
            card.applicant.card_no,
        )
        sha256 = hashlib.sha256(PDF).hexdigest()
        assert owner is not None, "who holds the card has an account"
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

    def _pid_of(self, part: str) -> int:
        """The process of a part that runs."""
        pid = self.system.pid_of(part)
        assert pid is not None, f"{part} runs"
        return pid

    async def import_trips(self) -> Round:
        """(e) Import of 10,000 trips of five rows each from one workbook, from its upload to the last draft."""
        data = await asyncio.to_thread(importing.workbook)
        memory = importing.Memory(self._pid_of("worker"))
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
        memory = importing.Memory(self._pid_of("worker"))
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
        async with declarations.Watched({"worker": self._pid_of("worker")}) as watched:
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
        pids = {"worker": self._pid_of("worker"), "portal": self._pid_of("portal")}
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

    async def _rate(
        self, people: Sequence[Person], work: Callable[[Person], Awaitable[object]], seconds: float = 0
    ) -> Round:
        await busy(people, work, 0.5)  # caches and connections
        times_of(people)
        before = self.look()
        done = await busy(people, work, seconds or self.seconds)
        spent = self.look().since(before)
        return {
            "per_second": round(done / spent.seconds, 1),
            "cpu_ms": spent.per(done),
            "generator": spent.generator,
            "machine": spent.of_machine,
            "ms": times_of(people),
        }

    async def _flows(self, form: Form, save: Save, most: int = 10**9, apart: bool = True) -> Round:
        """Flows until time or `most` is up and every last receipt is applied: what counts is done from end to end.
        Then, where `apart`, the same requests one kind after the other: of `most`, so many are kept for that."""
        granted, kept = Granted(self.owner, form), self.apart if apart else 0
        await granted.begin()
        begun = 0

        async def one(person: Person) -> None:
            nonlocal begun
            while begun - granted.count > OPEN_FLOWS:
                await asyncio.sleep(0.02)
            if begun < most - kept:
                begun += 1
                await form.apply(person, await save(person))
            else:
                await asyncio.sleep(0.05)

        async def drained() -> Spent:
            async with asyncio.timeout(DRAIN_SECONDS):
                while granted.count < begun:
                    await asyncio.sleep(0.02)
            return self.look()

        watch = asyncio.create_task(granted.watch())
        await busy(self.people, one, max(WARM_SECONDS, self.seconds / 10))  # caches and connections
        before, warm = await drained(), begun
        times_of(self.people)
        await busy(self.people, one, self.seconds)
        ended, times = self.look(), times_of(self.people)
        spent, flows = (await drained()).since(before), begun - warm
        watch.cancel()
        await asyncio.wait([watch])
        return {
            "flows": flows,
            "per_second": round(flows / spent.seconds, 1),
            "by_cpu_on_2_cores": round(2 * flows / spent.cpu, 1),
            "ready_drafts_ran_out": begun >= most - kept,
            "drained_after_seconds": round(spent.seconds - ended.since(before).seconds, 2),
            "cpu_ms": spent.per(flows),
            "generator": ended.since(before).generator,
            "machine": ended.since(before).of_machine,
            "ms": times,
            "by_request": await by_request(
                self.people, form, save, kept, granted, self.look, self.system.pids_of("worker")
            )
            if kept
            else {},
        }

    @property
    def apart(self) -> int:
        """Flows whose requests are measured one kind after the other: enough that a hundredth of a second of CPU, which
        is as near as processes are looked at, says little."""
        return max(int(APART_A_SECOND * self.seconds) // len(self.people), 4) * len(self.people)


def _by_cpu(spent: Spent) -> float:
    """The seconds that two cores would need if they did nothing else and always had something to do."""
    return round(spent.cpu / 2, 1)
