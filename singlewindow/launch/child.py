"""One process of a part, and whether it has said that it can work."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from singlewindow.contract.readiness import SETTING
from singlewindow.launch.process import spawn


class Child:
    """A process started at once; its output is added to a log. Raises OSError where it cannot be started."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        log_file: Path,
        handed_over: Sequence[int] = (),
    ) -> None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        self._ear, mouth = os.pipe()
        os.set_blocking(self._ear, False)
        self._told = False
        try:
            with log_file.open("ab") as output:
                self._process = spawn(
                    command,
                    output=output,
                    environment={**environment, SETTING: str(mouth)},
                    folder=folder,
                    death_signal=signal.SIGKILL,
                    handed_over=(*handed_over, mouth),
                )
        except BaseException:
            os.close(self._ear)
            raise
        finally:
            os.close(mouth)
        self.started = time.monotonic()

    @property
    def pid(self) -> int:
        """Its process id, also when it has ended."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    def ready(self) -> bool:
        """Whether it has said so."""
        if not self._told:
            with suppress(BlockingIOError):
                self._told = bool(os.read(self._ear, 16))
        return self._told

    def ask(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end; nothing where it has."""
        if self.code is None:
            self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether it ends within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, 0))
        return self.code is not None

    def bury(self) -> None:
        """End it for good, if it has not ended, and forget it."""
        self._process.kill()
        self._process.wait()
        if self._ear >= 0:
            os.close(self._ear)
            self._ear = -1
