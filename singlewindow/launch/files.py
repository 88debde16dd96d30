"""Small work on log files and on JSON files that must never be half-written."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

_LOG_BYTES = 10_000_000


def keep_small(path: Path, limit: int = _LOG_BYTES) -> None:
    """Move what a log holds to `<name>.1` once it is longer than `limit`; its writer goes on at the start. Where there
    is no room for that, all stays as it is: who calls has more to do than logs."""
    try:
        if path.stat().st_size <= limit:
            return
    except OSError:
        return
    # Not before: each path puts its names into Python's table of names, which looks by the thousand would make grow.
    older, unfinished = (path.with_name(f"{path.name}.1{end}") for end in ("", ".new"))
    try:
        shutil.copyfile(path, unfinished)
        unfinished.replace(older)
        with path.open("r+b") as file:
            file.truncate(0)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def tail(path: Path, size: int = 3000, since: int = 0) -> str:
    """The end of a log, for a message; nothing of what stood there when it was `since` bytes long."""
    try:
        with path.open("rb") as file:
            file.seek(max(since, file.seek(0, os.SEEK_END) - size))
            return file.read(size).decode(errors="replace").strip()
    except FileNotFoundError:
        return ""


def length(path: Path) -> int:
    """Bytes of a log, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file, empty when there is no file."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return content


def read_people(people: Path, world: Path) -> dict[str, Any]:
    """Who there is; out of the whole world in a data folder that was made before they stood apart."""
    return read_json(people) or read_json(world)


def write_json(path: Path, content: object) -> None:
    """Put an object in place of what the file held, at once or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)
