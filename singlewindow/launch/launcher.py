"""Start everything, keep it running, end it in order."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO, cast

import structlog
from rich.console import Console

from singlewindow.contract.files import Lossy
from singlewindow.launch import backup, databases, rolling, summary
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import keep_small, read_people
from singlewindow.launch.guard import Guard, end_all
from singlewindow.launch.lock import InUseError, take
from singlewindow.launch.parts import Part, all_parts, check_ports, listen
from singlewindow.launch.postgres import LONG, Cluster
from singlewindow.launch.publication import registers_arrived
from singlewindow.launch.residence import Residence
from singlewindow.launch.settings import CLONE, LaunchSettings, misspelt
from singlewindow.launch.setup import Setup

_REGISTER_SECONDS = 60.0
_LOOK_SECONDS = 0.2
_TROUBLE_SECONDS = 2.0
_CHANGES_SECONDS = 60.0
_MEMORY = Path("/dev/shm")  # noqa: S108 - below it a folder of our own
log = structlog.get_logger()


def figures_folder(data: Path, memory: Path = _MEMORY) -> tempfile.TemporaryDirectory[str]:
    """A folder for the figures of one run: not in /tmp, which is swept while programs run, and where there is a file
    system in memory there, since whoever writes into a mapped file on a full disk is ended (SIGBUS). Those of launchers
    that were killed go now."""
    data.mkdir(parents=True, exist_ok=True)
    place, name = (memory, "singlewindow-figures") if os.access(memory, os.W_OK) else (data, "figures")
    for left in [*data.glob("figures-*"), *place.glob(f"{name}-*")]:
        if not Path("/proc", left.name.removeprefix(name).split("-")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)
    prefix = f"{name}-{os.getpid()}-"
    return tempfile.TemporaryDirectory(prefix=prefix, dir=place, ignore_cleanup_errors=True)


class Launcher:
    """One installation, which is one data folder: its database, its parts, its set-up."""

    def __init__(self, settings: LaunchSettings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._ending = False
        self._roll_asked = False
        self._changes_looked_after = -_CHANGES_SECONDS

    def run(self) -> None:
        """Everything, until a signal ends it. Raises LaunchError when something cannot start."""
        began = time.monotonic()
        self._begin()
        with self._folder(), self._databases() as cluster:
            parts = all_parts(self._settings)
            check_ports(parts)
            environment = self._environment(cluster)
            setup = Setup(self._settings, environment)
            setup.run(self._report)
            with self._guards(parts, environment) as guards:
                self._await_ready(guards, cluster)
                self._await_registers(guards, cluster, environment)
                summary.show(self._console, self._settings, read_people(setup.people, setup.world))
                self._report(f"ready after {time.monotonic() - began:.1f} s")
                self._watch(guards, cluster)

    def run_one(self, name: str) -> None:
        """A single part, beside a running launcher or on its own, until a signal ends it."""
        self._begin()
        part = next(part for part in all_parts(self._settings) if part.name == name)
        parts = [part]
        check_ports(parts)
        with self._databases(shared=True) if part.needs_database else nullcontext() as cluster:
            environment = self._environment(cluster)
            with self._guards(parts, environment) as guards:
                self._await_ready(guards, cluster)
                self._report(f"{name} is ready")
                self._watch(guards, cluster)

    def setup(self, *, migrations_only: bool = False) -> None:
        """Prepare databases, cards and world (or bring the tables up to date only), then end."""
        self._begin()
        with self._databases(shared=True) as cluster:
            setup = Setup(self._settings, self._environment(cluster))
            if migrations_only:
                setup.migrate(self._report)
            else:
                setup.run(self._report)

    @contextmanager
    def _folder(self) -> Iterator[None]:
        self._settings.folder.mkdir(parents=True, exist_ok=True)
        lock = take(self._settings.folder)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _databases(self, *, shared: bool = False, works: bool = True) -> Iterator[Cluster | None]:
        """The embedded cluster, or None with databases from outside; `shared` uses one that runs already. A command
        that does not mean to work with a restored installation (`works`) begins no line of changes for it."""
        if self._settings.outside_databases:
            yield None
            return
        cluster = Cluster(
            self._settings.folder / "postgres",
            log_file=self._settings.logs / "postgres.log",
            options=lambda home: self._options(home, works),
            slow=self._report,
        )
        try:
            cluster.start(LONG)
        except InUseError:
            if not shared:
                raise
            cluster.attach()
            yield cluster
            return
        try:
            databases.create(cluster)
            yield cluster
        finally:
            cluster.stop()

    @contextmanager
    def _existing(self, *, works: bool = False) -> Iterator[Cluster | None]:
        """The databases of an installation that there is, running or not. Raises LaunchError where the data folder has
        none: a command with another SINGLEWINDOW_DATA than the running parts would make and ask an empty one."""
        settings = self._settings
        if not settings.outside_databases and not (settings.folder / "postgres").exists():
            raise LaunchError(
                f"There is no installation in {settings.folder}.\nSet SINGLEWINDOW_DATA to the folder of the one meant."
            )
        with self._databases(shared=True, works=works) as cluster:
            yield cluster

    def _options(self, home: Residence, works: bool) -> Sequence[str]:
        """Where backups have a folder, every change is kept there."""
        folder = self._settings.backup_folder
        return backup.archiving(folder.resolve(), home, self._report, works=works) if folder else ()

    def _environment(self, cluster: Cluster | None) -> dict[str, str]:
        addresses = databases.addresses(cluster) if cluster else self._settings.given_databases()
        return self._settings.environment(addresses)

    @contextmanager
    def _guards(self, parts: list[Part], environment: dict[str, str]) -> Iterator[list[Guard]]:
        with ExitStack() as held:
            guards = [guard for part in parts for guard in self._guards_of(part, environment, held)]
            try:
                for guard in reversed(guards):
                    guard.start()
                yield guards
            finally:
                end_all(guards, self._settings.drain_seconds)

    def _guards_of(self, part: Part, environment: Mapping[str, str], held: ExitStack) -> list[Guard]:
        """A guard for each process of a part; what they share is `held` to the end."""
        own: dict[str, str] = {}
        handed_over: tuple[int, ...] = ()
        if part.handed_over and part.port:
            handed_over = (held.enter_context(listen(part.port)).fileno(),)
            own["SINGLEWINDOW_LISTENING_SOCKET"] = str(handed_over[0])
        if part.processes > 1:  # their figures are one (prometheus_client's multiprocess mode)
            own["PROMETHEUS_MULTIPROC_DIR"] = held.enter_context(figures_folder(self._settings.folder))
        each = (part, {**environment, **own}, CLONE, self._settings.logs, handed_over)
        return [Guard(*each, start_seconds=self._settings.start_seconds) for _ in range(part.processes)]

    def _await_ready(self, guards: list[Guard], cluster: Cluster | None) -> None:
        waiting, seconds = list(guards), self._settings.start_seconds
        deadline = time.monotonic() + seconds
        while waiting:
            for guard in guards:
                if guard.pid is None:
                    raise LaunchError(f"The {guard.part.name} ended at once:\n{guard.said}")
            waiting = [guard for guard in waiting if not guard.ready]
            if waiting and time.monotonic() > deadline:
                names = ", ".join(guard.part.name for guard in waiting)
                raise LaunchError(
                    f"Not ready after {seconds:.0f} s: {names}. See {self._settings.logs}, "
                    "and give a slow machine more (SINGLEWINDOW_START_SECONDS)."
                )
            self._guard_database(cluster)
            time.sleep(_LOOK_SECONDS / 2)

    def _await_registers(
        self, guards: list[Guard], cluster: Cluster | None, environment: Mapping[str, str]
    ) -> None:
        """Nothing can be looked up before customs' registers have reached the portal, so wait for them."""
        deadline = time.monotonic() + _REGISTER_SECONDS
        while not registers_arrived(environment):
            if time.monotonic() > deadline:
                self._report("customs' registers are still on their way to the portal")
                return
            for guard in guards:
                guard.look()
            self._guard_database(cluster)
            time.sleep(_LOOK_SECONDS)

    def _watch(self, guards: list[Guard], cluster: Cluster | None) -> NoReturn:
        while True:
            with self._later():
                self._look(guards, cluster)
                if self._roll_asked:
                    self._roll(guards, cluster)
            time.sleep(_LOOK_SECONDS)

    @contextmanager
    def _later(self) -> Iterator[None]:
        """A full disk, say: what cannot start now can later."""
        try:
            yield
        except (OSError, LaunchError) as trouble:
            log.warning("cannot start again yet", why=str(trouble))
            time.sleep(_TROUBLE_SECONDS)

    def _look(self, guards: list[Guard], cluster: Cluster | None) -> None:
        """Look after everything, whatever one of them cannot do now. Raises the first OSError or LaunchError."""
        troubles: list[Exception] = []
        looks: list[Callable[[], None]] = [
            partial(self._guard_database, cluster),
            partial(self._look_after_changes, cluster),
            *(guard.look for guard in guards),
        ]
        for look in looks:
            try:
                look()
            except (OSError, LaunchError) as trouble:
                troubles.append(trouble)
        if troubles:
            raise troubles[0]

    def _look_after_changes(self, cluster: Cluster | None) -> None:
        """Once a minute: say so where the database's changes do not come into the folder for backups."""
        if cluster is None or not cluster.owned or self._settings.backup_folder is None:
            return
        if time.monotonic() < self._changes_looked_after + _CHANGES_SECONDS:
            return
        self._changes_looked_after = time.monotonic()
        with suppress(LaunchError):  # the database is away: that is said elsewhere
            if why := backup.not_kept(cluster):
                log.warning("changes are not kept", why=why)

    def _roll(self, guards: list[Guard], cluster: Cluster | None) -> None:
        """New processes in the place of all that can be replaced while requests go on."""

        def meanwhile() -> None:
            with self._later():  # or a process that takes leave would be cut off for another's trouble
                self._look(guards, cluster)
            time.sleep(_LOOK_SECONDS / 4)

        self._roll_asked = False
        self._report(rolling.roll(self._settings.folder, guards, meanwhile))

    def _guard_database(self, cluster: Cluster | None) -> None:
        if cluster is None or not cluster.owned:
            return
        keep_small(self._settings.logs / "postgres.log")
        if not cluster.alive:
            log.warning("the database ended, starting it again")
            cluster.restart()

    def _begin(self) -> None:
        """Obey signals, work on where nothing can be said, and name settings that nobody reads."""
        # The disk of our output may be full, its reader or terminal gone: parts are started again all the same.
        self._console.file = cast(TextIO, Lossy(cast(TextIO, self._console.file)))
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Lossy(sys.stdout))))
        self._obey_signals()
        for line in misspelt(os.environ):
            self._report(line)

    def _obey_signals(self) -> None:
        signal.signal(rolling.SIGNAL, self._hear_roll)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if (
                number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
            ):  # nohup asked for that
                signal.signal(number, self._end)

    def _hear_roll(self, number: int, frame: FrameType | None) -> None:
        self._roll_asked = True

    def _end(self, number: int, frame: FrameType | None) -> None:
        """Leave all `with` blocks, which end the parts in order; a second signal changes nothing."""
        if not self._ending:
            self._ending = True
            with suppress(OSError, RuntimeError):  # it may be another line that is just being written
                self._report("ending")
            raise SystemExit(0)

    def _report(self, text: str) -> None:
        self._console.print(f"· {text}", highlight=False)
