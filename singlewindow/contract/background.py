"""What nobody waits for gives way, on one machine, to what somebody waits for."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")


def give_way(niceness: int) -> None:
    """Make this process and its children nicer by so much (0 to 19): they take what requests leave, and always a share.

    Linux may count a session's processes as one group, within which alone the niceness of each counts; then the group's
    own is set too.
    """
    if niceness:
        os.nice(niceness)
        with suppress(OSError):
            _GROUP.write_text(str(niceness))
