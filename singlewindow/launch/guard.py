"""One guarded child process of a part: started, started again when it dies, its log kept small."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog

from singlewindow.launch.child import Child
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import keep_small, length, tail
from singlewindow.launch.parts import Part

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STOP_SECONDS = 4.2  # for all together: a request has 3 s, and the database ends within five seconds too
_NEXT_SECONDS = 0.25  # after which the next part is asked to end
_STEADY_SECONDS = 15.0  # a part that ran this long had begun to work: what ended it is no reason to wait
LEAVE_SECONDS = 20.0  # the longest that it may take leave
log = structlog.get_logger()


class Guard:
    """Keeps a part running between `start` and `stop`; `look` is called now and then.

    `start_seconds`: the longest that a new process may need before it takes over.
    """

    def __init__(
        self,
        part: Part,
        environment: Mapping[str, str],
        folder: Path,
        logs: Path,
        handed_over: Sequence[int] = (),
        *,
        start_seconds: float,
    ) -> None:
        self.part = part
        self._start_seconds = start_seconds
        self.log_file = logs / f"{part.name}.log"
        self._start = partial(Child, part.command, environment, folder, self.log_file, handed_over)
        self._child: Child | None = None
        self._pause = _FIRST_PAUSE
        self._again_at: float | None = None
        self._replacing = False
        self._said_from = 0

    @property
    def said(self) -> str:
        """The end of what it has written to its log since it was started."""
        return tail(self.log_file, since=self._said_from)

    @property
    def pid(self) -> int | None:
        """The process id while the part is running."""
        return self._child.pid if self._child and self._child.code is None else None

    @property
    def ready(self) -> bool:
        """Whether the process that runs has said that it can work."""
        return self._child is not None and self._child.ready()

    def start(self) -> None:
        """Start the program; its output is added to its log."""
        self._said_from = length(self.log_file)
        old, self._child = self._child, self._start()
        self._again_at = None
        if old is not None:
            old.bury()

    def look(self) -> None:
        """Start the program again when it died, after a pause that doubles each time; shorten a long log."""
        keep_small(self.log_file)
        if self._replacing:
            return
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self.start()
        elif self._child is not None and self._child.code is not None:
            if now - self._child.started > _STEADY_SECONDS:
                self._pause = _FIRST_PAUSE
            log.warning(
                f"{self.part.name} ended, starting it again",
                code=self._child.code,
                seconds=self._pause,
                log=str(self.log_file),
            )
            self._again_at = now + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def replace(self, meanwhile: Callable[[], None]) -> None:
        """Put a new process in the place of the one that runs, which ends once the new one can work.

        `meanwhile` is called again and again until that is done. Raises LaunchError where the new one cannot work; the
        old one then goes on.
        """
        assert self.part.leave is not None
        old, new = self._child, self._start()
        leaving, self._replacing = new, True
        try:
            self._await(new, meanwhile)
            self._child, self._again_at, leaving = new, None, old or new
            if old is not None:
                old.ask(self.part.leave)
                deadline = time.monotonic() + LEAVE_SECONDS
                while old.code is None and time.monotonic() < deadline:
                    meanwhile()
        finally:
            self._replacing = False
            if leaving is not self._child:
                leaving.bury()

    def _await(self, new: Child, meanwhile: Callable[[], None]) -> None:
        """Until a new process can work."""
        deadline = time.monotonic() + self._start_seconds
        while not new.ready():
            if new.code is not None or time.monotonic() > deadline:
                raise LaunchError(
                    f"The new {self.part.name} cannot work, the old one goes on:\n{tail(self.log_file)}"
                )
            meanwhile()

    def ask_to_end(self, seconds: float) -> None:
        """Ask the program to end, and wait so long for it; it may take longer over a request under way."""
        if self._child is not None and self._child.code is None:
            self._child.ask()
            self._child.wait(seconds)

    def make_end(self, seconds: float) -> None:
        """End the program for good when it has not ended within so many seconds."""
        if self._child is not None:
            if not self._child.wait(seconds):
                log.warning(f"{self.part.name} did not end in time")
            self._child.bury()
            self._child = None


def end_all(guards: Sequence[Guard], notice: float = 0.0) -> None:
    """Ask one after the other to end, in their order; none has to hurry because another takes its time. `notice`:
    seconds in which they still answer."""
    deadline = time.monotonic() + _STOP_SECONDS + notice
    for guard in guards:
        guard.ask_to_end(_NEXT_SECONDS)
    for guard in guards:
        guard.make_end(deadline - time.monotonic())
