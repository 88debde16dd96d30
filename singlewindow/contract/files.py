"""Files that are asked for again and again: read when they changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


def read_file(path: Path) -> bytes:
    """The content of a small file that is replaced as a whole (keys, certificates, lists); raises OSError.

    The file is looked at each time: another inode, size or time of change means another content.
    """
    found = path.stat()
    return _content(path, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=16)
def _content(path: Path, inode: int, size: int, changed: int) -> bytes:
    return path.read_bytes()
