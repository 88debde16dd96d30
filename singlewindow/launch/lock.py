"""A folder of ours that only one launcher may use at a time."""

from __future__ import annotations

from pathlib import Path

from singlewindow.contract.lock import FolderLock, Held
from singlewindow.launch.errors import LaunchError


class InUseError(LaunchError):
    """Another process has the folder."""


def take(folder: Path) -> FolderLock:
    """Lock a folder; raises InUseError, which names the holder's process id."""
    try:
        return FolderLock(folder)
    except Held as held:
        raise InUseError(
            f"{folder} is in use by process {held.holder or 'unknown'}: end that one, "
            "or start with another SINGLEWINDOW_DATA."
        ) from held
