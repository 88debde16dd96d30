"""An embedded PostgreSQL: our direct child on a private socket.

    with Cluster(Path("var/data/postgres")) as cluster:
        cluster.create_role("sw_web")
        cluster.create_database("singlewindow", owner="sw_migrate")
        connect(cluster.dsn("singlewindow", "sw_web"))

There is no TCP port and no password: whoever may enter the socket's folder (mode 0700) may connect.
The server ends with the process that started it, however that ends.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import structlog

from singlewindow.contract.lock import FolderLock
from singlewindow.launch import residence as residences
from singlewindow.launch.binaries import Binaries, find
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import tail
from singlewindow.launch.lock import take
from singlewindow.launch.process import run_as, spawn, stop
from singlewindow.launch.residence import Residence

SUPERUSER = "postgres"
_START_SECONDS = 60.0
LONG = (
    24 * 3600.0
)  # for taking in what was written: after a crash (who ends that begins anew), since a backup
_TOLD_SECONDS = 30.0
_POLL_SECONDS = 0.01
_SAFE = (
    "max_wal_size=4GB",
)  # 1 GB is full after 50 s of a busy hour, and each checkpoint makes more of it (0074)
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")
log = structlog.get_logger()


class Cluster:
    """A PostgreSQL cluster in a folder of ours, running between `start` and `stop` (or inside `with`).

    `fast` gives up durability (for tests). `log_file` takes the server's own log, default `data`/postgres.log.
    `binaries` names the programs, default: see `binaries.find`; `options` gives further settings of the server
    (name=value) for where it lives; `slow` is told now and then what it does while it is not ready.
    Start it from a long-lived thread: the server ends with the thread that started it.
    """

    def __init__(
        self,
        data: Path,
        fast: bool = False,
        *,
        log_file: Path | None = None,
        binaries: Binaries | None = None,
        state: Path = residences.STATE,
        options: Callable[[Residence], Sequence[str]] = lambda _: (),
        slow: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._data = data.resolve()
        self._fast = fast
        self._log_file = log_file or self._data / "postgres.log"
        self._chosen_binaries = binaries
        self._state = state
        self._further = options
        self._slow = slow
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: FolderLock | None = None
        self._settled: Sequence[str] = ()  # the options, from the start on

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._process is None:
            raise LaunchError("The database is not running.")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the server process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def owned(self) -> bool:
        """Whether this object started the server, rather than found it running."""
        return self._lock is not None

    def start(self, patience: float = _START_SECONDS) -> None:
        """Take the folder, make the cluster if there is none, and start it; ready when this returns.

        `patience`: seconds until it counts as failed; restoring from many changes takes long.
        Raises InUseError when another launcher has the folder; LaunchError for another major version,
        missing programs or no user to run as.
        """
        self._residence = residences.settle(self._data, self._state)
        self._lock = take(self._residence.home)
        try:
            self._open(patience)
        except BaseException:
            self.stop()
            raise

    def restart(self) -> None:
        """Start again after the server died, with the options of the start; the folder stays ours."""
        if self._process is not None:
            stop(self._process, (signal.SIGINT, 3))
        _clear_leftovers(self._residence.cluster)
        self._launch()

    def stop(self) -> None:
        """End the server (fast shutdown: sessions are cut, everything committed is kept) and free the folder."""
        if self._process is not None:
            stop(self._process, (signal.SIGINT, 10), (signal.SIGQUIT, 3))
            self._process = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def attach(self) -> None:
        """Learn the address of a cluster that another launcher runs, without starting anything."""
        self._residence = residences.settle(self._data, self._state)
        self._socket_folder = residences.socket_folder(self._residence)
        self._binaries = self._programs(self._residence.major)

    def dsn(self, database: str, role: str = SUPERUSER) -> str:
        """The address of a database for a role: postgresql://role@/database?host=<socket folder>."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self._socket_folder))}"

    def create_role(self, name: str) -> None:
        """A role that may log in and nothing more; nothing happens when it exists."""
        if not self.query("select 1 from pg_roles where rolname = $1", name):
            self.query(f"create role {_name(name)} login nosuperuser nocreatedb nocreaterole nobypassrls")

    def create_database(self, name: str, owner: str, users: tuple[str, ...] | None = None) -> None:
        """A database; nothing happens when it exists. With `users`, they and the owner alone may connect."""
        if self.query("select 1 from pg_database where datname = $1", name):
            return
        self.query(f"create database {_name(name)} owner {_name(owner)}")
        if users is not None:
            self.query(f"revoke all on database {_name(name)} from public")
            for user in users:
                self.query(f"grant connect on database {_name(name)} to {_name(user)}")

    @property
    def residence(self) -> Residence:
        """Where it lives and as whom it runs, once it was started or attached to."""
        return self._residence

    @property
    def major(self) -> int:
        """The major version of its programs."""
        return self._binaries.major

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs on this cluster, as its user. Raises LaunchError where it fails."""
        command = [self._binaries.folder / program, *arguments]
        environment = _environment() | {"PGHOST": str(self._socket_folder), "PGUSER": SUPERUSER}
        done = run_as(self._residence.user, command, environment)
        if done.returncode != 0:
            raise LaunchError(f"{program} failed:\n{done.stdout}{done.stderr}")

    def query(self, sql: str, *values: object, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the superuser, outside a transaction; may be called within an event loop too.

        Raises LaunchError where the database does not do it.
        """
        rows: list[tuple[object, ...]] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                rows.extend(asyncio.run(_query(self.dsn(database), sql, values)))
            except BaseException as error:
                failure.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if failure:
            raise failure[0]
        return rows

    def _open(self, patience: float) -> None:
        home = self._residence
        _clear_leftovers(home.cluster)
        major = home.major
        self._binaries = self._programs(major)
        self._socket_folder = residences.socket_folder(home)
        if major is None:
            self._make_cluster()
        self._settled = tuple(self._options())
        self._launch(patience)

    def _programs(self, major: int | None) -> Binaries:
        """Programs that open a cluster of this version and that its user can run."""
        binaries = self._chosen_binaries or find(major)
        if major is not None and binaries.major != major:
            raise LaunchError(
                f"{self._residence.cluster} was made by PostgreSQL {major}; {binaries.folder} holds "
                f"{binaries.version}, which cannot open it. Use PostgreSQL {major} or another SINGLEWINDOW_DATA."
            )
        return residences.within_reach(binaries, self._residence.user, self._state)

    def _make_cluster(self) -> None:
        """initdb beside the final place, so that a half-made cluster is never opened."""
        home, user = self._residence, self._residence.user
        unfinished = home.home / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if user is not None:
            os.chown(unfinished, user.uid, user.gid)
        command: list[str | Path] = [self._binaries.initdb, "--pgdata", unfinished, "--username", SUPERUSER]
        command += [
            "--encoding=UTF8",
            "--locale=C",
            "--lc-ctype=C.UTF-8",
            "--auth=trust",
            "--no-instructions",
        ]
        made = run_as(user, [*command, *(["--no-sync"] if self._fast else [])], _environment())
        if made.returncode != 0:
            raise LaunchError(f"initdb failed:\n{made.stdout}{made.stderr}")
        unfinished.rename(home.cluster)

    def _launch(self, patience: float = _START_SECONDS) -> None:
        command: list[str | Path] = [self._binaries.postgres, "-D", self._residence.cluster]
        for option in self._settled:
            command += ["-c", option]
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as output:
            self._process = spawn(
                command,
                output=output,
                environment=_environment(),
                folder=Path("/"),
                user=self._residence.user,
                death_signal=signal.SIGINT,
            )
        self._await_ready(patience)

    def _options(self) -> Iterator[str]:
        yield "listen_addresses="
        yield f"unix_socket_directories={self._socket_folder}"
        yield "unix_socket_permissions=0700"
        yield "port=5432"
        yield "timezone=UTC"
        yield "log_timezone=UTC"
        yield "jit=off"
        yield "idle_in_transaction_session_timeout=10min"  # a forgotten one holds up the feed and all cleaning up
        yield "update_process_title=off"  # written for every statement otherwise
        yield "random_page_cost=1.1"  # what is asked for is in memory: an index also for tables of some thousand rows
        yield from _FAST if self._fast else _SAFE
        yield from self._further(self._residence)

    def _await_ready(self, patience: float) -> None:
        assert self._process is not None
        began = told = time.monotonic()
        while (now := time.monotonic()) < began + patience:
            if now > told + _TOLD_SECONDS:
                told = now
                said = tail(self._log_file).splitlines()[-1:]
                self._slow("\n  ".join([f"the database is not ready after {now - began:.0f} s", *said]))
            if self._process.poll() is not None:
                raise LaunchError(f"PostgreSQL did not start:\n{tail(self._log_file)}")
            if _status(self._residence.cluster) == (self._process.pid, "ready"):
                return
            time.sleep(_POLL_SECONDS)
        raise LaunchError(f"PostgreSQL was not ready after {patience:.0f} s:\n{tail(self._log_file)}")


