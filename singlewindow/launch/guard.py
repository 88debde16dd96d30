"""One guarded child process of a part: started, started again when it dies, its log kept small."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from singlewindow.launch.files import keep_small
from singlewindow.launch.parts import Part
from singlewindow.launch.process import spawn

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STOP_SECONDS = 4.2  # for all together: a request has 3 s, and the database ends within five seconds too
_NEXT_SECONDS = 0.25  # after which the next part is asked to end
_STEADY_SECONDS = 60.0  # a part that ran this long starts with the shortest pause again
log = structlog.get_logger()


class Guard:
    """Keeps a part running between `start` and `stop`; `look` is called now and then."""

    def __init__(
        self,
        part: Part,
        environment: Mapping[str, str],
        folder: Path,
        logs: Path,
        handed_over: Sequence[int] = (),
    ) -> None:
        self.part = part
        self.log_file = logs / f"{part.name}.log"
        self._environment = environment
        self._folder = folder
        self._handed_over = handed_over
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
                handed_over=self._handed_over,
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

    def ask_to_end(self, seconds: float) -> None:
        """Ask the program to end, and wait so long for it; it may take longer over a request under way."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)

    def make_end(self, seconds: float) -> None:
        """End the program for good when it has not ended within so many seconds."""
        if self._process is not None:
            try:
                self._process.wait(max(seconds, 0))
            except subprocess.TimeoutExpired:
                log.warning(f"{self.part.name} did not end in time")
                self._process.kill()
                self._process.wait()
            self._process = None


def end_all(guards: Sequence[Guard]) -> None:
    """Ask one after the other to end, in their order; none has to hurry because another takes its time."""
    deadline = time.monotonic() + _STOP_SECONDS
    for guard in guards:
        guard.ask_to_end(_NEXT_SECONDS)
    for guard in guards:
        guard.make_end(deadline - time.monotonic())
