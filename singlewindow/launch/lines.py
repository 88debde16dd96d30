"""Lines of changes in a backup folder: each restore that is then worked with begins a new one (decision 0071).

    wal/00000002.history      line 2: where it left the line before it, and since when changes of it are kept

PostgreSQL calls them timelines. It writes such a file when a restore has ended, but keeps none in `wal/`, for changes
are kept by who starts the restored cluster for work alone. Without it the next restore would not find what was done
since the last one, and would give its own line the same number.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from singlewindow.launch.errors import LaunchError
from singlewindow.launch.process import User

HISTORY = ".history"
_SINCE = "# kept since "  # PostgreSQL passes over such lines


@dataclass(frozen=True)
class Line:
    """A line by PostgreSQL's number, since when it is worked on, and up to which place each line before it counts."""

    number: int
    since: datetime
    turns: tuple[tuple[int, int], ...]

    def holds(self, number: int, place: int) -> bool:
        """Whether what stood at a place of a line belongs to this one."""
        return number == self.number or any(number == each and place <= turn for each, turn in self.turns)


def begun(cluster: Path, wal: Path) -> bool:
    """Whether all lines of a cluster stand in `wal`; of one that was restored the last does not until it is worked
    with."""
    return all((wal / own.name).exists() for own in _lines_of(cluster))


def keep(cluster: Path, wal: Path, user: User | None) -> None:
    """Put down in `wal` of which lines a cluster is, before it keeps changes there.

    Raises LaunchError where another installation has a line of that number there.
    """
    for own in _lines_of(cluster):
        kept, text = wal / own.name, own.read_text("utf-8")
        if not kept.exists():
            _write(kept, f"{text.rstrip()}\n{_SINCE}{datetime.now(UTC).isoformat()}\n", user)
        elif _said(kept.read_text("utf-8")) != _said(text):
            raise LaunchError(
                f"{kept} is of another installation that was restored from the same backups and keeps its changes "
                "there: choose another SINGLEWINDOW_BACKUP_FOLDER for this one."
            )


def line_at(wal: Path, moment: datetime | None) -> Line | None:
    """The line that was worked on at a moment (None: the newest); None where it is the first. Raises LaunchError."""
    try:
        lines = [_line(each) for each in sorted(wal.glob(f"*{HISTORY}"))]
    except (ValueError, LookupError) as error:
        raise LaunchError(f"A file {wal}/*{HISTORY} cannot be understood: {error}.") from error
    return next((each for each in reversed(lines) if moment is None or each.since <= moment), None)


def end_of(cluster: Path) -> tuple[int, int]:
    """Line and place at which a base backup is complete. Raises OSError; ValueError or LookupError where its manifest
    does not say so."""
    last = json.loads((cluster / "backup_manifest").read_text("utf-8"))["WAL-Ranges"][-1]
    return last["Timeline"], _place(last["End-LSN"])


def _lines_of(cluster: Path) -> list[Path]:
    return sorted((cluster / "pg_wal").glob(f"*{HISTORY}"))


def _line(file: Path) -> Line:
    text = file.read_text("utf-8")
    since = [each.removeprefix(_SINCE) for each in text.splitlines() if each.startswith(_SINCE)]
    at = datetime.fromisoformat(since[-1]) if since else datetime.min.replace(tzinfo=UTC)
    turns = tuple((int(words[0]), _place(words[1])) for words in _said(text))
    return Line(int(file.name.removesuffix(HISTORY), 16), at, turns)


def _said(text: str) -> list[list[str]]:
    """The words of a file that count: line, place and reason."""
    return [line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _place(lsn: str) -> int:
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def _write(file: Path, text: str, user: User | None) -> None:
    """At once or not at all, for the database's user to read."""
    unfinished = file.with_name(f"{file.name}.part")
    with unfinished.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if user is not None:
        os.chown(unfinished, user.uid, user.gid)
    unfinished.rename(file)
