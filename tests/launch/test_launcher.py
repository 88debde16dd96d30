"""The launcher keeps its parts running, ends them in order, and leaves nothing behind.

The parts are stand-ins (run_stand_ins.py); database, processes, signals and ports are real.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from structlog.testing import capture_logs
from typer.testing import CliRunner

from singlewindow.cli import app
from singlewindow.launch import guard, rolling
from singlewindow.launch.child import Child
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import keep_small, read_json
from singlewindow.launch.launcher import Launcher, figures_folder
from singlewindow.launch.parts import all_parts
from singlewindow.launch.settings import LaunchSettings
from tests.launch.conftest import Holder, eventually, holding, runs
from tests.ports import free_ports

PARTS = ["card", "customs", "worker", "portal"]


def settings_for(folder: Path) -> dict[str, str]:
    names = ("SINGLEWINDOW_PORT", "SINGLEWINDOW_CUSTOMS_PORT", "SINGLEWINDOW_CARD_PORT")
    ports = dict(zip(names, map(str, free_ports(3)), strict=True))
    return {"SINGLEWINDOW_DATA": str(folder / "data"), "SINGLEWINDOW_WEB_PROCESSES": "1", **ports}


def starting(folder: Path, settings: dict[str, str]) -> Any:
    return holding("run_stand_ins.py", folder / "order", **settings)


def await_ready(holder: Holder) -> None:
    while "ready after" not in (line := holder.line()):
        assert line, holder.lines


@pytest.fixture
def house_rules(open_folder: Path) -> dict[str, str]:
    return settings_for(open_folder)


@pytest.fixture
def running(open_folder: Path, house_rules: dict[str, str]) -> Iterator[Holder]:
    with starting(open_folder, house_rules) as holder:
        await_ready(holder)
        yield holder


def pid_of(folder: Path, part: str) -> int:
    """The newest process of a part, as its log tells."""
    return pids_of(folder, part)[-1]


def pids_of(folder: Path, part: str) -> list[int]:
    """All processes that a part has had, the newest last."""
    log = (folder / "data" / "log" / f"{part}.log").read_text()
    return [int(pid) for pid in re.findall(r"runs as (\d+)", log)]


def can_work(folder: Path, part: str) -> int:
    """How often a process of a part has said that it can work, as its log tells."""
    return (folder / "data" / "log" / f"{part}.log").read_text().count(f"{part} can work")


def answered_by(port: int) -> int:
    """The process that answers a new connection."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return int(answer.read())


def _replaced(folder: Path, part: str, old: int) -> bool:
    return pid_of(folder, part) != old


