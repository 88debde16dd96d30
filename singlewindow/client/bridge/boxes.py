"""The bridge's folder: which files are there whole, how one leaves, and that only one bridge works on it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from singlewindow.contract.folder import PART, Boxes, complete, flush
from singlewindow.contract.lock import FolderLock, Held

SUFFIXES = (".json", ".xml")
NAME = re.compile(
    r"\w(?:[\w.()（） -]{0,62}[\w)）])?"
)  # of a document's file, without suffix; the sender's number
FILE_NAME = re.compile(r"\w(?:[\w.()（） -]{0,98}[\w)）])?")  # of a file that goes with it
MOST_NAME = 200  # bytes of a document's file name, so that those of its reports are no longer than a file system takes
MOST_FILE_NAME = 240  # the same of a file that goes with it
HIDDEN = (".", "~")  # names of other programs' unfinished files begin so
STRANGE = "strange-name-"


class InUse(Exception):
    """Another bridge works on the folder; the text says which process."""


@dataclass(frozen=True)
class Found:
    """A file as it was read: its bytes, their SHA-256 in hexadecimal, and when they were last written (real time)."""

    name: str
    data: bytes
    digest: str
    written_at: float


@dataclass(frozen=True)
class Folder(Boxes):
    """The four boxes, and what is the bridge's own beside them."""

    @property
    def own(self) -> Path:
        """The bridge's own files."""
        return self.folder / ".bridge"

    @property
    def work(self) -> Path:
        """How far each file of OutBox is."""
        return self.own / "work"

    @property
    def leaving(self) -> Path:
        """Files between OutBox and the box for which they are meant."""
        return self.own / "leaving"

    @property
    def staged(self) -> Path:
        """Receipts on their way to InBox."""
        return self.own / "receipts"

    def make(self) -> Folder:
        """Make the folders that are missing, the own ones for nobody else; raises OSError."""
        super().make()
        for place in (self.own, self.work, self.leaving, self.staged):
            place.mkdir(mode=0o700, exist_ok=True)
        return self

    def orders(self) -> list[str]:
        """Names of documents' files in OutBox that are there under their own name, the oldest first."""
        found = [file for suffix in SUFFIXES for file in complete(self.out, suffix, named=NAME)]
        return [file.name for file in sorted(found, key=_age) if is_short(file.name, MOST_NAME)]

    def strangers(self) -> list[str]:
        """Regular files that end as documents do, or would but for capitals, and bear names that cannot be used."""
        return [
            entry.name
            for entry in os.scandir(self.out)
            if entry.name.lower().endswith(SUFFIXES)
            and not entry.name.startswith(HIDDEN)
            and not (
                entry.name.endswith(SUFFIXES)
                and NAME.fullmatch(entry.name.rpartition(".")[0])
                and is_short(entry.name, MOST_NAME)
            )
            and entry.is_file(follow_symlinks=False)
        ]

    def fail_stranger(self, name: str, fit: str) -> None:
        """Move a file to FailBox under another name; one that is gone meanwhile is no trouble. Raises OSError."""
        with suppress(FileNotFoundError):
            _rename(self.out / name, self.failed / fit)

    def sweep(self) -> None:
        """Delete what a bridge that died in the middle of writing left behind; other programs' files stay."""
        for place in (self.own, self.work, self.sent, self.failed):
            for part in place.glob(f"*{PART}"):
                part.unlink(missing_ok=True)


def is_short(name: str, most: int) -> bool:
    """Whether a file's name has at most so many bytes."""
    return len(os.fsencode(name)) <= most


def _age(file: Path) -> tuple[int, str]:
    try:
        return (file.stat().st_mtime_ns, file.name)
    except FileNotFoundError:
        return (0, file.name)


def find(box: Path, name: str, most: int) -> Found | None:
    """A regular file of a box, read whole; None where there is none of that name. Links are never followed.

    Raises ValueError for one with more than `most` bytes, OSError for one that cannot be read.
    """
    try:
        descriptor = os.open(box / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return None
        if facts.st_size > most:
            raise ValueError(name)
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(name)
    return Found(name, data, hashlib.sha256(data).hexdigest(), facts.st_mtime)


def digest_of(file: Path) -> str | None:
    """SHA-256 of a file in hexadecimal, however large it is; None when it is not there."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def leave(folder: Folder, name: str, digest: str, box: Path, watch: Callable[[str], None]) -> None:
    """Move a file from OutBox to `box`, but only the one with that digest; one that took its place meanwhile stays.

    `watch` hears before and after each move. A second call does nothing. Raises OSError.
    """
    aside = folder.leaving / name
    if not aside.exists():
        if digest_of(folder.out / name) != digest:
            return
        watch("before taking out")
        _rename(folder.out / name, aside)  # from here on nobody writes over it
        watch("after taking out")
    if digest_of(aside) == digest:
        watch("before putting away")
        _make_room(box / name, digest)
        _rename(aside, box / name)
        watch("after putting away")
    else:
        put_back(folder, name)


def lend(folder: Folder, name: str, digest: str, box: Path, watch: Callable[[str], None]) -> None:
    """Put a copy of a file of OutBox into `box`, but only of the one with that digest; it stays for other documents.

    `watch` hears before and after. A second call does nothing. Raises OSError.
    """
    if digest_of(box / name) == digest:
        return
    copy = box / f"{name}.{os.getpid()}{PART}"
    watch("before lending")
    with suppress(FileNotFoundError):
        shutil.copyfile(folder.out / name, copy, follow_symlinks=False)
        if digest_of(copy) == digest:
            _make_room(box / name, digest)
            _rename(copy, box / name)
    copy.unlink(missing_ok=True)
    watch("after lending")


def put_back(folder: Folder, name: str) -> None:
    """Let a file that was taken out of OutBox lie there again; one that came meanwhile is newer and stays."""
    aside = folder.leaving / name
    try:
        (folder.out / name).hardlink_to(aside)
    except FileExistsError:
        pass
    except OSError:  # a file system without such links
        if not (folder.out / name).exists():
            aside.rename(folder.out / name)
    aside.unlink(missing_ok=True)
    flush(folder.out)


def _make_room(file: Path, digest: str) -> None:
    """What lies under that name already is another file: it stays, under a name with its digest."""
    old = digest_of(file)
    if old not in (None, digest):
        file.rename(file.with_name(f"{file.stem}.{old[:8]}{file.suffix}"))


def fit_name(name: str) -> str:
    """A name that can be used, always the same, for a file of OutBox whose own cannot."""
    return f"{STRANGE}{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}{name[name.rindex('.') :]}"


def _rename(file: Path, to: Path) -> None:
    file.replace(to)
    flush(to.parent)
    flush(file.parent)


def take(folder: Folder) -> FolderLock:
    """The folder is one bridge's, as long as its process lives; raises InUse."""
    try:
        return FolderLock(folder.own)
    except Held as held:
        raise InUse(
            f"文件夹 {folder.folder} 正由另一进程（{held.holder or '?'}）使用，同一文件夹只能有一个"
        ) from held
