"""`make soak [MINUTES=60] [RATE=20]`: steady mixed work for long, and whether anything grows that should not.

    MINUTES=60 RATE=20          how long, and how many flows a second in all; other work comes at a pace of its own
    DOCUMENTS=20000 SAMPLE=15   stored before; seconds between two samples

An installation of its own, as for `make bench`. Work comes by itself (Poisson, open loop): flows of three forms, one
with uploads, searches, statistics, prints, sealed layout files, imports, exports, appointments, lists that are merged,
the feed of events; beside it eight pages with open event streams. Every SAMPLE seconds: memory, open files, databases'
sizes, what waits, and trouble in the logs. At its end every acknowledged submission is looked for on both sides; of the
other work counts that it was answered, within ten minutes. One JSON line, kept in var/bench/soak.json. Exit code 1 when
memory or files are not flat, something failed, a part was started again, a sampler or a stream stood still, or any flow
was lost or doubled.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import uvloop

from benchmarks import declarations
from benchmarks.arrivals import Crowd
from benchmarks.conditions import NICENESS, conditions, of_database
from benchmarks.figures import Bench
from benchmarks.mixture import Kind, Mixture
from benchmarks.numbers import Samples, poisson
from benchmarks.processes import Spent
from benchmarks.results import keep
from benchmarks.seed import seed
from benchmarks.troubles import Troubles
from benchmarks.watching import Watch, flatness
from benchmarks.work import people
from tests.system.running import System, running

MINUTES = float(os.environ.get("MINUTES", "60"))
RATE = float(os.environ.get("RATE", "20"))
DOCUMENTS = int(os.environ.get("DOCUMENTS", "20000"))
SAMPLE = float(os.environ.get("SAMPLE", "15"))
DECLARATIONS, PEOPLE, STREAMS, PATIENCE, SETTLE_SECONDS = 20_000, 12, 8, 600.0, 300.0
SILENT_SECONDS = 60.0  # of a stream among so much work: it stands still
WATCHED = 0.95  # of the time: a sampler that died sees no growth
STAYING = ("launcher", "portal", "worker", "customs", "card")  # parts whose processes are the same to the end
WHAT = "Steady mixed work (Poisson arrivals, open loop); memory, files, databases and what waits, again and again."
CRITERION = (
    "flat: over the second half of the time the slope by Theil and Sen of what a part's processes have for themselves "
    "(private memory, and open files; connections that clients keep are the clients') is below 3 of 100 an hour of its "
    "median there, or below 2 MB (8 files) an hour, and the last fifth of that half has no more than the first by so "
    "much (a step that lasts bends no slope); "
    "instead, of children, which end after 500 pieces of work: the largest is at most a tenth larger than in the first "
    "half; of PostgreSQL's files: its processes do not become more by 3 of 100, or 3, an hour"
)


def main() -> None:
    """Run it, print and keep the line."""
    _say("starting an installation")
    with running(
        patience=PATIENCE,
        WITH_TEMPLATE="1",
        CUSTOMS_DELAY="0",
        LOG_FORMAT="json",
        CAPTCHA_FIXED="TEST",
        BACKGROUND_NICENESS=NICENESS,
    ) as system:
        line = uvloop.run(_soak(system))
    line["good"] = _is_good(line)
    keep(line)
    sys.exit(0 if line["good"] else 1)


def _is_good(line: Mapping[str, Any]) -> bool:
    counted = line["flows"].values()
    return (
        all(each["flat"] for part in line["flatness"].values() for each in part.values())
        and not line["errors"]
        and not line["trouble_in_logs"]
        and not line["started_again"]
        and not line["streams_that_stood_still"]
        and line["settled"]
        and line["watched_minutes"] >= MINUTES * WATCHED
        and not any(each["lost"] or each["doubled"] for each in counted)
    )


async def _soak(system: System) -> dict[str, Any]:
    told = {**conditions(), "documents_stored": DOCUMENTS, "minutes": MINUTES, "flows_per_second": RATE}
    company = system.world["companies"][0]["customs_code"]
    await seed(system.address, company, DOCUMENTS)
    await declarations.seed(system.address("singlewindow"), company, DECLARATIONS)
    sides = [
        await asyncpg.create_pool(system.address(side), min_size=1, max_size=4)
        for side in ("singlewindow", "customs")
    ]
    async with people(system, system.ports["PORT"], PEOPLE, company) as crowd:
        bench = Bench(system, crowd, [], 0, sides[0], sides[1], 1.0, company)
        told |= await of_database(sides[0], system.data)
        work = await Mixture.over(bench)
        found = await _work(bench, work, Watch(system.launcher, sides[0], sides[1], SAMPLE))
    for side in sides:
        await side.close()
    told["load_after"] = round(os.getloadavg()[0], 1)
    return {"benchmark": "soak", **found, "what": WHAT, "criterion": CRITERION, "conditions": told}


async def _work(bench: Bench, work: Mixture, watch: Watch) -> dict[str, Any]:
    """All kinds of work until the time is up; then what is under way may end."""
    crowd, heard = Crowd(bench.another, deque(bench.people), PATIENCE), Counter[str]()
    silences = [Silence() for _ in range(STREAMS)]
    troubles = Troubles(bench.system.data / "log")
    spent: list[Spent] = [bench.look()]
    waiting = [
        *(asyncio.create_task(_stream(bench, at, heard, each)) for at, each in enumerate(silences)),
        asyncio.create_task(watch.run(lambda: _load(crowd, heard))),
        asyncio.create_task(_listen(troubles)),
        asyncio.create_task(_tell(watch, crowd, heard)),
    ]
    begins = time.perf_counter()
    await asyncio.gather(*(_come(crowd, kind, begins, at) for at, kind in enumerate(work.kinds(RATE))))
    spent.append(bench.look())
    longest = [each.ended() for each in silences]
    await crowd.settle()
    settled = [await said.drained(bench.owner, SETTLE_SECONDS) for said in work.said]
    for task in waiting:
        task.cancel()
    for ended in await asyncio.gather(*waiting, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):  # nothing of these ends by itself
            crowd.errors[f"stood still: {ended!r}"[:200]] += 1
    if again := sum(person.applicant.broken for person in bench.people):
        crowd.errors["asked again after no answer or 503 (免于到场)"] += again
    troubles.look()
    whole = spent[1].since(spent[0])
    flows = sum(len(said.due) for said in work.said)
    return {
        "minutes": MINUTES,
        "settled": all(settled),
        "flows": {s.form.type: await s.counted(bench.owner, bench.customs) for s in work.said},
        "events_on_streams": heard["change"],
        "longest_silence_seconds": [round(each, 1) for each in longest],
        "streams_that_stood_still": [at for at, each in enumerate(longest) if each > SILENT_SECONDS],
        "started_again": sorted(
            {name for name, _, _ in spent[0].processes.keys() - spent[1].processes if name in STAYING}
        ),
        "watched_minutes": round(watch.samples[-1]["minute"] - watch.samples[0]["minute"], 1),
        "errors": dict(crowd.errors),
        "trouble_in_logs": dict(troubles.counts),
        "examples_of_trouble": troubles.examples,
        "examples_of_errors": crowd.examples,
        "ms": {kind: Samples(times).spread() for kind, times in crowd.times.items()},
        "generator_late_ms": crowd.late.spread(),
        "generator": whole.generator,
        "machine": whole.of_machine,
        "cores": {part: round(cpu / whole.seconds, 3) for part, cpu in whole.parts.items()},
        "cpu_ms_a_flow_all_work_included": whole.per(flows),
        "flatness": flatness(watch.samples),
        "samples": _thin(watch.samples),
    }


async def _come(crowd: Crowd, kind: Kind, begins: float, seed: int) -> None:
    name, rate, work = kind
    for moment in poisson(rate, MINUTES * 60, seed + 1):
        await asyncio.sleep(max(begins + moment - time.perf_counter(), 0))
        crowd.begin(begins + moment, work, name)
    await asyncio.sleep(max(begins + MINUTES * 60 - time.perf_counter(), 0))


@dataclass
class Silence:
    """How long a stream heard of no change at the longest."""

    since: float = field(default_factory=time.monotonic)
    longest: float = 0.0

    def ended(self) -> float:
        """Something was heard, or the time is up; the longest so far, in seconds."""
        now = time.monotonic()
        self.since, self.longest = now, max(self.longest, now - self.since)
        return self.longest


async def _stream(bench: Bench, at: int, heard: Counter[str], silence: Silence) -> None:
    """An open page: it comes back when its stream ends."""
    http = bench.people[at % len(bench.people)].applicant.http
    while True:
        with suppress(httpx.HTTPError):
            async with http.stream("GET", "/api/events/stream", timeout=60) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("event:"):
                        heard[line[6:].strip()] += 1
                        if line[6:].strip() == "change":
                            silence.ended()
        await asyncio.sleep(2)


async def _listen(troubles: Troubles) -> None:
    while True:
        await asyncio.to_thread(troubles.look)
        await asyncio.sleep(SAMPLE)


def _load(crowd: Crowd, heard: Counter[str]) -> dict[str, Any]:
    """What the load knows of itself."""
    done = {kind: len(times) for kind, times in crowd.times.items()}
    return {
        "done": done,
        "errors": sum(crowd.errors.values()),
        "heard": heard["change"],
        "under_way": crowd.under_way,
    }


async def _tell(watch: Watch, crowd: Crowd, heard: Counter[str]) -> None:
    while True:
        await asyncio.sleep(60)
        last = watch.samples[-1]
        memory = {part: row["private_mb"] for part, row in last["parts"].items()}
        _say(
            json.dumps({"minute": last["minute"], "mb": memory, "owed": last["owed"], **_load(crowd, heard)})
        )
        if crowd.errors:
            _say(json.dumps(crowd.examples, ensure_ascii=False))


def _thin(samples: Sequence[Mapping[str, Any]], most: int = 120) -> list[Mapping[str, Any]]:
    """Not more than so many, evenly spread, the last among them: for a plot."""
    step = max(-(-len(samples) // most), 1)
    return list(samples[::-step][::-1])


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
