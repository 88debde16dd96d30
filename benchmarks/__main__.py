"""`make bench`: one JSON line per figure, with its conditions.

    NAME=draft,search,statistics,flow_heavy,flow_light,flow_gate,burst,visible,import,batch,appointment,closed,export,print,codes
                                                            some of them
    NAME=form                                               the form in a browser, only when named
    NAME=merging                                            集报清单 merged and counted, in a database of its own
    SECONDS=5 ROUNDS=3 PEOPLE=24 DOCUMENTS=200000           how long, how often, how many at once, over how much
    DECLARATIONS=200000                                     in the register, for closed, print and export

An installation of its own is started as `make run` does it (temporary folder, free ports, embedded PostgreSQL with
fsync on), filled by SQL, and driven over HTTP. Rounds of all figures take turns, each beside a floor of its own. What
is printed is kept in var/bench too. Exit code 1 where the generator was too busy in every try of a round.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from benchmarks import declarations
from benchmarks.conditions import NICENESS, conditions, of_database
from benchmarks.figures import Bench, Round
from benchmarks.numbers import busy_of, by_round, combined, shown
from benchmarks.processes import BUSY
from benchmarks.results import keep
from benchmarks.seed import seed
from benchmarks.work import people
from tests.ports import free_ports
from tests.system.running import CLONE, System, eventually, running

OF_DOCUMENTS = (
    "draft",
    "search",
    "statistics",
    "flow_heavy",
    "flow_light",
    "flow_gate",
    "burst",
    "visible",
    "import",
    "batch",
)
OF_DECLARATIONS = ("closed", "export", "print")
FIGURES = (*OF_DOCUMENTS, "appointment", *OF_DECLARATIONS)
ONCE = ("burst", "visible", "import", "batch", "export", "print")  # long: in the last round
METHODS = {"import": "import_trips", "print": "print_sealed", "export": "export_data"}
PATIENCE = 600.0  # seconds until an installation is ready, on a machine that may have much else to do
TRIES = 3  # of a round in which the generator may have been too busy
LIGHT_FLOWS_A_SECOND = 250  # drafts made ready for the lightest form's rounds
SECONDS = float(os.environ.get("SECONDS", "5"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PEOPLE = int(os.environ.get("PEOPLE", "24"))
DOCUMENTS = int(os.environ.get("DOCUMENTS", "200000"))
DECLARATIONS = int(os.environ.get("DECLARATIONS", "200000"))
GOODS = Path(__file__).parents[2] / "shared" / "data" / "hs_codes.csv"


def main() -> None:
    """Print the lines."""
    names = [name for name in os.environ.get("NAME", "").split(",") if name]
    others = ("codes", "form", "merging")
    if set(names) - {*FIGURES, *others}:
        sys.exit(f"NAME is one or several, with commas between, of {', '.join((*FIGURES, *others))}")
    if "form" in names:
        subprocess.run((sys.executable, "-m", "benchmarks.bench_form"), cwd=CLONE, check=True)
        return
    if measured := [name for name in names or FIGURES if name not in others]:
        _say("starting an installation")
        with (
            _installation() as system,
            _floor(system) as floor,
        ):
            kept_up = uvloop.run(_measure(system, *floor, measured))
        if not kept_up:
            sys.exit("A figure may be the load generator's and not the system's: see generator_too_busy.")
    if not names or "merging" in names:
        subprocess.run((sys.executable, "-m", "benchmarks.bench_merging"), cwd=CLONE, check=True)
    if not names or "codes" in names:
        _codes(told=bool(names))


def _installation() -> AbstractContextManager[System]:
    """What is measured, as `make run` starts it; its customs decide at once."""
    return running(
        patience=PATIENCE,
        WITH_TEMPLATE="1",
        CUSTOMS_DELAY="0",
        LOG_FORMAT="json",
        BACKGROUND_NICENESS=NICENESS,
    )


@contextmanager
def _floor(system: System) -> Iterator[tuple[int, int]]:
    """The portal once more, with the floor's route: its port and process id."""
    [port] = free_ports(1)
    pid = system.pid_of("portal")
    given = Path("/proc", str(pid), "environ").read_bytes().decode().split("\0")
    environment = dict(line.split("=", 1) for line in given if "=" in line)
    command = (sys.executable, "-m", "benchmarks.portal", str(port))
    with (system.folder / "floor.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=CLONE, env=environment, stdout=log, stderr=log)
    try:
        assert eventually(lambda: _answers(port), PATIENCE), (system.folder / "floor.log").read_text()
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


async def _measure(system: System, floor_port: int, floor_pid: int, names: Sequence[str]) -> bool:
    """Measure, print and keep; whether the generator kept up with all of it."""
    dsn = system.address
    company = system.world["companies"][0]["customs_code"]
    told = {**conditions(), **_parameters()}
    if set(names) & set(OF_DOCUMENTS):
        took = await seed(dsn, company, DOCUMENTS)
        _say(f"{DOCUMENTS} documents put in within {took:.0f} s")
    if set(names) & set(OF_DECLARATIONS):
        took = await declarations.seed(dsn("singlewindow"), company, DECLARATIONS)
        _say(f"{DECLARATIONS} declarations put in within {took:.0f} s")
    owner, customs = await asyncpg.connect(dsn("singlewindow")), await asyncpg.connect(dsn("customs"))
    told |= await of_database(owner, system.data)
    async with (
        people(system, system.ports["PORT"], PEOPLE, company) as at_portal,
        people(system, floor_port, PEOPLE, company) as at_floor,
    ):
        bench = Bench(system, at_portal, at_floor, floor_pid, owner, customs, SECONDS, company)
        rounds: dict[str, list[Round]] = {name: [] for name in names}
        for at in range(ROUNDS):
            for name in [each for each in names if at == ROUNDS - 1 or each not in ONCE]:
                _say(f"round {at + 1} of {ROUNDS}: {name}")
                rounds[name].append(await _kept(bench, name))
                _say(json.dumps(shown(rounds[name][-1]), ensure_ascii=False))
                if at == ROUNDS - 1:
                    _tell(name, rounds[name], told)
    await owner.close()
    await customs.close()
    return not any(each["generator_too_busy"] for measured in rounds.values() for each in measured)


def _tell(name: str, measured: Sequence[Round], told: dict[str, Any]) -> None:
    """Print a figure and keep it, with what it is and under which conditions it was seen."""
    what = " ".join((getattr(Bench, METHODS.get(name, name)).__doc__ or "").split())
    line = {"benchmark": name, **combined(measured), "rounds": by_round(measured), "what": what}
    line["rounds_thrown_away"] = sum(each["rounds_thrown_away"] for each in measured)
    line["generator_too_busy"] = any(each["generator_too_busy"] for each in measured)
    its = {**told, "rounds": len(measured), "load_after": round(os.getloadavg()[0], 1)}
    keep(line | {"conditions": its}, published=not line["generator_too_busy"])


async def _kept(bench: Bench, name: str) -> Round:
    """A round with the floor beside it. One in which the generator was too busy is thrown away and measured again; the
    last try is kept, and says so."""
    thrown_away = 0
    for _ in range(TRIES):
        if name == "flow_light":
            await bench.ready_drafts(int(LIGHT_FLOWS_A_SECOND * SECONDS * 1.2) + bench.apart)
        floor = await bench.floor()
        found = {**await getattr(bench, METHODS.get(name, name))(), "floor": floor}
        busiest = max(busy_of(found), default=0.0)
        if busiest <= BUSY:
            break
        thrown_away += 1
        _say(f"thrown away: the generator was busy for {busiest:.0%} of its core's time")
    if "per_second" in found:
        found["of_floor"] = round(found["per_second"] / floor["per_second"], 3)
    return found | {"rounds_thrown_away": thrown_away, "generator_too_busy": busiest > BUSY}


def _parameters() -> dict[str, Any]:
    return {
        "documents_stored": DOCUMENTS,
        "declarations_in_the_register": DECLARATIONS,
        "people": PEOPLE,
        "seconds": SECONDS,
        "rounds": ROUNDS,
        "web_processes": int(os.environ.get("SINGLEWINDOW_WEB_PROCESSES", "2")),
        "customs": "automatic, no delay, on the same cores and in the same cluster",
    }


def _codes(*, told: bool) -> None:
    if not GOODS.is_file():
        if told:
            sys.exit(f"No table at {GOODS}: see benchmarks/bench_codes.py.")
        _say("codes: skipped, no table of goods at hand (benchmarks/bench_codes.py FILE)")
        return
    subprocess.run((sys.executable, "-m", "benchmarks.bench_codes", str(GOODS)), cwd=CLONE, check=True)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
