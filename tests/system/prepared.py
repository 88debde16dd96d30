"""A data folder that is set up once and copied for each system of a run: databases, certificates, cards, world.

Systems that start alike begin as `singlewindow setup` leaves a folder, which takes most of a first start. Nothing is
shared: each has a copy of its own, made before its database runs. What counts at customs' first start only (their mode,
say) is read by customs themselves, so copies may differ in it; anything else that could matter to the set-up keeps a
system from being copied.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

SETTING = "PREPARED_WORLD"  # the folder for it; tools/bootstrap_test.py gives one to all systems of a run
# Settings of which the set-up knows nothing, or their beginnings:
LATER = ("CAPTCHA_FIXED", "CUSTOMS_", "LOG_FORMAT", "PORTAL_URL", "TRANSPORT", "WEBHOOK_")
MOVED = "moved-to"  # the database lies elsewhere, where its user can reach it


def begin_prepared(
    data: Path, settings: Mapping[str, str], environment: Callable[[Path], dict[str, str]]
) -> bool:
    """Make `data` a copy of the prepared folder, where there is one for such settings; answers whether it is.

    `environment` gives that of a system whose files lie in a folder.
    """
    place = os.environ.get(SETTING)
    if not place or not all(name.startswith(LATER) for name in settings):
        return False
    prepared = _prepared(Path(place), environment)
    if (prepared / "postgres" / MOVED).exists():
        return False
    subprocess.run(["cp", "-a", "--reflink=auto", str(prepared), str(data)], check=True)
    return True


def _prepared(place: Path, environment: Callable[[Path], dict[str, str]]) -> Path:
    """The folder, set up by whoever comes first; the others wait for it."""
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)  # under root another user runs the database
    done = place / "done"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            command = [sys.executable, "-m", "singlewindow", "setup"]
            subprocess.run(command, env=environment(place), check=True, stdout=subprocess.DEVNULL)
            done.touch()
    return place / "data"
