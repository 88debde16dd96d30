"""Run all tests in stages and count them once: `make test`, `make journey NAME=…`, `.ci/run`.

    python tools/bootstrap_test.py [--journey NAME | --postgres15]

Stages: Python tests two at a time; those marked `serial` alone; the pages' tests; browser journeys. All run even
when one fails. The last line is `N passed, N failed, N skipped`; exit code 1 when anything failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

REPORTS = Path("var/test")
JOURNEYS = Path("tests/journeys")
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_TESTS = 5  # pytest's exit code when it found none
AT_ONCE = 2  # journeys


@dataclass
class Tally:
    """What was counted, and which stages went wrong without a failed test to show for it."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)
    quiet: bool = False  # what is said is kept until `take` prints it
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Print it, or keep it."""
        if self.quiet:
            self.said.append(text)
        else:
            print(text, flush=True)

    def take(self, other: Tally) -> None:
        """Print what another one kept, and count what it counted."""
        print("\n".join(other.said), flush=True)
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.broken += other.broken

    def add(self, report: Path) -> int:
        """Count a JUnit report; answers how many tests failed in it."""
        failed = 0
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            self.passed += int(suite.get("tests", 0)) - wrong - skipped
            self.skipped += skipped
            failed += wrong
        self.failed += failed
        return failed

    def stage(self, name: str, command: Sequence[str], report: Path, **environment: str) -> None:
        """Run a test program that writes `report`, and count."""
        self.say(f"\n── {name}")
        report.parent.mkdir(parents=True, exist_ok=True)
        report.unlink(missing_ok=True)
        kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} if self.quiet else {}
        ended = subprocess.run(command, env=os.environ | environment, check=False, **kept)
        if self.quiet:
            self.say(ended.stdout)
        code = ended.returncode
        failed = self.add(report) if report.exists() else 0
        if code not in (0, NO_TESTS) and not failed:
            self.failed += 1
            self.broken.append(f"{name}: exit code {code}")


def main() -> int:
    """Run the stages that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journey", metavar="NAME", help="only this journey")
    parser.add_argument("--postgres15", action="store_true", help="only kernel and launcher, on Debian's 15")
    arguments = parser.parse_args()
    tally = Tally()
    if arguments.journey:
        journey(tally, arguments.journey, find_chromium())
    elif arguments.postgres15:
        postgres_15(tally)
    else:
        everything(tally)
    for line in tally.broken:
        print(f"FAILED {line}")
    print(f"\n{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


def everything(tally: Tally) -> None:
    """All stages of `make test`."""
    parallel = ("-n", "2", "--ignore", str(JOURNEYS), "-m", "not serial and not journey")
    pytest(tally, "Python tests", "parallel", *parallel)
    pytest(tally, "Python tests that run alone", "serial", "--ignore", str(JOURNEYS), "-m", "serial")
    pages(tally)
    names = sorted({*(path.stem.removeprefix("test_") for path in JOURNEYS.glob("test_*.py")),
                    *(path.parent.name for path in JOURNEYS.glob("*/test_*.py"))})  # fmt: skip
    chromium = find_chromium()
    if chromium is None:
        print("\nSKIPPED journeys: no Chromium was found; install one or name it in CHROMIUM.")
        tally.skipped += len(names)
        return
    journeys(tally, names, chromium)


def journeys(tally: Tally, names: Sequence[str], chromium: str) -> None:
    """All journeys. The long ones, folders, AT_ONCE at a time, for each waits for its system more than it computes;
    what each printed comes in one piece. Then the others alone: some look how soon a thing is seen."""
    long = [name for name in names if (JOURNEYS / name).is_dir()]
    with tempfile.TemporaryDirectory(prefix="sw-prepared-", ignore_cleanup_errors=True) as prepared:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            runs = [pool.submit(journey, Tally(quiet=True), name, chromium, prepared) for name in long]
            for run in runs:
                tally.take(run.result())
        for name in sorted({*names} - {*long}):
            journey(tally, name, chromium, prepared)


def postgres_15(tally: Tally) -> None:
    """Migrations and the kernel on the oldest PostgreSQL that we promise."""
    if not DEBIAN_15.is_dir():
        tally.failed += 1
        tally.broken.append(f"PostgreSQL 15 is not in {DEBIAN_15}")
        return
    settings = {"SINGLEWINDOW_TEST_POSTGRES_BIN": str(DEBIAN_15)}
    folders = [name for name in ("tests/kernel", "tests/customs", "tests/launch") if Path(name).is_dir()]
    pytest(tally, "On PostgreSQL 15", "postgres15", *folders, "-n", "2", "-m", "not serial", **settings)


def journey(tally: Tally, name: str, chromium: str | None, prepared: str = "") -> Tally:
    """One journey, a file or a folder of them; JOURNEY names the folder for its screenshots, `prepared` the
    one in which the first of several keeps what every first start makes. Answers the tally."""
    folder = JOURNEYS / name
    file = folder if folder.is_dir() else JOURNEYS / f"test_{name}.py"
    if chromium is None or not file.exists():
        tally.failed += 1
        tally.broken.append(f"journey {name}: {'no Chromium was found' if file.exists() else f'no {file}'}")
        return tally
    output = Path("var/journeys", name).resolve()
    output.mkdir(parents=True, exist_ok=True)
    settings = {"CHROMIUM": chromium, "JOURNEY": str(output), "PREPARED_WORLD": prepared}
    skipped = tally.skipped
    pytest(tally, f"Journey {name}", f"journey-{name}", str(file), **settings)
    if tally.skipped > skipped:
        tally.say(f"SKIPPED journeys: {name} left something out")
    return tally


def pages(tally: Tally) -> None:
    """The pages' own tests."""
    report = (REPORTS / "pages.xml").resolve()
    options = ("--reporter=default", "--reporter=junit", f"--outputFile.junit={report}", "--passWithNoTests")
    tally.stage("Pages", ("npm", "test", "--", *options), report)


def pytest(tally: Tally, title: str, name: str, *arguments: str, **environment: str) -> None:
    """One run of pytest; its own summary shows the ten slowest."""
    report = (REPORTS / f"{name}.xml").resolve()
    command = (sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments)
    tally.stage(title, command, report, **environment)


def find_chromium() -> str | None:
    """The setting CHROMIUM, or the first browser on the usual paths."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if Path(chosen).exists() else None
    folders = os.pathsep.join((os.environ.get("PATH", ""), "/usr/bin", "/usr/local/bin", "/snap/bin"))
    return next((found for name in CHROMIUMS if (found := shutil.which(name, path=folders))), None)


if __name__ == "__main__":
    sys.exit(main())
