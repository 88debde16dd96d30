"""Child processes that never outlive the launcher.

On Linux a child asks the kernel for a signal when its parent dies (prctl PR_SET_PDEATHSIG), so that even
`kill -9` of the launcher leaves nothing behind. The kernel means the *thread* that started the child:
start children from a thread that lives as long as they shall.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class User:
    """A user of the operating system to whom a root process gives its child."""

    name: str
    uid: int
    gid: int


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes],
    environment: Mapping[str, str],
    folder: Path | None = None,
    user: User | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    handed_over: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C reaches the launcher alone), output to a file.

    `death_signal` is what the child gets when the launcher dies; `handed_over` are file descriptors that it has under
    the same numbers. Raises OSError when it cannot be started.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
        pass_fds=handed_over,
        preexec_fn=_tie_to(os.getpid(), death_signal),  # noqa: PLW1509 - the launcher has one thread
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )


def run_as(
    user: User | None, command: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end as `user` (None: as we are), output captured as text."""
    return subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=dict(environment) if environment is not None else None,
        preexec_fn=_tie_to(os.getpid(), signal.SIGKILL),
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        check=False,
    )


def stop(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> int:
    """End a child: each signal in turn, waiting so many seconds after it, then SIGKILL. Answers its exit code."""
    for number, seconds in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    return process.wait()


def _tie_to(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def in_child() -> None:  # after the change of user, which would clear the wish
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # the parent died in between
                os._exit(1)

    return in_child
