"""Files that are asked for again and again, and those that may not be written to for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TextIO


def read_file(path: Path) -> bytes:
    """The content of a small file that is replaced as a whole (keys, certificates, lists); raises OSError.

    The file is looked at each time: another inode, size or time of change means another content.
    """
    found = path.stat()
    return _content(path, found.st_ino, found.st_size, found.st_mtime_ns)


def read_at_most(path: Path, most: int) -> bytes | None:
    """The content of somebody's file, whatever its size says (a device has none); None where it has more than `most`
    bytes. Raises OSError."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


@contextmanager
def keys_in(folder: Path) -> Iterator[None]:
    """Around reading a program's keys before it begins: where one is missing, not to be read or no key, SystemExit with
    what to look at."""
    try:
        yield
    except (OSError, ValueError) as error:
        advice = "Is SINGLEWINDOW_PKI right, and may this user read what lies there?"
        raise SystemExit(f"Cannot go on: the keys in {folder} cannot be read: {error}\n{advice}") from None


@lru_cache(maxsize=16)
def _content(path: Path, inode: int, size: int, changed: int) -> bytes:
    return path.read_bytes()


class Lossy:
    """A text stream for logs: where it cannot be written to (the disk is full, it is closed), lines are lost, and no
    work is. None is the standard output of a program that was started without one."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError, ValueError):  # the latter of a closed one
            if self._stream is not None:
                return self._stream.write(text)
        return len(text)

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        with suppress(ValueError):
            return self._stream is not None and self._stream.isatty()
        return False

    @property
    def encoding(self) -> str:
        """In which it is written."""
        return "utf-8" if self._stream is None else self._stream.encoding

    def flush(self) -> None:
        """Bring it out."""
        with suppress(OSError, ValueError):
            if self._stream is not None:
                self._stream.flush()
