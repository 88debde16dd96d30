"""The whole real system, as `make run` starts it: launcher, database, portal, worker, customs, card service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from singlewindow.launch.files import tail
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.process import spawn, stop
from tests.ports import free_ports
from tests.system.prepared import PORTS, READY, begin_prepared

CLONE = Path(__file__).resolve().parents[2]
CHINA = ZoneInfo("Asia/Shanghai")
READY_SECONDS = 300.0  # nothing is judged by it; on a machine that many share a start has taken two minutes
KEPT = {"SINGLEWINDOW_POSTGRES_BIN", "SINGLEWINDOW_DATABASE_USER"}
COMMANDS = {
    "portal": "singlewindow.kernel serve",
    "worker": "singlewindow.kernel worker",
    "customs": "singlewindow.customs serve",
    "card": "singlewindow.card",
    "database": "/postgres -D",
}
UNRELEASED = {"4", "7", "11"}  # declarations that may be applied for: accepted and not released


@dataclass
class System:
    """A running system: where it answers, what its world holds, and a grip on its processes."""

    folder: Path
    launcher: int
    ports: dict[str, int]
    settings: dict[str, str]
    world: dict[str, Any] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)
    _found: Cluster | None = None
    _process: subprocess.Popen[bytes] | None = None

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.ports['PORT']}"

    @property
    def customs(self) -> str:
        return f"http://127.0.0.1:{self.ports['CUSTOMS_PORT']}"

    @property
    def card(self) -> str:
        return f"ws://127.0.0.1:{self.ports['CARD_PORT']}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def environment(self, **settings: str) -> dict[str, str]:
        """That of the running parts, with other settings (names without prefix)."""
        ports = {name: str(number) for name, number in self.ports.items()}
        return _environment(self.folder, {**ports, **self.settings, **settings})

    def log(self, part: str) -> str:
        """All that a part has written so far (`launcher`, `setup`, `postgres` too)."""
        place = self.folder if part == "launcher" else self.data / "log"
        return (place / f"{part}.log").read_text(encoding="utf-8", errors="replace")

    def pid_of(self, part: str) -> int | None:
        """The process of a part, or the first of several, among the launcher's children only."""
        return next(iter(self.pids_of(part)), None)

    def pids_of(self, part: str) -> list[int]:
        """All processes of a part."""
        children = [pid for pid in processes() if parent_of(pid) == self.launcher]
        return [pid for pid in children if COMMANDS[part] in command_of(pid)]

    def kill(self, part: str) -> int:
        """`kill -9` a part, and answer the process id that it had."""
        pid = self.pid_of(part)
        assert pid is not None, f"the {part} is not running"
        os.kill(pid, signal.SIGKILL)
        return pid

    def start_again(self) -> None:
        """After a `kill -9` of the launcher: another one in the same folder; it is ready when it says so once more.

        From the main thread: the launcher ends with the thread that starts it.
        """
        if self._process is not None:
            self._process.wait()
        self._process = _launch(self)
        self.launcher = self._process.pid

    @property
    def starts(self) -> int:
        """How often a launcher here has said that everything is ready."""
        return self.log("launcher").count(READY)

    def put_card(self, card_no: str | None) -> None:
        """Put a card into the reader, or pull the one that is in it; the service sees it within half a second."""
        reader = self.data / "cards" / "reader.json"
        unfinished = reader.with_suffix(".part")
        unfinished.write_text(json.dumps({"card": card_no}))
        unfinished.rename(reader)
        time.sleep(0.6)

    def declaration(self, customs_code: str) -> str:
        """A declaration that this company may apply for and no test has had yet."""
        today = datetime.now(CHINA).date().isoformat()
        open_now = {
            pilot["district"]
            for pilot in self.world["pilot_districts"]
            if pilot["enabled"] and pilot["from"] <= today and pilot["to"] is None
        }
        number: str = next(
            each["number"]
            for each in self.world["declarations"]
            if each["number"] not in self._given
            and each["consignee_code"] == customs_code
            and each["status"] in UNRELEASED
            and each["inspection_district"] in open_now
        )
        self._given.add(number)
        return number

    def address(self, database: str) -> str:
        """Of `singlewindow` or `customs`, for one whom row-level security does not bind."""
        return self._cluster().dsn(database)

    async def sql(self, database: str, statement: str, *values: object) -> list[asyncpg.Record]:
        """A statement in `singlewindow` or `customs`, past all row-level security."""
        connection = await asyncpg.connect(self.address(database))
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    def registers_arrived(self) -> bool:
        """Whether customs' first notices have all become entries of the portal's registers."""
        world = self.world
        lists = [world[name] for name in ("companies", "pilot_districts", "bills_of_lading", "declarations")]
        expected = sum(len(each) for each in [*lists, *world["registers"].values()])
        rows = self._cluster().query("select count(*) from register_entry", database="singlewindow")
        return int(str(rows[0][0])) >= expected

    def _cluster(self) -> Cluster:
        """Found once: to ask whether the database's user reaches everything starts processes."""
        if self._found is None:
            self._found = Cluster(self.data / "postgres")
            self._found.attach()
        return self._found