def server_pid(folder: Path) -> int:
    return int((folder / "data" / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


@pytest.mark.serial
def test_sigterm_ends_all_in_order_within_five_seconds(open_folder: Path, running: Holder) -> None:
    """Card service, customs, worker, portal, then the database; the exit is a good one."""
    pids = [pid_of(open_folder, part) for part in PARTS] + [server_pid(open_folder)]
    began = time.monotonic()
    running.process.terminate()
    assert running.process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert (open_folder / "order").read_text().split() == PARTS
    assert not any(runs(pid) for pid in pids)


@pytest.mark.serial
@pytest.mark.parametrize("part", ["customs", "portal"])
def test_request_under_way_is_answered_before_the_end(
    open_folder: Path, house_rules: dict[str, str], part: str
) -> None:
    """OPER-04: a part that needs 3 s more gets them, wherever it stands in the order."""
    with starting(open_folder, house_rules | {"SLOW_PART": part, "SLOW_SECONDS": "3"}) as holder:
        await_ready(holder)
        pids = [pid_of(open_folder, each) for each in PARTS] + [server_pid(open_folder)]
        holder.process.terminate()
        assert holder.process.wait(60) == 0
    said = (open_folder / "order").read_text().splitlines()
    assert [each for each in said if "done" not in each] == PARTS
    assert f"{part} done" in said
    assert not any(runs(pid) for pid in pids)


def test_part_that_never_ends_is_made_to(open_folder: Path, house_rules: dict[str, str]) -> None:
    """OPER-04: the launcher does not wait for a part that takes ten minutes to end."""
    with starting(open_folder, house_rules | {"SLOW_PART": "worker", "SLOW_SECONDS": "600"}) as holder:
        await_ready(holder)
        pid = pid_of(open_folder, "worker")
        holder.process.terminate()
        assert holder.process.wait(300) == 0
    assert not runs(pid)
    said = (open_folder / "order").read_text().splitlines()
    assert "worker" in said
    assert "worker done" not in said


def test_parts_that_never_end_have_five_seconds_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: by a clock that goes on only while somebody waits, for what a machine adds is none of the launcher's;
    the rest of the five seconds is the database's."""
    now: list[float] = [100.0]
    asked_at: list[float] = []
    killed_at: list[float] = []

    class Endless:
        pid, code = 1, None

        def ask(self) -> None:
            asked_at.append(now[0] - 100)

        def wait(self, seconds: float) -> bool:
            now[0] += max(0.0, seconds)
            return False

        def bury(self) -> None:
            killed_at.append(now[0] - 100)

    monkeypatch.setattr(guard, "time", SimpleNamespace(monotonic=lambda: now[0]))
    guards = [
        guard.Guard(part, {}, tmp_path, tmp_path, start_seconds=1) for part in all_parts(LaunchSettings())
    ]
    for each in guards:
        each._child = cast("Child", Endless())  # what a guard asks of a child
    guard.end_all(guards)
    assert asked_at == [0.0, 0.25, 0.5, 0.75]
    assert len(killed_at) == len(guards)
    assert 3.5 < min(killed_at) <= max(killed_at) < 4.5


def test_how_long_a_part_may_start_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-01: at the start, and of a new process at a roll, where the old one goes on; the setting is named."""
    settings = LaunchSettings(data=tmp_path, start_seconds=0.05)
    [part] = [part for part in all_parts(settings) if part.name == "worker"]
    hanging = replace(part, command=(sys.executable, "-c", "import time; time.sleep(60)"))
    launcher = Launcher(settings, Console(quiet=True))
    with launcher._guards([hanging], dict(os.environ)) as [slow]:
        with pytest.raises(LaunchError, match=r"Not ready after 0 s: worker\..*SINGLEWINDOW_START_SECONDS"):
            launcher._await_ready([slow], None)
        old = slow.pid
        with pytest.raises(LaunchError, match="new worker cannot work, the old one goes on"):
            slow.replace(lambda: None)
        assert slow.pid == old
    assert rolling.patience(all_parts(settings), 300) > 300 * (2 + settings.web_processes)


def test_killed_launcher_leaves_nothing(
    open_folder: Path, house_rules: dict[str, str], running: Holder
) -> None:
    """`kill -9` of the launcher ends every part and the database; a new start works at once."""
    pids = [pid_of(open_folder, part) for part in PARTS] + [server_pid(open_folder)]
    running.process.kill()
    assert eventually(lambda: not any(runs(pid) for pid in pids))
    with starting(open_folder, house_rules) as again:
        await_ready(again)
        again.process.terminate()
        assert again.process.wait(10) == 0


def test_killed_parts_are_started_again(open_folder: Path, running: Holder) -> None:
    """`kill -9` of every part: the launcher starts them again after half a second."""
    old = {part: pid_of(open_folder, part) for part in PARTS}
    for pid in old.values():
        os.kill(pid, signal.SIGKILL)
    for part in PARTS:
        assert eventually(partial(_replaced, open_folder, part, old[part])), part
        assert runs(pid_of(open_folder, part))


def test_a_launcher_that_can_tell_nobody_anything_does_its_work(open_folder: Path, running: Holder) -> None:
    """OPER-04: what reads its output is gone, or the disk on which that lies is full: database and parts that die are
    started again all the same, and it ends when it is asked to."""
    assert running.process.stdout
    running.process.stdout.close()
    running.process.stdout = None
    server, worker = server_pid(open_folder), pid_of(open_folder, "worker")
    for pid in (server, worker):
        os.kill(pid, signal.SIGKILL)
    assert eventually(partial(_replaced, open_folder, "worker", worker), 20)
    assert eventually(lambda: runs(server_pid(open_folder)) and server_pid(open_folder) != server, 20)
    running.process.terminate()
    assert running.process.wait(20) == 0
    assert (open_folder / "order").read_text().split() == PARTS


@pytest.mark.parametrize("trouble", [OSError(errno.ENOSPC, "full"), RuntimeError("reentrant call")])
def test_a_signal_ends_a_launcher_that_cannot_say_so(trouble: Exception) -> None:
    """OPER-04: a terminal that was closed, a full disk, or a line that was just being written."""

    class Full(StringIO):
        def write(self, text: str) -> int:
            raise trouble

    launcher = Launcher(LaunchSettings(), Console(file=Full()))
    with pytest.raises(SystemExit) as ended:
        launcher._end(signal.SIGTERM, None)
    assert ended.value.code == 0


def test_what_cannot_start_again_holds_up_no_other_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-04: neither the database nor a part whose log cannot be written."""
    launcher, looked = Launcher(LaunchSettings(), Console()), []

    class Looked:
        def __init__(self, name: str, trouble: Exception | None = None) -> None:
            self.name, self.trouble = name, trouble

        def look(self) -> None:
            looked.append(self.name)
            if self.trouble:
                raise self.trouble

    def away(_: object) -> None:
        raise LaunchError("the database does not start")

    monkeypatch.setattr(launcher, "_guard_database", away)
    guards = [Looked("card", PermissionError("log/card.log")), Looked("worker"), Looked("portal")]
    with pytest.raises(LaunchError, match="does not start"):
        launcher._look(cast(list[guard.Guard], guards), None)
    assert looked == ["card", "worker", "portal"]


def test_trouble_of_another_part_cuts_off_no_process_that_takes_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: while new processes take over, what cannot be started again just then is told and tried later."""
    monkeypatch.setenv("SINGLEWINDOW_DATA", str(tmp_path))
    monkeypatch.setattr("singlewindow.launch.launcher._TROUBLE_SECONDS", 0.0)
    launcher = Launcher(LaunchSettings(), Console(file=StringIO()))
    looks = iter(
        [None, LaunchError("the database does not start"), OSError(errno.EAGAIN, "no process"), None]
    )
    replaced: list[str] = []

    def look(*_: object) -> None:
        if trouble := next(looks):
            raise trouble

    class Leaving:
        part = SimpleNamespace(leave=signal.SIGUSR1, name="portal")

        def replace(self, meanwhile: Any) -> None:
            for _ in range(4):
                meanwhile()
            replaced.append("portal")

    monkeypatch.setattr(launcher, "_look", look)
    with capture_logs() as told:
        launcher._roll(cast(list[guard.Guard], [Leaving()]), None)
    assert replaced == ["portal"]
    assert read_json(tmp_path / rolling.ANSWER)["good"] is True
    assert [each["event"] for each in told] == ["cannot start again yet"] * 2


def test_portal_has_several_processes_at_one_port(open_folder: Path, house_rules: dict[str, str]) -> None:
    """OPER-04: a connection goes to whichever process is there; one that was killed is started again beside it."""
    settings = house_rules | {"SINGLEWINDOW_WEB_PROCESSES": "2", "SLOW_TO_BEGIN": "worker"}
    with starting(open_folder, settings) as holder:
        await_ready(holder)  # every process has said so by then, also one without a port
        assert {part: can_work(open_folder, part) for part in PARTS} == dict.fromkeys(PARTS, 1) | {
            "portal": 2
        }
        first, second = pids_of(open_folder, "portal")
        port = int(house_rules["SINGLEWINDOW_PORT"])
        for killed, left in ((first, second), (second, first)):
            os.kill(killed, signal.SIGSTOP)
            assert {answered_by(port) for _ in range(5)} == {left}
            os.kill(killed, signal.SIGCONT)
        os.kill(first, signal.SIGKILL)
        assert answered_by(port) == second
        assert eventually(lambda: len(pids_of(open_folder, "portal")) == 3)
        again = pids_of(open_folder, "portal")[-1]
        os.kill(second, signal.SIGSTOP)
        assert answered_by(port) == again
        os.kill(second, signal.SIGCONT)
        holder.process.terminate()
        assert holder.process.wait(10) == 0
    assert not any(runs(pid) for pid in (second, again))


def test_new_processes_take_over_one_after_the_other(open_folder: Path, house_rules: dict[str, str]) -> None:
    """OPER-04: `singlewindow roll` replaces what can be while connections are answered; the card service stays."""
    data = open_folder / "data"
    said: list[str] = []
    with starting(open_folder, house_rules | {"SINGLEWINDOW_WEB_PROCESSES": "2"}) as holder:
        await_ready(holder)
        assert len(pids_of(open_folder, "portal")) == 2
        old = {part: pids_of(open_folder, part) for part in PARTS}
        port = int(house_rules["SINGLEWINDOW_PORT"])
        assert rolling.launcher_of(data) == holder.process.pid
        asking = threading.Thread(target=rolling.ask, args=(data, holder.process.pid, said.append, 600))
        asking.start()
        answered = set()
        while asking.is_alive():
            answered.add(answered_by(port))
        for part in ("customs", "worker", "portal"):
            every = pids_of(open_folder, part)
            assert len(every) == 2 * len(old[part]), part
            assert not any(runs(pid) for pid in old[part]), part
            assert all(runs(pid) for pid in every[len(old[part]) :]), part
        assert pids_of(open_folder, "card") == old["card"]
        assert answered_by(port) not in old["portal"]
        assert answered & set(old["portal"])
        holder.process.terminate()
        assert holder.process.wait(10) == 0
    assert said[0].startswith("new processes: customs, worker, portal, portal, ")


def test_what_cannot_work_does_not_take_over(open_folder: Path, house_rules: dict[str, str]) -> None:
    """OPER-04: the old one goes on, and who asked is told why; a folder without a launcher says so."""
    data, fails = open_folder / "data", open_folder / "fails"
    with starting(open_folder, house_rules | {"WORKER_FAILS": str(fails)}) as holder:
        await_ready(holder)
        old, portal = pid_of(open_folder, "worker"), pid_of(open_folder, "portal")
        fails.touch()
        with pytest.raises(
            LaunchError, match=r"(?s)new worker cannot work, the old one goes on.*cannot work"
        ):
            rolling.ask(data, holder.process.pid, print, 600)
        assert runs(old)
        assert pid_of(open_folder, "portal") == portal
        holder.process.terminate()
        assert holder.process.wait(10) == 0
    with pytest.raises(LaunchError, match="Nothing runs"):
        rolling.launcher_of(data)


def test_figures_of_a_killed_launcher_do_not_stay(tmp_path: Path) -> None:
    """OPER-04: another launcher's, which lives, are left alone; in memory as in the data folder where there is none."""
    data, memory = tmp_path / "data", tmp_path / "memory"
    memory.mkdir()
    for place, name in ((memory, "singlewindow-figures"), (data, "figures")):
        for of in (2**22 + 1, os.getppid()):
            (place / f"{name}-{of}-x").mkdir(parents=True)
        with figures_folder(data, memory if place == memory else tmp_path / "absent") as own:
            kept = {path.name for path in place.iterdir()}
            assert kept == {Path(own).name, f"{name}-{os.getppid()}-x"}
        assert not Path(own).exists()


def test_killed_database_is_started_again(open_folder: Path, running: Holder) -> None:
    """`kill -9` of PostgreSQL: it is back within seconds, on the same socket."""
    old = server_pid(open_folder)
    os.kill(old, signal.SIGKILL)

    def back() -> bool:
        file = open_folder / "data" / "postgres" / "cluster" / "postmaster.pid"
        lines = file.read_text().splitlines() if file.exists() else []
        return len(lines) > 7 and int(lines[0]) != old and lines[7].strip() == "ready"

    assert eventually(back)
    assert runs(server_pid(open_folder))


def test_second_launcher_on_the_same_folder_is_refused(
    open_folder: Path, house_rules: dict[str, str], running: Holder
) -> None:
    """The message names the process that has the folder, and the setting."""
    with starting(open_folder, house_rules) as second:
        said = second.line()
        assert second.process.wait(10) == os.EX_UNAVAILABLE
    assert f"process {running.process.pid}" in said
    assert "SINGLEWINDOW_DATA" in said


def test_two_installations_run_side_by_side(open_folder: Path, running: Holder) -> None:
    """Another data folder and other ports are all that a second one needs."""
    other = open_folder / "other"
    other.mkdir()
    with starting(other, settings_for(other)) as second:
        await_ready(second)
        assert runs(running.process.pid)
        assert server_pid(other) != server_pid(open_folder)


def test_port_in_use_is_named_with_its_setting(open_folder: Path, house_rules: dict[str, str]) -> None:
    """Nothing is started, and the message says what to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(house_rules["SINGLEWINDOW_CUSTOMS_PORT"])))
        taken.listen()
        with starting(open_folder, house_rules) as holder:
            said = holder.line()
            assert holder.process.wait(10) == os.EX_UNAVAILABLE
    assert house_rules["SINGLEWINDOW_CUSTOMS_PORT"] in said
    assert "SINGLEWINDOW_CUSTOMS_PORT=" in said


def test_databases_from_outside_come_all_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-04: a PostgreSQL elsewhere; a forgotten address is named before anything starts."""
    monkeypatch.setenv("SINGLEWINDOW_DATABASE_URL", "postgresql://somewhere/db")
    with pytest.raises(LaunchError, match=r"SINGLEWINDOW_WEB_DATABASE_URL, .*CUSTOMS_DATABASE_URL"):
        _ = LaunchSettings().outside_databases
    for name in ("WEB", "WORKER", "CUSTOMS"):
        monkeypatch.setenv(f"SINGLEWINDOW_{name}_DATABASE_URL", f"postgresql://somewhere/{name}")
    settings = LaunchSettings()
    assert settings.outside_databases
    assert settings.given_databases()["SINGLEWINDOW_WORKER_DATABASE_URL"] == "postgresql://somewhere/WORKER"


def test_every_part_learns_all_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Paths are absolute; an address for listening everywhere is turned into one to connect to."""
    monkeypatch.setenv("PGHOST", "elsewhere")
    settings = LaunchSettings(data=tmp_path, host="0.0.0.0", port=64000, customs_port=64001)
    given = settings.environment({"SINGLEWINDOW_DATABASE_URL": "postgresql://x"})
    assert given["SINGLEWINDOW_HOST"] == "0.0.0.0"
    assert given["SINGLEWINDOW_CUSTOMS_URL"] == "http://127.0.0.1:64001"
    assert given["SINGLEWINDOW_CARDS"] == str(tmp_path / "cards")
    assert "http://localhost:64000" in given["SINGLEWINDOW_CARD_ORIGINS"].split(",")
    assert "PGHOST" not in given
    assert [part.name for part in all_parts(settings)] == PARTS


def test_a_log_without_room_for_a_copy_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-01: whoever looks after logs starts again what has died, on a full disk too."""

    def full(_: Path, to: Path) -> None:
        to.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    log, older = tmp_path / "part.log", tmp_path / "part.log.1"
    log.write_bytes(b"x" * 100)
    older.write_bytes(b"older")
    monkeypatch.setattr("singlewindow.launch.files.shutil.copyfile", full)
    keep_small(log, limit=99)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        "part.log": b"x" * 100, "part.log.1": b"older",
    }  # fmt: skip


def test_a_short_log_is_looked_at_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of files that are not there, made at each look, cost the launcher 1.8 MB after 45 minutes."""
    log = tmp_path / "part.log"
    log.write_bytes(b"x")
    monkeypatch.setattr(Path, "with_name", lambda *_: pytest.fail("a further name was made"))
    keep_small(log)
    keep_small(log / "of no folder")
    keep_small(tmp_path.joinpath("none.log"))
    assert [file.name for file in tmp_path.iterdir()] == ["part.log"]


def test_long_log_is_moved_aside(tmp_path: Path) -> None:
    """The writer goes on writing at the start of the emptied file."""
    log = tmp_path / "part.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        keep_small(log, limit=99)
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "part.log.1").read_bytes() == b"x" * 100


@pytest.mark.parametrize("command", [["clock", "show"], ["unread"], ["backup", "backups"]])
def test_a_command_makes_no_installation(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked with another SINGLEWINDOW_DATA than the running parts have, it says so in place of making an empty one."""
    monkeypatch.setenv("SINGLEWINDOW_DATA", str(tmp_path / "other"))
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert "There is no installation in" in result.output.replace("\n", " ")
    assert "SINGLEWINDOW_DATA" in result.output
    assert not (tmp_path / "other").exists()
