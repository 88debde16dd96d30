"""An installation of several machines, all on this one: what docs/operations.md says under "More than one machine".

PostgreSQL `db1` and its standby `db2`, three portals, two workers, customs: each a program with a folder of its own.
The commands for the database are those of that chapter, as they stand there.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from singlewindow.launch.files import tail
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.process import User, run_as, spawn, stop
from tests.ports import free_ports
from tests.system.applicant import Applicant
from tests.system.prepared import begin_prepared
from tests.system.running import (
    CLONE,
    System,
    _environment,
    alive,
    command_of,
    eventually,
    mentioning,
    processes,
)

CHAPTER = CLONE / "docs" / "operations.md"
READY_SECONDS = 180.0
PUBLISHED = "update outgoing set state = 'sent' where kind = 'notice'"
"""Trips need no register: to publish customs' world costs as much as all else here."""
PORTALS = ("web1", "web2", "web3")
PROGRAMS = {**dict.fromkeys(PORTALS, "portal"), "work1": "worker", "work2": "worker", "desk": "customs"}


def documented(name: str) -> str:
    """The chapter's block of commands with that name (```sh NAME)."""
    found = re.search(rf"^```sh {name}\n(.*?)^```", CHAPTER.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{CHAPTER.name} has no block of commands {name}"
    return found[1]


def documented_settings() -> list[str]:
    """postgresql.conf of the chapter, as options of the server."""
    found = re.search(r"^```ini\n(wal_level.*?)^```", CHAPTER.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return [line.replace(" = ", "=") for line in found[1].splitlines()]


@dataclass
class Server:
    """A machine with a PostgreSQL: its folder, its port, and as whom it runs."""

    name: str
    folder: Path
    port: int
    programs: Path
    user: User | None
    log_file: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it with the chapter's settings; it answers when this returns."""
        settings = [
            *documented_settings(), "listen_addresses=127.0.0.1", f"port={self.port}",
            f"unix_socket_directories={self.folder}", "shared_buffers=64MB",
        ]  # fmt: skip
        command = [self.programs / "postgres", "-D", self.folder]
        with self.log_file.open("ab") as output:
            self._process = spawn(
                [str(each) for each in command] + [part for each in settings for part in ("-c", each)],
                output=output, environment={**os.environ, "LC_ALL": "C"}, folder=Path("/"), user=self.user,
            )  # fmt: skip
        assert eventually(self._answers, READY_SECONDS), tail(self.log_file)

    def kill(self) -> None:
        """The machine is gone at once: `kill -9` of the server and of all that it has started."""
        assert self._process is not None
        for pid in [self._process.pid, *self._children()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, (signal.SIGINT, 10), (signal.SIGQUIT, 3))

    def _children(self) -> list[int]:
        return [
            pid
            for pid in processes()
            if command_of(pid).startswith("postgres:") and _works_in(pid, self.folder)
        ]

    def _answers(self) -> bool:
        asked: list[str | Path] = [
            self.programs / "psql",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-c",
            "select 1",
        ]
        return run_as(self.user, asked, {**os.environ, "LC_ALL": "C"}).returncode == 0


def _works_in(pid: int, folder: Path) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    return False


@dataclass
class Machines(System):
    """The whole installation."""

    servers: dict[str, Server] = field(default_factory=dict)
    primary: str = "db1"
    _programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def portals(self) -> list[str]:
        """The addresses of all portals."""
        return [f"http://127.0.0.1:{self.ports[name]}" for name in PORTALS]

    @property
    def portal(self) -> str:
        return self.portals[0]

    def address(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.servers[self.primary].port}/{database}"

    def environment(self, **settings: str) -> dict[str, str]:
        """That of a program on the machine with this name (setting MACHINE), as the chapter says."""
        machine = settings.pop("MACHINE", "work1")
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self.servers.values())
        roles = {"": "sw_migrate", "WEB_": "sw_web", "WORKER_": "sw_worker"}
        return _environment(
            self.folder / machine,
            {
                **{f"{at}DATABASE_URL": f"postgresql://{role}@{hosts}/singlewindow" for at, role in roles.items()},
                "CUSTOMS_DATABASE_URL": f"postgresql://customs@{hosts}/customs",
                "PKI": str(self.data / "pki"), "HISTORY_FOLDER": str(self.folder / "history"),
                "SESSION_COOKIE": "sw_session", "LOG_FORMAT": "json", "WEB_PROCESSES": "1",
                "PORT": str(self.ports.get(machine, 0)), "CUSTOMS_PORT": str(self.ports["desk"]),
                "CUSTOMS_URL": f"http://127.0.0.1:{self.ports['desk']}", "PORTAL_URL": self.portal,
                "CUSTOMS_MODE": "automatic", "CUSTOMS_DELAY": "0", "CAPTCHA_FIXED": "TEST", **settings,
            },
        )  # fmt: skip

    def log(self, part: str) -> str:
        """All that the programs of a part have written, on whichever machine."""
        files = [self.folder / name / "data" / "log" / f"{part}.log" for name in PROGRAMS]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def operate(self, name: str, *, at: str = "") -> str:
        """What the chapter's commands of that name say; `at`: folder of the server that they make."""
        text = documented(name)
        db1 = self.servers["db1"]
        for server in self.servers.values():
            text = text.replace(f"-h {server.name} -p 5432", f"-h 127.0.0.1 -p {server.port}")
            text = text.replace(f"host={server.name} port=5432", f"host=127.0.0.1 port={server.port}")
        text = re.sub(r"/srv/\w+", at, text)
        text = re.sub(r"^(psql|pg_basebackup)\b", rf"{db1.programs}/\1", text, flags=re.MULTILINE)
        done = run_as(db1.user, ["/bin/sh", "-e", "-c", text], {**os.environ, "LC_ALL": "C"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def standby(self, commands: str, name: str) -> Server:
        """A new standby in an empty folder, made by the chapter's commands, running."""
        like = self.servers["db1"]
        folder = like.folder.with_name(name)
        [port] = free_ports(1)
        made = Server(name, folder, port, like.programs, like.user, self.folder / f"{name}.log")
        self.operate(commands, at=str(folder))
        made.start()
        return made

    def fail_over(self) -> None:
        """db1 is gone and db2 is promoted, as the chapter says."""
        self.operate("failover")
        self.primary = "db2"

    def start(self, machine: str) -> None:
        """The program of a machine, as the chapter's block `programs` has it."""
        command = f"singlewindow {PROGRAMS[machine]}"
        assert command in documented("programs").splitlines()
        with (self.folder / f"{machine}.log").open("ab") as output:
            self._programs[machine] = spawn(
                (sys.executable, "-m", *command.split()),
                output=output, environment=self.environment(MACHINE=machine), folder=CLONE,
            )  # fmt: skip

    def kill_machine(self, machine: str) -> None:
        """A program and what it started, at once."""
        self._programs[machine].kill()
        self._programs[machine].wait()

    def await_ready(self) -> None:
        """Until every program works."""

        def ready() -> bool:
            return all("is ready" in self.said(name) for name in PROGRAMS)

        assert eventually(ready, READY_SECONDS), {name: self.said(name) for name in PROGRAMS}
        self.world = json.loads((self.data / "world.json").read_text(encoding="utf-8"))

    def said(self, machine: str) -> str:
        """What the program of a machine itself says."""
        return (self.folder / f"{machine}.log").read_text(errors="replace")

    def end(self) -> None:
        """End everything."""
        for program in self._programs.values():
            if program.poll() is None:
                program.terminate()
        for program in self._programs.values():
            stop(program, (signal.SIGTERM, 20))
        for server in self.servers.values():
            server.stop()


@contextmanager
def machines() -> Iterator[Machines]:
    """Everything running with a synchronous standby, in a folder of its own; at the end nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="sw-machines-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # under root another user runs the databases
        environment = _environment(folder, {})
        if not begin_prepared(folder / "data", {}, lambda place: _environment(place, {})):
            command = [sys.executable, "-m", "singlewindow", "setup"]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, cwd=CLONE)
        system = _with_database(folder)
        try:
            system.servers["db1"].start()
            asyncio.run(system.sql("customs", PUBLISHED))
            system.operate("first")
            system.servers["db2"] = system.standby("standby", "db2")
            system.operate("synchronous")
            followed = partial(system.operate, "followed")
            assert eventually(lambda: followed() == "standby|streaming|sync\n", READY_SECONDS), followed()
            for machine in PROGRAMS:
                system.start(machine)
            system.await_ready()
            yield system
        finally:
            system.end()
        left = [pid for pid in mentioning(name) if alive(pid)]
        assert not left, [command_of(pid) for pid in left]


def _with_database(folder: Path) -> Machines:
    """The machines' places, and the cluster of a data folder as that of db1."""
    cluster = Cluster(folder / "data" / "postgres")
    cluster.attach()
    home, user = cluster.residence.cluster, cluster.residence.user
    if user is not None:  # standbys are made beside it
        os.chown(home.parent, user.uid, user.gid)
    names = (*PROGRAMS, "db1")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    db1 = Server("db1", home, ports["db1"], cluster._binaries.folder, user, folder / "db1.log")
    for machine in PROGRAMS:
        (folder / machine).mkdir()
    return Machines(folder, os.getpid(), ports, {}, servers={"db1": db1})


class Balancer(httpx.AsyncBaseTransport):
    """Each request goes to the next portal; one that is not taken goes to the one after that, as load balancers do."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._turns = itertools.cycle(httpx.URL(address) for address in addresses)
        self._tries = len(addresses)
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for left in reversed(range(self._tries)):
            turn = next(self._turns)
            request.url = request.url.copy_with(port=turn.port)
            try:
                return await self._inner.handle_async_request(request)
            except httpx.ConnectError:
                if not left:
                    raise
        raise AssertionError("there is no portal")

    async def aclose(self) -> None:
        await self._inner.aclose()


async def balance(system: Machines, person: Applicant) -> None:
    """Let a person's requests go through the balancer."""
    old = person.http
    person.http = httpx.AsyncClient(
        base_url=system.portal, timeout=60, transport=Balancer(system.portals), cookies=old.cookies,
        headers={"X-CSRF-Token": old.headers["X-CSRF-Token"]},
    )  # fmt: skip
    await old.aclose()
