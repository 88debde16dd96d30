"""What the launcher tells a person when it cannot go on."""

from __future__ import annotations

import shutil
from pathlib import Path


class LaunchError(Exception):
    """Something that the person who starts the program can put right; the text says how."""


def said_of(error: OSError, data: Path) -> str:
    """What the operating system refused, in words: which file or folder, why, and what to look at."""
    if isinstance(error, shutil.Error) and isinstance(
        error.args[0], list
    ):  # of many files; the first one tells
        file, _, why = error.args[0][0]
        what = f"{file}: {why}"
    else:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return (
        f"{what}.\nIs it there, readable and writable, with room on its disk? "
        f"The data folder is {data} (SINGLEWINDOW_DATA)."
    )
