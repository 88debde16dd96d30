"""How a process tells whoever started it that it can work now."""

from __future__ import annotations

import os
from contextlib import suppress

SETTING = "SINGLEWINDOW_READY_PIPE"
"""Environment variable: the file descriptor of a pipe that is written to once, and closed then."""


def tell_ready() -> None:
    """Say it, where somebody asked to be told; again does nothing."""
    if given := os.environ.pop(SETTING, ""):
        with suppress(OSError):  # who asked is gone
            os.write(int(given), b"ready")
            os.close(int(given))
