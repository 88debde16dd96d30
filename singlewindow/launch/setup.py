"""What must be done before the parts can start: migrations always, the demonstration's world once.

Each step that is done is written to DATA/setup.json with a fingerprint of what it depended on; a later
start does only what is new.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import read_json, tail, write_json
from singlewindow.launch.process import spawn, stop
from singlewindow.launch.settings import CLONE, LaunchSettings

Report = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """Something to be done once for each `fingerprint`."""

    name: str
    text: str
    fingerprint: str
    work: Callable[[], None]


class Setup:
    """The steps for one data folder; `environment` is what the parts will get."""

    def __init__(self, settings: LaunchSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._marks = settings.folder / "setup.json"
        self._log = settings.logs / "setup.log"
        self.world = settings.folder / "world.json"

    def run(self, report: Report) -> None:
        """Do what is not done yet. Raises LaunchError with the end of the step's output."""
        self._do([*self._migrations(), *self._demonstration()], report)

    def migrate(self, report: Report) -> None:
        """Bring both databases up to date, and nothing else."""
        self._do(list(self._migrations()), report)

    def _do(self, steps: list[Step], report: Report) -> None:
        done = read_json(self._marks)
        for step in steps:
            if done.get(step.name) == step.fingerprint:
                continue
            began = time.monotonic()
            step.work()
            done[step.name] = step.fingerprint
            write_json(self._marks, done)
            report(f"{step.text}: {time.monotonic() - began:.1f} s")

    def _migrations(self) -> Iterator[Step]:
        schema = _fingerprint("migrations", {".py", ".sql"})
        for name, module, setting in (
            ("portal", "singlewindow.kernel", "DATABASE_URL"),
            ("customs", "singlewindow.customs", "CUSTOMS_DATABASE_URL"),
        ):
            database = self._environment[f"SINGLEWINDOW_{setting}"]
            yield Step(
                f"migrate {name}",
                f"tables of the {name}",
                _digest(schema, database),
                lambda module=module: self._call(module, "migrate"),  # type: ignore[misc]
            )

    def _demonstration(self) -> Iterator[Step]:
        codes = _fingerprint(
            "codes", {".csv", ".json", ".tsv", ".py"}
        )  # the seed also puts in the code tables
        portal = _digest(self._environment["SINGLEWINDOW_DATABASE_URL"], codes)
        customs = _digest(self._environment["SINGLEWINDOW_CUSTOMS_DATABASE_URL"])
        maker = (CLONE / "singlewindow" / "contract" / "demo_pki.py").read_text("utf-8")
        folders = _digest(maker, str(self._settings.pki_folder), str(self._settings.cards_folder))
        world = str(self.world)
        yield Step("world", "demonstration world", "1", lambda: self._call("singlewindow.demo", world))
        yield Step("cards", "certificates and cards", folders, self._make_cards)
        yield Step(
            "seed customs",
            "declarations at customs",
            customs,
            lambda: self._call("singlewindow.customs", "seed", world),
        )
        yield Step(
            "seed portal",
            "companies and accounts",
            portal,
            lambda: self._call("singlewindow.kernel", "seed", world),
        )

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
        from singlewindow.contract.demo_pki import DemoCard, create  # noqa: PLC0415 - needed once

        world = read_json(self.world)
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
