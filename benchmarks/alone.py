"""A benchmark in an embedded PostgreSQL of its own, with fsync on: its lines and their conditions."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from singlewindow.launch.databases import create_roles
from singlewindow.launch.postgres import Cluster


def run_alone(measure: Callable[[Cluster], Awaitable[Iterable[Mapping[str, Any]]]]) -> None:
    """Measure on a new cluster whose database `singlewindow` is empty, and print a JSON line for each figure."""
    with tempfile.TemporaryDirectory(prefix="singlewindow-bench-") as folder:
        Path(folder).chmod(0o755)  # under root another user runs the server
        with Cluster(Path(folder)) as cluster:
            create_roles(cluster)
            cluster.create_database("singlewindow", "sw_migrate")
            found = list(asyncio.run(_measured(measure, cluster)))
    print_lines(found)


def print_lines(found: Iterable[Mapping[str, Any]]) -> None:
    """A JSON line for each figure, with what it was measured on."""
    conditions = {
        "postgresql": "embedded, fsync on", "workers": 1, "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1), "python": platform.python_version(), "machine": platform.machine(),
    }  # fmt: skip
    for line in found:
        print(json.dumps({**line, "conditions": conditions}, ensure_ascii=False), flush=True)


async def _measured(
    measure: Callable[[Cluster], Awaitable[Iterable[Mapping[str, Any]]]], cluster: Cluster
) -> Iterable[Mapping[str, Any]]:
    return await measure(cluster)
