"""Folders that the database's user can reach, and programs that hold what the tests then kill."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from rich.console import Console

from singlewindow.launch.binaries import Binaries

CLONE = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command writes where its test looks, as in a process of its own: its launcher keeps the stream."""
    monkeypatch.setattr("singlewindow.cli._console", Console())


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder with a short path that every user may pass through."""
    with tempfile.TemporaryDirectory(prefix="sw-launch-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class Holder:
    """A program of this folder, running; `lines` are what it said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout
        self.lines.append(self.process.stdout.readline().rstrip("\n"))
        return self.lines[-1]


@contextmanager
def holding(script: str, *arguments: object, **environment: str) -> Iterator[Holder]:
    paths = os.pathsep.join(filter(None, (str(CLONE), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"} | environment,
    )
    try:
        yield Holder(process)
    finally:
        process.kill()
        process.communicate()


class HoldCluster(Protocol):
    """What the fixture `hold_cluster` gives."""

    def __call__(self, folder: Path, *, tied: bool = True) -> AbstractContextManager[Holder]: ...


@pytest.fixture
def hold_cluster(postgres_binaries: Binaries) -> HoldCluster:
    """`with hold_cluster(folder, tied=True) as holder`: a process that runs a cluster and prints the pid."""

    def hold(folder: Path, *, tied: bool = True) -> AbstractContextManager[Holder]:
        return holding("hold_cluster.py", folder, postgres_binaries.folder, "tied" if tied else "loose")

    return hold


def eventually(question: Callable[[], object], seconds: float = 60.0) -> bool:
    """Whether the question is answered with yes within so many seconds."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def runs(pid: int) -> bool:
    """Whether a process is there and not merely unburied."""
    try:
        state = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}
