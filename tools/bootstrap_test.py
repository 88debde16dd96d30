"""Run all tests in stages and count them once: `make test`, `make journey NAME=…`, `.ci/run`.

    python tools/bootstrap_test.py [--on-postgres15 | --journey NAME]

The Python tests keep all processors busy; beside them go the stages that mostly wait: systems that are killed, browser
journeys, the pages' tests. What measures time comes last, alone. All run even when one fails. At the end: where the
time went, the slowest ten, and `N passed, N failed, N skipped`; exit code 1 when anything failed. Why so:
docs/decisions/0022-what-tests-share.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import STDOUT, Popen
from xml.etree import ElementTree

REPORTS = Path("var/test").resolve()
JOURNEYS = Path("tests/journeys")
SYSTEM = "tests/system"
TORTURE = f"{SYSTEM}/torture"
OWN = ("faults", "folder", "failover")  # each starts a system of its own
OWN_SYSTEMS = tuple(f"{SYSTEM}/test_{name}.py" for name in OWN)
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
FIREFOXES = ("firefox", "firefox-esr")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ENGINES = (
    "chromium-headless-shell",
    *CHROMIUMS,
)  # the engine without windows: the same with less work, no viewer
VIEWED = ("consolidated",)  # journeys that print a PDF where the browser's own viewer shows it
NO_TESTS = 5  # pytest's exit code when it found none
CORES = min(os.cpu_count() or 2, 4)
LANES = CORES + 1  # stages beside the Python tests; each waits about half of its time


@dataclass(frozen=True)
class Stage:
    """A test program that writes a JUnit report."""

    name: str
    title: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def report(self) -> Path:
        """Which tests ran, how long, and which failed."""
        return REPORTS / f"{self.name}.xml"

    @property
    def output(self) -> Path:
        """What it printed."""
        return REPORTS / f"{self.name}.log"


@dataclass(frozen=True)
class Ended:
    """What became of a stage: seconds by the clock and of the processors, and its exit code. Children that somebody
    waited for count; a browser's whose parent was killed do not, which is the larger part of a journey's."""

    stage: Stage
    wall: float
    processor: float
    code: int

    @property
    def cases(self) -> list[ElementTree.Element]:
        """Its tests; none where it wrote no report."""
        report = self.stage.report
        return list(ElementTree.parse(report).getroot().iter("testcase")) if report.exists() else []


def _processors() -> tuple[int, int]:
    """What all processors have done since the machine started, whoever had them, and what they could have done."""
    line = Path("/proc/stat").read_text().partition("\n")[0]
    user, nice, system, idle, waiting, interrupts, soft = map(
        int, line.split()[1:8]
    )  # what is stolen: nobody's
    used = user + nice + system + interrupts + soft
    return used, used + idle + waiting


@dataclass
class Tally:
    """What was counted, and which stages went wrong without a failed test to show for it."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    before: tuple[int, int] = field(default_factory=_processors)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, stage: Stage, *, shown: bool = False) -> None:
        """Run it and count; what it prints comes in one piece at its end, or at once where it is `shown`."""
        print(f"\n── {stage.title}" + ("" if shown else " begins"), flush=True)
        ended = _run(stage, shown)
        with self._lock:
            if not shown:
                print(f"\n── {stage.title}, {ended.wall:.0f} s")
                print(stage.output.read_text("utf-8", errors="replace"), flush=True)
            self._count(ended)

    def breaks(self, what: str) -> None:
        """Something failed that is no test."""
        self.failed += 1
        self.broken.append(what)

    def _count(self, ended: Ended) -> None:
        self.ended.append(ended)
        skipped = sum(case.find("skipped") is not None for case in ended.cases)
        wrong = sum(
            case.find("failure") is not None or case.find("error") is not None for case in ended.cases
        )
        self.passed += len(ended.cases) - wrong - skipped
        self.skipped += skipped
        self.failed += wrong
        if ended.code not in (0, NO_TESTS) and not wrong:
            self.breaks(f"{ended.stage.title}: exit code {ended.code}")
        if skipped and ended.stage.name.startswith("journey"):
            print(f"SKIPPED journeys: {ended.stage.title} left something out", flush=True)

    def tell(self) -> None:
        """Where the time went."""
        used, there = (now - before for now, before in zip(_processors(), self.before, strict=True))
        told = f"all: {time.monotonic() - self.began:.0f} s, processors busy for {used / max(there, 1):.0%} of it"
        print(f"\n{'seconds':>8} {'processor':>10}  stage ({told})")
        for each in sorted(self.ended, key=lambda one: -one.wall):
            print(f"{each.wall:8.0f} {each.processor:10.0f}  {each.stage.title}")
        print("\nThe slowest ten:")
        for seconds, name in self._slowest(10):
            print(f"{seconds:8.1f}  {name}")
        for line in self.broken:
            print(f"FAILED {line}")
        print(f"\n{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)

    def _slowest(self, count: int) -> list[tuple[float, str]]:
        cases = [(one.stage.name, case) for one in self.ended for case in one.cases]
        told = [
            (float(case.get("time", 0)), f"{stage}: {case.get('classname')} {case.get('name')}")
            for stage, case in cases
        ]
        return sorted(told, reverse=True)[:count]


def _run(stage: Stage, shown: bool) -> Ended:
    REPORTS.mkdir(parents=True, exist_ok=True)
    stage.report.unlink(missing_ok=True)
    began = time.monotonic()
    with stage.output.open("wb") as output:
        kept = None if shown else output
        merged = None if shown else STDOUT
        child = Popen(stage.command, env=_compiled_once() | stage.environment, stdout=kept, stderr=merged)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Ended(stage, time.monotonic() - began, used.ru_utime + used.ru_stime, child.returncode)


def _compiled_once() -> dict[str, str]:
    """Our environment, in which Python keeps what it has compiled: stages and the processes that they start have most
    modules in common, and pytest rewrites each of its own."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> int:
    """Run the stages that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journey", metavar="NAME", help="only this journey")
    parser.add_argument("--on-postgres15", action="store_true", help="the Python tests on Debian's 15")
    arguments = parser.parse_args()
    tally = Tally()
    if arguments.journey:
        one_journey(tally, arguments.journey)
    else:
        everything(tally, on_15=arguments.on_postgres15)
    tally.tell()
    return 1 if tally.failed else 0


def one_journey(tally: Tally, name: str) -> None:
    """A journey alone, shown while it runs."""
    file = next((path for path in (JOURNEYS / name, JOURNEYS / f"test_{name}.py") if path.exists()), None)
    chromium = find_chromium(viewer=Path(name).parts[0] in VIEWED)
    if chromium is None or file is None:
        why = "no Chromium was found" if file else f"no {JOURNEYS / name}"
        tally.breaks(f"journey {name}: {why}")
        return
    tally.run(journey(file, chromium, ""), shown=True)


def everything(tally: Tally, *, on_15: bool) -> None:
    """All stages of `make test`."""
    with tempfile.TemporaryDirectory(prefix="sw-prepared-", ignore_cleanup_errors=True) as prepared:
        played = journeys(tally, prepared)
        beside = [*systems(prepared), *played, pages()]  # the longest first: none is left alone at the end
        options = ("-n", str(CORES), "--dist", "worksteal", "-m", "not serial and not journey")
        left_out = ("--ignore", str(JOURNEYS), "--ignore", SYSTEM)
        tests = pytest("Python tests", "parallel", *options, *left_out, **postgres_15(tally, on_15))
        with ThreadPoolExecutor(LANES + 1) as pool:
            list(pool.map(tally.run, [tests, *beside]))
    tally.run(pytest("Python tests that measure time", "alone", *measuring(), "-m", "serial"))


def journeys(tally: Tally, prepared: str) -> list[Stage]:
    """All journeys, those with the most to do first: folders of them, then files."""
    folders = {path.parent for path in JOURNEYS.glob("*/test_*.py")}
    by_size = sorted(folders, key=lambda one: -sum(file.stat().st_size for file in one.glob("test_*.py")))
    files = [*by_size, *sorted(JOURNEYS.glob("test_*.py"), key=lambda file: -file.stat().st_size)]
    played = [(file, find_chromium(viewer=file.name in VIEWED)) for file in files]
    if left_out := [file.stem for file, chromium in played if chromium is None]:
        why = "no Chromium was found (a whole one for some); install one or name it in CHROMIUM."
        print(f"\nSKIPPED journeys: {', '.join(left_out)}: {why}", flush=True)
        tally.skipped += len(left_out)
    return [journey(file, chromium, prepared) for file, chromium in played if chromium]


def journey(file: Path, chromium: str, prepared: str) -> Stage:
    """One journey, a file or a folder of them; JOURNEY names the folder for its screenshots, `prepared` the
    one in which the first of several keeps what every first start makes."""
    name = file.stem.removeprefix("test_")
    output = Path("var/journeys", name).resolve()
    output.mkdir(parents=True, exist_ok=True)
    settings = {"CHROMIUM": chromium, "JOURNEY": str(output), "PREPARED_WORLD": prepared}
    if firefox := find_browser("FIREFOX", FIREFOXES):
        settings["FIREFOX"] = firefox
    return pytest(f"Journey {name}", f"journey-{name}", str(file), **settings)


def systems(prepared: str) -> Iterable[Stage]:
    """A whole running system whose parts are killed, and those tests that start others."""
    elsewhere = [option for file in (*OWN_SYSTEMS, TORTURE) for option in ("--ignore", file)]
    yield pytest("Running system", "system", SYSTEM, *elsewhere, PREPARED_WORLD=prepared)
    yield pytest("Torture", "torture", TORTURE, PREPARED_WORLD=prepared)
    yield pytest("Running systems of their own", "systems", *OWN_SYSTEMS, PREPARED_WORLD=prepared)


def measuring() -> list[str]:
    """The files with tests marked `serial` that need no running system."""
    files = [file for root in ("tests", "singlewindow") for file in sorted(Path(root).rglob("test_*.py"))]
    return [
        str(file)
        for file in files
        if not file.is_relative_to(SYSTEM) and "mark.serial" in file.read_text("utf-8")
    ]


def postgres_15(tally: Tally, wanted: bool) -> dict[str, str]:
    """The setting by which the Python tests run on the oldest PostgreSQL that we promise; the systems and journeys
    beside them run on the newest, which comes as a package."""
    if not wanted:
        return {}
    if not DEBIAN_15.is_dir():
        tally.breaks(f"PostgreSQL 15 is not in {DEBIAN_15}")
        return {}
    return {"SINGLEWINDOW_TEST_POSTGRES_BIN": str(DEBIAN_15)}


def pages() -> Stage:
    """The pages' own tests."""
    report = REPORTS / "pages.xml"
    options = ("--reporter=default", "--reporter=junit", f"--outputFile.junit={report}", "--passWithNoTests")
    return Stage("pages", "Pages", ("npm", "test", "--", *options))


def pytest(title: str, name: str, *arguments: str, **environment: str) -> Stage:
    """A run of pytest."""
    report = REPORTS / f"{name}.xml"
    command = (sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments)
    return Stage(name, title, command, environment)


def find_chromium(*, viewer: bool) -> str | None:
    """The browser of the journeys, as an engine alone where there is one, unless it must show PDF files; one journey
    plays in Firefox too."""
    return find_browser("CHROMIUM", CHROMIUMS if viewer else ENGINES)


def find_browser(setting: str, names: Iterable[str]) -> str | None:
    """What the setting names, or the first of these on the usual paths."""
    chosen = os.environ.get(setting)
    if chosen:
        return chosen if Path(chosen).exists() else None
    folders = os.pathsep.join((os.environ.get("PATH", ""), "/usr/bin", "/usr/local/bin", "/snap/bin"))
    return next((found for name in names if (found := shutil.which(name, path=folders))), None)


if __name__ == "__main__":
    sys.exit(main())
