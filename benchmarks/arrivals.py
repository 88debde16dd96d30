"""Work that comes when it comes (open loop): moments are drawn beforehand, and whatever is late, the next comes all the
same. A request's time counts from the moment at which its flow should have begun, so that a system that stands still is
not asked less: no coordinated omission.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.forms import Form, Save
from benchmarks.numbers import Samples, poisson
from benchmarks.processes import Spent
from benchmarks.sides import Side
from benchmarks.work import Person

MOST_PEOPLE = 400  # connections; who comes then waits, and that counts
PATIENCE = 60.0  # seconds that one piece of work may take until it counts as failed
Work = Callable[[Person], Awaitable[object]]


@dataclass
class Crowd:
    """As many people as are needed at once; who is idle longest does the next piece of work."""

    new: Callable[[], Awaitable[Person]]
    idle: deque[Person]
    patience: float = PATIENCE
    most: int = MOST_PEOPLE
    times: dict[str, Samples] = field(default_factory=dict)
    late: Samples = field(
        default_factory=Samples
    )  # of the generator itself: how long after its moment work began
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # the first of each, in full
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)
    _count: int = 0
    _free: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self._count = len(self.idle)

    async def arrive(self, moments: Sequence[float], seconds: float, work: Work) -> None:
        """Begin a piece of work at each moment (seconds from now), and return after so many seconds, whatever is still
        under way."""
        begins = time.perf_counter()
        for moment in moments:
            await self._until(begins + moment)
            self.begin(begins + moment, work)
        await self._until(begins + seconds)

    def begin(self, due: float, work: Work, name: str = "") -> None:
        """Begin a piece of work that was due at that moment; with a name its whole time is kept too."""
        task = asyncio.create_task(self._one(due, work, name), name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    @property
    def under_way(self) -> dict[str, int]:
        """What has begun and not ended, by name."""
        return dict(Counter(task.get_name() for task in self._under_way))

    async def settle(self) -> None:
        """Wait for all that is under way."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    @staticmethod
    async def _until(moment: float) -> None:
        if (pause := moment - time.perf_counter()) > 0:
            await asyncio.sleep(pause)

    async def _one(self, due: float, work: Work, name: str) -> None:
        self.late.append(time.perf_counter() - due)
        times = self.times  # those of the time in which it was due
        person = await self._somebody()
        person.client.due = due
        try:
            async with asyncio.timeout(self.patience):
                await work(person)
            if name:
                times.setdefault(name, Samples()).append(time.perf_counter() - due)
        except Exception as problem:  # whatever goes wrong is counted, and told in the line
            said = _told(problem)
            self.errors[said] += 1
            self.examples.setdefault(said, _traced(name, problem))
            person.client.connection.close()
        for kind, took in person.client.times.items():
            times.setdefault(kind, Samples()).extend(took)
        person.client.times.clear()
        person.client.due = 0.0
        async with self._free:
            self.idle.append(person)
            self._free.notify()

    async def _somebody(self) -> Person:
        async with self._free:
            while not self.idle and self._count >= self.most:
                await self._free.wait()
            if self.idle:
                return self.idle.popleft()
            self._count += 1
        return await self.new()


def _told(problem: Exception) -> str:
    """An error without the numbers in it, so that the same ones count together."""
    words = str(problem) or type(problem).__name__
    return "".join("#" if each.isdigit() else each for each in words)[:160]


def _traced(name: str, problem: Exception) -> str:
    """What was done, where it went wrong, and the words."""
    place = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{name}: {type(problem).__name__} in {place.name}:{place.lineno}: {problem}"[:600]


