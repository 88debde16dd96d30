"""OPER-01: what cannot be done is said in a line or two that name the folder or address, never by a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from singlewindow.cli import app
from singlewindow.customs.__main__ import program as customs
from singlewindow.kernel.__main__ import cli as kernel
from singlewindow.kernel.settings import settings
from singlewindow.launch.errors import said_of
from singlewindow.launch.settings import DATABASE_SETTINGS, misspelt
from tests.launch.conftest import CLONE
from tests.ports import free_ports


@pytest.mark.parametrize("command", ["verify-history", "backup"])
def test_a_folder_that_cannot_be_is_named(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGLEWINDOW_DATA", "/proc/nope/x")
    monkeypatch.setenv("SINGLEWINDOW_BACKUP_FOLDER", "/tmp/never made")
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


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        ("verify-history", "WORKER"),
        ("unread --again 7", "WORKER"),
        ("registers reindex", "WORKER"),
        ("registers import pilot_district FILE", "CUSTOMS"),
        ("codes import FILE", ""),
        ("add-administrator opsdesk2 --password Opsdesk-2026", ""),
    ],
)
def test_a_command_without_its_database_says_so(
    command: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is passed on to the program that knows it, here in the same process."""
    [port] = free_ports(1)
    for name in DATABASE_SETTINGS:
        monkeypatch.setenv(f"SINGLEWINDOW_{name}", f"postgresql://who:secret@127.0.0.1:{port}/db")
    file, programs, said = tmp_path / "table.csv", {"kernel": kernel, "customs": customs}, []
    file.write_text("code,name\n1,one\n")

    def run(line: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[str]:
        python, dash_m, module, *arguments = line
        assert (python, dash_m, check) == (sys.executable, "-m", False)
        done = CliRunner().invoke(programs[module.removeprefix("singlewindow.")], arguments)
        said.append(done.output)
        return subprocess.CompletedProcess(line, done.exit_code)

    monkeypatch.setattr("singlewindow.cli.subprocess.run", run)
    settings.cache_clear()
    try:
        done = CliRunner().invoke(app, [str(file) if each == "FILE" else each for each in command.split()])
    finally:
        settings.cache_clear()
    [text] = said
    assert (done.exit_code, done.output, text.count("\n")) == (1, "", 2), done.output + text
    assert text.startswith(f"Cannot go on: the database 127.0.0.1:{port}/db cannot be opened: "), text
    address = f"SINGLEWINDOW_{setting}_DATABASE_URL".replace("__", "_")
    assert text.endswith(f"Does it run there, and is {address} right?\n"), text


def test_only_what_nothing_reads_is_misspelt() -> None:
    """Settings of every program and chapter, of tests too; others' variables are none of ours."""
    known = ("DATA", "CARD_PIN", "TOKEN", "DATABASE_USER", "TEST_POSTGRES_BIN", "RECORD", "WITH_TEMPLATE",
             "CONSOLIDATED_OVERDUE", "CUSTOMS_DELAY", "CARD_PKCS11_SLOT")  # fmt: skip
    assert list(misspelt([f"SINGLEWINDOW_{name}" for name in known])) == []
    assert list(misspelt(["PATH", "SINGLEWINDOWS"])) == []
    (line,) = misspelt(["SINGLEWINDOW_QUITE_ANOTHER_THING_42"])
    assert line.startswith("SINGLEWINDOW_QUITE_ANOTHER_THING_42 is no setting")
