"""How long the embedded PostgreSQL takes to start again on its folder, fsync on: a JSON line of ten starts.

.venv/bin/python -m benchmarks.bench_start
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.alone import print_lines
from singlewindow.launch.postgres import Cluster

STARTS = 10


def starts(folder: Path) -> Iterator[float]:
    """Seconds of each start, after one that made the folder."""
    with Cluster(folder):
        pass
    for _ in range(STARTS):
        began = time.perf_counter()
        with Cluster(folder):
            yield time.perf_counter() - began


def measure() -> list[dict[str, Any]]:
    """Median and slowest."""
    with tempfile.TemporaryDirectory(prefix="singlewindow-bench-") as folder:
        Path(folder).chmod(0o755)  # under root another user runs the server
        took = [1000 * each for each in starts(Path(folder))]
    return [{"name": "warm start", "ms": round(median(took)), "slowest_ms": round(max(took))}]


if __name__ == "__main__":
    print_lines(measure())
