"""Under which conditions a figure was seen: commit, machine, PostgreSQL's settings, and whether its disk is one."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.sides import Side
from singlewindow.contract.environment import USUAL_NICENESS
from tests.system.running import CLONE

SETTINGS = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers",
    "max_wal_size", "checkpoint_timeout", "commit_delay", "autovacuum", "effective_io_concurrency", "jit",
)  # fmt: skip
PROBES, PROBE_SECONDS = 200, 2.0
NICENESS = str(USUAL_NICENESS)  # of those who give way: as in an installation, not as in the tests' systems
BLOCK = b"\0" * 8192


def conditions() -> dict[str, Any]:
    """Of the machine and the code, before anything is measured."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "background_niceness": int(NICENESS),
        "load_before": round(os.getloadavg()[0], 1),
    }


async def of_database(owner: Side, folder: Path) -> dict[str, Any]:
    """PostgreSQL's settings, the sizes of its databases in MB, and what its disk takes to keep a block."""
    rows = await owner.fetch(
        "select name, current_setting(name) as setting from pg_settings where name = any($1)", list(SETTINGS)
    )
    sizes = await owner.fetch(
        """select datname, pg_database_size(oid) / 1048576 as mb from pg_database
           where datname in ('singlewindow', 'customs')"""
    )
    return {
        "postgresql": {row["name"]: row["setting"] for row in rows},
        "database_mb": {row["datname"]: row["mb"] for row in sizes},
        "fsync_ms": fsync_ms(folder),
    }


def commit() -> str:
    """The commit that is measured; with a plus where files differ from it."""
    said = [
        subprocess.run(("git", *words), cwd=CLONE, capture_output=True, text=True, check=False).stdout.strip()
        for words in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
    ]
    return said[0] + ("+" if said[1] else "")


def fsync_ms(folder: Path) -> dict[str, float]:
    """Milliseconds until a block of 8 kB that was written over another is on the disk (fdatasync, as PostgreSQL's log
    does it): where it is some microseconds, something below does not keep what it was told to."""
    took: list[float] = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(BLOCK * 16)
        os.fsync(file.fileno())
        ends = time.monotonic() + PROBE_SECONDS
        while len(took) < PROBES and time.monotonic() < ends:
            began = time.perf_counter()
            os.pwrite(file.fileno(), BLOCK, len(took) % 16 * len(BLOCK))
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return {"p50": round(statistics.median(took), 3), "max": round(max(took), 3), "count": len(took)}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
