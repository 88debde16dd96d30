"""A data folder that is set up once and copied for each system of a run: databases, certificates, cards, world.

Systems that start alike begin as a first start leaves a folder, customs' registers published to the portal: 5,000
messages, which cost as much as all else of a start. Nothing is shared: each has a copy of its own, made before its
database runs. What counts at customs' first start only (their mode, say) is forgotten again and read by each copy's
customs, so copies may differ in it; anything else that could matter to the set-up keeps a system from being copied.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from singlewindow.launch.files import tail
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.process import spawn, stop
from tests.ports import free_ports

SETTING = "PREPARED_WORLD"  # the folder for it; tools/bootstrap_test.py gives one to all systems of a run
# Settings of which the set-up knows nothing, or their beginnings:
LATER = (
    "BACKGROUND_",
    "CAPTCHA_FIXED",
    "CUSTOMS_",
    "LOG_FORMAT",
    "PORTAL_URL",
    "TRANSPORT",
    "WEB_PROCESSES",
    "WITH_TEMPLATE",
    "WEBHOOK_",
)
READY = "· ready after"  # what a launcher says; one that gives up says "Not ready after"
PORTS = ("PORT", "CUSTOMS_PORT", "CARD_PORT")
FIRST_START = ("mode", "fault")  # customs' tables of what counts at their first start
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
            _start_once(place, environment(place))
            done.touch()
    return place / "data"


def _start_once(place: Path, environment: dict[str, str]) -> None:
    """Everything runs until it is ready, and ends; what this start alone has written goes."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    settings = {f"SINGLEWINDOW_{name}": str(port) for name, port in ports.items()}
    said = place / "first-start.log"
    with said.open("wb") as output:
        command = (sys.executable, "-m", "singlewindow", "run")
        launcher = spawn(command, output=output, environment=environment | settings)
    try:
        while READY not in said.read_text(errors="replace"):
            assert launcher.poll() is None, tail(said)
            time.sleep(0.1)
        cluster = Cluster(place / "data" / "postgres")
        cluster.attach()
        for table in FIRST_START:
            cluster.query(f"delete from {table}", database="customs")
    finally:
        code = stop(launcher, (signal.SIGTERM, 20))
    assert code == 0, tail(said)
    for written in (place / "data" / "log").iterdir():
        if written.name != "setup.log":  # what the set-up wrote is each copy's too
            written.unlink()
