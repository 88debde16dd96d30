"""OPER-01: what cannot be done is said in a line or two that name the folder or address, never by a traceback."""

from __future__ import annotations

import os
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

from singlewindow.cli import app
from singlewindow.contract import demo_pki
from singlewindow.customs.__main__ import program as customs
from singlewindow.kernel.__main__ import cli as kernel
from singlewindow.kernel.settings import settings
from singlewindow.launch import summary
from singlewindow.launch.binaries import find
from singlewindow.launch.errors import LaunchError, said_of
from singlewindow.launch.settings import DATABASE_SETTINGS, misspelt
from tests.launch.conftest import CLONE
from tests.ports import free_ports


@pytest.mark.parametrize("command", ["migrate", "setup"])
def test_a_folder_that_cannot_be_is_named(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGLEWINDOW_DATA", "/proc/nope/x")
    done = CliRunner().invoke(app, [command])
    assert (done.exit_code, done.output.count("\n")) == (1, 2), done.output
    assert done.output.startswith("Cannot go on. /proc/nope: No such file or directory.\n")
    assert "/proc/nope/x (SINGLEWINDOW_DATA)" in done.output


def test_of_many_files_the_first_is_named() -> None:
    error = shutil.Error([("/a/key.pem", "/b/key.pem", "[Errno 13] Permission denied"), ("/c", "/d", "")])
    assert said_of(error, Path("/data")).startswith("/a/key.pem: [Errno 13] Permission denied.\n")


def test_a_part_without_its_database_says_so(tmp_path: Path) -> None:
    """By the launcher of one part: what the part itself has said this time, and the password nowhere."""
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "customs.log").write_text("Traceback of yesterday\n")
    port, own = free_ports(2)
    away = f"postgresql://who:secret@127.0.0.1:{port}/db"
    environment = os.environ | {f"SINGLEWINDOW_{name}": away for name in DATABASE_SETTINGS}
    environment |= {"SINGLEWINDOW_DATA": str(tmp_path), "SINGLEWINDOW_CUSTOMS_PORT": str(own)}
    done = subprocess.run(
        [sys.executable, "-m", "singlewindow", "customs"],
        env=environment | {"SINGLEWINDOW_PROT": "1"}, cwd=CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = " ".join(done.stdout.split())
    assert done.returncode == 1, done.stdout + done.stderr
    assert said.startswith("· SINGLEWINDOW_PROT is no setting"), said
    assert (
        "is SINGLEWINDOW_PORT meant? Cannot go on. The customs ended at once: Cannot go on: the database"
        in said
    )
    assert f"127.0.0.1:{port}/db cannot be opened" in said
    assert said.endswith("Does it run there, and is SINGLEWINDOW_CUSTOMS_DATABASE_URL right?"), said
    assert "secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


TROUBLES = {
    "away": "cannot be opened: ",
    "bare": "lacks tables of this version: ",  # a migration makes them, and ends well
    "lost": "broke off in the middle: ",
}
OPENS = {
    "kernel serve": "WEB",
    "kernel worker": "WORKER",
    "kernel migrate": "",
    "kernel seed FILE": "",
    "kernel add-administrator opsdesk2 --password Opsdesk-2026": "",
    "kernel skip-numbers": "",
    "kernel end-sessions": "",
    "kernel verify-history": "WORKER",
    "kernel verify-history --accept-book": "",
    "kernel verify-signatures": "WORKER",
    "kernel unread": "WORKER",
    "kernel unread --again 7": "WORKER",
    "kernel send-submissions-again --since 2026-11-28": "WORKER",
    "kernel codes import FILE": "",
    "kernel registers reindex": "WORKER",
    "customs migrate": "CUSTOMS",
    "customs seed FILE": "CUSTOMS",
    "customs add-officer opsdesk2 --password Opsdesk-2026": "CUSTOMS",
    "customs serve": "CUSTOMS",
    "customs send-again": "CUSTOMS",
    "customs skip-numbers": "CUSTOMS",
    "customs end-sessions": "CUSTOMS",
    "customs understand-again": "CUSTOMS",
    "customs registers import pilot_district FILE": "CUSTOMS",
    "customs registers publish": "CUSTOMS",
}
"""Commands with the setting whose database they open first."""
NO_DATABASE = {"customs registers describe"}
HEADS = {
    "registers": "key,enabled\n5301,是\n",
    "codes": "code,name\n1,one\n",
    "seed": '{"companies": [], "accounts": [], "cards": []}',
}
PASSED_ON = (
    "verify-history",
    "verify-signatures",
    "unread",
    "send-again",
    "understand-again",
    "registers",
    "codes",
    "add-administrator",
    "add-officer",
)


@pytest.fixture(scope="module")
def troubled(postgres: Any) -> Iterator[dict[str, str]]:
    """An address for each trouble. The lost one's connections are opened, and cut at the first statement."""
    postgres.create_database("bare")
    address = urlsplit(postgres.dsn("bare"))
    file = f"{parse_qs(address.query)['host'][0]}/.s.PGSQL.5432"

    class Cut(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(file)
                while (said := self.request.recv(4096)) and said[:1] not in b"PQX":
                    server.sendall(said)
                    self.request.sendall(server.recv(4096))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Cut) as cutting:
        threading.Thread(target=cutting.serve_forever, args=(0.01,)).start()
        [closed] = free_ports(1)
        yield {
            "away": f"postgresql://who:secret@127.0.0.1:{closed}/db",
            "bare": postgres.dsn("bare"),
            "lost": f"postgresql://sw_migrate:secret@127.0.0.1:{cutting.server_address[1]}/bare",
        }
        cutting.shutdown()


def test_each_command_is_known_to_open_a_database_or_not() -> None:
    """One that is new stands in OPENS, so that its troubles are tried, or in NO_DATABASE."""
    programs = {"kernel": get_command(kernel), "customs": get_command(customs)}
    there = {f"{name} {line}" for name, program in programs.items() for line in lines_of(program)}
    assert there == NO_DATABASE | {
        line for line in there if any(f"{o} ".startswith(f"{line} ") for o in OPENS)
    }


def lines_of(group: Any) -> Iterator[str]:
    for name, command in group.commands.items():
        yield from (
            (f"{name} {line}" for line in lines_of(command)) if hasattr(command, "commands") else [name]
        )


@pytest.mark.parametrize(
    ("line", "trouble"),
    [(line, trouble) for line in OPENS for trouble in TROUBLES if trouble != "bare" or "migrate" not in line],
)
def test_a_command_without_its_database_says_so(
    line: str, trouble: str, troubled: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away, without tables, gone in the middle. Each in the same process; what `singlewindow` passes on, by it."""
    program, *command = line.split()
    for name in DATABASE_SETTINGS:
        monkeypatch.setenv(f"SINGLEWINDOW_{name}", troubled[trouble])
    file, programs, said = tmp_path / "table.csv", {"kernel": kernel, "customs": customs}, []
    file.write_text(HEADS.get(command[0], "{}"))
    demo_pki.create(tmp_path / "pki", tmp_path / "cards", [])
    monkeypatch.setenv("SINGLEWINDOW_PKI", str(tmp_path / "pki"))

    def run(line: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[str]:
        python, dash_m, module, *arguments = line
        assert (python, dash_m, check) == (sys.executable, "-m", False)
        done = CliRunner().invoke(programs[module.removeprefix("singlewindow.")], arguments)
        said.append(done.output)
        return subprocess.CompletedProcess(line, done.exit_code)

    monkeypatch.setattr("singlewindow.cli.subprocess.run", run)
    monkeypatch.setattr("singlewindow.kernel.__main__.configure", lambda _: None)
    monkeypatch.setattr("singlewindow.customs.__main__.logs.configure", lambda _: None)
    monkeypatch.setattr("singlewindow.kernel.http.app.create_app", lambda: None)
    arguments = [str(file) if each == "FILE" else each for each in command]
    settings.cache_clear()
    try:
        if command[0] in PASSED_ON:
            done = CliRunner().invoke(app, arguments)
            assert done.output == ""
            [text] = said
        else:
            done = CliRunner().invoke(programs[program], arguments)
            text = done.output
    finally:
        settings.cache_clear()
    assert (done.exit_code, text.count("\n")) == (1, 2), text
    place = troubled[trouble].rpartition("@")[2]
    address = f"SINGLEWINDOW_{OPENS[line]}_DATABASE_URL".replace("__", "_")
    assert text.startswith(f"Cannot go on: the database {place} "), text
    assert TROUBLES[trouble] in text
    assert "secret" not in text
    advice = {
        "away": f"Does it run there, and is {address} right?\n",
        "bare": "`singlewindow migrate` makes them.\n",
        "lost": "Give the command again when it answers.\n",
    }
    assert text.endswith(advice[trouble]), text


@pytest.mark.parametrize("command", PASSED_ON)
def test_help_needs_no_installation(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "singlewindow", command, "--help"],
        env=os.environ | {"SINGLEWINDOW_DATA": str(tmp_path)}, cwd=CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, list(tmp_path.iterdir())) == (0, []), done.stdout + done.stderr
    assert "Usage: " in done.stdout


@pytest.mark.parametrize("change", ["show", "real"])
def test_a_clock_command_that_takes_no_moment_drops_none(change: str) -> None:
    done = CliRunner().invoke(app, ["clock", change, "2026-12-24 09:30"])
    assert (done.exit_code, f"`clock {change}` takes no moment" in done.output) == (1, True), done.output


def test_without_programs_the_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGLEWINDOW_POSTGRES_BIN", "/nowhere")
    with pytest.raises(LaunchError, match=r"`make install` .* SINGLEWINDOW_DATABASE_URL and its three"):
        find(None)


def test_the_embedded_database_too(postgres: Any) -> None:
    with pytest.raises(LaunchError, match="does not do `select nothing`: column"):
        postgres.cluster.query("select nothing")


@pytest.mark.parametrize(
    ("command", "trouble"),
    [
        *product(["migrate", "setup", "clock show", "clock shift +1d"], ["away", "lost"]),
        ("clock show", "bare"),
    ],
)
def test_the_launcher_says_so_too(
    command: str, trouble: str, troubled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in DATABASE_SETTINGS:
        monkeypatch.setenv(f"SINGLEWINDOW_{name}", troubled[trouble])
    monkeypatch.setattr("singlewindow.launch.launcher.Launcher._obey_signals", lambda _: None)
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 1
    assert done.output.startswith("Cannot go on. The "), done.output
    assert "Traceback" not in done.output
    assert done.output.count("\n") <= 2, done.output


def test_only_what_nothing_reads_is_misspelt() -> None:
    """Settings of every program and chapter, of tests too; others' variables are none of ours."""
    known = ("DATA", "CARD_PIN", "TOKEN", "DATABASE_USER", "TEST_POSTGRES_BIN", "RECORD", "WITH_TEMPLATE",
             "CONSOLIDATED_OVERDUE", "CUSTOMS_DELAY", "CARD_PKCS11_SLOT")  # fmt: skip
    assert list(misspelt([f"SINGLEWINDOW_{name}" for name in known])) == []
    assert list(misspelt(["PATH", "SINGLEWINDOWS"])) == []
    (line,) = misspelt(["SINGLEWINDOW_QUITE_ANOTHER_THING_42"])
    assert line.startswith("SINGLEWINDOW_QUITE_ANOTHER_THING_42 is no setting")


def test_the_first_screen_fits_an_ordinary_terminal() -> None:
    """OPER-01: an account takes two lines at most on 80 columns, its company's name among them whole."""
    company = "深圳远禾进出口贸易有限公司"
    world = {
        "cards": [{"card_no": "8930L0000A011", "pin": "88888888"}],
        "companies": [{"customs_code": "4403110001", "name": company}],
        "accounts": [
            {"username": "qiancheng", "password": "Qian-2026-1", "card_no": "8930L0000A011", "display_name": "王芳",
             "customs_code": "4403110001"},
        ],
    }  # fmt: skip
    console = Console(width=80, file=StringIO(), record=True)
    console.print(summary._accounts(world, "8930L0000A011"))
    lines = [line for line in console.export_text().splitlines() if line.startswith("│")]
    assert len(lines) == 2
    assert "".join(line.split("│")[5].strip() for line in lines) == f"王芳，{company}"