@dataclass
class Acknowledged:
    """Submissions that the portal has acknowledged, by number, and when each flow was due (seconds of the epoch)."""

    form: Form
    due: dict[str, float] = field(default_factory=dict)

    def flow(self, save: Save) -> Work:
        """A whole flow, written down as soon as its submission is acknowledged."""

        async def flow(person: Person) -> None:
            due = time.time() - (time.perf_counter() - person.client.due)
            number = await save(person)
            await self.form.apply(person, number)
            self.due[number] = due

        return flow

    async def ends(self, owner: Side) -> dict[str, float]:
        """Which of them have come to their end at the portal, and when its last receipt came."""
        rows = await owner.fetch(
            """select d.number, max(r.received_at) as at from document d join receipt r on r.document_id = d.id
               where d.number = any($1) and d.status = $2 and r.code = any($3) group by d.number""",
            list(self.due), self.form.status, list(self.form.codes),
        )  # fmt: skip
        return {row["number"]: row["at"].timestamp() for row in rows}

    async def at_customs(self, customs: Side) -> Counter[str]:
        """How often customs have decided each of them, in one submission or in several."""
        rows = await customs.fetch(
            """select s.number from submission s join receipt r on r.submission_id = s.id
               where s.number = any($1) and r.code = any($2)""",
            list(self.due), list(self.form.codes),
        )  # fmt: skip
        return Counter(row["number"] for row in rows)

    async def at_portal(self, owner: Side) -> Counter[str]:
        """How often the portal has taken in a decision about each of them."""
        rows = await owner.fetch(
            """select d.number from document d join receipt r on r.document_id = d.id
               where d.number = any($1) and r.code = any($2)""",
            list(self.due), list(self.form.codes),
        )  # fmt: skip
        return Counter(row["number"] for row in rows)

    async def counted(self, owner: Side, customs: Side) -> dict[str, int]:
        """Acknowledged, at their end on either side, lost and doubled."""
        ends, decided = await self.ends(owner), await self.at_customs(customs)
        answered = await self.at_portal(owner)
        return {
            "acknowledged": len(self.due),
            "final_at_portal": len(ends),
            "decided_by_customs": len(decided),
            "lost": sum(number not in ends or number not in decided for number in self.due),
            "doubled": sum(max(decided[number], answered[number]) > 1 for number in self.due),
        }

    async def drained(self, owner: Side, seconds: float) -> bool:
        """Wait until all have come to their end; False where that takes longer."""
        deadline = time.monotonic() + seconds
        while len(await self.ends(owner)) < len(self.due):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.25)
        return True


@dataclass
class Phase:
    """Some seconds of arrivals: their requests' times and what the machine did meanwhile."""

    rate: float
    seconds: float
    times: dict[str, Samples]
    late: Samples
    spent: Spent
    began: float  # seconds of the epoch

    def figures(self, due: Mapping[str, float], ends: Mapping[str, float]) -> dict[str, Any]:
        """What is told of it; `due` and `ends` say of flows by number when they should have begun, and ended."""
        due = {number: at for number, at in due.items() if self.began <= at < self.began + self.seconds}
        final = Samples(ends[number] - at for number, at in due.items() if number in ends)
        flows = len(due)
        return {
            "flows_per_second": round(self.rate, 1), "flows": flows, "seconds": self.seconds,
            "until_final_ms": final.spread(),
            "ms": {kind: times.spread() for kind, times in self.times.items()},
            "generator_late_ms": self.late.spread(), "generator": self.spent.generator,
            "machine": self.spent.of_machine, "cpu_ms": self.spent.per(flows),
        }  # fmt: skip


async def phase(
    crowd: Crowd, rate: float, seconds: float, seed: int, work: Work, look: Callable[[], Spent]
) -> Phase:
    """Let flows come at that rate for so many seconds; what is under way at its end goes on, and counts here."""
    crowd.times, crowd.late = {}, Samples()
    before, began = look(), time.time()
    await crowd.arrive(poisson(rate, seconds, seed), seconds, work)
    return Phase(rate, seconds, crowd.times, crowd.late, look().since(before), began)


def within_twice(steady: Mapping[str, Any], burst: Mapping[str, Any]) -> dict[str, Any]:
    """By kind of request, and of the time from which a flow was due until its last receipt had come (`until_final`, the
    one that a company sees), the burst's p95 as a multiple of the steady one; and whether none is more than two."""
    before, then = [{**each["ms"], "until_final": each["until_final_ms"]} for each in (steady, burst)]
    times = {kind: round(then[kind]["p95"] / (before[kind]["p95"] or 0.1), 2) for kind in before}
    return {"p95_by_steady": times, "within_twice": all(each <= 2 for each in times.values())}
