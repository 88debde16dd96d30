"""One guarded child: started, started again when it dies, its log kept small."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from singlewindow.launch.files import keep_small
from singlewindow.launch.parts import Part
from singlewindow.launch.process import spawn, stop

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STEADY_SECONDS = 60.0  # a part that ran this long starts with the shortest pause again
_STOP_SECONDS = 0.9  # four parts and the database end within five seconds
log = structlog.get_logger()


class Guard:
    """Keeps a part running between `start` and `stop`; `look` is called now and then."""

    def __init__(self, part: Part, environment: Mapping[str, str], folder: Path, logs: Path) -> None:
        self.part = part
        self.log_file = logs / f"{part.name}.log"
        self._environment = environment
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = _FIRST_PAUSE
        self._started = 0.0
        self._again_at: float | None = None

    @property
    def pid(self) -> int | None:
        """The process id while the part is running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the program; its output is added to its log."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as output:
            self._process = spawn(
                self.part.command,
                output=output,
                environment=self._environment,
                folder=self._folder,
                death_signal=signal.SIGKILL,
            )
        self._started = time.monotonic()
        self._again_at = None

    def look(self) -> None:
        """Start the program again when it died, after a pause that doubles each time; shorten a long log."""
        keep_small(self.log_file)
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self.start()
        elif self._process is not None and self._process.poll() is not None:
            if now - self._started > _STEADY_SECONDS:
                self._pause = _FIRST_PAUSE
            log.warning(
                f"{self.part.name} ended, starting it again",
                code=self._process.returncode,
                seconds=self._pause,
                log=str(self.log_file),
            )
            self._again_at = now + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def stop(self) -> None:
        """End the program: asked first, made to after 0.9 s."""
        if self._process is not None:
            stop(self._process, (signal.SIGTERM, _STOP_SECONDS))
            self._process = None