@contextmanager
def running(
    usual: Mapping[str, str] | None = None,
    /,
    *,
    place: Path | None = None,
    ports: dict[str, int] | None = None,
    patience: float = READY_SECONDS,
    **settings: str,
) -> Iterator[System]:
    """Start a system in a folder of its own (below `place`) on free ports; at the end nothing of it is left.

    `usual`: settings that `settings` may override.
    `patience`: seconds until it must be ready.
    """
    settings = {**(usual or {}), **settings}
    with tempfile.TemporaryDirectory(prefix="sw-system-", dir=place, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # under root another user runs the database
        begin_prepared(folder / "data", settings, lambda place: _environment(place, {}))
        ports = ports or dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        system = System(folder, 0, ports, settings)
        launcher = system._process = _launch(system)
        system.launcher = launcher.pid
        try:
            _await_ready(system, lambda: launcher.poll() is None, patience)
            yield system
        finally:
            was = [system.launcher, *descendants(system.launcher)]
            code = stop(system._process, (signal.SIGTERM, 20))
        assert code == 0, tail(folder / "launcher.log")
        left = [pid for pid in {*was, *mentioning(name)} if alive(pid)]
        assert not left, [command_of(pid) for pid in left]


def eventually(question: Callable[[], object], seconds: float) -> bool:
    """Whether the question is answered with yes within so many seconds.

    It is asked ten times a second, or so often that asking (a connection of its own, say) is a fifth of the time.
    """
    began = time.monotonic()
    deadline = began + seconds
    while not question():
        now = time.monotonic()
        if now > deadline:
            return False
        time.sleep(max(0.1, min(4 * (now - began), 1)))
        began = time.monotonic()
    return True


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]


def parent_of(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def alive(pid: int) -> bool:
    """Whether a process is there and not merely unburied."""
    fields = _stat(pid)
    return bool(fields) and fields[0] not in {"Z", "X"}


def command_of(pid: int) -> str:
    return _read(pid, "cmdline").replace("\0", " ").strip()


def descendants(pid: int) -> list[int]:
    """All beneath a process, after one look at the table of processes."""
    parents = {each: parent_of(each) for each in processes()}
    found = [pid]
    for parent in found:  # grows while it is read
        found.extend(each for each, its in parents.items() if its == parent)
    return found[1:]


def mentioning(text: str) -> list[int]:
    """Processes whose command line or environment names a folder."""
    ours = {os.getpid(), os.getppid()}
    return [p for p in processes() if p not in ours and text in _read(p, "cmdline") + _read(p, "environ")]


def _launch(system: System) -> subprocess.Popen[bytes]:
    with (system.folder / "launcher.log").open("ab") as output:
        return spawn(
            (sys.executable, "-m", "singlewindow", "run"),
            output=output,
            environment=system.environment(),
            folder=CLONE,
        )


def _environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """Ours without the settings of the tests' own process, and those of the system."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SINGLEWINDOW_") or k in KEPT}
    # Beside other tests, which keep all processors busy, who gives way would wait for long.
    given = {"DATA": str(folder / "data"), "BACKGROUND_NICENESS": "0", **settings}
    return kept | {f"SINGLEWINDOW_{k}": v for k, v in given.items()}


def _await_ready(system: System, lives: Callable[[], bool], patience: float) -> None:
    def ready() -> bool:
        return not lives() or READY in system.log("launcher")

    assert eventually(ready, patience), system.log("launcher")
    assert lives(), system.log("launcher")
    system.world = json.loads((system.data / "world.json").read_text(encoding="utf-8"))
    assert system.registers_arrived(), "ready was said before customs' registers had arrived"


def _stat(pid: int) -> list[str]:
    return _read(pid, "stat").rpartition(")")[2].split()


def _read(pid: int, name: str) -> str:
    try:
        return Path("/proc", str(pid), name).read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
