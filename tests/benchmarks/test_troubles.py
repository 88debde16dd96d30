"""Trouble in logs that are written and moved away meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.troubles import PARTS, Troubles


def line(event: str, level: str = "info", **more: str) -> str:
    return json.dumps({"event": event, "level": level, **more}) + "\n"


def test_what_is_trouble_is_counted_once_also_where_a_log_was_moved_away(tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / f"{part}.log").write_text(line("started"))
    found = Troubles(tmp_path)
    found.look()
    assert not found.counts
    log = tmp_path / "worker.log"
    with log.open("a") as out:
        out.write(
            line("worker waits", "error", exception="Traceback …") + line("sent") + line("half", "error")[:9]
        )
    found.look()
    found.look()
    assert found.counts == {"worker: worker waits": 1}
    with log.open("a") as out:
        out.write(line("half", "error")[9:])
    log.rename(tmp_path / "worker.log.1")
    log.write_text("Traceback (most recent call last):\n")
    found.look()
    assert found.counts == {"worker: worker waits": 1, "worker: half": 1, "worker: ?": 1}
    assert "exception" in found.examples["worker: worker waits"]
