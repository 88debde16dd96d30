"""Messages as files, for portals and customs that share a folder instead of a network address.

    OutBox   portal → customs: `<id>.json` an Envelope, `<sha256>.attachment` a sealed file
    SentBox  what customs took from OutBox, moved there once it is stored
    InBox    customs → portal: `<id>.json`; taken away once it is stored
    FailBox  what could not be taken, each with `<name>.reason.txt`

A file is complete under its own name: it is written as `<name>.part`, flushed, and renamed.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MESSAGE, ATTACHMENT, PART, REASON = ".json", ".attachment", ".part", ".reason.txt"
GRACE_SECONDS = 10.0  # an unreadable file younger than this may still be written by another program
PART_SECONDS = 600.0  # no file takes so long to be written
MOST_BYTES = 16 * 1024 * 1024
NAME = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True)
class Boxes:
    """The four boxes below one folder."""

    folder: Path

    @property
    def out(self) -> Path:
        """Portal → customs, waiting."""
        return self.folder / "OutBox"

    @property
    def sent(self) -> Path:
        """Portal → customs, taken."""
        return self.folder / "SentBox"

    @property
    def inbox(self) -> Path:
        """Customs → portal, waiting."""
        return self.folder / "InBox"

    @property
    def failed(self) -> Path:
        """What could not be taken."""
        return self.folder / "FailBox"

    def make(self) -> Boxes:
        """Make the folders that are missing; raises OSError."""
        for box in (self.out, self.sent, self.inbox, self.failed):
            box.mkdir(parents=True, exist_ok=True)
        return self


def write(file: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also after a power cut; raises OSError."""
    part = file.with_name(f"{file.name}.{os.getpid()}{PART}")
    with part.open("wb") as output:
        output.write(data)
        output.flush()
        os.fsync(output.fileno())
    part.rename(file)
    flush(file.parent)


def complete(box: Path, suffix: str, most: int | None = None, named: re.Pattern[str] = NAME) -> list[Path]:
    """Complete files of a box, the oldest first and up to `most`; links and names that are none are left alone."""
    found = []
    for entry in os.scandir(box):
        if entry.name.endswith(suffix) and named.fullmatch(entry.name.removesuffix(suffix)):
            with suppress(FileNotFoundError):  # another process took it
                if entry.is_file(follow_symlinks=False):
                    found.append((entry.stat().st_mtime_ns, entry.path))
    return [Path(path) for _, path in sorted(found)[:most]]


def too_large(file: Path) -> bool:
    """Whether a file has more bytes than any message; False when it is gone."""
    try:
        return file.stat().st_size > MOST_BYTES
    except FileNotFoundError:
        return False


def young(file: Path) -> bool:
    """Whether a file may still be written by a program that does not rename; False when it is gone."""
    try:
        return time.time() - file.stat().st_mtime < GRACE_SECONDS
    except FileNotFoundError:
        return False


def move(file: Path, box: Path) -> None:
    """Move a file into another box; a file that somebody else moved already is no trouble."""
    try:
        file.rename(box / file.name)
    except FileNotFoundError:
        return
    flush(box)
    flush(file.parent)


def fail(file: Path, boxes: Boxes, reason: str) -> None:
    """Move a file to FailBox, with the reason beside it."""
    write(boxes.failed / f"{file.name}{REASON}", f"{reason}\n".encode())
    move(file, boxes.failed)


def bring_back(boxes: Boxes, reason: str) -> None:
    """Put what lies in FailBox for this reason into InBox once more."""
    for said in boxes.failed.glob(f"*{MESSAGE}{REASON}"):
        if said.read_text("utf-8", errors="replace").strip() == reason:
            move(boxes.failed / said.name.removesuffix(REASON), boxes.inbox)
            take_away(said)


def take_away(file: Path) -> None:
    """Delete a file for good."""
    file.unlink(missing_ok=True)
    flush(file.parent)


def why_failed(boxes: Boxes, name: str) -> str | None:
    """The reason why a file lies in FailBox, or None when it does not."""
    if not (boxes.failed / name).exists():
        return None
    try:
        return (boxes.failed / f"{name}{REASON}").read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""


def sweep(box: Path, days: float) -> None:
    """Delete files older than so many days."""
    limit = time.time() - days * 86400
    for entry in os.scandir(box):
        if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < limit:
            Path(entry.path).unlink(missing_ok=True)


def sweep_parts(boxes: Boxes) -> None:
    """Delete what a writer that died in the middle left behind: nobody waits for it, the message is written anew."""
    limit = time.time() - PART_SECONDS
    for box in (boxes.out, boxes.inbox, boxes.failed):
        for part in box.glob(f"*{PART}"):
            with suppress(FileNotFoundError):
                if part.stat().st_mtime < limit:
                    part.unlink()


def flush(folder: Path) -> None:
    """Have a folder's entries on the disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
