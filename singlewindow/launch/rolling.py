"""New processes in the place of running ones, while requests go on: what is asked of a launcher, and what it answers.

singlewindow roll ── SIGUSR1 ──▶ launcher ── DATA/rolled.json ──▶ singlewindow roll
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from singlewindow.contract.lock import FolderLock, Held
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import read_json, write_json
from singlewindow.launch.guard import LEAVE_SECONDS, Guard
from singlewindow.launch.parts import Part

SIGNAL = signal.SIGUSR1
ANSWER = "rolled.json"
SLACK = 60.0  # seconds besides those of its processes in which a launcher must have answered
LOOK_SECONDS = 0.2
Report = Callable[[str], None]


def launcher_of(data: Path) -> int:
    """The process id of the launcher that has a data folder. Raises LaunchError where none has, or it cannot roll."""
    try:
        FolderLock(data).release()
    except Held as held:
        pid = int(held.holder)
    except FileNotFoundError as missing:
        raise LaunchError(f"{data} does not exist.") from missing
    else:
        raise LaunchError(f"Nothing runs in {data}: `singlewindow run` starts everything.")
    if not _obeys(pid):
        raise LaunchError(f"Process {pid} is of a release that cannot do this: end it and start again.")
    return pid


def patience(parts: Sequence[Part], start_seconds: float) -> float:
    """Seconds in which a launcher has rolled, or has said why not: each process starts, and the old one takes leave."""
    return SLACK + sum(part.processes * (start_seconds + LEAVE_SECONDS) for part in parts if part.leave)


def ask(data: Path, launcher: int, report: Report, patience: float) -> None:
    """Ask a launcher to roll, and wait so many seconds for its answer. Raises LaunchError where it could not."""
    answer = data / ANSWER
    answer.unlink(missing_ok=True)
    os.kill(launcher, SIGNAL)
    until = time.monotonic() + patience
    while not answer.exists():
        if time.monotonic() > until or not Path("/proc", str(launcher)).exists():
            raise LaunchError(f"The launcher {launcher} did not answer.")
        time.sleep(LOOK_SECONDS)
    said = read_json(answer)
    if not said["good"]:
        raise LaunchError(said["said"])
    report(said["said"])


def roll(data: Path, guards: Sequence[Guard], meanwhile: Callable[[], None]) -> str:
    """In the launcher: one process after the other; `meanwhile` keeps the others running. What has become of it is
    written down for who asked; stops at the first new process that cannot work."""
    began, names = time.monotonic(), [guard.part.name for guard in guards if guard.part.leave]
    try:
        for guard in guards:
            if guard.part.leave:
                guard.replace(meanwhile)
        good, said = True, f"new processes: {', '.join(names)}, {time.monotonic() - began:.1f} s"
    except (LaunchError, OSError) as error:
        good, said = False, str(error)
    write_json(data / ANSWER, {"good": good, "said": said})
    return said


def _obeys(pid: int) -> bool:
    """Whether a process catches the signal (Linux: /proc); any other one would be ended by it."""
    lines = Path("/proc", str(pid), "status").read_text().splitlines()
    caught = next(line.split()[1] for line in lines if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (SIGNAL - 1) & 1)
