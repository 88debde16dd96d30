"""What must be done before the parts can start: tables up to date, the demonstration's world put in.

Every start looks, and does what is missing. What was done to a database is marked in that database (`marks`),
so that a new, a restored or an emptied one gets what it lacks; files are made when they are not there.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import keep_small, read_people, tail, write_json
from singlewindow.launch.marks import Marks
from singlewindow.launch.process import spawn, stop
from singlewindow.launch.settings import CLONE, LaunchSettings

Report = Callable[[str], None]


@dataclass(frozen=True)
class Side:
    """The portal or customs: the module with the commands `migrate` and `seed`, and its owner's database."""

    name: str
    module: str
    setting: str
    seeds: str  # what its seed puts in, for the report


CUSTOMS = Side("customs", "singlewindow.customs", "CUSTOMS_DATABASE_URL", "declarations at customs")
PORTAL = Side("portal", "singlewindow.kernel", "DATABASE_URL", "companies and accounts")
SEED = "seed"  # the mark of a demonstration's world


class Setup:
    """The steps for one data folder; `environment` is what the parts will get."""

    def __init__(self, settings: LaunchSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._log = settings.logs / "setup.log"
        self.world = settings.folder / "world.json"
        self.people = (
            settings.folder / "people.json"
        )  # the world without what customs keep: twenty times as short

    def run(self, report: Report) -> None:
        """Do what is not done yet. Raises LaunchError with the end of the step's output."""
        began = time.monotonic()
        keep_small(self._log)
        self._refuse_real_work()
        self.migrate(report)
        if not self.world.exists():
            self._timed(
                "demonstration world", report, lambda: self._call("singlewindow.demo", str(self.world))
            )
        self._make_cards()
        for side in (CUSTOMS, PORTAL):
            self._seed(side, report)
        report(f"tables, certificates and world looked after: {time.monotonic() - began:.1f} s")

    def migrate(self, report: Report) -> None:
        """Bring both databases up to date, the code tables that ship too, and nothing else."""
        tables = _fingerprint("migrations", {".py", ".sql"})
        codes = _fingerprint("codes", {".csv", ".json", ".tsv", ".py"})
        self._migrate(PORTAL, _digest(tables, codes), report)
        self._migrate(CUSTOMS, tables, report)

    def _refuse_real_work(self) -> None:
        """Everybody knows the demonstration's passwords: they never come among accounts that somebody made."""
        marks = self._marks(PORTAL)
        if self.world.exists() or SEED in marks.read().marks or not marks.holds("account"):
            return
        raise LaunchError(
            "The portal has accounts, and they are not a demonstration's: this would put one's accounts among them, "
            "and officers at customs, with passwords that everybody can read. `singlewindow migrate` brings tables and "
            "code tables up to date; `singlewindow portal`, `worker` and `customs` start the parts "
            "(docs/operations.md, Without the demonstration)."
        )

    def _migrate(self, side: Side, files: str, report: Report) -> None:
        """The tables are right when these files were run and left the versions that stand in the database."""
        marks = self._marks(side)
        state = marks.read()
        names = self._names()
        if state.versions and state.marks.get(names[-1]) == _digest(files, state.versions):
            return
        self._timed(f"tables of the {side.name}", report, lambda: self._call(side.module, "migrate"))
        done = _digest(files, marks.read().versions)
        for name in names:
            marks.write(name, done)

    def _seed(self, side: Side, report: Report) -> None:
        marks = self._marks(side)
        if SEED in marks.read().marks:
            return
        self._timed(side.seeds, report, lambda: self._call(side.module, "seed", str(self.world)))
        marks.write(SEED, "1")
        if self._settings.outside_databases:  # `run` shows the passwords, here nobody may expect them
            report(f"{side.seeds}: a demonstration's, whose passwords everybody can read")

    def _names(self) -> tuple[str, ...]:
        """Those under which tables are marked; the last is missing where the invented chapters have come to count."""
        invented = self._environment.get("SINGLEWINDOW_WITH_TEMPLATE")
        return ("tables", "tables, invented chapters too") if invented else ("tables",)

    def _marks(self, side: Side) -> Marks:
        return Marks(self._environment[f"SINGLEWINDOW_{side.setting}"])

    def _timed(self, text: str, report: Report, work: Callable[[], None]) -> None:
        began = time.monotonic()
        work()
        report(f"{text}: {time.monotonic() - began:.1f} s")

    def _call(self, module: str, *arguments: str) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = (sys.executable, "-m", module, *arguments)
        with self._log.open("ab") as output:
            child = spawn(command, output=output, environment=self._environment, folder=CLONE)
        try:
            code = child.wait()
        finally:
            stop(child, (signal.SIGTERM, 2))
        if code != 0:
            name = " ".join(["python -m", *command[2:]])
            raise LaunchError(f"`{name}` failed (code {code}):\n{tail(self._log)}")

    def _make_cards(self) -> None:
        """Always: it makes what is missing only, within a hundredth of a second."""
        from singlewindow.contract.demo_pki import DemoCard, create  # noqa: PLC0415 - slow to import

        world = read_people(self.people, self.world)
        names = [field.name for field in fields(DemoCard)]
        cards = [DemoCard(**{name: card[name] for name in names}) for card in world["cards"]]
        folder = self._settings.cards_folder
        create(self._settings.pki_folder, folder, cards)
        write_json(folder / "demo.json", {card.card_no: card.pin for card in cards})
        reader = folder / "reader.json"
        if not reader.exists():
            write_json(reader, {"card": _first_card(world)})


def _first_card(world: Mapping[str, Any]) -> str | None:
    """The card of the first operator who has one."""
    cards = (a["card_no"] for a in world["accounts"] if a["role"] == "operator" and a["card_no"])
    return next(cards, None)


def _fingerprint(folder_name: str, kinds: set[str]) -> str:
    """Changes whenever a file of these kinds changes in a folder of this name anywhere in the package."""
    package = CLONE / "singlewindow"
    files = sorted(
        path
        for folder in package.rglob(folder_name)
        for path in folder.rglob("*")
        if path.suffix in kinds and "__pycache__" not in path.parts
    )
    return _digest(*(f"{path.relative_to(package)} {_digest(path.read_text('utf-8'))}" for path in files))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
