"""A folder that only one process may use at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from singlewindow.launch.errors import LaunchError


class InUseError(LaunchError):
    """Another process has the folder."""


class FolderLock:
    """An exclusive lock on a folder, gone with the process that holds it, however that ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; raises InUseError, which names the holder's process id."""
        self._file: IO[str] = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise InUseError(
                f"{folder} is in use by process {holder}: end that one, or start with another SINGLEWINDOW_DATA."
            ) from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let others have the folder; a second call does nothing."""
        self._file.close()
