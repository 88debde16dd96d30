"""`make bench`: one JSON line per figure, with its conditions.

    NAME=draft,search,statistics,flow_heavy,flow_light,flow_gate,visible,import,batch,appointment,closed,export,print,codes
                                                            some of them
    NAME=form                                               the form in a browser, only when named
    NAME=merging                                            集报清单 merged and counted, in a database of its own
    SECONDS=5 ROUNDS=3 PEOPLE=24 DOCUMENTS=200000           how long, how often, how many at once, over how much
    DECLARATIONS=200000                                     in the register, for closed, print and export

An installation of its own is started as `make run` does it (temporary folder, free ports, embedded PostgreSQL with
fsync on), filled by SQL, and driven over HTTP. Rounds of all figures take turns; medians are printed.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from benchmarks import declarations
from benchmarks.figures import Bench, Round
from benchmarks.seed import seed
from benchmarks.work import people
from tests.system.running import CLONE, System, eventually, free_ports, running

OF_DOCUMENTS = (
    "draft",
    "search",
    "statistics",
    "flow_heavy",
    "flow_light",
    "flow_gate",
    "visible",
    "import",
    "batch",
)
OF_DECLARATIONS = ("closed", "export", "print")
FIGURES = (*OF_DOCUMENTS, "appointment", *OF_DECLARATIONS)
METHODS = {"import": "import_trips", "print": "print_sealed", "export": "export_data"}
LIGHT_FLOWS_A_SECOND = 120  # drafts made ready for the lightest form's rounds
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
            running(WITH_TEMPLATE="1", CUSTOMS_DELAY="0", LOG_FORMAT="json") as system,
            _floor(system) as floor,
        ):
            uvloop.run(_measure(system, *floor, measured))
    if not names or "merging" in names:
        subprocess.run((sys.executable, "-m", "benchmarks.bench_merging"), cwd=CLONE, check=True)
    if not names or "codes" in names:
        _codes(told=bool(names))


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
        assert eventually(lambda: _answers(port), 30), (system.folder / "floor.log").read_text()
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


async def _measure(system: System, floor_port: int, floor_pid: int, names: Sequence[str]) -> None:
    dsn = system._cluster().dsn
    company = system.world["companies"][0]["customs_code"]
    if set(names) & set(OF_DOCUMENTS):
        took = await seed(dsn("singlewindow"), company, DOCUMENTS)
        _say(f"{DOCUMENTS} documents put in within {took:.0f} s")
    if set(names) & set(OF_DECLARATIONS):
        took = await declarations.seed(dsn("singlewindow"), company, DECLARATIONS)
        _say(f"{DECLARATIONS} declarations put in within {took:.0f} s")
    owner, customs = await asyncpg.connect(dsn("singlewindow")), await asyncpg.connect(dsn("customs"))
    async with (
        people(system, system.ports["PORT"], PEOPLE, company) as at_portal,
        people(system, floor_port, PEOPLE, company) as at_floor,
    ):
        bench = Bench(system, at_portal, at_floor, floor_pid, owner, customs, SECONDS, company)
        rounds: dict[str, list[Round]] = {name: [] for name in names}
        for at in range(ROUNDS):
            for name in names:
                if name == "flow_light":
                    await bench.ready_drafts(int(LIGHT_FLOWS_A_SECOND * (SECONDS + 1)))
                _say(f"round {at + 1} of {ROUNDS}: {name}")
                rounds[name].append(await getattr(bench, METHODS.get(name, name))())
                _say(json.dumps(rounds[name][-1]))
    for name, measured in rounds.items():
        what = " ".join((getattr(Bench, METHODS.get(name, name)).__doc__ or "").split())
        print(
            json.dumps({"benchmark": name, **_median(measured), "what": what, "conditions": _conditions()}),
            flush=True,
        )
    await owner.close()
    await customs.close()


def _median(values: Sequence[Any]) -> Any:
    """Of numbers the median, of objects the object of medians."""
    if isinstance(values[0], dict):
        names = dict.fromkeys(name for value in values for name in value)
        return {name: _median([value.get(name, 0) for value in values]) for name in names}
    return round(statistics.median(values), 3)


def _conditions() -> dict[str, Any]:
    return {
        "documents_stored": DOCUMENTS,
        "declarations_in_the_register": DECLARATIONS,
        "people": PEOPLE,
        "seconds": SECONDS,
        "rounds": ROUNDS,
        "postgresql": "embedded, fsync on, synchronous_commit on, both databases in one cluster",
        "customs": "automatic, no delay",
        "cores": os.cpu_count(),
        "load_of_machine": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "machine": platform.machine(),
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