def _clear_leftovers(cluster: Path) -> None:
    """End what a killed launcher or a killed server left in this folder, and forget a stranger's process id."""
    for number, seconds in ((signal.SIGINT, 5.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        left = list(_servers_in(cluster))
        if left:
            log.warning("ending a database left over", pids=left, signal=number.name)
        for pid in left:
            _signal(pid, number)
        deadline = time.monotonic() + seconds
        while left and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            left = list(_servers_in(cluster))
        if not left:
            break
    status = _status(cluster)
    if status and _alive(status[0]):  # the number now belongs to some other program
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _servers_in(cluster: Path) -> Iterator[int]:
    """The PostgreSQL processes that work in a folder, server and sessions alike (Linux: /proc)."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
            if program == "postgres" and (entry / "cwd").readlink() == cluster:
                yield int(entry.name)
        except OSError:
            continue


def _status(cluster: Path) -> tuple[int, str] | None:
    """Process id and state (`starting`, `ready`, `stopping`) as postmaster.pid has them."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _alive(pid: int) -> bool:
    return Path("/proc", str(pid)).exists()


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _environment() -> dict[str, str]:
    """Ours without PostgreSQL's own variables, which would change what its programs do."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _name(identifier: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", identifier):
        raise ValueError(f"not a plain name: {identifier!r}")
    return f'"{identifier}"'


async def _query(dsn: str, sql: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
    """Rows of a statement. Raises LaunchError where the database does not do it."""
    from singlewindow.contract.postgres import FAILURES, connect, why_of  # noqa: PLC0415 - slow to import

    try:
        connection = await connect(dsn)
        try:
            return [tuple(row) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()
    except FAILURES as error:
        raise LaunchError(f"The embedded database does not do `{sql}`: {why_of(error)}") from error
