"""A folder that only one process may use at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class Held(Exception):
    """Another process has the folder; `holder` is its process id as it wrote it, "" where it wrote none."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class FolderLock:
    """An exclusive lock on a folder, gone with the process that holds it, however that ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock, the file `lock` in the folder; raises Held."""
        self._file: IO[str] = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise Held(holder) from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let others have the folder; a second call does nothing."""
        self._file.close()
