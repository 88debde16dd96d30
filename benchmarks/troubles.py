"""What the parts of a running system write into their logs that is trouble, read while they write it: logs that grow
too large are moved away and begin anew, and what was in them is gone at the end."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PARTS = ("portal", "worker", "customs")
BAD = ("error", "critical")


@dataclass
class Troubles:
    """Counts by part and event, with an example of each kind. Logs are lines of JSON."""

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)  # bytes of a log that were read

    def look(self) -> None:
        """Read what came since the last look, also what was moved away meanwhile (`launch/logs.py`: one file back)."""
        for part in PARTS:
            log, moved = self.folder / f"{part}.log", self.folder / f"{part}.log.1"
            begins = self._read.get(part, 0)
            if log.stat().st_size < begins:
                self._note(part, moved, begins)
                begins = 0
            self._read[part] = self._note(part, log, begins)

    def _note(self, part: str, log: Path, begins: int) -> int:
        """What a file has from there on; how far it was read: a line that is half written waits."""
        with log.open("rb") as read:
            read.seek(begins)
            whole = read.read().rpartition(b"\n")[0]
        for line in whole.splitlines():
            said = told(line)
            if said.get("level") in BAD or "exception" in said or b"Traceback" in line:
                kind = f"{part}: {said.get('event', '?')}"
                self.counts[kind] += 1
                self.examples.setdefault(kind, line.decode(errors="replace")[:1000])
        return begins + len(whole) + bool(whole)


def told(line: bytes | str) -> dict[str, Any]:
    """What a line of a log says; nothing where it is no JSON object."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
